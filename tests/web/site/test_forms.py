"""Bodies of forms: fields and files within limits, and nothing but InvalidError."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.web.site.forms import Form, read_form

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=X"


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """Return a body of parts, each a disposition and a content."""
    return (
        b"".join(
            b"--X\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n"
            % (how.encode(), what)
            for how, what in parts
        )
        + b"--X--\r\n"
    )


def test_the_first_value_of_a_field_counts_and_all_are_there() -> None:
    form = read_form(URLENCODED, b"a=1&b=%C3%A9&a=2&c=")

    assert (form.text("a"), form.text("b"), form.text("c"), form.text("d")) == (
        "1",
        "é",
        "",
        "",
    )
    assert (form.all("a"), form.all("d")) == (("1", "2"), ())


def test_texts_have_plain_line_ends_and_lines_no_space_around() -> None:
    form = Form(fields={"a": " one\r\ntwo\rthree\0 "})

    assert form.text("a") == " one\ntwo\nthree "
    assert form.line("a") == "one two three"


def test_files_come_as_bytes_and_empty_ones_not_at_all() -> None:
    body = multipart(
        ('name="text"', "été".encode()),
        ('name="files"; filename="../a.pdf"', b"%PDF\r\n\0"),
        ('name="files"; filename=""', b""),
    )

    form = read_form(MULTIPART, body)

    assert form.text("text") == "été"
    assert [(one.name, one.content) for one in form.files] == [
        ("../a.pdf", b"%PDF\r\n\0")
    ]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", b"a=1"),
        ("text/plain", b"a=1"),
        ("application/json", b"{}"),
        (URLENCODED, "a=é".encode()),
        (URLENCODED, b"a=%FF"),
        (URLENCODED, b"&".join(b"a=1" for _ in range(201))),
        (MULTIPART, multipart(*[('name="a"', b"1")] * 201)),
        (MULTIPART, multipart(('name="a"', b"x" * (512 * 1024 + 1)))),
        (MULTIPART, b"--Y\r\n\r\n--Y--"),
        ("multipart/form-data", b"--X--"),
    ],
)
def test_what_is_no_form_of_ours_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(InvalidError):
        read_form(content_type, body)


@given(st.sampled_from([URLENCODED, MULTIPART]), st.binary(max_size=200))
def test_no_body_raises_anything_else(content_type: str, body: bytes) -> None:
    with suppress(InvalidError):
        read_form(content_type, b"--X\r\n" + body if "X" in content_type else body)

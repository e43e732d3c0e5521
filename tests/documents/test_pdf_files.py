"""Files attached to a PDF: found and unpacked, or said to be what nobody can read."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.pdf_files import (
    MOST_FILES,
    files_in_pdf,
    has_files,
    without_files,
)
from gateway.errors import InvalidError

FILE = b"<letter>" + b"x" * 500 + b"</letter>"
MOST = 10_000


def pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n", trailer: bytes = b"") -> bytes:
    """Return a PDF of a catalog and the objects."""
    catalog = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    end = b"trailer << /Root 1 0 R %s>>\n%%%%EOF\n" % trailer
    return head + catalog + b"".join(objects) + end


def attached(
    content: bytes, filters: bytes = b"", number: int = 4, kind: bytes = b""
) -> bytes:
    said = kind or b"/Type /EmbeddedFile"
    return b"%d 0 obj\n<< %s %s /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        said,
        filters,
        len(content),
        content,
    )


PACKED = zlib.compress(FILE)
FORMS = {
    "as it is": attached(FILE),
    "deflated": attached(PACKED, b"/Filter /FlateDecode"),
    "deflated, by its short name": attached(PACKED, b"/Filter/Fl"),
    "deflated, in a list": attached(PACKED, b"/Filter [ /FlateDecode ]"),
    "in hex": attached(FILE.hex().encode() + b">", b"/Filter /ASCIIHexDecode"),
    "in base 85": attached(base64.a85encode(FILE) + b"~>", b"/Filter /ASCII85Decode"),
    "deflated in base 85": attached(
        base64.a85encode(PACKED) + b"~>", b"/Filter [/ASCII85Decode /FlateDecode]"
    ),
    "deflated in hex": attached(PACKED.hex().encode() + b">", b"/Filter[/AHx/Fl]"),
    "without its type": b"3 0 obj\n<< /EF << /F 4 0 R /UF 4 0 R >> >>\nendobj\n"
    + attached(PACKED, b"/Filter /FlateDecode", kind=b"/Params << >>"),
    "with its words apart": attached(
        PACKED, b"/Filter\n/FlateDecode", kind=b"/Type\r\n/EmbeddedFile"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_attached_to_a_pdf_is_found(form: str) -> None:
    content = pdf(FORMS[form])

    assert has_files(content)
    (found,) = files_in_pdf(content, MOST)
    assert found == FILE


def test_each_attached_file_comes_once_in_its_order() -> None:
    """Named by the catalog and by its type, it is the same."""
    files = [b"%d" % number * 20 for number in range(5)]
    objects = [attached(file, number=10 + at) for at, file in enumerate(files)]
    names = b"".join(b"/EF << /F %d 0 R >>" % (10 + at) for at in range(5))

    found = files_in_pdf(pdf(b"3 0 obj\n<<" + names + b">>\nendobj\n", *objects), MOST)

    assert list(found) == files


def test_what_is_left_of_a_pdf_has_no_attached_file_in_it() -> None:
    """A document that is attached is not found again as one that is written there."""
    other = b"5 0 obj\n<< >>\nstream\nelsewhere\nendstream\nendobj\n"
    content = pdf(attached(FILE), other, attached(FILE, number=6))

    left = without_files(content)

    assert FILE not in left
    assert other in left
    assert len(left) == len(content) - 2 * len(FILE + b"\n")
    assert without_files(FILE) == FILE
    too_many = pdf(*(attached(b"x") for _ in range(2 * MOST_FILES + 1)))
    assert without_files(too_many) == too_many


def test_a_deflated_file_may_hold_the_word_that_ends_it() -> None:
    stored = zlib.compress(b"endstream " * 40, 0)

    (found,) = files_in_pdf(pdf(attached(stored, b"/Filter /FlateDecode")), MOST)

    assert found == b"endstream " * 40


@pytest.mark.parametrize(
    "content",
    [
        pdf(),
        pdf(b"4 0 obj\n<< /Names << /EmbeddedFiles 2 0 R >> >>\nendobj\n"),
        pdf(b"4 0 obj\n<< /Type /EmbeddedFileX >>\nstream\nx\nendstream\nendobj\n"),
        b"/Type /EmbeddedFile, says a text of PDF files",
        b"x" * 1024 + pdf(FORMS["deflated"]),
    ],
)
def test_what_has_none_says_so(content: bytes) -> None:
    assert not has_files(content)


def test_a_pdf_may_begin_with_a_mark() -> None:
    assert has_files(pdf(FORMS["deflated"], head=b"\xef\xbb\xbf\r\n%PDF-1.4\n"))


DEFLATED = b"/Filter /FlateDecode"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            pdf(FORMS["deflated"], trailer=b"/Encrypt 9 0 R "),
            "PDF that is encrypted, with a file attached",
        ),
        (pdf(attached(b"\x00" * 9, DEFLATED)), "PDF with a damaged file"),
        (pdf(attached(b"xyz>", b"/Filter /AHx")), "PDF with a damaged file"),
        (pdf(attached(b"\xff~>", b"/Filter /A85")), "PDF with a damaged file"),
        (
            pdf(attached(FILE, b"/Filter /LZWDecode")),
            "PDF with a file packed in a way that is not read",
        ),
        (
            pdf(attached(zlib.compress(b"x" * (MOST + 1)), DEFLATED)),
            "PDF with a file that is too large",
        ),
        (pdf(attached(b"x" * (MOST + 1))), "PDF with a file that is too large"),
        (
            pdf(*(attached(b"x", number=at) for at in range(2 * MOST_FILES + 1))),
            "PDF with too many files attached",
        ),
        (
            pdf(attached(FILE).replace(b"endstream", b""), attached(FILE)),
            "PDF with attached files that overlap",
        ),
        (
            b"%PDF-1.7\n" + attached(PACKED, DEFLATED).partition(b"\nend")[0][:-9],
            "PDF with a file that is cut short",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_and_said(content: bytes, why: str) -> None:
    with pytest.raises(InvalidError, match=why):
        list(files_in_pdf(content, MOST))


NUMBERS = range(10, 10 + MOST_FILES)


def test_as_many_files_as_are_looked_for_are_read() -> None:
    named = b"".join(b"/EF << /F %d 0 R >>" % at for at in NUMBERS)
    files = (attached(b"%d" % at, number=at) for at in NUMBERS)

    found = list(files_in_pdf(pdf(b"9999 0 obj\n" + named, *files), MOST))

    assert found == [b"%d" % at for at in NUMBERS]


def test_a_file_of_just_the_most_is_read() -> None:
    content = pdf(attached(zlib.compress(b"x" * MOST), DEFLATED))

    assert [len(one) for one in files_in_pdf(content, MOST)] == [MOST]


@given(st.binary(max_size=300), st.sampled_from([b"", DEFLATED, b"/Filter[/AHx/A85]"]))
def test_any_bytes_are_files_or_refused(content: bytes, filters: bytes) -> None:
    whole = pdf(attached(content, filters), content)
    try:
        assert all(len(one) <= MOST for one in files_in_pdf(whole, MOST))
    except InvalidError:
        return

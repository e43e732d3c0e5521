"""The header block: strict lines, limits, and the few fields that decide (M06, I04)."""

from __future__ import annotations

import time

import pytest

from gateway.errors import InvalidError
from gateway.message.header_block import read_parameters
from gateway.message.headers import HeaderLimits, read_headers


def block(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", "body", ""]).encode("utf-8")


def test_fields_are_unfolded_and_found_by_name() -> None:
    content = block(
        "From: Dr Martin\r\n <a@b.test>",
        "Subject: =?utf-8?q?=C3=A9t=C3=A9?=",
        "Message-ID: <id-1@b.test>",
        "X-MSS-NIL: 3734",
        "X-MSS-MES: FIN",
        "References: <r1@b.test>\r\n\t<r2@b.test>",
        "In-Reply-To: <r2@b.test>",
    )

    headers = read_headers(content)

    assert [str(one.address) for one in headers.mailboxes("from")] == ["a@b.test"]
    assert headers.mailboxes("from")[0].name == "Dr Martin"
    assert headers.subject == "été"
    assert headers.message_id == "id-1@b.test"
    assert headers.references == ("r1@b.test", "r2@b.test")
    assert content[headers.body_at :] == b"body\r\n"
    assert (headers.get("absent"), headers.count("subject")) == ("", 1)


def test_two_fields_of_one_name_count_together() -> None:
    headers = read_headers(block("From: a@b.test", "From: c@d.test"))

    assert len(headers.mailboxes("from")) == 2


def test_a_message_of_headers_alone_has_an_empty_body() -> None:
    content = b"From: a@b.test\r\n"

    assert read_headers(content).body_at == len(content)
    assert read_headers(b"\r\nbody").fields == ()


BAD = [
    b"no colon here\r\n\r\n",
    b" folded first\r\n\r\n",
    b"From : a@b.test\r\n\r\n",
    b"From: a@b.test\n\r\n",
    b"From: a\rb\r\n\r\n",
    b"From: a\x00b\r\n\r\n",
    b"Subject: a\x1bb\r\n\r\n",
    b"From a@b.test Sat Nov 21\r\nTo: x@y.test\r\n\r\n",
    b": empty\r\n\r\n",
    "Sujet é: x\r\n\r\n".encode(),
]


@pytest.mark.parametrize("content", BAD)
def test_a_block_with_two_readings_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError):
        read_headers(content)


def test_lines_beyond_the_limit_are_refused() -> None:
    assert len(read_headers(b"A: b\r\n" * 1000 + b"\r\n").fields) == 1000
    with pytest.raises(InvalidError):
        read_headers(b"A: b\r\n" * 1001 + b"\r\n")


def test_bytes_beyond_the_limit_are_refused() -> None:
    limits = HeaderLimits(max_bytes=100)

    assert read_headers(b"A: " + b"b" * 97 + b"\r\n\r\nbody", limits).fields
    with pytest.raises(InvalidError):
        read_headers(b"A: " + b"b" * 98 + b"\r\n\r\nbody", limits)


@pytest.mark.parametrize(
    "content",
    [
        b"To: " + b"a@b.test, " * 100_000,
        b"X: y\r\n" * 1_000_000,
        b"Subject: =?utf-8?b?" + b"QUFB" * 250_000 + b"?=\r\n\r\n",
        b"Subject: " + b"=?utf-8?q?" * 25_000 + b"\r\n\r\n",
        b"To: " + b"(" * 200_000 + b"\r\n\r\n",
        b'To: "' + b"\\" * 200_001 + b"\r\n\r\n",
        b"To: " + b"<" * 200_000 + b"\r\n\r\n",
    ],
    ids=range(7),
)
def test_a_bomb_is_refused_or_read_at_once(content: bytes) -> None:
    started = time.process_time()
    try:
        headers = read_headers(content)
        assert headers.subject is not None
        headers.mailboxes("to")
    except InvalidError:
        pass

    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("blanks", [" ", "\t", "  \t "])
def test_a_continuation_of_blanks_ends_no_header(blanks: str) -> None:
    """RFC 5322 §4.2 (obs-FWS), as the mail classes of .NET write it."""
    content = block(f"A: b\r\n{blanks}", f"C: d\r\n{blanks}\r\n e", "F: g")

    headers = read_headers(content)

    assert (headers.get("a"), headers.get("f")) == ("b", "g")
    assert headers.get("c").split() == ["d", "e"]
    assert content[headers.body_at :] == b"body\r\n"


IDS = [
    ("<a@b>", "a@b"),
    ("  <a@b.test>\t", "a@b.test"),
    ("a@b.test", "a@b.test"),
    ("<cas-1 >", "cas-1"),
    ("cas-1", "cas-1"),
    ("< a.b\t@ c.test>", "a.b@c.test"),
    ("(ours) <a@b.test> (added by c.test)", "a@b.test"),
    ("<a@b@c>", "a@b@c"),
    ("<" + "a" * 250 + ">", "a" * 250),
    ("<" + "a" * 251 + ">", ""),
    ("<é@b.test>", ""),
    ("<>", ""),
    ("a<b", ""),
]


@pytest.mark.parametrize(("value", "expected"), IDS)
def test_a_message_id_is_read_as_programs_write_it(value: str, expected: str) -> None:
    assert read_headers(block(f"Message-ID: {value}")).message_id == expected


@pytest.mark.parametrize(
    ("references", "in_reply_to", "expected"),
    [
        ("<a@b> <c>", "<c>", ("a@b", "c")),
        ("", "c", ("c",)),
        ("", "Your message of Monday <a@b >", ("a@b",)),
        ("", "Your message of Monday", ()),
        ("<é> <a>", "", ("a",)),
    ],
)
def test_references_are_read_as_programs_write_them(
    references: str, in_reply_to: str, expected: tuple[str, ...]
) -> None:
    content = block(f"References: {references}", f"In-Reply-To: {in_reply_to}")

    assert read_headers(content).references == expected


@pytest.mark.parametrize("raw", ["Été".encode(), "Été".encode("cp1252")])
def test_raw_text_is_utf_8_or_what_there_was_before(raw: bytes) -> None:
    assert read_headers(b"Subject: " + raw + b"\r\n\r\n").subject == "Été"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"From: a@b.test\r\nno colon\r\n\r\n", "line 2 of a header is no field"),
        (b" folded\r\n\r\n", "line 1 of a header continues nothing"),
        (b"A: b\r\nFrom : x\r\n\r\n", "blank before the colon of From"),
        (b"A: b\r\nC: d\r\nE: \x00\r\n\r\n", "control character in line 3 of a header"),
        # What may be a name is not repeated.
        (b"Dominique Martin : x\r\n\r\n", "line 1 of a header is no field"),
        (b"X" * 40 + b" : x\r\n\r\n", "blank before the colon of " + "X" * 40),
        (b"X" * 41 + b" : x\r\n\r\n", "line 1 of a header is no field"),
    ],
)
def test_the_fault_of_a_header_is_named(content: bytes, why: str) -> None:
    with pytest.raises(InvalidError) as found:
        read_headers(content)

    assert found.value.public == why


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("From: a@b@c", "From: malformed mail address"),
        ("Reply-To: <a@b.test", "Reply-To: malformed mailbox"),
        ("Sender: a@b.test (", "Sender: malformed comment"),
    ],
)
def test_a_malformed_address_is_told_with_its_field(line: str, why: str) -> None:
    headers = read_headers(block(line))

    with pytest.raises(InvalidError) as found:
        headers.mailboxes(line.partition(":")[0].lower())

    assert found.value.public == why


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("attachment; filename=compte rendu du 3.pdf", "compte rendu du 3.pdf"),
        ("attachment; filename=Compte (1).pdf; size=9", "Compte (1).pdf"),
        ("attachment; filename=a.pdf (a comment)", "a.pdf"),
        ("attachment; FileName=a b.pdf;", "a b.pdf"),
        ('attachment; filename="a  b.pdf" (a comment)', "a  b.pdf"),
    ],
)
def test_a_file_name_without_quotes_has_all_its_words_in_imap_too(
    value: str, name: str
) -> None:
    assert read_parameters(value)[1][0][1] == name


def test_of_anything_else_without_quotes_the_first_word_counts() -> None:
    found = read_parameters("text/plain; charset=utf-8 x; format=flowed (c)")

    assert found == ("text/plain", (("charset", "utf-8"), ("format", "flowed")))

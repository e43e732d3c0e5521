"""A PDF that nobody opens without a password, and one that only its owner locked."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from gateway.documents.pdf_files import is_encrypted
from gateway.documents.pdf_password import needs_password
from gateway.documents.printed_page import Paragraph, PrintedPage, print_page

PLAIN = print_page(PrintedPage(title="Bilan", blocks=[Paragraph("Tout va bien")]))
WAYS = ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256")


def locked(way: str, user: str, owner: str = "du-chef") -> bytes:
    """Return a PDF that is encrypted; an empty password opens it to everybody."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(PLAIN)))
    writer.generate_file_identifiers()
    writer.encrypt(user, owner, algorithm=way)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_what_only_its_owner_locked_opens_and_another_does_not(way: str) -> None:
    for _ in range(8):  # what is random in a file may hold what has to be escaped
        everybodys, somebodys = locked(way, ""), locked(way, "secret")
        assert is_encrypted(everybodys)
        assert not needs_password(everybodys)
        assert needs_password(somebodys)


def test_what_is_not_encrypted_needs_none() -> None:
    assert not needs_password(PLAIN)
    assert not needs_password(b"")
    assert not needs_password(b"a letter about /Encrypt 9 0 R")


def test_strings_may_be_literal_with_every_escape() -> None:
    file = locked("RC4-40", "")
    entries: Any = PdfReader(BytesIO(file)).trailer["/Encrypt"]
    for name in ("/O", "/U"):
        value = entries[name].original_bytes
        digits = value.hex()
        at = file.lower().find(f"<{digits}>".encode())
        assert at > 0, "pypdf writes them in hexadecimal"
        octal = b"".join(b"\\%03o" % one for one in value)
        few = b"".join(
            b"\\" + bytes([one]) if one in b"()\\" else bytes([one]) for one in value
        ).replace(b"\r", b"\\r")
        for text in (octal, few, octal[:8] + b"\\\n" + octal[8:]):
            other = file[:at] + b"(" + text + b")" + file[at + len(digits) + 2 :]
            assert not needs_password(other)


def test_what_cannot_be_read_or_is_by_certificates_is_not_taken_to_open() -> None:
    file = locked("AES-256", "")
    assert needs_password(file.replace(b"/Standard", b"/Adobe.PubSec"))
    assert needs_password(file.replace(b"/U ", b"/Q "))
    assert needs_password(b"%PDF-1.7\ntrailer << /Encrypt 9 0 R >>\n%%EOF")
    assert needs_password(b"%PDF-1.7\ntrailer << /Encrypt << /Filter /Standard >> >>")


def test_many_signs_of_a_comment_take_no_time() -> None:
    assert needs_password(b"%PDF-1.7 /Encrypt <<" + b"%" * 10_000 + b"{")


@given(st.binary(max_size=200), st.sampled_from([b"", b"(", b"<<", b"\\", b"<4"]))
def test_any_bytes_are_answered(some: bytes, end: bytes) -> None:
    start = b"%PDF-1.7 /ID [<00>] /Encrypt <</Filter/Standard/R 3/P -4/O(a)/U("
    assert needs_password(start + some + end) is True

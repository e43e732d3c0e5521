"""
Files written into a text: uuencoded, in base64, or in a form that is only recognised.

Old programs, and people who paste the source of a message, put files there; a reader
of the text may take them out again.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from gateway.errors import InvalidError

_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{1,255}\r*$", re.M)
_RUN = re.compile(
    rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{48,}(?:[ \t]*\r?\n[ \t>]*[A-Za-z0-9+/]+)*={0,2}"
)
_CLOSED = (
    (re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.M), "OpenPGP"),
    (re.compile(rb"^-----BEGIN (?:PKCS7|CMS)-----", re.M), "CMS (PEM)"),
    (re.compile(rb"^\(This file must be converted with BinHex", re.M), "BinHex"),
    (re.compile(rb"^=ybegin [^\r\n]*line=", re.M), "yEnc"),
)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_LEAST_BASE64 = 256
"""Fewer characters are a hash, a key or an address, and too few to be a document."""


def find_pasted(text: bytes) -> Iterator[bytes]:
    """
    Yield the files that stand in a text, decoded as far as they can be.

    Raises:
        InvalidError: a uuencoded file is damaged.
    """
    yield from _uuencoded(text)
    yield from _in_base64(text)


def closed_in(text: bytes) -> str:
    """Return the name of a form that stands in a text and is not opened, or nothing."""
    if b"-----BEGIN" not in text and b"=ybegin" not in text and b"BinHex" not in text:
        return ""
    return next((name for form, name in _CLOSED if form.search(text)), "")


def _uuencoded(text: bytes) -> Iterator[bytes]:
    """Yield each ``begin 644 name`` up to its ``end`` (POSIX uuencode)."""
    if _UU_BEGIN.search(text) is None:
        return
    made: list[bytes] | None = None
    for line in text.splitlines():
        if made is None:
            made = [] if _UU_BEGIN.fullmatch(line) else None
        elif line.rstrip() == b"end":
            yield b"".join(made)
            made = None
        elif line:
            try:
                made.append(binascii.a2b_uu(line))
            except binascii.Error as error:
                raise InvalidError("damaged uuencoded file") from error
    if made:
        yield b"".join(made)


def _in_base64(text: bytes) -> Iterator[bytes]:
    for found in _RUN.finditer(text):
        kept = _NOT_BASE64.sub(b"", found.group())
        if len(kept) < _LEAST_BASE64:
            continue
        kept = kept[: len(kept) - (len(kept) % 4 == 1)]
        yield binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))

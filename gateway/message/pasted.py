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
    rb"(?<![A-Za-z0-9+/])(?:(?<=[:;,=\"'(])([A-Za-z0-9+/]{1,47})[ \t]*\r?\n[ \t>]+)?"
    rb"([A-Za-z0-9+/]{48,}(?:[ \t]*\r?\n[ \t>]*[A-Za-z0-9+/]+)*={0,2})"
)
"""A short line before, behind a sign and folded, is a word or the first characters."""
_SHORT_LINES = re.compile(
    rb"(?:^[ \t>]*[A-Za-z0-9+/]{16,47}[ \t]*\r?\n){5,}"
    rb"[ \t>]*[A-Za-z0-9+/]{1,47}(?![A-Za-z0-9+/])",
    re.M,
)
"""Lines shorter than any program of mail writes them, each with nothing else in it."""
_URL_RUN = re.compile(
    rb"(?<![\w-])[A-Za-z0-9_-]{48,}(?:[ \t]*\r?\n[ \t>]*(?!--)[A-Za-z0-9_-]+)*"
)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_CLOSED = (
    (re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.M), "OpenPGP"),
    (re.compile(rb"^-----BEGIN (?:PKCS7|CMS)-----", re.M), "CMS (PEM)"),
    (re.compile(rb"^\(This file must be converted with BinHex", re.M), "BinHex"),
    (re.compile(rb"^=ybegin [^\r\n]*line=", re.M), "yEnc"),
)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_LOWER = re.compile(rb"[a-z]")
_SURE_BYTES = 30
"""A line of uuencode that gives so many is no chance."""
_LEAST_BASE64 = 256
"""Fewer characters are a hash, a key or an address, and too few to be a document."""


def find_pasted(text: bytes) -> Iterator[bytes]:
    """
    Yield the files that stand in a text, decoded as far as they can be.

    Raises:
        InvalidError: a uuencoded file is damaged.
    """
    yield from _uuencoded(text)
    for found in _RUN.finditer(text):
        if found[1]:
            yield from _decoded(found[0])
        yield from _decoded(found[2])
    for found in _SHORT_LINES.finditer(text):
        yield from _decoded(found[0])
    for found in _URL_RUN.finditer(text):
        coded = found[0].rstrip(b"-_")  # the beginning of a boundary, most often
        if b"-" in coded or b"_" in coded:
            yield from _decoded(coded.translate(_URL_SAFE))


def closed_in(text: bytes) -> str:
    """Return the name of a form that stands in a text and is not opened, or nothing."""
    if b"-----BEGIN" not in text and b"=ybegin" not in text and b"BinHex" not in text:
        return ""
    return next((name for form, name in _CLOSED if form.search(text)), "")


def _uuencoded(text: bytes) -> Iterator[bytes]:
    """Yield each ``begin 644 name`` up to its ``end`` (POSIX uuencode)."""
    if _UU_BEGIN.search(text) is None:
        return
    lines: list[bytes] | None = None
    for line in text.splitlines():
        if lines is None:
            lines = [] if _UU_BEGIN.fullmatch(line) else None
        elif line.rstrip() == b"end":
            yield from _uu_file(lines)
            lines = None
        elif line:
            lines.append(line)
    if lines:
        yield from _uu_file(lines)


def _uu_file(lines: list[bytes]) -> Iterator[bytes]:
    """Yield the file of the lines; a sentence that begins with "begin" has none."""
    made: list[bytes] = []
    damaged: binascii.Error | None = None
    for line in lines:
        try:
            made.append(binascii.a2b_uu(line))
        except binascii.Error as error:
            damaged = error
    if damaged is None:
        yield b"".join(made)
    elif _LOWER.search(lines[0]) is None or any(len(m) >= _SURE_BYTES for m in made):
        raise InvalidError("damaged uuencoded file") from damaged


def _decoded(coded: bytes) -> Iterator[bytes]:
    kept = _NOT_BASE64.sub(b"", coded)
    if len(kept) < _LEAST_BASE64:
        return
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    yield binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))

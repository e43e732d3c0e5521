"""
Files attached to a PDF, which its readers show and save (ISO 32000-1 §7.11.4).

Only found, never shown from here: what is attached may be a document of anybody.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from typing import Final

from gateway.errors import InvalidError

HEAD: Final = 1024
"""Bytes in which readers look for ``%PDF-``."""

_DICTIONARY: Final = 4096
"""Bytes, far more than what is said of an attached file before it begins."""

MOST_FILES: Final = 500
"""Files attached to one PDF that are looked for; people attach a few."""

_MARK = re.compile(rb"/Type\s*/EmbeddedFile(?![A-Za-z])")
_NAMED = re.compile(rb"/EF\s*<<[^<>]{0,200}?/U?F\s+(\d{1,10})\s+\d{1,5}\s+R")
_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})\s{1,4}\d{1,5}\s{1,4}obj\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_FILTERS = re.compile(rb"/Filter\s*(\[[^\]]{0,200}\]|/[A-Za-z0-9]{1,20})")
_FILTER = re.compile(rb"/([A-Za-z0-9]{1,20})")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d{1,10}\s+\d{1,5}\s+R|<<)")
_END: Final = b"endstream"


def has_files(content: bytes) -> bool:
    """Tell whether bytes are a PDF to which files are attached."""
    if b"%PDF-" not in content[:HEAD]:
        return False
    if b"/EmbeddedFile" not in content and b"/EF" not in content:
        return False
    return bool(_MARK.search(content) or _NAMED.search(content))


def is_encrypted(content: bytes) -> bool:
    """
    Tell whether a PDF is encrypted: its trailer says how (ISO 32000-1 §7.6.1).

    Neither a trailer nor a cross-reference stream is packed within another.
    """
    return _ENCRYPTED.search(content) is not None


def files_in_pdf(content: bytes, most: int) -> Iterator[bytes]:
    """
    Yield the files attached to a PDF, of at most so many bytes each, each once.

    Raises:
        InvalidError: one is encrypted, damaged, larger, or packed in a way that is not
            read, so that nobody can tell what it is; they overlap, or are too many.
    """
    places = sorted(_places(content))
    if places and b"/Encrypt" in content:
        raise InvalidError("PDF that is encrypted, with a file attached")
    ends = [content.find(_END, start) for start in places]
    if any(not 0 <= end <= start for end, start in zip(ends, places[1:], strict=False)):
        raise InvalidError("PDF with attached files that overlap")
    for start in places:
        yield _file(content, start, most)


def without_files(content: bytes) -> bytes:
    """Return a PDF without the bytes of the files attached to it; others as they are"""
    if not has_files(content):
        return content
    try:
        places = sorted(_places(content))
    except InvalidError:
        return content
    kept, at = [], 0
    for start in places:
        if start >= at:
            kept.append(content[at:start])
            end = content.find(_END, start)
            at = end if end >= 0 else len(content)
    return b"".join((*kept, content[at:]))


def _places(content: bytes) -> set[int]:
    """
    Return where the streams of the attached files begin.

    Raises:
        InvalidError: there are too many.
    """
    marks = [found.end() for found in _MARK.finditer(content)]
    named = {int(found[1]) for found in _NAMED.finditer(content)}
    if named:
        objects = _OBJECT.finditer(content)
        marks += [found.end() for found in objects if int(found[1]) in named]
    if len(marks) > 2 * MOST_FILES:  # each may be found by its type and its number
        raise InvalidError("PDF with too many files attached")
    streams = (_STREAM.search(content, mark, mark + _DICTIONARY) for mark in marks)
    return {found.end() for found in streams if found is not None}


def _file(content: bytes, start: int, most: int) -> bytes:
    before = content[max(start - _DICTIONARY, 0) : start]
    said = before[before.rfind(b" obj") + 1 :]
    filters = _FILTERS.search(said)
    names = _FILTER.findall(filters[1]) if filters else []
    end = content.find(_END, start)
    found = content[start : end if end >= 0 else len(content)]
    found = found.removesuffix(b"\n").removesuffix(b"\r")  # it is before "endstream"
    for position, name in enumerate(names):
        match name:
            case b"FlateDecode" | b"Fl":
                # "endstream" may be among packed bytes: zlib knows its own end.
                found = _inflated(found if position else content[start:], most)
            case b"ASCIIHexDecode" | b"AHx":
                found = _from_hex(found)
            case b"ASCII85Decode" | b"A85":
                found = _from_85(found)
            case _:
                raise InvalidError("PDF with a file packed in a way that is not read")
    if len(found) > most:
        raise InvalidError("PDF with a file that is too large")
    return found


def _inflated(packed: bytes, most: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        made = stream.decompress(packed, most + 1)
    except zlib.error as error:
        raise InvalidError("PDF with a damaged file") from error
    if not stream.eof and len(made) <= most:
        raise InvalidError("PDF with a file that is cut short")
    return made


def _from_hex(text: bytes) -> bytes:
    digits = b"".join(text.partition(b">")[0].split())
    try:
        return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    except binascii.Error as error:
        raise InvalidError("PDF with a damaged file") from error


def _from_85(text: bytes) -> bytes:
    try:
        return base64.a85decode(text.partition(b"~>")[0])
    except ValueError as error:
        raise InvalidError("PDF with a damaged file") from error

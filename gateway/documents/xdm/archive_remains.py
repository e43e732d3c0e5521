"""
What can be got out of a ZIP that `open_archive` refuses: to be looked at, never filed.

Every local header is followed, wherever it stands and whatever the directory says, so
that no reader can find a file in it that was not seen here.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from attrs import field, frozen

from gateway.documents.xdm.archive import ArchiveLimits
from gateway.errors import InvalidError

_LOCAL = struct.Struct("<4s5H3L2H")
_MARK = b"PK\x03\x04"
_ENCRYPTED = 0x0001
_STORED, _DEFLATED = 0, 8


@frozen
class Remains:
    """The files that came out; ``whole`` is False when something in it stays closed."""

    files: tuple[bytes, ...] = field(repr=False)
    whole: bool


def read_remains(content: bytes, limits: ArchiveLimits | None = None) -> Remains:
    """
    Return every file that a damaged or odd ZIP gives, within the limits.

    Not whole is one with a file that is encrypted, packed in another way, damaged, or
    past a limit, and one in which no file is found.
    """
    limits = limits or ArchiveLimits()
    files: list[bytes] = []
    whole, total = True, 0
    for number, at in enumerate(_headers(content)):
        if number >= limits.entries:
            whole = False
            break
        try:
            file = _file(content, at, limits, limits.total_bytes - total)
        except InvalidError:
            whole = False
            continue
        total += len(file)
        if file:
            files.append(file)
    return Remains(tuple(files), whole=whole and bool(files))


def _headers(content: bytes) -> Iterator[int]:
    at = content.find(_MARK)
    while at >= 0:
        yield at
        at = content.find(_MARK, at + len(_MARK))


def _file(content: bytes, at: int, limits: ArchiveLimits, room: int) -> bytes:
    if at + _LOCAL.size > len(content):
        raise InvalidError("archive cut short")
    _, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack_from(
        content, at
    )
    start = at + _LOCAL.size + name + extra
    most = min(limits.entry_bytes, room)
    if flags & _ENCRYPTED:
        raise InvalidError("archive that is encrypted")
    if method == _DEFLATED:
        return _inflate(content, start, most, limits)
    if method != _STORED:
        raise InvalidError("archive packed by a method that is not accepted")
    if packed and packed == size and packed != 0xFFFFFFFF:
        file = content[start : start + packed]
        if len(file) != packed or (crc and zlib.crc32(file) != crc):
            raise InvalidError("archive with a damaged file (CRC)")
    elif not size and not packed and not crc:
        following = content.find(b"PK", start)  # its size is written after it, or none
        file = content[start : following if following >= 0 else len(content)]
    else:
        following = content.find(b"PK\x01\x02", start)
        file = content[start : following if following >= 0 else len(content)]
    if len(file) > most:
        raise InvalidError("archive with too much in it")
    return file


def _inflate(content: bytes, start: int, most: int, limits: ArchiveLimits) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    made: list[bytes] = []
    done, at = 0, start
    try:
        while not stream.eof:
            piece = stream.unconsumed_tail or content[at : at + 65536]
            if not stream.unconsumed_tail:
                at += len(piece)
            if not piece:
                raise InvalidError("archive with a file that is cut short")
            chunk = stream.decompress(piece, most + 1 - done)
            done += len(chunk)
            made.append(chunk)
            if done > most:
                raise InvalidError("archive with too much in it")
            if done > limits.ratio_from and done > limits.ratio * (at - start):
                raise InvalidError("archive that unpacks far too large")
    except zlib.error as error:
        raise InvalidError("archive with a damaged file") from error
    return b"".join(made)

"""
The tables of a ZIP file, read so that no two readers could see two archives.

A ZIP says everything twice, in its central directory and before each entry, and a
reader may believe either (or any bytes between them). Here the file must be exactly
its entries in order, its central directory and its end record, and both accounts must
agree. Nothing is decompressed.
"""

from __future__ import annotations

import stat
import struct
from typing import NamedTuple

from attrs import field, frozen

from gateway.documents.xdm.archive_names import read_name
from gateway.errors import InvalidError

STORED = 0
DEFLATED = 8

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_SIZES = struct.Struct("<3L")
_EXTRA = struct.Struct("<2H")

_END_MARK = b"PK\x05\x06"
_CENTRAL_MARK = b"PK\x01\x02"
_LOCAL_MARK = b"PK\x03\x04"
_DESCRIPTOR_MARK = b"PK\x07\x08"

_ENCRYPTED = 0x2041  # traditional, strong, and encrypted central directory
_DESCRIPTOR = 0x0008  # sizes follow the content, as Java's streams write them
_UTF8 = 0x0800
_KNOWN_FLAGS = 0x0006 | _DESCRIPTOR | _UTF8

_ZIP64_EXTRA = 0x0001
_OTHER_NAME_EXTRA = 0x7075  # a second name in UTF-8, which some readers prefer
_AES_EXTRA = 0x9901

_FILE_KINDS = {0, stat.S_IFREG, stat.S_IFDIR}
_MAX_COMMENT = 0xFFFF


@frozen(kw_only=True)
class ZipEntry:
    """One entry: its name, and where its ``packed_size`` bytes start in the file."""

    name: str = field(repr=False)
    method: int
    crc: int
    packed_size: int
    size: int
    start: int

    @property
    def is_folder(self) -> bool:
        """True for a name that only makes a folder."""
        return self.name.endswith("/")


class _Central(NamedTuple):
    """A record of the central directory (APPNOTE 4.3.12)."""

    mark: bytes
    made_by: int
    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed_size: int
    size: int
    name_length: int
    extra_length: int
    comment_length: int
    disk: int
    internal: int
    attributes: int
    offset: int


class _Local(NamedTuple):
    """The header before the content of an entry (APPNOTE 4.3.7)."""

    mark: bytes
    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed_size: int
    size: int
    name_length: int
    extra_length: int


def read_layout(content: bytes, *, max_entries: int, max_name: int) -> list[ZipEntry]:
    """
    Return the entries of an archive, in the order of the file.

    Raises:
        InvalidError: damaged, or anything that readers could understand differently
            (data before, between or after, two end records, ZIP64, encryption,
            other methods than stored and deflate, special files, unsafe names).
    """
    end, count, directory = _read_end(content)
    if count > max_entries:
        raise InvalidError("archive with too many entries")
    entries = []
    position, at = directory, 0
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise InvalidError("archive with a damaged directory")
        entry, position, at = _read_entry(content, position, at, directory, max_name)
        entries.append(entry)
    if position != end:
        raise InvalidError("archive whose directory and count differ")
    if at != directory:
        raise InvalidError("archive with bytes that belong to no entry")
    return entries


def _read_end(content: bytes) -> tuple[int, int, int]:
    """Return where the end record is, the number of entries, and the directory."""
    end = content.rfind(_END_MARK)
    if end < 0 or end < len(content) - _END.size - _MAX_COMMENT:
        raise InvalidError("not a ZIP archive")
    if end + _END.size > len(content):
        raise InvalidError("archive cut short")
    _, disk, start_disk, here, count, size, offset, comment = _END.unpack_from(
        content, end
    )
    if 0xFFFF in {disk, start_disk, here, count} or 0xFFFFFFFF in {size, offset}:
        raise InvalidError("archive in ZIP64, which is not accepted")
    if disk or start_disk or here != count:
        raise InvalidError("archive in several volumes")
    if end + _END.size + comment != len(content):
        raise InvalidError("archive with bytes after its end")
    if offset + size != end or content.find(_END_MARK, offset, end) >= 0:
        raise InvalidError("archive with two ends, or bytes before its entries")
    return end, count, offset


def _read_entry(
    content: bytes, position: int, at: int, directory: int, max_name: int
) -> tuple[ZipEntry, int, int]:
    """Read a directory record and its entry at `at`; return where the next ones are."""
    said = _Central._make(_CENTRAL.unpack_from(content, position))
    _check_record(said, at, max_name)
    name_at = position + _CENTRAL.size
    extra_at = name_at + said.name_length
    comment_at = extra_at + said.extra_length
    raw = content[name_at:extra_at]
    name = read_name(raw, is_utf8=bool(said.flags & _UTF8))
    _check_extra(content[extra_at:comment_at], name)
    start = _check_local(content, at, directory, said, raw)
    following = start + said.packed_size
    if said.flags & _DESCRIPTOR:
        following += _descriptor_length(content, following, said)
    if following > directory:
        raise InvalidError("archive whose entries overlap its directory")
    entry = ZipEntry(
        name=name,
        method=said.method,
        crc=said.crc,
        packed_size=said.packed_size,
        size=said.size,
        start=start,
    )
    # Two bytes are an empty deflate stream, which Java writes for a folder.
    if entry.is_folder and (said.size or said.packed_size > 2):
        raise InvalidError("archive with content under the name of a folder")
    return entry, comment_at + said.comment_length, following


def _check_record(said: _Central, at: int, max_name: int) -> None:
    """Refuse what one directory record alone shows to be wrong."""
    if said.mark != _CENTRAL_MARK:
        raise InvalidError("archive with a damaged directory")
    if said.name_length > max_name:
        raise InvalidError("archive with a name that is too long")
    if 0xFFFFFFFF in {said.packed_size, said.size, said.offset}:
        raise InvalidError("archive in ZIP64, which is not accepted")
    if said.flags & _ENCRYPTED:
        raise InvalidError("archive that is encrypted")
    if said.flags & ~_KNOWN_FLAGS:
        raise InvalidError("archive with flags that are not accepted")
    if said.method not in {STORED, DEFLATED}:
        raise InvalidError("archive packed by a method that is not accepted")
    if said.method == STORED and said.packed_size != said.size:
        raise InvalidError("archive whose stored entry has two sizes")
    if said.disk:
        raise InvalidError("archive in several volumes")
    if stat.S_IFMT(said.attributes >> 16) not in _FILE_KINDS:
        raise InvalidError("archive with a link or a special file")
    if said.offset != at:
        raise InvalidError("archive whose entries overlap, or are out of order")


def _check_local(
    content: bytes, at: int, directory: int, said: _Central, raw: bytes
) -> int:
    """Compare the header before the content with the directory; return its end."""
    if at + _LOCAL.size > directory:
        raise InvalidError("archive whose entries overlap its directory")
    local = _Local._make(_LOCAL.unpack_from(content, at))
    if local.mark != _LOCAL_MARK:
        raise InvalidError("archive with a damaged entry")
    name_at = at + _LOCAL.size
    extra_at = name_at + local.name_length
    start = extra_at + local.extra_length
    if content[name_at:extra_at] != raw:
        raise InvalidError("archive whose entry has two names")
    if (local.flags, local.method) != (said.flags, said.method):
        raise InvalidError("archive whose entry is described in two ways")
    sizes = (local.crc, local.packed_size, local.size)
    come_later = bool(said.flags & _DESCRIPTOR) and not any(sizes)
    if not come_later and sizes != (said.crc, said.packed_size, said.size):
        raise InvalidError("archive whose entry has two sizes")
    _check_extra(content[extra_at:start], raw.decode())
    return start


def _check_extra(extra: bytes, name: str) -> None:
    position = 0
    while position + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, position)
        position += _EXTRA.size
        value = extra[position : position + length]
        position += length
        if kind == _ZIP64_EXTRA:
            raise InvalidError("archive in ZIP64, which is not accepted")
        if kind == _AES_EXTRA:
            raise InvalidError("archive that is encrypted")
        if kind == _OTHER_NAME_EXTRA and value[5:] != name.encode():
            raise InvalidError("archive whose entry has two names")
    if position > len(extra):
        raise InvalidError("archive with a damaged entry")


def _descriptor_length(content: bytes, at: int, said: _Central) -> int:
    """Return the length of the sizes written after the content, mark included."""
    sizes = _SIZES.pack(said.crc, said.packed_size, said.size)
    if content[at : at + 16] == _DESCRIPTOR_MARK + sizes:
        return 16
    if content[at : at + 12] == sizes:
        return 12
    raise InvalidError("archive whose entry has two sizes")

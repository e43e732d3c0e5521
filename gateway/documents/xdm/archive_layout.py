"""
The tables of a ZIP file, read so that no two readers could see two archives.

A ZIP says everything twice, in its central directory and before each entry, and a
reader may believe either (or any bytes between them). Here the file must be exactly
its entries in order, its central directory and its end record, and both accounts must
agree. Nothing is decompressed.

What a writer did not know yet when it wrote the header of an entry may be zero there,
one by one, where the flags say that it follows (APPNOTE 4.4.4, bit 3): libarchive
knows the size and not the CRC, Java neither. Sizes of eight bytes (ZIP64) are read
where the small ones point to them; they are no larger here, for the limits hold.
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
_WIDE_SIZES = struct.Struct("<L2Q")
_EXTRA = struct.Struct("<2H")
_WIDE_END = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")

_END_MARK = b"PK\x05\x06"
_WIDE_END_MARK = b"PK\x06\x06"
_LOCATOR_MARK = b"PK\x06\x07"
_CENTRAL_MARK = b"PK\x01\x02"
_LOCAL_MARK = b"PK\x03\x04"
_DESCRIPTOR_MARK = b"PK\x07\x08"

_ENCRYPTED = 0x2041  # traditional, strong, and encrypted central directory
_DESCRIPTOR = 0x0008  # sizes follow the content, as Java's streams write them
_UTF8 = 0x0800
_EFFORT = 0x0006  # how hard it was packed, which changes nothing
_KNOWN_FLAGS = _EFFORT | _DESCRIPTOR | _UTF8

_SMALL = 0xFFFF
_LONG = 0xFFFFFFFF
"""What stands where the true number is in the ZIP64 part."""

_TWO_SIZES = "archive whose entry has two sizes"

_WIDE_EXTRA = 0x0001
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
            (data before, between or after, two end records, two sizes, encryption,
            other methods than stored and deflate, special files, unsafe names).
    """
    end, count, directory = _read_end(content)
    if count > max_entries:
        raise InvalidError("archive with too many entries")
    listed = []
    position = directory
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise InvalidError("archive with a damaged directory")
        one, position = _read_record(content, position, max_name)
        listed.append(one)
    if position != end:
        raise InvalidError("archive whose directory and count differ")
    entries = []
    at = 0
    for number, one in enumerate(listed, 1):
        if one.said.offset != at:
            raise InvalidError("archive whose entries overlap, or are out of order")
        following = listed[number].said.offset if number < count else directory
        entries.append(_read_entry(content, one, directory, following))
        at = following
    if at != directory:
        raise InvalidError("archive with bytes that belong to no entry")
    return entries


def _read_end(content: bytes) -> tuple[int, int, int]:
    """Return where the directory ends, the number of entries, where it begins."""
    end = content.rfind(_END_MARK)
    if end < 0 or end < len(content) - _END.size - _MAX_COMMENT:
        raise InvalidError("not a ZIP archive")
    if end + _END.size > len(content):
        raise InvalidError("archive cut short")
    _, disk, start_disk, here, count, size, offset, comment = _END.unpack_from(
        content, end
    )
    if end + _END.size + comment != len(content):
        raise InvalidError("archive with bytes after its end")
    said = (disk, start_disk, here, count, size, offset)
    last = end
    if content.startswith(_LOCATOR_MARK, max(end - _LOCATOR.size, 0)):
        last, said = _read_wide_end(content, end, said)
    elif _SMALL in {disk, start_disk, here, count} or _LONG in {size, offset}:
        raise InvalidError("archive without the ZIP64 end that it announces")
    disk, start_disk, here, count, size, offset = said
    if disk or start_disk or here != count:
        raise InvalidError("archive in several volumes")
    if offset + size != last or content.find(_END_MARK, offset, last) >= 0:
        raise InvalidError("archive with two ends, or bytes before its entries")
    return last, count, offset


_Ends = tuple[int, int, int, int, int, int]


def _read_wide_end(content: bytes, end: int, small: _Ends) -> tuple[int, _Ends]:
    """Read a ZIP64 end (APPNOTE 4.3.14), which must say what the small one does."""
    at = end - _LOCATOR.size - _WIDE_END.size
    _, disk, place, disks = _LOCATOR.unpack_from(content, end - _LOCATOR.size)
    if at < 0 or (disk, place) != (0, at) or disks > 1:
        raise InvalidError("archive with a ZIP64 end that is not where it says")
    mark, size, _, _, *said = _WIDE_END.unpack_from(content, at)
    if mark != _WIDE_END_MARK or size != _WIDE_END.size - 12:
        raise InvalidError("archive with a damaged ZIP64 end")
    limits = (_SMALL, _SMALL, _SMALL, _SMALL, _LONG, _LONG)
    for one, other, limit in zip(small, said, limits, strict=True):
        if one not in {other, limit}:
            raise InvalidError("archive with two ends that differ")
    wide: _Ends = tuple(said)
    return at, wide


@frozen
class _Listed:
    """A directory record, its sizes made whole, with its name as it lies there."""

    said: _Central
    raw: bytes = field(repr=False)
    name: str = field(repr=False)


def _read_record(content: bytes, position: int, max_name: int) -> tuple[_Listed, int]:
    """Read a directory record; return it and where the next one is."""
    said = _Central._make(_CENTRAL.unpack_from(content, position))
    if said.mark != _CENTRAL_MARK:
        raise InvalidError("archive with a damaged directory")
    if said.name_length > max_name:
        raise InvalidError("archive with a name that is too long")
    name_at = position + _CENTRAL.size
    extra_at = name_at + said.name_length
    comment_at = extra_at + said.extra_length
    raw = content[name_at:extra_at]
    name = read_name(raw, is_utf8=bool(said.flags & _UTF8))
    wide = _check_extra(content[extra_at:comment_at], raw)
    size, packed_size, offset = _whole((said.size, said.packed_size, said.offset), wide)
    said = said._replace(size=size, packed_size=packed_size, offset=offset)
    _check_record(said)
    return _Listed(said, raw, name), comment_at + said.comment_length


def _check_record(said: _Central) -> None:
    """Refuse what one directory record alone shows to be wrong."""
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


def _read_entry(
    content: bytes, one: _Listed, directory: int, following: int
) -> ZipEntry:
    """Compare an entry with its record; what follows it begins at `following`."""
    said = one.said
    start, has_descriptor = _check_local(content, said.offset, directory, one)
    after = following - start - said.packed_size
    if after < 0:
        raise InvalidError("archive whose entries overlap, or are out of order")
    if has_descriptor:
        _check_descriptor(content[following - after : following], said)
    elif after:
        raise InvalidError("archive with bytes that belong to no entry")
    entry = ZipEntry(
        name=one.name,
        method=said.method,
        crc=said.crc,
        packed_size=said.packed_size,
        size=said.size,
        start=start,
    )
    # Two bytes are an empty deflate stream, which Java writes for a folder.
    if entry.is_folder and (said.size or said.packed_size > 2):
        raise InvalidError("archive with content under the name of a folder")
    return entry


def _check_local(
    content: bytes, at: int, directory: int, one: _Listed
) -> tuple[int, bool]:
    """
    Compare the header before the content with the directory.

    Return where the content begins, and whether sizes follow it.
    """
    said = one.said
    if at + _LOCAL.size > directory:
        raise InvalidError("archive whose entries overlap its directory")
    local = _Local._make(_LOCAL.unpack_from(content, at))
    if local.mark != _LOCAL_MARK:
        raise InvalidError("archive with a damaged entry")
    name_at = at + _LOCAL.size
    extra_at = name_at + local.name_length
    start = extra_at + local.extra_length
    if content[name_at:extra_at] != one.raw:
        raise InvalidError("archive whose entry has two names")
    differing = (local.flags ^ said.flags) & ~(_EFFORT | _DESCRIPTOR)
    if local.method != said.method or differing:
        raise InvalidError("archive whose entry is described in two ways")
    wide = _check_extra(content[extra_at:start], one.raw)
    size, packed_size = _whole((local.size, local.packed_size), wide)
    has_descriptor = bool(local.flags & _DESCRIPTOR)
    pairs = (
        (local.crc, said.crc),
        (packed_size, said.packed_size),
        (size, said.size),
    )
    for before, listed in pairs:
        if before != listed and not (has_descriptor and before == 0):
            raise InvalidError(_TWO_SIZES)
    return start, has_descriptor


def _whole(small: tuple[int, ...], wide: bytes | None) -> tuple[int, ...]:
    """
    Return the numbers, those that do not fit taken from the ZIP64 part.

    It holds those alone (APPNOTE 4.5.3); some write all of them, and then they agree.
    """
    missing = small.count(_LONG)
    if wide is None:
        if missing:
            raise InvalidError("archive without the ZIP64 sizes that it announces")
        return small
    given = struct.unpack_from(f"<{len(wide) // 8}Q", wide)
    if len(given) == missing:
        values = iter(given)
        return tuple(next(values) if one == _LONG else one for one in small)
    if len(given) < missing or len(given) > len(small):
        raise InvalidError("archive with damaged ZIP64 sizes")
    whole = (*given, *small[len(given) :])
    for one, other in zip(small, whole, strict=True):
        if one not in {other, _LONG}:
            raise InvalidError(_TWO_SIZES)
    if _LONG in small[len(given) :]:
        raise InvalidError("archive with damaged ZIP64 sizes")
    return whole


def _check_extra(extra: bytes, raw: bytes) -> bytes | None:
    """Refuse a second name and encryption; return the ZIP64 part, or None."""
    position = 0
    wide = None
    while position + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, position)
        position += _EXTRA.size
        value = extra[position : position + length]
        position += length
        if kind == _WIDE_EXTRA:
            if wide is not None:
                raise InvalidError(_TWO_SIZES)
            wide = value
        if kind == _AES_EXTRA:
            raise InvalidError("archive that is encrypted")
        if kind == _OTHER_NAME_EXTRA and value[5:] != raw:
            raise InvalidError("archive whose entry has two names")
    if position > len(extra):
        raise InvalidError("archive with a damaged entry")
    return wide


def _check_descriptor(written: bytes, said: _Central) -> None:
    """Compare the sizes after a content: with a mark or not, four bytes or eight."""
    sizes = _SIZES.pack(said.crc, said.packed_size, said.size)
    wide = _WIDE_SIZES.pack(said.crc, said.packed_size, said.size)
    forms = {sizes, wide, _DESCRIPTOR_MARK + sizes, _DESCRIPTOR_MARK + wide}
    if written not in forms:
        raise InvalidError(_TWO_SIZES)

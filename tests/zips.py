"""ZIP files built by hand, so that each of their lies can be told."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from attrs import evolve, frozen

CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
END = struct.Struct("<4s4H2LH")


@frozen(kw_only=True)
class Part:
    """One entry; what is None is computed as an honest writer would."""

    name: bytes = b"FILE.TXT"
    content: bytes = b"hello"
    method: int = 8
    flags: int = 0
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    extra: bytes = b""
    attributes: int = 0o100644 << 16
    offset: int | None = None
    disk: int = 0
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_crc: int | None = None
    local_size: int | None = None
    local_packed_size: int | None = None
    local_extra: bytes = b""
    after: bytes = b""  # between this entry and the next


def deflate(content: bytes) -> bytes:
    """Return a raw deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def streamed(part: Part, *, with_mark: bool = True) -> Part:
    """Return the entry as Java's streams write it: sizes after the content."""
    packed = part.packed if part.packed is not None else deflate(part.content)
    sizes = struct.pack("<3L", zlib.crc32(part.content), len(packed), len(part.content))
    return evolve(
        part,
        flags=part.flags | 8,
        local_crc=0,
        local_size=0,
        local_packed_size=0,
        after=(b"PK\x07\x08" if with_mark else b"") + sizes,
    )


ALL = 0xFFFFFFFF
"""What stands for a number of four bytes that is in the ZIP64 part."""


def wide_sizes(*numbers: int) -> bytes:
    """Return the ZIP64 part of an entry with these numbers (APPNOTE 4.5.3)."""
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def widened(
    archive: bytes,
    *,
    small: bool = True,
    at: int = 0,
    disks: int = 1,
    locator_disk: int = 0,
    mark: bytes = b"PK\x06\x06",
    length: int = 44,
    disk: int = 0,
    count: int | None = None,
    size: int | None = None,
    directory: int | None = None,
) -> bytes:
    """
    Return an archive without comment with a ZIP64 end (APPNOTE 4.3.14).

    With ``small`` the other end still says the numbers; ``at`` moves the place that
    the locator gives.
    """
    start, old = archive[: -END.size], END.unpack(archive[-END.size :])
    listed = old[4] if count is None else count
    wide = struct.pack(
        "<4sQ2H2L4Q",
        mark,
        length,
        45,
        45,
        disk,
        disk,
        listed,
        listed,
        old[5] if size is None else size,
        old[6] if directory is None else directory,
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", locator_disk, len(start) + at, disks)
    end = old if small else (old[0], *[0xFFFF] * 4, ALL, ALL, 0)
    return start + wide + locator + END.pack(*end)


def make_zip(  # one knob per lie
    parts: Sequence[Part],
    *,
    prefix: bytes = b"",
    shift: int = 0,
    before_directory: bytes = b"",
    before_end: bytes = b"",
    comment: bytes = b"",
    comment_length: int | None = None,
    suffix: bytes = b"",
    count: int | None = None,
    directory: int | None = None,
    directory_order: Sequence[int] | None = None,
) -> bytes:
    """Return the archive; ``shift`` moves the offsets that the directory gives."""
    body = bytearray(prefix)
    records = []
    for part in parts:
        at = len(body)
        local, record = _headers(part, at + shift)
        body += local
        records.append(record)
    body += before_directory
    start = len(body) + shift if directory is None else directory
    ordered = [records[i] for i in directory_order or range(len(records))]
    listed = b"".join(ordered)
    number = len(records) if count is None else count
    length = len(comment) if comment_length is None else comment_length
    end = END.pack(b"PK\x05\x06", 0, 0, number, number, len(listed), start, length)
    return bytes(body) + listed + before_end + end + comment + suffix


def _headers(part: Part, at: int) -> tuple[bytes, bytes]:
    def or_else(value: int | None, other: int) -> int:
        return other if value is None else value

    packed = part.packed
    if packed is None:
        packed = deflate(part.content) if part.method == 8 else part.content
    crc = or_else(part.crc, zlib.crc32(part.content))
    size = or_else(part.size, len(part.content))
    packed_size = or_else(part.packed_size, len(packed))
    local_name = part.name if part.local_name is None else part.local_name
    local = LOCAL.pack(
        b"PK\x03\x04",
        20,
        or_else(part.local_flags, part.flags),
        or_else(part.local_method, part.method),
        0,
        0x5821,
        or_else(part.local_crc, crc),
        or_else(part.local_packed_size, packed_size),
        or_else(part.local_size, size),
        len(local_name),
        len(part.local_extra),
    )
    record = CENTRAL.pack(
        b"PK\x01\x02",
        0x0314,
        20,
        part.flags,
        part.method,
        0,
        0x5821,
        crc,
        packed_size,
        size,
        len(part.name),
        len(part.extra),
        0,
        part.disk,
        0,
        part.attributes,
        or_else(part.offset, at),
    )
    return (
        local + local_name + part.local_extra + packed + part.after,
        record + part.name + part.extra,
    )

"""
Reads the files out of a ``winmail.dat``, which Outlook makes of a message (MS-OXTNEF).

A file stands in an attribute of its own or among the MAPI properties of an attachment.
Only the files and the plain text are read, in memory, within the bytes that are there;
the message's form, the calendar and the rest are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from attrs import field, frozen

from gateway.errors import InvalidError

SIGNATURE = b"\x78\x9f\x3e\x22"

_START = struct.Struct("<4sH")
_ATTRIBUTE = struct.Struct("<BLL")
_LONG = struct.Struct("<L")
_PROPERTY = struct.Struct("<HH")

_BODY = 0x0002800C
_ATTACH_DATA = 0x0006800F
_ATTACHMENT = 0x00069005

_FIXED = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
"""The bytes of a value by its type, padded to four (MS-OXTNEF §2.1.3.3, PtypXXX)."""

_OBJECT, _BINARY = 0x000D, 0x0102
_VARIABLE = {_OBJECT, 0x001E, 0x001F, _BINARY}
_MANY = 0x1000
_NAMED = 0x8000
_ATTACH_DATA_PROPERTY = 0x3701
_GUID = 16
_MOST_VALUES = 10_000


@frozen
class TnefFile:
    """A file that stood in a ``winmail.dat``; its name is not kept."""

    content: bytes = field(repr=False)


def read_tnef(content: bytes) -> Iterator[TnefFile]:
    """
    Yield the files of a ``winmail.dat``, and the text of the message if it is there.

    A message within it is yielded as the ``winmail.dat`` that it is again.

    Raises:
        InvalidError: cut short, damaged, or of a form that is not known here: what is
            in it cannot be told.
    """
    if len(content) < _START.size or not content.startswith(SIGNATURE):
        raise InvalidError("no winmail.dat")
    at = _START.size
    while at < len(content):
        if at + _ATTRIBUTE.size > len(content):
            raise InvalidError("winmail.dat cut short")
        _, name, length = _ATTRIBUTE.unpack_from(content, at)
        start = at + _ATTRIBUTE.size
        at = start + length + 2  # the checksum of two bytes
        if at > len(content):
            raise InvalidError("winmail.dat cut short")
        value = content[start : start + length]
        if int.from_bytes(content[at - 2 : at], "little") != sum(value) & 0xFFFF:
            raise InvalidError("winmail.dat that is damaged")
        if name in {_ATTACH_DATA, _BODY}:
            yield TnefFile(value)
        elif name == _ATTACHMENT:
            yield from _files_of(value)


def _files_of(properties: bytes) -> Iterator[TnefFile]:
    """Yield the data that the properties of an attachment hold (MS-OXTNEF §2.1.3.4)."""
    reader = _Reader(properties)
    for _ in range(reader.count()):
        kind, name = reader.pair()
        if name & _NAMED:
            reader.skip(_GUID)
            if reader.long():  # named by a text, else by a number
                reader.padded()
            else:
                reader.long()
        plain = kind & ~_MANY
        if plain in _VARIABLE:
            values = [reader.padded() for _ in range(reader.count())]
            if name == _ATTACH_DATA_PROPERTY and plain == _OBJECT:
                yield from (TnefFile(value[_GUID:]) for value in values)
            elif name == _ATTACH_DATA_PROPERTY:
                yield from (TnefFile(value) for value in values)
        elif plain in _FIXED:
            reader.skip(_FIXED[plain] * (reader.count() if kind & _MANY else 1))
        else:
            raise InvalidError("winmail.dat with a property of an unknown type")


class _Reader:
    """Reads numbers and values one after the other; never past the end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def skip(self, length: int) -> int:
        """Pass over so many bytes; return where they begin."""
        at = self._at
        if at + length > len(self._content):
            raise InvalidError("winmail.dat with a property that is cut short")
        self._at = at + length
        return at

    def long(self) -> int:
        at = self.skip(_LONG.size)
        return int(_LONG.unpack_from(self._content, at)[0])

    def count(self) -> int:
        """Return how many follow, refusing numbers that no honest file has."""
        number = self.long()
        if number > _MOST_VALUES:
            raise InvalidError("winmail.dat with too many properties")
        return number

    def pair(self) -> tuple[int, int]:
        at = self.skip(_PROPERTY.size)
        kind, name = _PROPERTY.unpack_from(self._content, at)
        return int(kind), int(name)

    def padded(self) -> bytes:
        """Return a value that says its length, and pass over what pads it to four."""
        length = self.long()
        at = self.skip(length)
        self.skip(min(-length % 4, len(self._content) - self._at))
        return self._content[at : at + length]

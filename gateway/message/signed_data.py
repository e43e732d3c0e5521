"""
Takes the content out of signed data (S/MIME "opaque", RFC 8551 §3.5.2).

The signature is not verified: the content is looked at, as if it had come unsigned.
`cryptography` reads certificates and decrypts but gives no content of signed data, so
the few levels that lead to it are read here: BER, of definite or indefinite length.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.errors import InvalidError

_OID_PREFIX = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""How a content type of PKCS #7 begins: 1.2.840.113549.1.7."""

_SIGNED = _OID_PREFIX[2:] + b"\x02"
_OID, _SEQUENCE, _EXPLICIT, _OCTETS = 0x06, 0x30, 0xA0, 0x04
_OCTETS_IN_PARTS = 0x24
_MOST_LEVELS = 12
_MOST_PIECES = 100_000


class _Value(NamedTuple):
    """One BER value: its tag, where its content is, and where the next one starts."""

    tag: int
    start: int
    end: int
    following: int


def signed_content(content: bytes) -> bytes | None:
    """
    Return what was signed, or None where only a signature is there.

    Raises:
        InvalidError: damaged, or no signed data: encrypted, compressed, another type.
    """
    outer = _read(content, 0, len(content), 0)
    parts = _children(content, outer, 1)
    kind = next(parts, None)
    if outer.tag != _SEQUENCE or kind is None or kind.tag != _OID:
        raise InvalidError("no CMS content")
    if content[kind.start : kind.end] != _SIGNED:
        raise InvalidError("CMS content that is not signed data")
    signed = next(_children(content, _next(parts), 2), None)
    if signed is None:
        raise InvalidError("signed data that is damaged")
    inside = [one for one in _children(content, signed, 3) if one.tag == _SEQUENCE]
    if not inside:
        raise InvalidError("signed data that is damaged")
    content_info = list(_children(content, inside[0], 4))
    if len(content_info) < 2 or content_info[1].tag != _EXPLICIT:
        return None
    octets = next(_children(content, content_info[1], 5), None)
    if octets is None:
        raise InvalidError("signed data that is damaged")
    return b"".join(_octets(content, octets, 6))


def _next(values: Iterator[_Value]) -> _Value:
    found = next(values, None)
    if found is None:
        raise InvalidError("signed data that is damaged")
    return found


def _octets(content: bytes, value: _Value, level: int) -> Iterator[bytes]:
    if value.tag == _OCTETS:
        yield content[value.start : value.end]
    elif value.tag == _OCTETS_IN_PARTS:
        for one in _children(content, value, level):
            yield from _octets(content, one, level + 1)
    else:
        raise InvalidError("signed data that is damaged")


def _children(content: bytes, value: _Value, level: int) -> Iterator[_Value]:
    at, number = value.start, 0
    while at < value.end:
        number += 1
        if number > _MOST_PIECES:
            raise InvalidError("signed data in too many pieces")
        found = _read(content, at, value.end, level)
        yield found
        at = found.following


def _read(content: bytes, at: int, end: int, level: int) -> _Value:
    """Read the tag and length at an offset; of an indefinite length, up to its end."""
    if level > _MOST_LEVELS or at + 2 > end:
        raise InvalidError("signed data that is damaged")
    tag, length = content[at], content[at + 1]
    start = at + 2
    if length == 0x80:
        return _indefinite(content, tag, start, end, level)
    if length > 0x80:
        count = length & 0x7F
        if count > 4 or start + count > end:
            raise InvalidError("signed data that is damaged")
        length = int.from_bytes(content[start : start + count], "big")
        start += count
    if start + length > end:
        raise InvalidError("signed data that is cut short")
    return _Value(tag, start, start + length, start + length)


def _indefinite(content: bytes, tag: int, start: int, end: int, level: int) -> _Value:
    at, number = start, 0
    while content[at : at + 2] != b"\x00\x00":
        number += 1
        if number > _MOST_PIECES:
            raise InvalidError("signed data in too many pieces")
        at = _read(content, at, end, level + 1).following
    return _Value(tag, start, at, at + 2)

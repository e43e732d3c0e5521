"""Deflated bytes (RFC 1951): made, and inflated no further than is known of them."""

from __future__ import annotations

import zlib

from gateway.errors import DamagedError

_QUICK = 1
_PACKED = b"\x00"
"""What stands before a text that was packed; no JSON begins so."""

_MOST_BYTES = 4 * 1024 * 1024
"""More than any text that is packed; what claims to be more is damaged."""


def deflate(content: bytes) -> bytes:
    """Return a raw deflate stream; quick rather than small."""
    stream = zlib.compressobj(_QUICK, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(content) + stream.flush()


def inflate(deflated: bytes, size: int) -> bytes:
    """
    Return the ``size`` bytes of a raw deflate stream; never more are made.

    Raises:
        DamagedError: it is no such stream, or holds fewer bytes, or more.
    """
    content = _inflated(deflated, size + 1)
    if len(content) != size:
        raise DamagedError("not readable", detail="deflated of another size")
    return content


def _inflated(deflated: bytes, most: int) -> bytes:
    """Return what a raw deflate stream holds, which ends with the bytes given."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(deflated, most)
    except zlib.error as error:
        raise DamagedError("not readable", detail="not inflated") from error
    if not stream.eof or stream.unused_data:
        raise DamagedError("not readable", detail="deflated of another size")
    return content


def pack(text: bytes) -> bytes:
    """Return a text of JSON deflated, so that `unpacked` knows it."""
    return _PACKED + deflate(text)


def unpacked(text: bytes) -> bytes:
    """
    Return what `pack` was given; a text that it did not make, as it is.

    Raises:
        DamagedError: the stream is none, does not end, or holds too much.
    """
    if not text.startswith(_PACKED):
        return text
    return _inflated(text[len(_PACKED) :], _MOST_BYTES)

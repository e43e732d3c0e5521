"""Deflated bytes (RFC 1951): made, and inflated no further than is known of them."""

from __future__ import annotations

import zlib

from gateway.errors import DamagedError

_QUICK = 1


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
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(deflated, size + 1)
    except zlib.error as error:
        raise DamagedError("not readable", detail="blob not inflated") from error
    if len(content) != size or not stream.eof or stream.unused_data:
        raise DamagedError("not readable", detail="blob of another size")
    return content

"""Pictures that Office programs pack with gzip and put into their own files."""

from __future__ import annotations

import zlib
from typing import Final

from gateway.errors import InvalidError

_NAMES: Final = (".emz", ".wmz", ".svgz")
_GZIP_WINDOW: Final = 31


def is_packed_picture(name: str) -> bool:
    """Tell whether a name is that of one; other gzip files are archives like another"""
    return name.lower().endswith(_NAMES)


def read_packed_picture(content: bytes, max_bytes: int) -> bytes:
    """
    Return the picture, of at most ``max_bytes``.

    Raises:
        InvalidError: damaged, too large, or something follows it.
    """
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        picture = stream.decompress(content, max_bytes + 1)
    except zlib.error as error:
        raise InvalidError("damaged gzip") from error
    if not stream.eof or stream.unused_data or len(picture) > max_bytes:
        raise InvalidError("gzip that is cut short, too large or not alone")
    return picture

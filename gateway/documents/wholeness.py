"""
Whether a file is whole: what tells, without reading it, that nobody will open it.

Programs that show files are lenient, and so is this. A file is damaged only where no
usual program finds anything to show in it. Where one would show a part, that the file
is cut short is a remark for its sender, and the file is taken as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from gateway.errors import InvalidError

CUT_SHORT: Final = "has no end and may be cut short"
"""What is said of a file of which a part can be shown."""

_TAIL: Final = 2048
"""Bytes at the end of a PDF in which its end is looked for; readers take 1,024."""

_JPEG_TAIL: Final = 64 * 1024
"""Cameras and scanners put data of their own behind a picture."""


def check_whole(kind: str, content: bytes) -> str:
    """
    Return what its sender should know of a file, or an empty text.

    ``kind`` is its type, as its first bytes show it; of a type not known here nothing
    is said.

    Raises:
        InvalidError: no program will show anything of it; the text goes on after the
            name of the place the file stands in.
    """
    check = _CHECKS.get(kind)
    return check(content) if check else ""


def _pdf(content: bytes) -> str:
    """
    Without an object that names the root, no reader finds a page (ISO 32000-1 §7.5.5).

    The root is named in a trailer or a cross-reference stream, and neither is ever
    packed within another. A reader that misses the end of the file searches it for one:
    an update or a linearized file has one early, and is then shown as far as it goes.
    """
    if b"/Root" not in content:
        raise InvalidError("is a PDF that is cut short")
    tail = content[-_TAIL:]
    return "" if b"%%EOF" in tail or b"startxref" in tail else CUT_SHORT


def _jpeg(content: bytes) -> str:
    """A start of scan (FFDA) begins the picture, an end of image (FFD9) ends it."""
    if b"\xff\xda" not in content:
        raise InvalidError("is a JPEG that is cut short")
    return "" if b"\xff\xd9" in content[-_JPEG_TAIL:] else CUT_SHORT


def _png(content: bytes) -> str:
    if b"IDAT" not in content:
        raise InvalidError("is a PNG that is cut short")
    return "" if b"IEND" in content[-_TAIL:] else CUT_SHORT


def _gif(content: bytes) -> str:
    """An image has a descriptor (2C), the file a trailer (3B): GIF89a §20, §27."""
    if b"," not in content[13:]:
        raise InvalidError("is a GIF that is cut short")
    return "" if content.rstrip(b"\x00").endswith(b";") else CUT_SHORT


def _tiff(content: bytes) -> str:
    """The header says where the first directory of pages is (TIFF 6.0, §2)."""
    order = "<" if content.startswith(b"II") else ">"
    is_big = b"+" in content[:4]
    try:
        (place,) = struct.unpack_from(
            f"{order}{'Q' if is_big else 'L'}", content, 8 if is_big else 4
        )
    except struct.error:
        place = 0
    if not 8 <= place <= len(content) - 2:
        raise InvalidError("is a TIFF that is cut short")
    return ""


def _rtf(content: bytes) -> str:
    return "" if content.rstrip(b"\x00\r\n\t \x1a").endswith(b"}") else CUT_SHORT


_CHECKS: Mapping[str, Callable[[bytes], str]] = MappingProxyType(
    {
        "application/pdf": _pdf,
        "image/jpeg": _jpeg,
        "image/png": _png,
        "image/gif": _gif,
        "image/tiff": _tiff,
        "text/rtf": _rtf,
    }
)

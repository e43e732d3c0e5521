"""What bytes really are, told by how they start; a declared type is only a claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = (b"GIF87a", b"GIF89a")
_TIFF = (b"II*\x00", b"MM\x00*")
_BOM = b"\xef\xbb\xbf"


def _is_xml(content: bytes) -> bool:
    return content[:1024].removeprefix(_BOM).lstrip()[:1] == b"<"


def _is_text(content: bytes) -> bool:
    return b"\x00" not in content


_LOOKS: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {
        # Only at the very start: a file that begins as something else could be two
        # files.
        "application/pdf": lambda content: content.startswith(b"%PDF-"),
        "application/dicom": lambda content: content[128:132] == b"DICM",
        "image/jpeg": lambda content: content.startswith(_JPEG),
        "image/png": lambda content: content.startswith(_PNG),
        "image/gif": lambda content: content.startswith(_GIF),
        "image/tiff": lambda content: content.startswith(_TIFF),
        "text/rtf": lambda content: content.startswith(b"{\\rtf"),
        "text/plain": _is_text,
        "text/xml": _is_xml,
    }
)
_SAME = MappingProxyType(
    {
        "application/rtf": "text/rtf",
        "application/xml": "text/xml",
        "image/jpg": "image/jpeg",
        "image/pjpeg": "image/jpeg",
        "image/tif": "image/tiff",
    }
)

IMAGES = ("image/jpeg", "image/png", "image/gif")
"""The images that every browser shows, and that carry no script."""


def normal_type(media_type: str) -> str:
    """
    Return a media type in lower case, without parameters, under its usual name.

    >>> normal_type("Application/XSLT+xml; charset=utf-8"), normal_type("image/jpg")
    ('text/xml', 'image/jpeg')
    """
    plain = media_type.partition(";")[0].strip().lower()
    return "text/xml" if plain.endswith("+xml") else _SAME.get(plain, plain)


def looks_like(media_type: str, content: bytes) -> bool:
    """Tell whether the bytes can be of that type; a type we do not know always can."""
    look = _LOOKS.get(normal_type(media_type))
    return look is None or look(content)


def image_type(content: bytes) -> str:
    """Return which of `IMAGES` the bytes are, or an empty text."""
    return next((one for one in IMAGES if looks_like(one, content)), "")

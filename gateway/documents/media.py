"""What bytes really are, told by how they start; a declared type is only a claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

_BOM: Final = b"\xef\xbb\xbf"
_TIFF: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_HEIC: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)
"""Brands of pictures in HEVC (ISO/IEC 23008-12 §10.2)."""
_ZIP: Final = b"PK\x03\x04"
_ODT: Final = "application/vnd.oasis.opendocument.text"
_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "application/pdf": "pdf",
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/gif": "gif",
        "image/heic": "heic",
        "image/tiff": "tif",
        "text/rtf": "rtf",
        "text/plain": "txt",
        "image/bmp": "bmp",
        "image/webp": "webp",
        "application/dicom": "dcm",
        "application/msword": "doc",
        _ODT: "odt",
        _DOCX: "docx",
    }
)
"""The file name ending of each type that is given out of a document."""


def _is_xml(content: bytes) -> bool:
    return content[:1024].removeprefix(_BOM).lstrip()[:1] == b"<"


def _is_text(content: bytes) -> bool:
    return b"\x00" not in content


def _is_heic(content: bytes) -> bool:
    """Tell by the brands in its first box (ISO/IEC 14496-12 §4.3), at most sixteen."""
    if content[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(content[:4], "big"), 16 + 16 * 4)
    brands = {content[8:12], *(content[at : at + 4] for at in range(16, end, 4))}
    return not _HEIC.isdisjoint(brands)


# Only at the very start: a file that begins as something else could be two files.
_SIGNED: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {
        "application/pdf": lambda content: content.startswith(b"%PDF-"),
        "image/jpeg": lambda content: content.startswith(b"\xff\xd8\xff"),
        "image/png": lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
        "image/gif": lambda content: content.startswith((b"GIF87a", b"GIF89a")),
        "image/tiff": lambda content: content.startswith(_TIFF),
        "image/heic": _is_heic,
        "text/rtf": lambda content: content.startswith(b"{\\rtf"),
        "application/dicom": lambda content: content[128:132] == b"DICM",
        "application/msword": lambda content: content.startswith(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        ),
        _ODT: lambda content: (
            content.startswith(_ZIP)
            and content[30:].startswith(b"mimetype" + _ODT.encode())
        ),
        _DOCX: lambda content: content.startswith(_ZIP) and b"word/" in content,
        "image/webp": lambda content: (
            content.startswith(b"RIFF") and content[8:12] == b"WEBP"
        ),
        "image/bmp": lambda content: (
            content.startswith(b"BM") and content[6:10] == bytes(4)
        ),
    }
)
_LOOKS: Mapping[str, Callable[[bytes], bool]] = MappingProxyType(
    {**_SIGNED, "text/plain": _is_text, "text/xml": _is_xml}
)
_SAME = MappingProxyType(
    {
        "application/rtf": "text/rtf",
        "application/x-pdf": "application/pdf",
        "application/xml": "text/xml",
        "image/heif": "image/heic",
        "image/jpg": "image/jpeg",
        "image/pjpeg": "image/jpeg",
        "image/tif": "image/tiff",
        "image/x-png": "image/png",
        "text/richtext": "text/rtf",
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


def has_signature(media_type: str) -> bool:
    """Tell whether files of this type, under its usual name, are known by a start."""
    return media_type in _SIGNED


def type_of(content: bytes) -> str:
    """
    Return the type that the first bytes show, or an empty text: text shows nothing.

    >>> type_of(b"%PDF-1.7 ..."), type_of(b"<html>")
    ('application/pdf', '')
    """
    return next((kind for kind, look in _SIGNED.items() if look(content)), "")


def looks_like(media_type: str, content: bytes) -> bool:
    """Tell whether the bytes can be of that type; a type we do not know always can."""
    look = _LOOKS.get(normal_type(media_type))
    return look is None or look(content)


def image_type(content: bytes) -> str:
    """Return which of `IMAGES` the bytes are, or an empty text."""
    return next((one for one in IMAGES if looks_like(one, content)), "")

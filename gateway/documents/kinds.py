"""What a file is by its bytes, as far as it matters for what may hide in it."""

from __future__ import annotations

import re
import struct
import zlib
from enum import StrEnum

HEAD_BYTES = 1024
"""How much of the beginning `kind_of` looks at."""

TAIL_BYTES = 0xFFFF + 22
"""How much of the end it looks at: a ZIP's end record and the longest comment."""


class Kind(StrEnum):
    """What a file is; of a name or a declared type nothing is believed."""

    ARCHIVE = "ARCHIVE"
    """A ZIP, from its first byte or by its end record: some readers take either."""
    TNEF = "TNEF"
    CMS = "CMS"
    """Signed or encrypted data (RFC 5652)."""
    OLE = "OLE"
    """A compound file: old Office documents, Outlook messages."""
    CLOSED = "CLOSED"
    """An archive or a container of a format that is not opened here."""
    SHOWN = "SHOWN"
    """To be looked at or listened to by people: PDF, images, sound, DICOM."""
    OTHER = "OTHER"
    """Text, markup, or what is not known."""


_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_END = b"PK\x05\x06"
_ZIP_COMMENT = struct.Struct("<H")

_CLOSED = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b\x08",  # gzip
    b"\x1f\x9d\x90",  # compress
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",  # zstd
    b"LZIP",
    b"\x04\x22\x4d\x18",  # lz4
    b"\x89LZO\x00\r\n\x1a\n",
    b"\xff\x06\x00\x00sNaPpY",
    b"MSCF\x00\x00\x00\x00",
    b"MSWIM\x00\x00\x00",
    b"xar!",
    b"!<arch>\n",
    b"\xed\xab\xee\xdb",  # rpm
    b"\x4c\x6f\xa7\x94",  # XML in EBCDIC
    b"Salted__",  # openssl enc
    b"age-encryption.org",
)
_CLOSED_WITHIN = re.compile(
    rb".{4}1AY&SY"  # bzip2
    rb"|\x5d\x00\x00.{2}(?:\xff{8}|.{5}\x00{3})"  # LZMA without a container
    rb"|.{7}\*\*ACE\*\*"
    rb"|.{2}-lh"
    rb"|.{257}ustar",
    re.S,
)
_CLOSED_NAMES = (
    *(".7z", ".rar", ".gz", ".tgz", ".bz2", ".tbz", ".xz", ".txz", ".zst", ".lz"),
    *(".lz4", ".lzo", ".br", ".sz", ".wim", ".xar", ".cpio", ".deb", ".rpm"),
    *(".lzma", ".z", ".tar", ".cab", ".arj", ".ace", ".lzh", ".lha", ".iso", ".img"),
    *(".dmg", ".gpg", ".pgp", ".aes", ".msg"),
)
_CLOSED_TYPES = frozenset(
    {
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/x-rar",
        "application/x-rar-compressed",
        "application/gzip",
        "application/x-gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-tar",
        "application/x-compressed",
        "application/vnd.ms-cab-compressed",
        "application/pgp-encrypted",
        "application/vnd.ms-outlook",
    }
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHOWN = (
    *(b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"),
    *(b"II*\x00", b"MM\x00*"),  # TIFF
    *(b"RIFF", b"OggS", b"ID3", b"fLaC", b"\x1a\x45\xdf\xa3"),  # sound and film
)
_SHOWN_WITHIN = re.compile(rb".{128}DICM|.{4}ftyp", re.S)
"""DICOM, film."""


def kind_of(head: bytes, tail: bytes) -> Kind:
    """
    Return what a file is by its first and last bytes (`HEAD_BYTES`, `TAIL_BYTES`).

    >>> str(kind_of(b"%PDF-1.7 ...", b"%%EOF")), str(kind_of(b"PK\\x03\\x04", b""))
    ('SHOWN', 'ARCHIVE')
    """
    if head.startswith(_ZIP):
        return Kind.ARCHIVE
    if head.startswith(b"\x78\x9f\x3e\x22"):
        return Kind.TNEF
    if head[:1] == b"\x30" and b"\x2a\x86\x48\x86\xf7\x0d\x01\x07" in head[:24]:
        return Kind.CMS
    if head.startswith(_CLOSED) or _CLOSED_WITHIN.match(head) or _is_zlib(head):
        return Kind.CLOSED
    if _ends_as_zip(tail):
        return Kind.ARCHIVE
    if head.startswith(_OLE):
        return Kind.OLE
    is_shown = head.startswith(_SHOWN) or _SHOWN_WITHIN.match(head)
    return Kind.SHOWN if is_shown else Kind.OTHER


def _is_zlib(head: bytes) -> bool:
    """Tell whether it is a bare zlib stream (RFC 1950 §2.2); no text begins so."""
    if head[:1] != b"\x78" or int.from_bytes(head[:2], "big") % 31:
        return False
    try:
        return bool(zlib.decompressobj().decompress(head, 64))
    except zlib.error:
        return False


def is_closed_by_name(name: str, media_type: str) -> bool:
    """
    Tell whether a name or a type promises a container that is not opened here.

    It is asked of what is not known by its bytes: a format without a mark of its own,
    or one whose mark was spoilt.
    """
    return name.lower().endswith(_CLOSED_NAMES) or media_type in _CLOSED_TYPES


_ATTACHED = "__attach_version1.0".encode("utf-16-le")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def hides_in_ole(content: bytes) -> bool:
    """
    Tell whether a compound file holds other files: an Outlook message with files
    attached, or a document under a password.
    """
    return _ATTACHED in content or _ENCRYPTED in content


def _ends_as_zip(tail: bytes) -> bool:
    at = tail.rfind(_ZIP_END)
    if at < 0 or at + 22 > len(tail):
        return False
    (comment,) = _ZIP_COMMENT.unpack_from(tail, at + 20)
    return at + 22 + int(comment) <= len(tail)

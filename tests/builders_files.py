"""The smallest files of each kind that are whole, and how to write them in a CDA."""

from __future__ import annotations

import struct
import zlib

from tests.builders_cda import PDF, make_cda

RTF = b"{\\rtf1\\ansi Bonjour}"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(9) + b"\xff\xda\x00\x08" + b"x\xff\xd9"
GIF = (
    b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"
)
TIFF = b"II*\x00" + struct.pack("<L", 8) + struct.pack("<H", 0) + bytes(4)
BIG_TIFF = b"MM\x00+" + struct.pack(">HHQ", 8, 0, 16) + bytes(16)
DICOM = bytes(128) + b"DICM" + bytes(40)
WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BITMAP = b"BM" + struct.pack("<LLL", 58, 0, 54) + bytes(44)
WEBP = b"RIFF" + struct.pack("<L", 12) + b"WEBPVP8 " + bytes(4)
ODT = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.textPK"
DOCX = b"PK\x03\x04" + bytes(26) + b"word/document.xml"
HTML = b"<html><script>alert(1)</script></html>"


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">L", len(content)) + name + content + struct.pack(">L", check)


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)
FILES = {
    "application/pdf": PDF,
    "text/plain": "Été & <suite>\r\n".encode(),
    "text/rtf": RTF,
    "image/jpeg": JPEG,
    "image/tiff": TIFF,
}
"""What the body of an N1 may be (CI-SIS Structuration minimale), each as a file."""


def make_n1(text: str, attributes: str = 'mediaType="application/pdf"') -> bytes:
    """Return a CDA whose ``nonXMLBody/text`` has this content and these attributes."""
    content = make_cda(body="text", file=b"x").decode()
    whole = '<text mediaType="text/plain" representation="B64">eA==</text>'
    assert whole in content
    return content.replace(whole, f"<text {attributes}>{text}</text>").encode()

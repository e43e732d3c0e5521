"""What a file is by its bytes, whatever its name says (M04)."""

from __future__ import annotations

import lzma
import struct

import pytest

from gateway.documents.kinds import (
    TAIL_BYTES,
    Kind,
    hides_in_ole,
    is_closed_by_name,
    kind_of,
)
from tests.builders_hiding import TNEF

END = b"PK\x05\x06" + bytes(16)
CMS = bytes.fromhex("30820102" + "06092a864886f70d010702")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\x03\x04rest", Kind.ARCHIVE),
        (b"PK\x05\x06rest", Kind.ARCHIVE),
        (b"PK\x07\x08rest", Kind.ARCHIVE),
        (b"PK\x01\x02rest", Kind.OTHER),
        (TNEF, Kind.TNEF),
        (CMS, Kind.CMS),
        (b"\x31" + CMS[1:], Kind.OTHER),
        (b"\x30" + bytes(30) + CMS, Kind.OTHER),
        (OLE, Kind.OLE),
        (b"7z\xbc\xaf\x27\x1c", Kind.CLOSED),
        (b"Rar!\x1a\x07\x00", Kind.CLOSED),
        (b"\x1f\x8b\x08", Kind.CLOSED),
        (b"\x1f\x8b\x07", Kind.OTHER),
        (b"\x1f\x9d\x90", Kind.CLOSED),
        (b"BZh91AY&SY", Kind.CLOSED),
        (b"\xfd7zXZ\x00", Kind.CLOSED),
        (b"\x28\xb5\x2f\xfd", Kind.CLOSED),
        (b"LZIP", Kind.CLOSED),
        (b"MSCF\x00\x00\x00\x00", Kind.CLOSED),
        (b"\x04\x22\x4d\x18", Kind.CLOSED),
        (b"\x89LZO\x00\r\n\x1a\n", Kind.CLOSED),
        (b"\xff\x06\x00\x00sNaPpY", Kind.CLOSED),
        (b"MSWIM\x00\x00\x00", Kind.CLOSED),
        (b"xar!", Kind.CLOSED),
        (b"!<arch>\n", Kind.CLOSED),
        (b"\xed\xab\xee\xdb", Kind.CLOSED),
        (lzma.compress(b"x" * 99, lzma.FORMAT_ALONE), Kind.CLOSED),
        (b"\x5d\x00\x00\x80\x00" + struct.pack("<Q", 99), Kind.CLOSED),
        (b"] une liste", Kind.OTHER),
        (bytes(7) + b"**ACE**", Kind.CLOSED),
        (b"\x22\x33-lh5-", Kind.CLOSED),
        (bytes(257) + b"ustar", Kind.CLOSED),
        (b"\x4c\x6f\xa7\x94", Kind.CLOSED),
        (b"Salted__", Kind.CLOSED),
        (b"age-encryption.org/v1", Kind.CLOSED),
        (b"%PDF-1.4", Kind.SHOWN),
        (b" %PDF-1.4", Kind.OTHER),
        (b"\xff\xd8\xff", Kind.SHOWN),
        (b"\x89PNG\r\n\x1a\n", Kind.SHOWN),
        (b"GIF87a", Kind.SHOWN),
        (b"GIF89a", Kind.SHOWN),
        (b"II*\x00", Kind.SHOWN),
        (b"MM\x00*", Kind.SHOWN),
        (b"RIFF", Kind.SHOWN),
        (b"OggS", Kind.SHOWN),
        (b"ID3", Kind.SHOWN),
        (b"fLaC", Kind.SHOWN),
        (b"\x1a\x45\xdf\xa3", Kind.SHOWN),
        (b"\0\0\0\x18ftyp", Kind.SHOWN),
        (bytes(128) + b"DICM", Kind.SHOWN),
        (b"<a/>", Kind.OTHER),
        (b"", Kind.OTHER),
    ],
)
def test_a_file_is_known_by_how_it_begins(head: bytes, kind: Kind) -> None:
    assert kind_of(head, head) is kind


@pytest.mark.parametrize(
    ("tail", "kind"),
    [
        (END + b"\0\0", Kind.ARCHIVE),
        (END + b"\0", Kind.OTHER),
        (END + struct.pack("<H", 3) + b"abc", Kind.ARCHIVE),
        (END + struct.pack("<H", 3) + b"abcd", Kind.ARCHIVE),
        (END + struct.pack("<H", 3) + b"ab", Kind.OTHER),
        (END + struct.pack("<H", 0xFFFF) + bytes(0xFFFF), Kind.ARCHIVE),
        (b"PK\x05\x06", Kind.OTHER),
    ],
)
@pytest.mark.parametrize("head", [b"%PDF-1.4", b"MZ", OLE])
def test_a_file_that_ends_as_a_zip_is_one(head: bytes, tail: bytes, kind: Kind) -> None:
    shown = {b"%PDF-1.4": Kind.SHOWN, b"MZ": Kind.OTHER, OLE: Kind.OLE}[head]

    found = kind_of(head, tail)

    assert found is (kind if kind is Kind.ARCHIVE else shown)
    assert len(tail) <= TAIL_BYTES


@pytest.mark.parametrize("head", [TNEF, CMS, b"7z\xbc\xaf\x27\x1c"])
def test_what_is_known_by_its_beginning_stays_what_it_is(head: bytes) -> None:
    assert kind_of(head, END + b"\0\0") is kind_of(head, b"")


@pytest.mark.parametrize(
    ("name", "media_type", "closed"),
    [
        ("a.7z", "", True),
        ("A.RAR", "", True),
        ("a.tar.gz", "", True),
        ("a.pgp", "", True),
        ("a.xml.br", "", True),
        ("a.lz4", "", True),
        ("a.deb", "", True),
        ("a.pdf", "application/gzip", True),
        ("", "application/vnd.ms-outlook", True),
        ("a.txt", "text/plain", False),
        ("7z", "", False),
        ("", "", False),
    ],
)
def test_some_names_and_types_promise_what_is_not_opened(
    name: str, media_type: str, closed: bool
) -> None:
    assert is_closed_by_name(name, media_type) is closed


def test_a_compound_file_hides_what_is_attached_or_encrypted() -> None:
    assert hides_in_ole(b"x" + "__attach_version1.0".encode("utf-16-le"))
    assert hides_in_ole(b"xx" + "EncryptedPackage".encode("utf-16-le"))
    assert not hides_in_ole(b"EncryptedPackage__attach_version1.0")

"""What was signed is taken out of S/MIME; what is no signed data is said so (M04)."""

from __future__ import annotations

import contextlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.signed_data import signed_content
from tests.builders_hiding import File, enveloped, part_of, signed, signer

FILE = File(b"<a/>", "a.xml", "text/xml")
OID = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def test_the_content_is_what_was_signed() -> None:
    assert signed_content(signed(FILE).content) == part_of(FILE)


def test_a_signature_alone_has_no_content() -> None:
    certificate, key = signer()
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    detached = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(b"x")
        .add_signer(certificate, key, hashes.SHA256())
        .sign(serialization.Encoding.DER, options)
    )

    assert signed_content(detached) is None


def tlv(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x83]) + len(content).to_bytes(3, "big") + content


def open_ended(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80]) + content + b"\0\0"


def test_the_indefinite_form_that_programs_stream_is_read() -> None:
    pieces = open_ended(0x24, tlv(4, b"Content-") + tlv(4, b"Type: x/y"))
    inside = open_ended(0x30, DATA + open_ended(0xA0, pieces))
    algorithms = b"\x31\x00"
    whole = open_ended(0x30, b"\x02\x01\x01" + algorithms + inside)
    content = open_ended(0x30, OID + open_ended(0xA0, whole))

    assert signed_content(content) == b"Content-Type: x/y"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "signed data that is damaged"),
        (b"\x30", "signed data that is damaged"),
        (b"\x30\x03\x02\x01\x01", "no CMS content"),
        (b"\x31" + (OID + b"\xa0\x00")[:0] + b"\x00", "no CMS content"),
        (enveloped(FILE).content, "CMS content that is not signed data"),
        (tlv(0x30, OID), "signed data that is damaged"),
        (tlv(0x30, OID + b"\xa0\x00"), "signed data that is damaged"),
        (
            tlv(0x30, OID + tlv(0xA0, tlv(0x30, b"\x02\x01\x01"))),
            "signed data that is damaged",
        ),
        (
            tlv(0x30, OID + tlv(0xA0, tlv(0x30, tlv(0x30, DATA + b"\xa0\x00")))),
            "signed data that is damaged",
        ),
        (
            tlv(
                0x30,
                OID + tlv(0xA0, tlv(0x30, tlv(0x30, DATA + tlv(0xA0, b"\x05\x00")))),
            ),
            "signed data that is damaged",
        ),
        (b"\x30\x82\x10\x00" + OID, "signed data that is cut short"),
        (b"\x30\x85\x00\x00\x00\x00\x01", "signed data that is damaged"),
        (b"\x30\x80" * 30, "signed data that is damaged"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, error: str) -> None:
    with pytest.raises(InvalidError) as raised:
        signed_content(content)

    assert raised.value.public == error


@given(st.binary(max_size=100), st.integers(0, 900))
def test_any_bytes_end_in_content_or_an_error(extra: bytes, cut: int) -> None:
    whole = signed(FILE).content
    for content in (extra, OID + extra, whole[:cut] + extra):
        with contextlib.suppress(InvalidError):
            signed_content(content)

"""A software authenticator: passkeys as a telephone makes and uses them, or worse."""

from __future__ import annotations

import html
import json
import re
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from attrs import define, field
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
ES256, EDDSA, RS256 = -7, -8, -257

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def cbor(value: Any) -> bytes:
    """Encode numbers, bytes, texts and maps (RFC 8949), in the order given."""
    if isinstance(value, dict):
        pairs = b"".join(cbor(key) + cbor(one) for key, one in value.items())
        return _head(5, len(value)) + pairs
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        content = value.encode()
        return _head(3, len(content)) + content
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for code, form in ((24, ">B"), (25, ">H"), (26, ">I")):
        if number < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | code]) + struct.pack(form, number)
    raise ValueError(number)


def make_key(algorithm: int = ES256, *, bits: int = 2048) -> Key:
    """Return a private key for an algorithm of COSE."""
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(65537, bits)
    return ec.generate_private_key(ec.SECP256R1())


def cose(key: Key) -> dict[int, Any]:
    """Return the public key as COSE has it (RFC 9053 §7)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {1: 1, 3: EDDSA, -1: 6, -2: raw}
    if isinstance(key, rsa.RSAPrivateKey):
        of_it = key.public_key().public_numbers()
        modulus = of_it.n.to_bytes((of_it.n.bit_length() + 7) // 8, "big")
        return {1: 3, 3: RS256, -1: modulus, -2: of_it.e.to_bytes(3, "big")}
    point = key.public_key().public_numbers()
    return {
        1: 2,
        3: ES256,
        -1: 1,
        -2: point.x.to_bytes(32, "big"),
        -3: point.y.to_bytes(32, "big"),
    }


def sign(key: Key, content: bytes) -> bytes:
    """Sign as the authenticator that has a key does."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(content)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), SHA256())
    return key.sign(content, ec.ECDSA(SHA256()))


def text_of(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def asked_of(page: str) -> dict[str, Any]:
    """Return what a page asks of the browser."""
    found = re.search(r'data-asked="([^"]*)"', page)
    assert found is not None, page
    asked: dict[str, Any] = json.loads(html.unescape(found.group(1)))
    return asked


@define
class Authenticator:
    """
    One passkey, and the browser in front of it; each field can be made a lie.

    ``counter`` goes up by one with each signature; None: it does not count.
    """

    origin: str
    rp_id: str
    key: Key = field(factory=make_key)
    credential: bytes = field(factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    counter: int | None = 0
    flags: int = PRESENT | VERIFIED
    client: dict[str, Any] = field(factory=dict)
    """What the browser says beside what it should."""
    public_key: dict[int, Any] = field(factory=dict)
    """The key that is shown, where it is not the one that there is."""

    def made(self, asked: dict[str, Any]) -> dict[str, str]:
        """Return the fields of the form once a passkey was made."""
        self.handle = bytes_of(asked["user"]["id"])
        shown = self.public_key or cose(self.key)
        size = struct.pack(">H", len(self.credential))
        of_it = bytes(16) + size + self.credential + cbor(shown)
        data = self._data(self.flags | ATTESTED) + of_it
        made = {"fmt": "none", "attStmt": {}, "authData": data}
        client = self._client("webauthn.create", asked["challenge"])
        return {
            "client_data": text_of(client),
            "attestation": text_of(cbor(made)),
            "handle": text_of(self.handle),
        }

    def used(self, asked: dict[str, Any]) -> dict[str, str]:
        """Return the fields of the form once the passkey was used."""
        if self.counter is not None:
            self.counter += 1
        client = self._client("webauthn.get", asked["challenge"])
        data = self._data(self.flags)
        return {
            "client_data": text_of(client),
            "credential": text_of(self.credential),
            "data": text_of(data),
            "signature": text_of(sign(self.key, data + sha256(client).digest())),
            "handle": text_of(self.handle),
        }

    def _client(self, type_: str, challenge: str) -> bytes:
        said = {
            "type": type_,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": False,
            **self.client,
        }
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        of_service = sha256(self.rp_id.encode()).digest()
        return of_service + struct.pack(">BI", flags, self.counter or 0)

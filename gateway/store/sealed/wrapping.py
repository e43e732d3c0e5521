"""How a key is kept under another one: the record, and what binds it to its row."""

from __future__ import annotations

import os
import struct
from typing import Final, Protocol

from attrs import frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import DamagedError

NONCE: Final = 12
AES_GCM: Final = 1
_VERSION: Final = 1
_ID: Final = 8
_HEAD: Final = 1 + _ID + 1 + NONCE
_FIRST: Final = NONCE + 32 + 16
"""How long a record was when there was one master key, and no head."""

_DOMAIN: Final = b"gateway key"


class KeyEncryptionKey(Protocol):
    """A key that wraps others, wherever it is: it does nothing else."""

    @property
    def id(self) -> str:
        """Sixteen hex digits, the same for the same key; they tell nothing of it."""

    @property
    def algorithm(self) -> int:
        """How it encrypts, as records name it."""

    def encrypt(self, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return a text encrypted, with its tag."""

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """
        Return what `encrypt` was given.

        Raises:
            DamagedError: altered, or bound to something else.
        """


@frozen
class KeyPlace:
    """The row that a wrapped key belongs to, and no other."""

    scope: str
    key_id: str
    epoch: int

    @property
    def bound(self) -> bytes:
        """What the record is bound to: kind, scope, id and epoch, each its length."""
        kind = self.scope.partition(":")[0]
        return b"".join(
            struct.pack(">I", len(part)) + part
            for part in (
                _DOMAIN,
                kind.encode(),
                self.scope.encode(),
                self.key_id.encode(),
                str(self.epoch).encode(),
            )
        )


def wrap(kek: KeyEncryptionKey, secret: bytes, place: KeyPlace) -> bytes:
    """Return the record: version, id of the key, algorithm, nonce, ciphertext."""
    nonce = os.urandom(NONCE)
    head = bytes([_VERSION]) + bytes.fromhex(kek.id) + bytes([kek.algorithm])
    return head + nonce + kek.encrypt(nonce, secret, place.bound)


def unwrap(kek: KeyEncryptionKey, record: bytes, place: KeyPlace) -> bytes:
    """
    Return the key in a record.

    One without a head is of before there were versions: it is bound to its id alone.

    Raises:
        DamagedError: altered, moved, or wrapped by another key.
    """
    if len(record) == _FIRST:
        bound = place.key_id.encode()
        return kek.decrypt(record[:NONCE], record[NONCE:], bound)
    named = bytes([_VERSION]) + bytes.fromhex(kek.id) + bytes([kek.algorithm])
    if record[: _HEAD - NONCE] != named:
        raise DamagedError("not readable", detail="the record names another key")
    nonce = record[_HEAD - NONCE : _HEAD]
    return kek.decrypt(nonce, record[_HEAD:], place.bound)


def is_first_form(record: bytes) -> bool:
    """Tell whether a record is of before there were versions."""
    return len(record) == _FIRST


def encrypt(key: AESGCM, text: bytes, context: bytes) -> bytes:
    """Return a small text encrypted under a data key, its nonce before it."""
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, text, context)


def decrypt(key: AESGCM, sealed: bytes, context: bytes) -> bytes:
    """
    Return what `encrypt` was given.

    Raises:
        DamagedError: altered, moved, or under another key.
    """
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], context)
    except (InvalidTag, ValueError):
        raise DamagedError(
            "not readable", detail="ciphertext altered, moved, or under another key"
        ) from None

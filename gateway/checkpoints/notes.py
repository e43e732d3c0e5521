"""
Signed notes (C2SP signed-note): a text, and lines that say who signed it.

Keys are named: ``name+id+base64``, as C2SP writes a verification key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from enum import Enum
from typing import Final, Self

from attrs import evolve, frozen
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import InvalidError

MOST_BYTES: Final = 128 * 1024
"""Of a note: sixteen signatures, some of them post-quantum."""

_DASH: Final = "— "
_NAME: Final = re.compile(r"[^\s+\x00-\x20\x7f]{1,200}")
_STAMP: Final = 8
"""Bytes of the time in a cosignature."""


class NoteAlgorithm(Enum):
    """What a key signs with, by the byte of C2SP signed-note."""

    ED25519 = b"\x01"
    COSIGNATURE = b"\x04"
    """Ed25519 with a time, by a witness (C2SP tlog-cosignature, cosignature/v1)."""
    ML_DSA_65 = b"\xffML-DSA-65"
    """FIPS 204; no byte is assigned to it, so its name follows the one for others."""


def base64_of(content: bytes) -> str:
    """Return bytes in base64 (RFC 4648 §4)."""
    return base64.b64encode(content).decode("ascii")


def bytes_of(text: str) -> bytes:
    """
    Return what base64 stands for.

    Raises:
        InvalidError: it is none.
    """
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidError("not base64") from error


def key_id(name: str, algorithm: NoteAlgorithm, public: bytes) -> bytes:
    """Return the four bytes that stand before a key's signatures."""
    named = name.encode() + b"\n" + algorithm.value + public
    return hashlib.sha256(named).digest()[:4]


@frozen
class VerificationKey:
    """Who may have signed: a name, and a public key."""

    name: str
    algorithm: NoteAlgorithm
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read ``name+id+base64``.

        Raises:
            InvalidError: it is no such key, or its id is another's.
        """
        name, _, rest = text.strip().partition("+")
        number, _, encoded = rest.partition("+")
        content = bytes_of(encoded)
        for algorithm in NoteAlgorithm:
            if not content.startswith(algorithm.value):
                continue
            key = cls(name, algorithm, content.removeprefix(algorithm.value))
            if _NAME.fullmatch(name) and key.id.hex() == number.lower():
                return key
        raise InvalidError("not a verification key: name+id+key is wanted")

    @property
    def id(self) -> bytes:
        """The four bytes before its signatures."""
        return key_id(self.name, self.algorithm, self.public)

    def __str__(self) -> str:
        encoded = base64_of(self.algorithm.value + self.public)
        return f"{self.name}+{self.id.hex()}+{encoded}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Tell whether it signed a text."""
        if self.algorithm is NoteAlgorithm.ML_DSA_65:
            return _ml_dsa_signed(self.public, text, signature)
        content = text.encode()
        if self.algorithm is NoteAlgorithm.COSIGNATURE:
            if len(signature) < _STAMP:
                return False
            moment = int.from_bytes(signature[:_STAMP], "big")
            content, signature = cosigned(text, moment), signature[_STAMP:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True


def _ml_dsa_signed(public: bytes, text: str, signature: bytes) -> bool:
    """Tell; False where the installed library does not know the algorithm."""
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
    except ImportError:
        return False
    try:
        MLDSA65PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def cosigned(text: str, moment: int) -> bytes:
    """Return what a witness signs, at some second since 1970 (tlog-cosignature)."""
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


@frozen
class NoteSignature:
    """One line under a note."""

    name: str
    key: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64_of(self.key + self.signature)}\n"

    @property
    def moment(self) -> int:
        """The second since 1970 at which a witness signed."""
        return int.from_bytes(self.signature[:_STAMP], "big")


@frozen
class Note:
    """A text that ends in a line end, and its signatures."""

    text: str
    signatures: tuple[NoteSignature, ...] = ()

    @classmethod
    def parse(cls, content: str) -> Self:
        """
        Read a note.

        Raises:
            InvalidError: it is none, or too large.
        """
        if len(content) > MOST_BYTES:
            raise InvalidError("the note is too large")
        if any(ord(one) < 0x20 and one != "\n" for one in content):
            raise InvalidError("the note has control characters")
        text, blank, lines = content.rpartition("\n\n")
        if not blank or not text or not lines.endswith("\n"):
            raise InvalidError("not a signed note")
        return cls(text + "\n", tuple(read_signatures(lines)))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def verified_by(self, keys: Iterable[VerificationKey]) -> list[VerificationKey]:
        """
        Return the keys whose signature it has.

        Raises:
            InvalidError: a signature of one of them is wrong.
        """
        found = []
        for key in keys:
            for one in self.signatures:
                if (one.name, one.key) != (key.name, key.id):
                    continue
                if not key.signed(self.text, one.signature):
                    raise InvalidError(f"the signature of {key.name} is wrong")
                found.append(key)
                break
        return found

    def with_signatures(self, more: Iterable[NoteSignature]) -> Note:
        """Return it with other signatures too; the newest of each key stays."""
        kept = {(one.name, one.key): one for one in (*self.signatures, *more)}
        return evolve(self, signatures=tuple(kept.values()))

    @property
    def hash(self) -> str:
        """The SHA-256 of its text, 64 hex digits: signatures may be added to it."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_signatures(lines: str) -> list[NoteSignature]:
    """
    Return the signatures of lines as they stand under a note.

    Raises:
        InvalidError: a line is none.
    """
    found = []
    for line in lines.splitlines():
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        content = bytes_of(encoded)
        if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(content) < 5:
            raise InvalidError("not a signature of a note")
        found.append(NoteSignature(name, content[:4], content[4:]))
    return found

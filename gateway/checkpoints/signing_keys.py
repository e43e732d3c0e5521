"""The keys that sign checkpoints: made, read from their file, used. Never kept here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.checkpoints.notes import (
    NoteAlgorithm,
    NoteSignature,
    VerificationKey,
    cosigned,
)
from gateway.durable import write_new_file
from gateway.errors import MisuseError


def make_signing_keys(file: Path, name: str) -> None:
    """
    Write new keys under a name, for their owner alone; never over others.

    Ed25519, and ML-DSA-65 (FIPS 204) where the installed library has it.
    """
    made = {
        "name": name,
        "ed25519": Ed25519PrivateKey.generate().private_bytes_raw().hex(),
        "ml-dsa-65": _new_ml_dsa(),
    }
    write_new_file(file, f"{json.dumps(made, indent=2)}\n".encode("ascii"))


def _new_ml_dsa() -> str:
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
    except ImportError:
        return ""
    return MLDSA65PrivateKey.generate().private_bytes_raw().hex()


@frozen
class SigningKeys:
    """What a signer signs with; a journal's own, or as a witness of others'."""

    name: str
    _ed25519: Ed25519PrivateKey = field(repr=False)
    _ml_dsa: Any = field(default=None, repr=False)

    @classmethod
    def from_file(cls, file: Path) -> Self:
        """
        Read the keys.

        Raises:
            MisuseError: absent, readable by others, or not such a file.
        """
        try:
            mode = file.stat().st_mode & 0o777
            said = json.loads(file.read_text("ascii"))
            name, classic, later = said["name"], said["ed25519"], said["ml-dsa-65"]
            key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(classic))
        except OSError as error:
            raise MisuseError(f"signing key: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise MisuseError(f"signing key: {file} holds none") from error
        if mode & 0o077:
            raise MisuseError(f"signing key: {file} must be of mode 0600, is {mode:o}")
        return cls(str(name), key, _read_ml_dsa(str(later)))

    @property
    def verification_keys(self) -> list[VerificationKey]:
        """Those that verify what `sign` makes."""
        public = self._ed25519.public_key().public_bytes_raw()
        found = [VerificationKey(self.name, NoteAlgorithm.ED25519, public)]
        if self._ml_dsa is not None:
            public = self._ml_dsa.public_key().public_bytes_raw()
            found.append(VerificationKey(self.name, NoteAlgorithm.ML_DSA_65, public))
        return found

    @property
    def witness_key(self) -> VerificationKey:
        """The one that verifies what `cosign` makes."""
        public = self._ed25519.public_key().public_bytes_raw()
        return VerificationKey(self.name, NoteAlgorithm.COSIGNATURE, public)

    def sign(self, text: str, *, lasting: bool = True) -> list[NoteSignature]:
        """
        Return a signature of a text by each key.

        Unless ``lasting`` without ML-DSA, whose signatures are of 3 kB.
        """
        made = []
        for key in self.verification_keys:
            own = self._ed25519
            if key.algorithm is NoteAlgorithm.ML_DSA_65:
                if not lasting:
                    continue
                own = self._ml_dsa
            made.append(NoteSignature(self.name, key.id, own.sign(text.encode())))
        return made

    def cosign(self, text: str, moment: int) -> NoteSignature:
        """Return a witness's signature of a text, at a second since 1970."""
        signature = self._ed25519.sign(cosigned(text, moment))
        stamped = moment.to_bytes(8, "big") + signature
        return NoteSignature(self.name, self.witness_key.id, stamped)


def _read_ml_dsa(seed: str) -> Any:
    if not seed:
        return None
    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
    except ImportError:
        return None
    return MLDSA65PrivateKey.from_seed_bytes(bytes.fromhex(seed))

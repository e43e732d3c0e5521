"""What a checkpoint says beside the lines: hashes of the program, the lists used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.settings.file import Settings
from gateway.settings.table import MIB

_PROGRAM: Final = Path(__file__).resolve().parents[1]
_RULES: Final = ("rights", "core")
_MOST: Final = 64 * MIB


@cache
def program_hash() -> str:
    """Return the hash of the program's files as they are installed, 64 hex digits."""
    return _hash_of(_PROGRAM.rglob("*"))


@cache
def rules_hash() -> str:
    """Return the hash of what decides: the rules, and the tables they read."""
    return _hash_of(one for room in _RULES for one in (_PROGRAM / room).rglob("*"))


def _hash_of(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts:
            name = file.relative_to(_PROGRAM).as_posix()
            whole.update(f"{name} {_digest(file)}\n".encode())
    return whole.hexdigest()


def settings_hash(file: Path) -> str:
    """Return the hash of the settings file as it is now."""
    return _digest(file)


def trust_words(settings: Settings) -> tuple[str, ...]:
    """
    Return which lists others are believed by: the allow-list, each revocation list.

    As they lie in the folder of those taken, or else where they are fetched to.
    """
    trust = settings.trust
    allowlist = _taken(trust.kept / "allowlist.xml", trust.allowlist)
    return (
        f"allowlist:{_digest(allowlist)[:32]}",
        *_revocation_words(_taken(trust.kept / "crl.pem", trust.crl)),
    )


def _taken(kept: Path, fetched: Path) -> Path:
    return kept if kept.exists() else fetched


def _revocation_words(file: Path) -> Iterator[str]:
    try:
        content = file.read_bytes()[:_MOST]
    except OSError:
        return
    end = b"-----END X509 CRL-----"
    for part in content.split(end)[:-1]:
        _, begin, rest = part.partition(b"-----BEGIN X509 CRL-----")
        try:
            found = x509.load_pem_x509_crl(begin + rest + end + b"\n")
            number = found.extensions.get_extension_for_class(x509.CRLNumber)
            said = str(number.value.crl_number)
        except ValueError:
            continue
        except x509.ExtensionNotFound:
            said = found.fingerprint(SHA256()).hex()[:16]
        issuer = hashlib.sha256(found.issuer.public_bytes()).hexdigest()
        yield f"crl:{issuer[:16]}:{said}"


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return "-"

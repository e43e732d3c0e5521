"""
What a browser carries for a while, and can neither read nor change: nothing is kept.

Each has a key of its own, derived from the key of forms and some bytes by chance.
"""

from __future__ import annotations

import re
import secrets
from base64 import b64decode, urlsafe_b64encode
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import DamagedError
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.wrapping import decrypt, encrypt

_COOKIE = re.compile(r"([0-9a-f]{64})\.([A-Za-z0-9_=-]{40,4000})")
_CHANCE: Final = 32


def sealed_cookie(keys: KeyRing, what: str, content: bytes) -> str:
    """Return some bytes as text for a cookie; ``what`` says what they are for."""
    chance = secrets.token_hex(_CHANCE)
    secret = _secrets(keys, what, chance)[0]
    sealed = encrypt(AESGCM(secret), content, what.encode())
    return f"{chance}.{urlsafe_b64encode(sealed).decode('ascii')}"


def opened_cookie(keys: KeyRing, what: str, text: str) -> bytes | None:
    """Return what `sealed_cookie` was given; None: it is not of ours, or altered."""
    found = _COOKIE.fullmatch(text)
    if found is None:
        return None
    try:
        sealed = b64decode(found[2], b"-_", validate=True)
    except ValueError:
        return None
    for secret in _secrets(keys, what, found[1]):
        try:
            return decrypt(AESGCM(secret), sealed, what.encode())
        except DamagedError:  # under the key before, or not of ours
            continue
    return None


def _secrets(keys: KeyRing, what: str, chance: str) -> list[bytes]:
    """Return the keys that are believed: two while those of digests turn over."""
    digests = keys.digests(Label.FORM, f"cookie:{what}:{chance}")
    return [bytes.fromhex(one) for one in digests]

"""
Passkeys as browsers speak of them: what is asked of one, and what it answers, read and
checked (WebAuthn §7.1, §7.2). The bytes and the signature are for `fido2`; every check
of the standard that concerns us stands here.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from attrs import field, frozen
from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AttestationObject, AuthenticatorData

from gateway.errors import InvalidError
from gateway.settings.file import Settings
from gateway.store.patients.passkeys import NewPasskey, Passkey

T = TypeVar("T")

ES256: Final = -7
EDDSA: Final = -8
RS256: Final = -257
ALGORITHMS: Final = (ES256, EDDSA, RS256)
"""Signatures we take, the best first (RFC 9053 §2, RFC 8812 §2); RSA for Windows."""
_LEAST_RSA_BITS: Final = 2048
_MOST_RSA_BITS: Final = 4096
_EXPONENT: Final = 65537
"""That of every authenticator; another only costs time, or is weak."""

MOST_BYTES: Final = 8192
"""The longest answer of an authenticator that is read."""
MOST_CREDENTIAL_BYTES: Final = 1023
"""The longest id of a credential (WebAuthn §4)."""


@frozen
class RelyingParty:
    """Who asks: ``id`` is the RP ID, which passkeys are made for; one page asks."""

    id: str
    origin: str
    name: str = ""

    @classmethod
    def at(cls, url: str, name: str = "") -> RelyingParty | None:
        """
        Return the service at an address, None where no passkey can be made for it.

        >>> RelyingParty.at("https://ici.example:8443/", "Ours")
        RelyingParty(id='ici.example', origin='https://ici.example:8443', name='Ours')
        >>> RelyingParty.at("https://192.0.2.7/") is None
        True
        """
        parts = urlsplit(url.lower())
        host = parts.hostname or ""
        if parts.scheme != "https" or not host or _is_address(host):
            return None
        port = f":{parts.port}" if parts.port not in {None, 443} else ""
        return cls(host, f"https://{host}{port}", name or host)


def service_of(settings: Settings) -> RelyingParty | None:
    """Return for whom passkeys are made, by the settings; None: none are offered."""
    if not settings.web.max_passkeys:
        return None
    return RelyingParty.at(settings.public_url, settings.domains.operator_name)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@frozen(kw_only=True)
class BrowserAnswer:
    """What a browser sends back: bytes that nothing is believed of."""

    client_data: bytes = field(repr=False)
    attestation: bytes = field(default=b"", repr=False)
    """Of one that was made (an attestation object)."""
    credential: bytes = field(default=b"", repr=False)
    """Of one that was used, as the three that follow."""
    data: bytes = field(default=b"", repr=False)
    signature: bytes = field(default=b"", repr=False)
    handle: bytes = field(default=b"", repr=False)


def making_options(
    service: RelyingParty,
    challenge: bytes,
    *,
    handle: bytes,
    known: Sequence[bytes],
    login: str,
    person: str,
    seconds: int,
) -> str:
    """
    Return what is asked of the browser to make a passkey, as JSON (WebAuthn §5.4).

    It is to be found without a login, and to ask for a finger, a face or a code. No
    word of its maker is asked for: nothing would be decided by it.
    """
    return json.dumps(
        {
            "rp": {"id": service.id, "name": service.name},
            "user": {"id": to_text(handle), "name": login, "displayName": person},
            "challenge": to_text(challenge),
            "pubKeyCredParams": [
                {"type": "public-key", "alg": one} for one in ALGORITHMS
            ],
            "timeout": seconds * 1000,
            "excludeCredentials": [
                {"type": "public-key", "id": to_text(one)} for one in known
            ],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "none",
        }
    )


def using_options(service: RelyingParty, challenge: bytes, *, seconds: int) -> str:
    """Return what is asked of the browser to use a passkey, as JSON (WebAuthn §5.5)."""
    return json.dumps(
        {
            "rpId": service.id,
            "challenge": to_text(challenge),
            "timeout": seconds * 1000,
            "userVerification": "required",
        }
    )


def read_challenge(client_data: bytes) -> bytes:
    """
    Return which challenge an answer says to answer.

    Raises:
        InvalidError: it says none.
    """
    return of_text(str(_client(client_data).get("challenge", "")))


def read_made(
    service: RelyingParty, challenge: bytes, answer: BrowserAnswer
) -> NewPasskey:
    """
    Return the passkey that was made (WebAuthn §7.1).

    Raises:
        InvalidError: it was not made here, now, for this service, by somebody who was
            there and verified, or with an algorithm that is taken.
    """
    _check_client(service, "webauthn.create", challenge, answer.client_data)
    made = _read(AttestationObject, answer.attestation)
    data = made.auth_data
    _check_data(service, data)
    of_it = data.credential_data
    if of_it is None:
        raise InvalidError("no passkey was made")
    if not 0 < len(of_it.credential_id) <= MOST_CREDENTIAL_BYTES:
        raise InvalidError("an id of a passkey of a wrong length")
    _check_key(of_it.public_key)
    return NewPasskey(
        credential=bytes(of_it.credential_id),
        public_key=_encoded(of_it.public_key),
        counter=data.counter,
    )


def read_used(
    service: RelyingParty, challenge: bytes, passkey: Passkey, answer: BrowserAnswer
) -> int:
    """
    Return the counter of a passkey that was used (WebAuthn §7.2).

    Raises:
        InvalidError: it was not used here, now, for this service, by somebody who was
            there and verified, or is another's.
    """
    _check_client(service, "webauthn.get", challenge, answer.client_data)
    if not hmac.compare_digest(passkey.credential, answer.credential):
        raise InvalidError("another passkey")
    # It is found without a login: it must say itself whose it is.
    if not hmac.compare_digest(passkey.handle, answer.handle):
        raise InvalidError("a passkey of somebody else")
    data = _read(AuthenticatorData, answer.data)
    _check_data(service, data)
    signed = answer.data + sha256(answer.client_data).digest()
    _verify(passkey.public_key, signed, answer.signature)
    return int(data.counter)


def is_cloned(passkey: Passkey, counter: int) -> bool:
    """
    Tell whether a counter did not go on, as of two authenticators with one key.

    Of one that does not count, both are 0 (WebAuthn §6.1.1).
    """
    return (counter or passkey.counter) > 0 and counter <= passkey.counter


def to_text(content: bytes) -> str:
    """Return bytes as browsers send them: base64url without padding (RFC 4648 §5)."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def of_text(text: str) -> bytes:
    """
    Return the bytes of such a text.

    Raises:
        InvalidError: it is none, or a long one.
    """
    if len(text) > MOST_BYTES * 4 // 3:
        raise InvalidError("a long answer of a passkey")
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return b64decode(padded, b"-_", validate=True)
    except (UnicodeEncodeError, Base64Error) as error:
        raise InvalidError("no answer of a passkey") from error


def _client(client_data: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(client_data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidError("client data that cannot be read") from error
    if not isinstance(said, dict):
        raise InvalidError("client data that cannot be read")
    return said


def _check_client(
    service: RelyingParty, type_: str, challenge: bytes, client_data: bytes
) -> None:
    """Accept what the browser says that it was asked, by which page (§7.1, 7 to 11)."""
    said = _client(client_data)
    if said.get("type") != type_:
        raise InvalidError("an answer to another question")
    if not hmac.compare_digest(of_text(str(said.get("challenge", ""))), challenge):
        raise InvalidError("another challenge")
    if said.get("origin") != service.origin:
        raise InvalidError("a passkey asked for by another page")
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise InvalidError("a passkey asked for inside another site's page")


def _check_data(service: RelyingParty, data: Any) -> None:
    """Accept what the authenticator says of where and who (§7.1, 13 to 17)."""
    ours = sha256(service.id.encode("ascii")).digest()
    if not hmac.compare_digest(ours, data.rp_id_hash):
        raise InvalidError("a passkey of another service")
    if not data.is_user_present():
        raise InvalidError("nobody was there")
    if not data.is_user_verified():
        raise InvalidError("nobody was verified")
    if data.is_backed_up() and not data.is_backup_eligible():
        raise InvalidError("a passkey that contradicts itself")


def _check_key(key: Mapping[int, Any]) -> None:
    """Accept a key of an algorithm that is taken, and of its form (§7.1, 20)."""
    algorithm = key.get(3)
    if algorithm not in ALGORITHMS:
        raise InvalidError("a passkey of an algorithm that is not taken")
    if algorithm == RS256:
        modulus, exponent = key.get(-1), key.get(-2)
        if not isinstance(modulus, bytes) or not isinstance(exponent, bytes):
            raise InvalidError("a passkey without its key")
        bits = int.from_bytes(modulus, "big").bit_length()
        if not _LEAST_RSA_BITS <= bits <= _MOST_RSA_BITS:
            raise InvalidError("an RSA key of a size that is not taken")
        if int.from_bytes(exponent, "big") != _EXPONENT:
            raise InvalidError("an RSA key of an exponent that is not taken")
    try:
        _verify(_encoded(key), b"", b"")
    except _ForgedError:  # as it must be: the key itself was read
        return


def _encoded(key: Mapping[int, Any]) -> bytes:
    return bytes(cbor.encode(dict(key)))


class _ForgedError(InvalidError):
    """A signature that the key did not make."""


def _verify(public_key: bytes, signed: bytes, signature: bytes) -> None:
    def verify(content: bytes) -> None:
        said: Any = cbor.decode(content)
        key: Any = CoseKey.parse(said)
        try:
            key.verify(signed, signature)
        except InvalidSignature as error:
            raise _ForgedError("a signature of another key") from error

    _read(verify, public_key)


def _read(read: Callable[[bytes], T], content: bytes) -> T:
    """
    Read bytes of a stranger by the library.

    Raises:
        InvalidError: it could not, for whatever reason.
    """
    if len(content) > MOST_BYTES:
        raise InvalidError("a long answer of a passkey")
    try:
        return read(content)
    except InvalidError:
        raise
    except Exception as error:  # it promises none in particular
        raise InvalidError("an answer of a passkey that cannot be read") from error

"""
Tokens of a provider of identities: whether one is what it says, and is for us.

Pure, but for the keys, which are given: the same checks hold for who comes by a page
and for who shows a token at a mail door. What a token says of its holder is for others.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from attrs import field, frozen
from joserfc import jwk, jws
from joserfc.errors import JoseError

from gateway.errors import InvalidError

MAX_TOKEN: Final = 64 * 1024
"""Characters of a token; a real one has about 2,000."""

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""
Signatures by a key of which the public half is known. Never ``none``, and none that is
made with a shared secret: a public key would do for it (RFC 8725 §3.1).
"""

LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
NATIONAL_ID: Final = re.compile(r"[0-9][0-9A-Z]{5,63}", re.ASCII)
"""The number of a professional, as Pro Santé Connect says it (SubjectNameID)."""

_KINDS: Final = frozenset({"RSA", "EC"})
_MOST_KEYS: Final = 50


class TokenFault(StrEnum):
    """Why a token is refused: the closed list of log codes."""

    MALFORMED = "TOKEN_MALFORMED"
    ALGORITHM = "TOKEN_ALGORITHM"
    UNKNOWN_KEY = "TOKEN_UNKNOWN_KEY"
    SIGNATURE = "TOKEN_SIGNATURE"
    ISSUER = "TOKEN_ISSUER"
    AUDIENCE = "TOKEN_AUDIENCE"
    PARTY = "TOKEN_PARTY"
    EXPIRED = "TOKEN_EXPIRED"
    NOT_YET = "TOKEN_NOT_YET"
    NONCE = "TOKEN_NONCE"
    LEVEL = "TOKEN_LEVEL"
    SUBJECT = "TOKEN_SUBJECT"
    EVENT = "TOKEN_EVENT"
    INACTIVE = "TOKEN_INACTIVE"
    LONG_LIVED = "TOKEN_LONG_LIVED"
    BOUND = "TOKEN_BOUND"


class TokenRefusedError(InvalidError):
    """A token that is not believed; the text is its fault, and nothing of the token."""

    def __init__(self, fault: TokenFault) -> None:
        """Keep why."""
        super().__init__(fault.value)
        self.fault = fault


Claims = Mapping[str, Any]
Keys = Mapping[str, Any]
"""Public keys by their ``kid``."""

FindKeys = Callable[[str], Keys]
"""Returns the keys of the issuer, looked up anew where one of a ``kid`` is missing."""


@frozen(kw_only=True)
class TokenRules:
    """
    What a token has to say: by whom, for whom, and at which level.

    ``leeway`` is how far the clocks may differ. ``levels`` are the accepted values of
    ``acr``: a token without one is refused.
    """

    issuer: str
    client: str
    levels: Collection[str]
    algorithms: Collection[str] = ALGORITHMS
    leeway: timedelta = timedelta(seconds=30)
    oldest: timedelta = timedelta(minutes=10)
    """How long ago a token of a sign-in may have been issued."""


def read_keys(content: bytes) -> Keys:
    """
    Return the keys of a JWK Set that may sign (RFC 7517 §5), by their ``kid``.

    A key of another kind, for another use, or without an id is left out; so are two of
    one id, of which nobody knows which is meant.

    Raises:
        InvalidError: it is no key set, or has too many keys.
    """
    try:
        listed = json.loads(content)["keys"]
        if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
            raise InvalidError("a key set that cannot be read")
        found: dict[str, Any] = {}
        twice: set[str] = set()
        for one in listed:
            if not isinstance(one, dict) or not _signs(one):
                continue
            kid = str(one["kid"])
            twice |= {kid} & found.keys()
            found[kid] = jwk.import_key(_public(one))
    except (ValueError, KeyError, TypeError, JoseError, RecursionError) as error:
        raise InvalidError("a key set that cannot be read") from error
    return {kid: key for kid, key in found.items() if kid not in twice}


def _signs(key: Mapping[str, Any]) -> bool:
    use = key.get("use", "sig") == "sig"
    return use and key.get("kty") in _KINDS and bool(key.get("kid"))


def _public(key: Mapping[str, Any]) -> dict[str, Any]:
    names = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
    return {name: key[name] for name in names if name in key}


def read_token(token: str, keys: FindKeys, algorithms: Collection[str]) -> Claims:
    """
    Return what a signed token says, once its signature is proven (RFC 7515 §5.2).

    Raises:
        TokenRefusedError: it is none, or not signed by one of the keys as it may be.
    """
    if len(token) > MAX_TOKEN:
        raise TokenRefusedError(TokenFault.MALFORMED)
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise TokenRefusedError(TokenFault.MALFORMED) from error
    if header.get("alg") not in algorithms or "crit" in header:
        raise TokenRefusedError(TokenFault.ALGORITHM)
    kid = str(header.get("kid", ""))
    key = keys(kid).get(kid)
    if key is None:
        raise TokenRefusedError(TokenFault.UNKNOWN_KEY)
    try:
        signed = jws.deserialize_compact(token, key, algorithms=list(algorithms))
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefusedError(TokenFault.SIGNATURE) from error
    try:
        claims = json.loads(signed.payload)
    except (ValueError, RecursionError) as error:
        raise TokenRefusedError(TokenFault.MALFORMED) from error
    if not isinstance(claims, dict):
        raise TokenRefusedError(TokenFault.MALFORMED)
    return claims


def check_id_token(
    token: str, keys: FindKeys, rules: TokenRules, now: datetime, *, nonce: str
) -> Claims:
    """
    Return what an ID token says, every check done (OpenID Connect Core §3.1.3.7).

    Raises:
        TokenRefusedError: the first check that failed.
    """
    claims = read_token(token, keys, rules.algorithms)
    _check_parties(claims, rules)
    issued = _check_times(claims, rules, now)
    if issued < now - rules.oldest - rules.leeway:
        raise TokenRefusedError(TokenFault.EXPIRED)
    if not nonce or claims.get("nonce") != nonce:
        raise TokenRefusedError(TokenFault.NONCE)
    if claims.get("acr") not in rules.levels:
        raise TokenRefusedError(TokenFault.LEVEL)
    _text(claims, "sub", TokenFault.SUBJECT)
    return claims


def check_logout_token(
    token: str, keys: FindKeys, rules: TokenRules, now: datetime
) -> Claims:
    """
    Return what a logout token says (OpenID Connect Back-Channel Logout 1.0 §2.6).

    Raises:
        TokenRefusedError: the first check that failed; one that could be an ID token
            is none.
    """
    claims = read_token(token, keys, rules.algorithms)
    _check_parties(claims, rules)
    issued = _check_times(claims, rules, now)
    if issued < now - rules.oldest - rules.leeway:
        raise TokenRefusedError(TokenFault.EXPIRED)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenRefusedError(TokenFault.EVENT)
    if "nonce" in claims:
        raise TokenRefusedError(TokenFault.NONCE)
    if not any(isinstance(claims.get(one), str) and claims[one] for one in _WHOSE):
        raise TokenRefusedError(TokenFault.SUBJECT)
    return claims


_WHOSE: Final = ("sid", "sub")


@frozen(kw_only=True)
class IntrospectionRules:
    """Which access tokens a door takes: issued by whom, to which programs."""

    issuer: str
    parties: Collection[str] = field(factory=tuple)
    """The accepted values of ``azp``: the mail programs that were let in."""
    levels: Collection[str] = field(factory=tuple)
    leeway: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=10)
    """How long a token may still live: one of two minutes is soon worth nothing."""


@frozen(kw_only=True)
class ProviderSignIn:
    """
    The sign-in that a token comes of, to know it again when the provider ends it.

    Each of its names is empty where the provider says none; ``since`` is when it was
    known to go on.
    """

    session: str = field(default="", repr=False)
    """``sid``, which is ``session_state`` in what a provider says of a token."""
    subject: str = field(default="", repr=False)
    since: datetime


@frozen(kw_only=True)
class Bearer:
    """
    Who a token speaks for at a door: the number that their mailboxes are bound to.

    ``program`` is what the provider calls the program that shows it.
    """

    identity: str
    issuer: str
    program: str
    sign_in: ProviderSignIn

    @property
    def key(self) -> bytes:
        """What their connections are counted by, as others by their certificate."""
        return f"{self.issuer} {self.identity}".encode()


def bearer_of(
    answer: Claims, rules: IntrospectionRules, now: datetime, certificate: bytes = b""
) -> Bearer:
    """
    Return whose the access token is of which a provider says this (RFC 7662 §2.2).

    The token is of the program that shows it, not of us: the list of those that are
    let in stands in for the audience. An active token without an end is refused, and
    one that is bound to another certificate than the one shown, in DER (RFC 8705 §3.1).

    Raises:
        TokenRefusedError: the first check that failed.
    """
    if answer.get("active") is not True:
        raise TokenRefusedError(TokenFault.INACTIVE)
    if answer.get("iss") != rules.issuer:
        raise TokenRefusedError(TokenFault.ISSUER)
    program = answer.get("azp", answer.get("client_id"))
    if not isinstance(program, str) or program not in rules.parties:
        raise TokenRefusedError(TokenFault.PARTY)
    ends = _moment(answer, "exp", TokenFault.EXPIRED)
    if ends <= now - rules.leeway:
        raise TokenRefusedError(TokenFault.EXPIRED)
    if ends > now + rules.longest + rules.leeway:
        raise TokenRefusedError(TokenFault.LONG_LIVED)
    for name in {"iat", "nbf"} & answer.keys():
        if _moment(answer, name, TokenFault.NOT_YET) > now + rules.leeway:
            raise TokenRefusedError(TokenFault.NOT_YET)
    if answer.get("acr") not in rules.levels:
        raise TokenRefusedError(TokenFault.LEVEL)
    if "cnf" in answer and not _is_bound_to(answer["cnf"], certificate):
        raise TokenRefusedError(TokenFault.BOUND)
    identity = _text(answer, "SubjectNameID", TokenFault.SUBJECT)
    if not NATIONAL_ID.fullmatch(identity):
        raise TokenRefusedError(TokenFault.SUBJECT)
    session = _name(answer, "sid") or _name(answer, "session_state")
    return Bearer(
        identity=identity,
        issuer=rules.issuer,
        program=program,
        sign_in=ProviderSignIn(
            session=session, subject=_name(answer, "sub"), since=now
        ),
    )


def _is_bound_to(bound: object, certificate: bytes) -> bool:
    thumbprint = base64url(hashlib.sha256(certificate).digest())
    named = bound.get("x5t#S256") if isinstance(bound, Mapping) else None
    return bool(certificate) and named == thumbprint


def base64url(content: bytes) -> str:
    r"""
    Return bytes as tokens write them (RFC 7515 §2).

    >>> base64url(b"\xff\xfe")
    '__4'
    """
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _name(claims: Claims, name: str) -> str:
    said = claims.get(name)
    return said if isinstance(said, str) else ""


def _check_parties(claims: Claims, rules: TokenRules) -> None:
    """Check by whom and for whom it is; with several audiences, for whom first."""
    if claims.get("iss") != rules.issuer:
        raise TokenRefusedError(TokenFault.ISSUER)
    said = claims.get("aud")
    audience = said if isinstance(said, list) else [said]
    if rules.client not in audience:
        raise TokenRefusedError(TokenFault.AUDIENCE)
    party = claims.get("azp")
    if (party is not None or len(audience) > 1) and party != rules.client:
        raise TokenRefusedError(TokenFault.PARTY)


def _check_times(claims: Claims, rules: TokenRules, now: datetime) -> datetime:
    """Return when it was issued, by now and not ended."""
    if _moment(claims, "exp", TokenFault.EXPIRED) <= now - rules.leeway:
        raise TokenRefusedError(TokenFault.EXPIRED)
    issued = _moment(claims, "iat", TokenFault.NOT_YET)
    begins = issued
    if "nbf" in claims:
        begins = max(begins, _moment(claims, "nbf", TokenFault.NOT_YET))
    if begins > now + rules.leeway:
        raise TokenRefusedError(TokenFault.NOT_YET)
    return issued


def _moment(claims: Claims, name: str, fault: TokenFault) -> datetime:
    said = claims.get(name)
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise TokenRefusedError(fault)
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenRefusedError(fault) from error


def _text(claims: Claims, name: str, fault: TokenFault) -> str:
    said = claims.get(name)
    if not isinstance(said, str) or not said:
        raise TokenRefusedError(fault)
    return said

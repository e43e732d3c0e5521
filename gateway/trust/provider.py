"""
A provider of identities by OpenID Connect: where it is, its keys, what it answers.

Everything here asks over the network and blocks. Pro Santé Connect has its metadata
under a name of its own, so that the whole address is a setting.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from attrs import define, field, frozen
from joserfc import jwk, jwt

from gateway.errors import InvalidError, UnavailableError
from gateway.settings.provider import ProviderSettings
from gateway.trust.fetching import Fetched, Fetching
from gateway.trust.tokens import (
    Bearer,
    Claims,
    IntrospectionRules,
    Keys,
    TokenFault,
    TokenRefusedError,
    TokenRules,
    base64url,
    bearer_of,
    check_id_token,
    check_logout_token,
    read_keys,
    read_token,
)

_FRESH: Final = timedelta(hours=1)
_AGAIN: Final = timedelta(seconds=30)
"""Keys are asked for no more often, whatever ``kid`` somebody writes into a token."""
_AT_ONCE: Final = 4
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTED: Final = timedelta(minutes=1)
_ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
)


@frozen(kw_only=True)
class ProviderMetadata:
    """What the provider says of itself (OpenID Connect Discovery §3)."""

    authorization: str
    token: str
    userinfo: str
    keys: str
    end_session: str = ""
    introspection: str = ""
    says_issuer: bool = False
    """Its answers name it as the issuer (RFC 9207)."""
    tells_logouts: bool = False
    """It can tell us of a logout (OpenID Connect Back-Channel Logout 1.0 §2.1)."""


@frozen(kw_only=True)
class Identified:
    """Who came from the provider: the ID token, and what it says of the person."""

    id_token: str = field(repr=False)
    claims: Claims = field(repr=False)
    person: Claims = field(repr=False)


@define
class Provider:
    """
    The client of one provider; threads share it.

    Only so many ask at once: the threads of the pages do not all wait for a provider
    that hangs.
    """

    settings: ProviderSettings
    fetching: Fetching
    clock: Callable[[], datetime]
    _lock: threading.Lock = field(factory=threading.Lock, repr=False)
    _places: threading.Semaphore = field(
        factory=lambda: threading.Semaphore(_AT_ONCE), repr=False
    )
    _metadata: ProviderMetadata | None = None
    _metadata_at: datetime | None = None
    _keys: Keys = field(factory=dict, repr=False)
    _keys_at: datetime | None = None

    @classmethod
    def of(
        cls, settings: ProviderSettings, clock: Callable[[], datetime]
    ) -> Provider | None:
        """
        Return the client of the provider that the settings name, None for none.

        Raises:
            InvalidError: its authorities, its secret or its key cannot be used.
        """
        if not settings.is_on:
            return None
        authorities = settings.path("authorities")
        provider = cls(
            settings, Fetching.trusting(authorities, settings.timeout_seconds), clock
        )
        provider._proof("")
        return provider

    @property
    def rules(self) -> TokenRules:
        """What its tokens have to say."""
        return TokenRules(
            issuer=self.settings.issuer,
            client=self.settings.client_id,
            levels=self.settings.acr_values,
            algorithms=self.settings.algorithms,
            leeway=timedelta(seconds=self.settings.leeway_seconds),
        )

    def metadata(self) -> ProviderMetadata:
        """
        Return what the provider says of itself, an hour old at most.

        Raises:
            UnavailableError: it cannot be asked, or does not say what is needed.
        """
        now = self.clock()
        if self._metadata is not None and _is_fresh(self._metadata_at, now, _FRESH):
            return self._metadata
        found = self._json(self._get(self.settings.discovery))
        if found.get("issuer") != self.settings.issuer:
            raise _odd("the issuer is another one")
        if not all(_is_https(found.get(one)) for one in _ENDPOINTS):
            raise _odd("an endpoint is missing")
        made = ProviderMetadata(
            authorization=found["authorization_endpoint"],
            token=found["token_endpoint"],
            userinfo=found["userinfo_endpoint"],
            keys=found["jwks_uri"],
            end_session=_endpoint(found, "end_session_endpoint"),
            introspection=_endpoint(found, "introspection_endpoint"),
            says_issuer=found.get("authorization_response_iss_parameter_supported")
            is True,
            tells_logouts=found.get("backchannel_logout_supported") is True,
        )
        with self._lock:
            self._metadata, self._metadata_at = made, now
        return made

    def keys(self, kid: str) -> Keys:
        """
        Return the keys that sign, asked for anew where one is missing or they are old.

        Raises:
            UnavailableError: the provider cannot be asked.
        """
        now = self.clock()
        fresh = _AGAIN if kid not in self._keys else _FRESH
        if not _is_fresh(self._keys_at, now, fresh):
            answer = self._get(self.metadata().keys)
            try:
                found = read_keys(answer.content)
            except InvalidError as error:
                raise _odd("no key set") from error
            with self._lock:
                self._keys, self._keys_at = found, now
        return self._keys

    def begin(self, *, state: str, nonce: str, verifier: str, back: str) -> str:
        """
        Return the address that somebody is sent to, to say who they are.

        An authorization code with PKCE (RFC 7636 §4.2); it raises as `metadata` does.
        """
        challenge = hashlib.sha256(verifier.encode("ascii")).digest()
        fields = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": self.settings.scope,
            "acr_values": " ".join(self.settings.acr_values),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64url(challenge),
            "code_challenge_method": "S256",
        }
        return _with(self.metadata().authorization, fields)

    def finish(
        self, *, code: str, issuer: str, nonce: str, verifier: str, back: str
    ) -> Identified:
        """
        Return who came back with a code, every check done; ``issuer`` came with it.

        Raises:
            TokenRefusedError: something that came is not what it should be.
            UnavailableError: the provider cannot be asked.
        """
        metadata = self.metadata()
        if (issuer or metadata.says_issuer) and issuer != self.settings.issuer:
            raise TokenRefusedError(TokenFault.ISSUER)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        said = self._asked(metadata.token, fields)
        id_token, access = said.get("id_token"), said.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access, str):
            raise TokenRefusedError(TokenFault.MALFORMED)
        claims = check_id_token(
            id_token, self.keys, self.rules, self.clock(), nonce=nonce
        )
        person = self._person(metadata.userinfo, access)
        if person.get("sub") != claims["sub"]:
            raise TokenRefusedError(TokenFault.SUBJECT)
        return Identified(id_token=id_token, claims=claims, person=person)

    def _person(self, url: str, access: str) -> Claims:
        """Return what userinfo says, as JSON or as a signed token (§5.3.2)."""
        if not access.isascii() or not access.isprintable():
            raise TokenRefusedError(TokenFault.MALFORMED)
        answer = self._get(url, {"Authorization": f"Bearer {access}"})
        if answer.kind != "application/jwt":
            return self._json(answer)
        try:
            token = answer.content.decode("ascii").strip()
        except UnicodeDecodeError as error:
            raise TokenRefusedError(TokenFault.MALFORMED) from error
        claims = read_token(token, self.keys, self.settings.algorithms)
        if claims.get("iss", self.settings.issuer) != self.settings.issuer:
            raise TokenRefusedError(TokenFault.ISSUER)
        audience = claims.get("aud", self.settings.client_id)
        if self.settings.client_id not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise TokenRefusedError(TokenFault.AUDIENCE)
        return claims

    def ended(self, token: str) -> Claims:
        """
        Return whose session a logout token says is over; it raises as `finish` does.
        """
        return check_logout_token(token, self.keys, self.rules, self.clock())

    def bearer(self, token: str, certificate: bytes = b"") -> Bearer:
        """
        Return whose access token it is, as the provider says of it now (RFC 7662 §2).

        ``certificate`` is what was shown beside it, in DER; it raises as `finish` does.
        """
        endpoint = self.metadata().introspection
        if not endpoint:
            raise _odd("no introspection")
        asked_at = self.clock()  # before: what ends meanwhile ended since
        said = self._asked(
            endpoint, {"token": token, "token_type_hint": "access_token"}
        )
        settings = self.settings
        rules = IntrospectionRules(
            issuer=settings.issuer,
            parties=settings.mail_programs,
            levels=settings.acr_values,
            leeway=timedelta(seconds=settings.leeway_seconds),
            longest=timedelta(seconds=settings.mail_token_seconds),
        )
        return bearer_of(said, rules, asked_at, certificate)

    def end(self, id_token: str, back: str) -> str:
        """
        Return the address at which somebody signs out there too; empty for none.

        It raises as `metadata` does (OpenID Connect RP-Initiated Logout 1.0 §2).
        """
        endpoint = self.metadata().end_session
        if not endpoint:
            return ""
        fields = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": back,
            "client_id": self.settings.client_id,
        }
        return _with(endpoint, fields)

    def _asked(self, url: str, fields: Mapping[str, str]) -> Claims:
        """Return what an endpoint says to us, who prove that it is us."""
        more, headers = self._proof(url)
        with self._place():
            answer = self.fetching.post(url, {**fields, **more}, headers)
        if answer.status == _REFUSED:
            raise TokenRefusedError(TokenFault.INACTIVE)
        return self._json(answer)

    def _proof(self, url: str) -> tuple[dict[str, str], dict[str, str]]:
        """
        Return the fields and headers that prove who asks (OpenID Connect Core §9).

        A secret goes in a header, a private key signs an assertion for a minute.
        """
        client = self.settings.client_id
        key_file = self.settings.path("client_key")
        try:
            if key_file is None:
                secret_file = self.settings.path("client_secret")
                assert secret_file is not None, "the settings have one of both"
                secret = secret_file.read_text("utf-8").strip()
                pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
                basic = base64.b64encode(pair.encode("ascii")).decode("ascii")
                return {}, {"Authorization": f"Basic {basic}"}
            key = jwk.import_key(key_file.read_bytes(), _KEY_KIND)
        except (OSError, ValueError) as error:
            raise InvalidError("[provider]: secret or key cannot be read") from error
        now = self.clock()
        claims = {
            "iss": client,
            "sub": client,
            "aud": url,
            "jti": secrets.token_hex(16),
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTED).timestamp()),
        }
        header = {"alg": "RS256"}
        if self.settings.client_key_id:
            header["kid"] = self.settings.client_key_id
        signed = jwt.encode(header, claims, key)
        fields = {
            "client_id": client,
            "client_assertion_type": _ASSERTION,
            "client_assertion": signed,
        }
        return fields, {}

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        with self._place():
            answer = self.fetching.get(url, headers)
        if answer.status != _OK:
            raise _odd(f"status {answer.status}")
        return answer

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise UnavailableError("try again later", detail="provider: all places")
        try:
            yield
        finally:
            self._places.release()

    def _json(self, answer: Fetched) -> dict[str, Any]:
        try:
            found = json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise _odd("no JSON") from error
        if answer.status != _OK or not isinstance(found, dict):
            raise _odd(f"status {answer.status}")
        return found


_OK, _REFUSED = 200, 400
_KEY_KIND: Final = "RSA"


def _odd(why: str) -> UnavailableError:
    return UnavailableError("try again later", detail=f"provider: {why}")


def _is_fresh(at: datetime | None, now: datetime, life: timedelta) -> bool:
    return at is not None and at <= now < at + life


def _endpoint(found: Mapping[str, Any], name: str) -> str:
    """Return an address that need not be there, empty where it is not, or not https."""
    url = found.get(name)
    return str(url) if _is_https(url) else ""


def _is_https(url: object) -> bool:
    return isinstance(url, str) and url.startswith("https://")


def _with(url: str, fields: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"

"""A provider of identities on loopback, with TLS; it does wrong what it is told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from attrs import define, field
from joserfc import jws
from joserfc.jwk import RSAKey

from gateway.clock import Clock

SECRET = "not a secret: of the tests"  # noqa: S105 (it is what it says)
CLIENT = "gateway-of-the-tests"
PROGRAM = "a-mail-program"
ACCESS = "an-access.token"
NUMBER = "899700000017"
PERSON: dict[str, Any] = {
    "sub": f"f:5c2f:{NUMBER}",
    "SubjectNameID": NUMBER,
    "family_name": "MOREAU",
    "given_name": "CAMILLE",
    "Acces_Regulation_Medicale": "FAUX",
    "SubjectRefPro": {
        "exercices": [
            {
                "codeProfession": "10",
                "codeCategorieProfessionnelle": "C",
                "activities": [
                    {
                        "codeGenreActivite": "GENR01",
                        "numeroFinessSite": "750000011",
                        "raisonSocialeSite": "CHU DE DEMONSTRATION",
                    }
                ],
            }
        ]
    },
}


@cache
def rsa(name: str) -> RSAKey:
    """Return a key of the tests by its name; making one is slow."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"}, private=True)


def signed(claims: dict[str, Any], key: Any, **header: Any) -> str:
    """Return a token, signed by a key however it is asked."""
    head = {"alg": "RS256", "kid": key.kid, **header}
    content = json.dumps(claims)
    algorithm = str(head["alg"])
    return jws.serialize_compact(head, content, key, algorithms=[algorithm])


def unsigned(claims: dict[str, Any], **header: Any) -> str:
    """Return a token without a signature."""
    return f"{_packed({'alg': 'none', **header})}.{_packed(claims)}."


def _packed(value: dict[str, Any]) -> str:
    content = json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def by_public_key(claims: dict[str, Any], key: RSAKey) -> str:
    """Return a token that takes a public key for a shared secret."""
    head = f"{_packed({'alg': 'HS256', 'kid': key.kid})}.{_packed(claims)}"
    secret = key.as_pem(private=False)
    made = hmac.digest(secret, head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


@define
class LocalProvider:
    """What it signs and says; ``changes`` of each answer, None takes a part away."""

    clock: Clock
    port: int = 0
    published: list[Any] = field(factory=lambda: [rsa("first")])
    signer: Any = field(factory=lambda: rsa("first"))
    metadata: dict[str, Any] = field(factory=dict)
    claims: dict[str, Any] = field(factory=dict)
    person: dict[str, Any] = field(factory=dict)
    introspected: dict[str, Any] = field(factory=dict)
    header: dict[str, Any] = field(factory=dict)
    as_token: bool = False
    whole_token: str = ""
    status: int = 200
    nonce: str = ""
    challenge: str = ""
    asked: list[str] = field(factory=list)
    forms: list[dict[str, str]] = field(factory=list)
    headers: list[dict[str, str]] = field(factory=list)

    @property
    def issuer(self) -> str:
        return f"https://localhost:{self.port}/realm"

    def address(self, name: str) -> str:
        return f"https://localhost:{self.port}/{name}"

    def said_of_itself(self) -> dict[str, Any]:
        return _changed(
            {
                "issuer": self.issuer,
                "authorization_endpoint": self.address("auth"),
                "token_endpoint": self.address("token"),
                "userinfo_endpoint": self.address("userinfo"),
                "jwks_uri": self.address("certs"),
                "introspection_endpoint": self.address("introspect"),
                "end_session_endpoint": self.address("logout"),
                "authorization_response_iss_parameter_supported": True,
                "backchannel_logout_supported": True,
            },
            self.metadata,
        )

    def id_claims(self) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        return _changed(
            {
                "iss": self.issuer,
                "sub": PERSON["sub"],
                "aud": CLIENT,
                "azp": CLIENT,
                "exp": now + 120,
                "iat": now,
                "nonce": self.nonce,
                "acr": "eidas1",
                "sid": "session-1",
            },
            self.claims,
        )

    def said_of_a_token(self) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        return _changed(
            {
                "active": True,
                "iss": self.issuer,
                "sub": PERSON["sub"],
                "azp": PROGRAM,
                "exp": now + 120,
                "iat": now,
                "acr": "eidas1",
                "session_state": "session-1",
                "SubjectNameID": NUMBER,
            },
            self.introspected,
        )

    def id_token(self) -> str:
        return self.whole_token or signed(self.id_claims(), self.signer, **self.header)

    def logout_token(self, **changes: Any) -> str:
        now = int(self.clock().timestamp())
        event = "http://schemas.openid.net/event/backchannel-logout"
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": "1",
            "events": {event: {}},
            "sid": "session-1",
            "sub": PERSON["sub"],
        }
        return signed(_changed(claims, changes), self.signer, typ="logout+jwt")

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, str, bytes]:
        kind = "application/json"
        if path == "/meta":
            return 200, kind, json.dumps(self.said_of_itself()).encode()
        if path == "/certs":
            keys = [one.as_dict(private=False) for one in self.published]
            return 200, kind, json.dumps({"keys": keys}).encode()
        if path == "/token":
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if form.get("code") != "a-code" or proof != self.challenge:
                return 400, kind, b'{"error": "invalid_grant"}'
            tokens = {"access_token": "an-access", "id_token": self.id_token()}
            return self.status, kind, json.dumps(tokens).encode()
        if path == "/introspect":
            known = form.get("token") == ACCESS
            said = self.said_of_a_token() if known else {"active": False}
            return self.status, kind, json.dumps(said).encode()
        if path == "/userinfo":
            person = _changed(PERSON, self.person)
            if self.as_token:
                return 200, "application/jwt", signed(person, self.signer).encode()
            return 200, kind, json.dumps(person).encode()
        return 404, kind, b"{}"


def _changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    whole = {**values, **changes}
    return {name: value for name, value in whole.items() if value is not None}


@contextmanager
def local_provider(certs: Path, clock: Clock) -> Iterator[LocalProvider]:
    """Serve a provider until the end of the block."""
    provider = LocalProvider(clock)

    class Handler(BaseHTTPRequestHandler):
        def _reply(self, form: dict[str, str]) -> None:
            path = self.path.partition("?")[0]
            provider.asked.append(path)
            provider.headers.append({k.lower(): v for k, v in self.headers.items()})
            status, kind, content = provider.answer(path, form)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            provider.forms.append(form)
            self._reply(form)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "gateway.pem", certs / "gateway.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

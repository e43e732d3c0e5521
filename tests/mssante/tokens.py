"""Mail doors that take tokens of a local provider, and what programs show them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from gateway.clock import utc_now
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.settings.provider import ProviderSettings
from gateway.trust.provider import Provider
from tests.web.professional.oidc import (
    ACCESS,
    CLIENT,
    PROGRAM,
    LocalProvider,
    local_provider,
)


@frozen
class Tokens:
    """A provider that runs, and the doors' way to it."""

    provider: LocalProvider
    sign_in: TokenSignIn


@contextmanager
def token_sign_in(folder: Path, certs: Path, **said: Any) -> Iterator[Tokens]:
    """Run a provider until the end of the block."""
    secret = folder / "provider-secret"
    secret.write_text("a secret")
    with local_provider(certs, utc_now) as there:
        settings = ProviderSettings(
            **{
                "issuer": there.issuer,
                "discovery": there.address("meta"),
                "client_id": CLIENT,
                "client_secret": secret,
                "authorities": certs / "ca.pem",
                "mail_programs": (PROGRAM,),
                **said,
            }
        )
        sign_in = TokenSignIn.of(Provider.of(settings, utc_now))
        assert sign_in is not None
        yield Tokens(there, sign_in)


def shown(mechanism: str, address: str, token: str = ACCESS) -> str:
    """Return what a program answers."""
    head = f"n,a={address}," if mechanism == "OAUTHBEARER" else f"user={address}"
    if mechanism == "OAUTHBEARER" and not address:
        head = "n,,"
    return base64.b64encode(f"{head}\1auth=Bearer {token}\1\1".encode()).decode()


def told(challenge: str) -> Any:
    """Return what is said in a challenge."""
    return json.loads(base64.b64decode(challenge))


UGLY: list[tuple[dict[str, Any], str, str]] = [
    ({}, "another.token", "TOKEN_INACTIVE"),
    ({"active": False}, ACCESS, "TOKEN_INACTIVE"),
    ({"iss": "https://elsewhere.test"}, ACCESS, "TOKEN_ISSUER"),
    ({"azp": "another-program"}, ACCESS, "TOKEN_PARTY"),
    ({"exp": 1}, ACCESS, "TOKEN_EXPIRED"),
    ({"exp": 2**33}, ACCESS, "TOKEN_LONG_LIVED"),
    ({"acr": None}, ACCESS, "TOKEN_LEVEL"),
    ({"cnf": {"x5t#S256": "another"}}, ACCESS, "TOKEN_BOUND"),
    ({"SubjectNameID": "someone"}, ACCESS, "TOKEN_SUBJECT"),
]
"""What a provider may say of a token that signs nobody in, and the code of it."""

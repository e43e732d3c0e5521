"""The client of a provider: what it proves of itself, and how often it asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt

from gateway.errors import InvalidError, MisuseError, UnavailableError
from gateway.settings.provider import ProviderSettings
from gateway.trust.provider import Identified, Provider
from gateway.trust.tokens import TokenRefusedError
from tests.fakes import SetClock
from tests.web.professional.oidc import (
    ACCESS,
    CLIENT,
    NUMBER,
    PROGRAM,
    LocalProvider,
    local_provider,
    rsa,
)

VERIFIER = "v" * 64


@pytest.fixture
def there(pki_folder: Path) -> Iterator[LocalProvider]:
    with local_provider(pki_folder, SetClock()) as running:
        yield running


def client(there: LocalProvider, folder: Path, certs: Path, **said: Any) -> Provider:
    secret = folder / "secret"
    secret.write_text("a secret")
    settings = ProviderSettings(
        **{
            "issuer": there.issuer,
            "discovery": there.address("meta"),
            "client_id": CLIENT,
            "client_secret": secret,
            "authorities": certs / "ca.pem",
            **said,
        }
    )
    made = Provider.of(settings, there.clock)
    assert made is not None
    return made


def test_whose_a_token_is_the_provider_says(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    provider = client(there, tmp_path, pki_folder, mail_programs=(PROGRAM,))

    found = provider.bearer(ACCESS)

    assert (found.identity, found.program) == (NUMBER, PROGRAM)
    assert there.forms[-1] == {"token": ACCESS, "token_type_hint": "access_token"}
    assert there.headers[-1]["authorization"].startswith("Basic ")


def test_a_token_the_provider_does_not_know_is_nobodys(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    provider = client(there, tmp_path, pki_folder, mail_programs=(PROGRAM,))

    with pytest.raises(TokenRefusedError):
        provider.bearer("another")


@pytest.mark.parametrize(
    "said",
    [
        {"metadata": {"introspection_endpoint": None}},
        {"metadata": {"introspection_endpoint": "http://localhost/introspect"}},
        {"status": 401},
        {"status": 500},
    ],
)
def test_a_provider_that_does_not_say_whose_a_token_is(
    there: LocalProvider, tmp_path: Path, pki_folder: Path, said: dict[str, Any]
) -> None:
    provider = client(there, tmp_path, pki_folder, mail_programs=(PROGRAM,))
    for name, value in said.items():
        setattr(there, name, value)

    with pytest.raises(UnavailableError):
        provider.bearer(ACCESS)


def test_no_program_is_let_in_without_a_provider() -> None:
    with pytest.raises(MisuseError):
        ProviderSettings(mail_programs=(PROGRAM,))


def finish(provider: Provider, there: LocalProvider, **said: str) -> Identified:
    url = provider.begin(state="s", nonce="n", verifier=VERIFIER, back="https://us/")
    there.challenge = url.split("code_challenge=")[1].split("&")[0]
    there.nonce = "n"
    given = {"code": "a-code", "issuer": there.issuer, "nonce": "n", **said}
    return provider.finish(**given, verifier=VERIFIER, back="https://us/")


def test_there_is_no_client_where_no_provider_is_set() -> None:
    assert Provider.of(ProviderSettings(), SetClock()) is None


def test_a_private_key_proves_who_asks(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    key = tmp_path / "client.key"
    key.write_bytes(rsa("ours").as_pem(private=True))
    provider = client(
        there,
        tmp_path,
        pki_folder,
        client_secret="",
        client_key=key,
        client_key_id="ours",
    )

    finish(provider, there)
    form = there.forms[-1]
    said = jwt.decode(form["client_assertion"], rsa("ours"), algorithms=["RS256"])

    assert form["client_assertion_type"].endswith("jwt-bearer")
    assert said.header["kid"] == "ours"
    assert said.claims["iss"] == said.claims["sub"] == CLIENT
    assert said.claims["aud"] == there.address("token")
    assert said.claims["exp"] - said.claims["iat"] == 60
    assert "client_secret" not in form


def test_the_metadata_and_the_keys_are_asked_for_once_an_hour(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    provider, clock = client(there, tmp_path, pki_folder), there.clock
    assert isinstance(clock, SetClock)
    finish(provider, there)
    finish(provider, there)
    once = (there.asked.count("/meta"), there.asked.count("/certs"))
    clock.advance(hours=1)
    finish(provider, there)

    assert once == (1, 1)
    assert (there.asked.count("/meta"), there.asked.count("/certs")) == (2, 2)


def test_keys_nobody_knows_are_asked_for_once_in_a_while(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    provider = client(there, tmp_path, pki_folder)
    there.signer = rsa("stranger")
    for _ in range(3):
        with pytest.raises(TokenRefusedError):
            finish(provider, there)

    assert there.asked.count("/certs") == 1


def test_only_so_many_ask_at_once(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    provider = client(there, tmp_path, pki_folder)
    for _ in range(4):
        provider._places.acquire()

    with pytest.raises(UnavailableError):
        provider.metadata()


@pytest.mark.parametrize("file", ["client_key", "client_secret", "authorities"])
def test_a_file_that_cannot_be_read_is_said_at_the_start(
    there: LocalProvider, tmp_path: Path, pki_folder: Path, file: str
) -> None:
    said: dict[str, Any] = {file: tmp_path / "none"}
    if file == "client_key":
        said["client_secret"] = ""

    with pytest.raises(InvalidError):
        client(there, tmp_path, pki_folder, **said)


@pytest.mark.parametrize(
    "said",
    [
        {"discovery": ""},
        {"discovery": "http://issuer.test/meta"},
        {"client_id": ""},
        {"client_secret": ""},
        {"client_key": "both"},
        {"acr_values": ()},
        {"algorithms": ("HS256",)},
        {"algorithms": ("none",)},
    ],
)
def test_a_provider_that_is_half_named_is_refused(said: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "issuer": "https://issuer.test",
        "discovery": "https://issuer.test/meta",
        "client_id": "us",
        "client_secret": "secret",
    }

    assert ProviderSettings(**whole).is_on
    with pytest.raises(MisuseError):
        ProviderSettings(**{**whole, **said})

"""What the doctor says of a provider of identities, asked over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.doctor_provider import identities
from gateway.clock import utc_now
from gateway.settings.file import Settings
from tests.builders_settings import make_settings
from tests.web.professional.oidc import CLIENT, PROGRAM, LocalProvider, local_provider


@pytest.fixture
def there(pki_folder: Path) -> Iterator[LocalProvider]:
    with local_provider(pki_folder, utc_now) as provider:
        yield provider


def settings_of(
    there: LocalProvider, folder: Path, certs: Path, port: int = 8444, **said: Any
) -> Settings:
    secret = folder / "client.secret"
    secret.write_text("a secret")
    return make_settings(
        listen={"professional_https": port},
        provider={
            "issuer": there.issuer,
            "discovery": there.address("meta"),
            "client_id": CLIENT,
            "client_secret": str(secret),
            "authorities": str(certs / "ca.pem"),
            **said,
        },
    )


def said_of(settings: Settings) -> list[tuple[str, bool]]:
    """Return what is found, and whether there is something to mend."""
    return [(one.state, bool(one.mend)) for one in identities(settings)]


def test_without_a_provider_there_is_nothing_to_say() -> None:
    assert said_of(make_settings()) == []


def test_a_provider_that_answers(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    of_pages = settings_of(there, tmp_path, pki_folder)
    of_mail = settings_of(there, tmp_path, pki_folder, mail_programs=[PROGRAM])

    assert said_of(of_pages) == [("Pro Santé Connect answers", False)]
    assert said_of(of_mail) == [
        ("Pro Santé Connect answers", False),
        ("asked about one by one, sessions last 1800 s", False),
    ]


def test_a_provider_that_is_another_one(
    there: LocalProvider, tmp_path: Path, pki_folder: Path
) -> None:
    there.metadata = {"issuer": "https://other.test"}

    ((state, is_bad),) = said_of(settings_of(there, tmp_path, pki_folder))

    assert is_bad
    assert state


@pytest.mark.parametrize(
    ("metadata", "said", "state"),
    [
        (
            {"introspection_endpoint": None},
            {},
            "the provider has no introspection: no token signs in",
        ),
        (
            {"backchannel_logout_supported": None},
            {"mail_session_seconds": 900},
            "a logout is not told to us: sessions of mail go on for 900 s",
        ),
        (
            {},
            {"port": 0},
            "a logout is not told to us: sessions of mail go on for 1800 s",
        ),
        (
            {},
            {"mail_session_seconds": 14_401},
            "sessions of mail outlast those of the provider",
        ),
    ],
)
def test_what_is_not_safe_of_tokens_for_mail(
    there: LocalProvider,
    tmp_path: Path,
    pki_folder: Path,
    metadata: dict[str, Any],
    said: dict[str, Any],
    state: str,
) -> None:
    there.metadata = metadata
    alone = settings_of(there, tmp_path, pki_folder, **said)
    assert [one for one in said_of(alone) if one[1]] == []

    said = {"mail_programs": [PROGRAM], **said}
    found = said_of(settings_of(there, tmp_path, pki_folder, **said))

    assert [one for one in found if one[1]] == [(state, True)]

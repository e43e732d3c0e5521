"""Asking another service: HTTPS alone, nothing followed, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import InvalidError, UnavailableError
from gateway.trust.fetching import MAX_ANSWER, Fetching
from tests.fakes import SetClock
from tests.web.professional.oidc import LocalProvider, local_provider


@pytest.fixture
def provider(pki_folder: Path) -> Iterator[LocalProvider]:
    with local_provider(pki_folder, SetClock()) as running:
        yield running


@pytest.fixture
def fetching(pki_folder: Path) -> Fetching:
    return Fetching.trusting(pki_folder / "ca.pem", 5)


def test_an_answer_with_its_kind(provider: LocalProvider, fetching: Fetching) -> None:
    answer = fetching.get(provider.address("meta"))

    assert (answer.status, answer.kind) == (200, "application/json")
    assert b"issuer" in answer.content


@pytest.mark.parametrize(
    "url", ["http://localhost/", "ftp://localhost/", "https:///", "https://a@b/", ""]
)
def test_an_address_that_is_not_of_https(fetching: Fetching, url: str) -> None:
    with pytest.raises(InvalidError):
        fetching.get(url)


def test_a_server_of_another_authority_is_not_asked(provider: LocalProvider) -> None:
    with pytest.raises(UnavailableError):
        Fetching.trusting(None, 5).get(provider.address("meta"))
    assert provider.asked == []


def test_an_answer_that_is_too_long(
    provider: LocalProvider, fetching: Fetching
) -> None:
    provider.metadata = {"more": "x" * MAX_ANSWER}

    with pytest.raises(UnavailableError):
        fetching.get(provider.address("meta"))


def test_nobody_who_answers(fetching: Fetching) -> None:
    with pytest.raises(UnavailableError):
        fetching.get("https://localhost:1/")


def test_authorities_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidError):
        Fetching.trusting(tmp_path / "none.pem", 5)

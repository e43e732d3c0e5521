"""`gateway trust`: what is in use, and the word on a list that shrank."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from gateway.cli import trust as noun
from gateway.errors import InvalidError, MisuseError
from gateway.pki.folder import write_allowlist, write_crls
from gateway.settings.file import read_settings
from gateway.trust.space import Degraded, TrustSpace
from tests.cli.conftest import Run
from tests.pki import PEER_NAME, throwaway_pki

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def lists(config: Path, pki_folder: Path) -> Path:
    """The folder of the settings, with the lists of the throwaway PKI."""
    for name in ("ca.pem", "crl.pem", "allowlist.xml"):
        shutil.copy(pki_folder / name, config.parent / name)
    return config.parent


def put_list(folder: Path, count: int, minutes: int = 1) -> None:
    entries = {f"d{number}.test": PEER_NAME for number in range(count)}
    made = NOW + timedelta(minutes=minutes)
    (folder / "allowlist.xml").write_bytes(write_allowlist(entries, made))


def test_what_is_in_use_is_shown(
    run: Run, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_list(lists, 7)

    assert run(noun, "show", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "allowlist": str(lists / "allowlist.xml"),
        "generated_at": (NOW + timedelta(minutes=1)).isoformat(),
        "domains": 7,
        "not_taken": "",
        "signs": [],
        "authorities": {
            "JETABLE AC RACINE ELEMENTAIRE": [],
            "JETABLE AC ELEMENTAIRE ORGANISATIONS": ["operator", "organisation"],
            "JETABLE AC FORT PERSONNES": ["employee", "person"],
        },
    }
    assert run(noun, "show") == 0
    said = capsys.readouterr().out
    assert "in use: 7 domains, made " in said
    assert "JETABLE AC FORT PERSONNES: may name employee, person" in said
    assert "JETABLE AC RACINE ELEMENTAIRE: may name nobody" in said
    assert "signs: none" in said
    assert not (lists / "trust").exists()  # who only looks keeps nothing


def test_a_list_that_shrank_is_taken_on_the_operators_word(
    run: Run, config: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_list(lists, 100)
    settings = read_settings(config).trust
    in_service = TrustSpace(settings, lambda: datetime.now(UTC), kept=settings.kept)
    put_list(lists, 10, minutes=2)

    assert in_service.lists("d99.test")
    assert run(noun, "show") == 1
    said = capsys.readouterr().out
    assert "not taken: allow-list without 90 of the 100 domains" in said
    assert "signs: ALLOWLIST_SHRUNK" in said

    assert run(noun, "accept") == 0
    assert "accepted: 10 domains" in capsys.readouterr().out
    assert not in_service.lists("d99.test")
    assert run(noun, "show") == 0

    put_list(lists, 1, minutes=3)
    assert run(noun, "show") == 1  # another one needs its own word


def test_a_word_does_not_help_an_older_list(
    run: Run, config: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_list(lists, 100)
    settings = read_settings(config).trust
    TrustSpace(settings, lambda: datetime.now(UTC), kept=settings.kept)
    put_list(lists, 10, minutes=0)

    assert run(noun, "accept") == 1
    assert "still not taken: allow-list older" in capsys.readouterr().out


def test_what_is_no_list_is_not_accepted(run: Run, lists: Path) -> None:
    (lists / "allowlist.xml").write_bytes(b"<broken")
    with pytest.raises(InvalidError):
        run(noun, "accept")

    (lists / "allowlist.xml").unlink()
    with pytest.raises(MisuseError):
        run(noun, "accept")


def keep_good_lists(config: Path) -> None:
    """As a service does that ran while the lists were good."""
    settings = read_settings(config).trust
    TrustSpace(settings, lambda: datetime.now(UTC), kept=settings.kept)


def age_the_allowlist(config: Path, lists: Path) -> None:
    put_list(lists, 7, minutes=-60 * 24 * 400)


def break_the_allowlist(config: Path, lists: Path) -> None:
    keep_good_lists(config)
    (lists / "allowlist.xml").write_bytes(b"<broken")


def shrink_the_allowlist(config: Path, lists: Path) -> None:
    put_list(lists, 100)
    keep_good_lists(config)
    put_list(lists, 10, minutes=2)


def lose_the_revocation_lists(config: Path, lists: Path) -> None:
    (lists / "crl.pem").unlink()


def lose_them_after_a_good_day(config: Path, lists: Path) -> None:
    keep_good_lists(config)
    (lists / "crl.pem").unlink()


def cut_the_revocation_lists(config: Path, lists: Path) -> None:
    with (lists / "crl.pem").open("ab") as file:
        file.write(b"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n")


def let_the_revocation_lists_end(config: Path, lists: Path) -> None:
    before = evolve(throwaway_pki(), made_at=NOW - timedelta(days=40))
    write_crls(before.revocation_lists(), lists / "crl.pem")


def pin_an_authority_of_ones_own(config: Path, lists: Path) -> None:
    whole = (lists / "ca.pem").read_text("ascii")
    first, end, _ = whole.partition("-----END CERTIFICATE-----\n")
    (lists / "ca.pem").write_text(first + end, "ascii")


def test_each_sign_of_the_trust_space_is_said_by_its_name(
    run: Run, config: Path, lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {file.name: file.read_bytes() for file in lists.iterdir() if file.is_file()}
    faults = {
        "ALLOWLIST_OLD": age_the_allowlist,
        "ALLOWLIST_NOT_TAKEN": break_the_allowlist,
        "ALLOWLIST_SHRUNK": shrink_the_allowlist,
        "CRL_MISSING": lose_the_revocation_lists,
        "CRL_NOT_TAKEN": lose_them_after_a_good_day,
        "CRL_LEFT_OUT": cut_the_revocation_lists,
        "CRL_EXPIRED": let_the_revocation_lists_end,
        "NAMES_ANYBODY": pin_an_authority_of_ones_own,
    }
    assert faults.keys() == {sign.value for sign in Degraded}

    for name, make_fault in faults.items():
        shutil.rmtree(lists / "trust", ignore_errors=True)
        for file, content in good.items():
            (lists / file).write_bytes(content)
        make_fault(config, lists)

        run(noun, "show", "--json")

        assert name in json.loads(capsys.readouterr().out)["signs"]

"""The sealing beside the service: when it seals, and what it says when it cannot."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from gateway.errors import UnavailableError
from gateway.metrics import REGISTRY
from gateway.node.sealing import Sealing
from gateway.node.signing import SignerDoor, SignerRefusedError
from gateway.settings.file import Settings, settings_from
from gateway.store.base.work import Database
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.sealing import SealingError
from tests.builders_database import new_sqlite
from tests.checkpoints.signer import ORIGIN, make_signer
from tests.fakes import SetClock
from tests.store.checkpoints.journals import SealedDatabase


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "gateway.toml"
    file.touch()
    return settings_from(
        {
            "domains": {"professional": "h.example", "patient": "p.example"},
            "trust": {
                "certificate": "c",
                "private_key": "k",
                "authorities": "a",
                "crl": "l",
                "allowlist": "w",
            },
            "journal": {
                "origin": ORIGIN,
                "signer": "signer.sock",
                "seal_lines": 5,
                "late_seconds": 900,
            },
        },
        tmp_path,
    )


@pytest.fixture
def sealed(tmp_path: Path, clock: SetClock) -> Iterator[SealedDatabase]:
    database = new_sqlite(tmp_path, clock)
    yield SealedDatabase.make(database, clock, tmp_path)
    database.close()


@contextmanager
def door(sealed: SealedDatabase, settings: Settings) -> Iterator[None]:
    """Run the signer behind its socket for the length of the block."""
    assert settings.signer_socket is not None
    opened = SignerDoor(settings.signer_socket, sealed.signer.answer, [os.getuid()])
    thread = threading.Thread(target=opened.run)
    thread.start()
    try:
        yield
    finally:
        opened.close()
        thread.join(10)
        settings.signer_socket.unlink()


def size(database: Database) -> int:
    with database.read() as work:
        return SealedJournal(work.connection).state().size


def test_it_seals_at_its_time_or_when_lines_are_enough(
    sealed: SealedDatabase, settings: Settings
) -> None:
    seconds = [0.0]
    made = Sealing(sealed.database, settings, Path("gateway.toml"), lambda: seconds[0])
    with door(sealed, settings):
        sealed.write(patients=1, each=1)
        assert made.look() == 2  # the first look is due
        sealed.write(patients=1, each=2)
        assert made.look() == 0  # four lines, and five are enough
        sealed.write(patients=1, each=1)
        assert made.look() == 6
        sealed.write(patients=1, each=1)
        seconds[0] = 299.0
        assert made.look() == 0
        seconds[0] = 300.0
        assert made.look() == 2
    assert made.fault() == ""
    assert made.age() == 0.0
    assert b"gateway_checkpoint_age_seconds 0.0" in generate_latest(REGISTRY)
    assert sealed.faults() == []
    with sealed.database.read() as work:
        sizes = [one.checkpoint.size for one in SealedJournal(work.connection).all()]
    assert sizes == [2, 8, 10]


def test_a_line_that_is_missing_stops_sealing_and_is_said_until_it_is_back(
    sealed: SealedDatabase, settings: Settings
) -> None:
    made = Sealing(sealed.database, settings, Path("gateway.toml"))
    sealed.write(patients=1, each=2)
    sealed.sql("UPDATE journal SET seq = 9 WHERE chain = 'patient:p0' AND seq = 1")
    with door(sealed, settings):
        assert made.look() == 0

        assert made.fault() == (
            "the journal is not sealed: patient:p0: line 1 is missing"
        )
        with pytest.raises(SealingError):
            made.run()
        sealed.sql("UPDATE journal SET seq = 1 WHERE chain = 'patient:p0' AND seq = 9")
        made.run()

    assert made.fault() == ""
    assert sealed.faults() == []


def test_a_signer_that_is_away_is_said_once_the_last_checkpoint_is_old(
    sealed: SealedDatabase, settings: Settings, clock: SetClock
) -> None:
    made = Sealing(sealed.database, settings, Path("gateway.toml"))
    sealed.write(patients=1, each=2)
    with pytest.raises(UnavailableError):
        made.run()
    assert size(sealed.database) == 4  # sealed all the same
    clock.now += timedelta(seconds=850)
    assert made.fault() == ""

    clock.now += timedelta(seconds=60)

    assert "the last checkpoint is 911 s old: the signer at" in made.fault()
    with door(sealed, settings):
        made.run()
    assert made.fault() == ""


def test_a_checkpoint_whose_answer_was_lost_is_taken_at_the_next_round(
    sealed: SealedDatabase, settings: Settings, clock: SetClock
) -> None:
    made = Sealing(sealed.database, settings, Path("gateway.toml"))
    sealed.write(patients=1, each=2)
    with door(sealed, settings):
        made.run()
        clock.now += timedelta(seconds=1)
        made.run()
        sealed.sql("DELETE FROM checkpoints WHERE id = 2")
        clock.now += timedelta(seconds=1)
        made.run()

    assert sealed.faults() == []


def test_an_older_database_that_went_on_is_refused_as_a_fork(
    sealed: SealedDatabase, settings: Settings, tmp_path: Path
) -> None:
    made = Sealing(sealed.database, settings, Path("gateway.toml"))
    sealed.write(patients=1, each=2)
    with door(sealed, settings):
        made.run()
        for table in ("journal_leaves", "journal_nodes", "sealed_chains",
                      "sealed_tree", "checkpoints"):  # fmt: skip
            sealed.sql(f"DELETE FROM {table}")  # noqa: S608
        sealed.write(patients=1, each=2)

        with pytest.raises(SignerRefusedError, match="is not the one that was signed"):
            made.run()


def test_another_account_is_not_answered(
    sealed: SealedDatabase, settings: Settings
) -> None:
    assert settings.signer_socket is not None
    opened = SignerDoor(settings.signer_socket, sealed.signer.answer, [12345])
    thread = threading.Thread(target=opened.run)
    thread.start()
    try:
        with pytest.raises(UnavailableError, match="this account may not ask"):
            Sealing(sealed.database, settings, Path("gateway.toml")).run()
    finally:
        opened.close()
        thread.join(10)


def test_a_signer_keeps_to_its_folder(tmp_path: Path, clock: SetClock) -> None:
    make_signer(tmp_path / "s", clock)
    assert {one.stat().st_mode & 0o777 for one in (tmp_path / "s").iterdir()} == {0o600}

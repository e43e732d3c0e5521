"""Opening the database looks, and waits for nobody's turn to write."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cli import doctor
from gateway.errors import UnavailableError
from gateway.settings.file import Settings, read_settings
from gateway.store.base.open_database import create_database, open_database
from tests.builders_settings import write_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = read_settings(write_settings(tmp_path))
    create_database(made).close()
    return made


@pytest.fixture
def held(settings: Settings, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The turn to write, held as a stopped process holds it."""
    path = tmp_path / settings.database_url.rpartition("/")[2]
    with closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        yield stranger


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("upgraded", [False, True])
def test_a_turn_to_write_that_is_held_keeps_nobody_from_looking(
    settings: Settings, *, upgraded: bool
) -> None:
    begun = time.monotonic()

    database = open_database(settings, upgraded=upgraded)

    assert time.monotonic() - begun < 5
    with database.read() as work:
        assert work.tasks.listed() == []
    database.close()


def test_a_database_that_cannot_be_read_is_said_in_our_words(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / settings.database_url.rpartition("/")[2]
    content = bytearray(path.read_bytes())
    content[100:4096] = bytes(3996)  # the root of all tables
    path.write_bytes(content)
    path.with_name(f"{path.name}-wal").unlink(missing_ok=True)

    with pytest.raises(UnavailableError) as told:
        open_database(settings)

    assert "SQLITE" in str(told.value) or "does not answer" in str(told.value)


@pytest.mark.usefixtures("held")
def test_the_doctor_says_that_nothing_can_be_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As /readyz does; it ended with a traceback, and no finding at all."""
    monkeypatch.setattr(doctor, "_PROBE_SECONDS", 2.0)

    found = {one.subject: one for one in doctor.examine(settings)}

    assert "no answer for" in found["database"].state
    assert "a stopped process" in found["database"].mend

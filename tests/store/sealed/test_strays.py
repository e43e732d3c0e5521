"""Blob files without a row: nothing goes at once, and nothing goes in great number."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from gateway.errors import MisuseError
from gateway.settings.work import BlobSettings
from gateway.store.base.work import Database
from gateway.store.sealed.strays import StrayCounts, StrayFiles
from tests.fakes import SetClock

LARGE = 200_000
SETTINGS = BlobSettings(strays_most_files=2, strays_most_percent=0)


@pytest.fixture
def strays(database: Database) -> StrayFiles:
    return StrayFiles(database, SETTINGS)


def written(database: Database, clock: SetClock, *, named: bool = False) -> Path:
    """Write a blob's file two hours ago, with a row or without."""
    parcel = database.prepare(b"x" * LARGE)
    if named:
        with database.write() as work:
            work.blobs.put(parcel, work.key_for("patient:a"), work.now)
    path = database.folder.path(parcel.id)
    long_ago = (clock.now - timedelta(hours=2)).timestamp()
    os.utime(path, (long_ago, long_ago))
    return path


def names(paths: Iterable[Path]) -> set[str]:
    return {path.name for path in paths}


def test_nothing_is_moved_at_the_first_look(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    stray = written(database, clock)

    assert strays.run() == StrayCounts(files=1, waiting=1)
    assert stray.exists()


def test_a_second_look_just_too_early_moves_nothing(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    stray = written(database, clock)
    strays.run()
    clock.advance(days=2, hours=23)

    assert strays.run() == StrayCounts(files=1, waiting=1)
    assert stray.exists()


def test_a_file_still_without_a_row_days_later_is_moved_aside_not_removed(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    stray, kept = written(database, clock), written(database, clock, named=True)
    strays.run()
    clock.advance(days=3)

    assert strays.run() == StrayCounts(files=2, moved=1)
    assert not stray.exists()
    assert kept.exists()
    assert names(database.folder.aside()) == {stray.name}


def test_what_was_moved_aside_goes_only_long_after(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    written(database, clock)
    for days in (0, 3, 59):
        clock.advance(days=days)
        strays.run()
    assert len(list(database.folder.aside())) == 1

    clock.advance(days=2)

    assert strays.run().removed == 1
    assert list(database.folder.aside()) == []


def test_more_than_a_few_are_held_until_a_person_says_so(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    """As after an older database was put back: the files are the only copies."""
    files = [written(database, clock) for _ in range(3)]
    strays.run()
    assert strays.fault() == ""
    clock.advance(days=30)

    assert strays.run() == StrayCounts(files=3, held=3)
    assert all(path.exists() for path in files)
    assert strays.fault().startswith("3 blob files belong to no row")

    assert strays.run(all_of_them=True).moved == 3
    assert strays.run().held == 0
    assert strays.fault() == ""


def test_empty_files_are_the_copy_of_nothing_and_hold_nothing_back(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    """A kill leaves those made ahead: a day of crashes asks nobody."""
    full = [written(database, clock) for _ in range(2)]
    empty = [written(database, clock) for _ in range(5)]
    for path in empty:
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    strays.run()
    clock.advance(days=3)

    assert strays.run() == StrayCounts(files=7, moved=7)
    assert names(database.folder.aside()) == names([*full, *empty])


def test_empty_files_go_aside_though_those_with_content_are_held(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    full = [written(database, clock) for _ in range(3)]
    empty = written(database, clock)
    empty.write_bytes(b"")
    os.utime(empty, (0, 0))
    strays.run()
    clock.advance(days=3)

    assert strays.run() == StrayCounts(files=4, held=3, moved=1)
    assert all(path.exists() for path in full)
    assert names(database.folder.aside()) == {empty.name}


def test_the_share_grows_with_the_folder(database: Database, clock: SetClock) -> None:
    tenth = evolve(SETTINGS, strays_most_files=0, strays_most_percent=10.0)
    strays = StrayFiles(database, tenth)
    for _ in range(9):
        written(database, clock, named=True)
    written(database, clock)
    strays.run()
    clock.advance(days=3)

    assert strays.run().moved == 1


def test_one_that_has_a_row_again_is_forgotten(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    """Its time begins anew if it loses the row once more."""
    parcel = database.prepare(b"x" * LARGE)
    path = database.folder.path(parcel.id)
    os.utime(path, (0, 0))
    strays.run()
    with database.write() as work:
        work.blobs.put(parcel, work.key_for("patient:a"), work.now)
    clock.advance(days=3)
    assert strays.run() == StrayCounts(files=1)

    with database.write() as work:
        assert work.blobs.release(parcel.id, work.key_for("patient:a"))

    assert strays.run() == StrayCounts(files=1, waiting=1)


def test_a_file_moved_aside_is_still_found_by_its_row(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    """The newer database is put back after all: a reader does not wait for a round."""
    parcel = database.prepare(b"x" * LARGE)
    os.utime(database.folder.path(parcel.id), (0, 0))
    strays.run()
    clock.advance(days=3)
    assert strays.run().moved == 1
    with database.write() as work:
        key = work.key_for("patient:a")
        work.blobs.put(parcel, key, work.now)

    with database.read() as work:
        assert work.blobs.get(parcel.id, key) == b"x" * LARGE

    assert list(database.folder.aside()) == []


def test_a_round_brings_back_what_has_a_row_again(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    parcel = database.prepare(b"x" * LARGE)
    path = database.folder.path(parcel.id)
    os.utime(path, (0, 0))
    strays.run()
    clock.advance(days=3)
    strays.run()
    with database.write() as work:
        work.blobs.put(parcel, work.key_for("patient:a"), work.now)

    assert strays.run().returned == 1
    assert path.exists()


def test_what_is_being_written_is_not_looked_at(
    database: Database, clock: SetClock, strays: StrayFiles
) -> None:
    young = written(database, clock)
    now = clock.now.timestamp()
    os.utime(young, (now, now))

    assert strays.run() == StrayCounts()


@pytest.mark.parametrize(
    "wrong",
    [
        {"strays_after_days": 0},
        {"strays_kept_days": 0},
        {"strays_most_files": -1},
        {"strays_most_percent": 10.1},
        {"strays_most_percent": -0.1},
    ],
)
def test_settings_that_would_take_files_away_early_are_refused(
    wrong: dict[str, int], tmp_path: Path
) -> None:
    with pytest.raises(MisuseError, match="strays_"):
        BlobSettings.from_table(wrong, tmp_path)

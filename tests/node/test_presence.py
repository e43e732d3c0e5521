"""Whose leases are freed: of those that died here, or are silent elsewhere."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.node.presence import BEAT_SECONDS, SILENCE, Presence
from gateway.node.work_lines import patience_of
from gateway.settings.file import TaskSettings
from gateway.store.base.presence import note_presence
from gateway.store.base.work import Database
from gateway.store.tables import presences
from gateway.store.tasks.tasks import TaskKind
from tests.fakes import SetClock
from tests.logged import warnings_logged

PATIENCE = patience_of(TaskSettings())

HOLDER = """
import fcntl, os, sys, time
from pathlib import Path
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(file, fcntl.LOCK_EX)
os.write(file, Path("/proc/sys/kernel/random/boot_id").read_bytes().strip())
print("held", flush=True)
time.sleep(60)
"""


def leased_by(database: Database, *owners: str) -> None:
    with database.write() as work:
        for owner in owners:
            work.tasks.add(TaskKind.FILE, owner)
    for owner in owners:
        with database.write() as work:
            work.tasks.claim(owner, TaskKind, 1, timedelta(days=1))


def owners(database: Database) -> set[str]:
    with database.read() as work:
        return work.tasks.owners()


def seen(database: Database) -> set[str]:
    with database.read() as work:
        return set(work.connection.execute(select(presences.c.id)).scalars())


def test_one_that_was_killed_is_known_to_be_gone_at_once_and_one_that_lives_is_not(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    leased_by(database, "killed", "lives")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder / name)], stdout=subprocess.PIPE
        )
        for name in ("killed", "lives")
    ]
    try:
        for one in processes:
            assert one.stdout is not None
            assert one.stdout.readline() == b"held\n"
        with database.write() as work:
            note_presence(work, "lives")
            note_presence(work, "killed")
        processes[0].send_signal(signal.SIGKILL)
        processes[0].wait()

        Presence(database, tmp_path, PATIENCE).beat()

        assert owners(database) == {"lives"}
        assert not (folder / "killed").exists()
    finally:
        for one in processes:
            one.kill()
            one.communicate()


def test_a_file_of_another_kernel_says_nothing_of_its_owner(
    database: Database, tmp_path: Path
) -> None:
    """On a network disk locks may be each node's own."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "elsewhere").write_text("another boot")
    leased_by(database, "elsewhere")

    Presence(database, tmp_path, PATIENCE).beat()

    assert owners(database) == {"elsewhere"}


def test_one_elsewhere_that_is_silent_for_long_is_gone(
    database: Database, tmp_path: Path, clock: SetClock
) -> None:
    leased_by(database, "silent", "lives", "unknown")
    with database.write() as work:
        note_presence(work, "silent")
        note_presence(work, "lives")
    here = Presence(database, tmp_path, PATIENCE)
    here.beat()
    clock.advance(seconds=SILENCE.total_seconds())
    here.beat()
    assert owners(database) == {"silent", "lives"}, "one that never wrote is gone"
    with database.write() as work:
        note_presence(work, "lives")
    clock.advance(seconds=0.001)

    here.beat()

    assert owners(database) == {"lives"}


def test_one_that_could_not_write_itself_does_not_judge_the_others(
    database: Database,
    tmp_path: Path,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database was away: the others' silence is no sign of their end."""
    leased_by(database, "other")
    with database.write() as work:
        note_presence(work, "other")
    here = Presence(database, tmp_path, PATIENCE)
    here.beat()
    clock.advance(hours=1)
    monkeypatch.setattr(here, "_beaten_at", time.monotonic() - 2 * BEAT_SECONDS)
    here.beat()
    assert owners(database) == {"other"}

    here.beat()

    assert owners(database) == set()


def test_a_process_that_ends_leaves_nothing(database: Database, tmp_path: Path) -> None:
    here = Presence(database, tmp_path, PATIENCE)
    here.start()
    assert seen(database) == {here.owner}
    assert (tmp_path / "run" / here.owner).exists()

    here.stop()

    assert seen(database) == set()
    assert list((tmp_path / "run").iterdir()) == []


def test_without_a_folder_to_lock_in_it_goes_on(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "run").write_text("no folder")
    here = Presence(database, tmp_path, PATIENCE)

    here.start()

    assert seen(database) == {here.owner}
    here.stop()


def test_those_that_wrote_nothing_for_a_day_are_forgotten(
    database: Database, clock: SetClock
) -> None:
    with database.write() as work:
        note_presence(work, "old")
    clock.advance(days=1)
    with database.write() as work:
        note_presence(work, "young")
    assert seen(database) == {"old", "young"}
    clock.advance(seconds=1)

    with database.write() as work:
        note_presence(work, "new")

    assert seen(database) == {"young", "new"}


def test_a_clock_that_was_set_back_is_followed_and_said(
    database: Database, tmp_path: Path, clock: SetClock
) -> None:
    with database.write() as work:
        work.tasks.add(TaskKind.FILE, "one")
    clock.advance(days=-1)

    with warnings_logged() as told:
        Presence(database, tmp_path, PATIENCE).beat()

    assert told == ["the clock was set back: 1 tasks follow it"]
    with database.read() as work:
        assert work.tasks.anything_due([TaskKind.FILE])

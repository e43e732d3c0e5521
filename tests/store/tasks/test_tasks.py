"""Leases: who keeps one, and who loses it when something died."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest

from gateway.store.base.work import Database
from gateway.store.tasks.tasks import TaskKind, new_owner

LEASE = timedelta(seconds=60)


def owner_of(pid: int, host: str = "") -> str:
    return f"{host or socket.gethostname()}:{pid}:0123abcd"


def ended_process() -> int:
    """Return the number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def claimed_after_a_start(database: Database, owner: str) -> bool:
    """Tell whether a new worker gets at once what ``owner`` had claimed."""
    with database.write() as work:
        work.tasks.add(TaskKind.FILE, "subject")
    with database.write() as work:
        work.tasks.claim(owner, [TaskKind.FILE], 5, LEASE)
    with database.write() as work:
        freed = work.tasks.release_dead_owners()
    with database.write() as work:
        found = work.tasks.claim(new_owner(), [TaskKind.FILE], 5, LEASE)
    assert len(found) == freed
    return bool(found)


def test_what_a_dead_process_of_this_machine_had_is_free(database: Database) -> None:
    assert claimed_after_a_start(database, owner_of(ended_process()))


def test_a_number_that_is_ours_now_was_of_one_before_us(database: Database) -> None:
    assert claimed_after_a_start(database, owner_of(os.getpid()))


@pytest.mark.parametrize(
    "owner",
    [owner_of(os.getppid()), owner_of(ended_process(), "elsewhere")],
    ids=["a living process", "another machine"],
)
def test_what_may_be_alive_keeps_its_leases(database: Database, owner: str) -> None:
    assert not claimed_after_a_start(database, owner)

"""Writers of one SQLite file: one at a time, none kept waiting for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.errors import UnavailableError
from gateway.store.base.turns import Turns


def test_two_processes_never_have_the_turn_at_once(tmp_path: Path) -> None:
    # Two files open on one lock are as strangers to each other, as in two processes.
    both = [Turns(tmp_path / "gateway.db") for _ in range(2)]
    inside, most = 0, 0

    def write(turns: Turns) -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns.taken():
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=write, args=(one,)) for one in both * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1
    for one in both:
        one.close()


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    first, second = (Turns(tmp_path / "gateway.db", longest=0.05) for _ in range(2))

    with first.taken(), pytest.raises(UnavailableError), second.taken():
        pass

    with second.taken():
        pass
    first.close()
    second.close()


def test_a_thread_that_waits_too_long_is_told(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "gateway.db", longest=0.05)
    told: list[str] = []

    def wait() -> None:
        try:
            with turns.taken():
                told.append("in")
        except UnavailableError:
            told.append("told")

    with turns.taken():
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()

    assert told == ["told"]
    turns.close()


def test_a_folder_that_is_not_there_is_a_storage_fault(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "absent" / "gateway.db")

    with pytest.raises(UnavailableError), turns.taken():
        pass

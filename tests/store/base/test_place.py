"""A SQLite file that is moved or replaced while it is open takes nothing more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.store.base.failures import StorageError
from gateway.store.base.place import OpenFile
from gateway.store.base.work import Database
from gateway.store.tasks.tasks import TaskKind
from tests.builders_database import database_at, new_sqlite
from tests.fakes import SetClock


def replaced(file: Path) -> None:
    shutil.copy(file, file.with_name("copy"))
    file.with_name("copy").replace(file)


def moved(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))


HARMS = pytest.mark.parametrize("harm", [replaced, moved])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture
def opened(tmp_path: Path, clock: SetClock) -> Database:
    made = new_sqlite(tmp_path, clock)
    made.close()  # it was there before anybody opened it
    made = database_at(str(made.engine.url), tmp_path, clock)
    with made.write() as work:
        work.tasks.add(TaskKind.FILE, "before")
    return made


@HARMS
def test_nothing_is_written_to_a_file_that_is_not_the_one(
    opened: Database, file: Path, harm: Callable[[Path], None]
) -> None:
    harm(file)

    with (
        pytest.raises(StorageError, match="moved or replaced while it was open"),
        opened.write() as work,
    ):
        work.tasks.add(TaskKind.FILE, "after")
    opened.close()


@HARMS
def test_what_is_committed_while_the_file_goes_is_not_said_to_be_there(
    opened: Database, file: Path, harm: Callable[[Path], None]
) -> None:
    def write_while_it_goes() -> None:
        with opened.write() as work:
            work.tasks.add(TaskKind.FILE, "meanwhile")
            harm(file)

    with pytest.raises(StorageError):
        write_while_it_goes()
    opened.close()


def test_a_file_that_only_grows_is_the_same(opened: Database, file: Path) -> None:
    for number in range(20):
        with opened.write() as work:
            work.tasks.add(TaskKind.FILE, "x" * 1000 * number)
    opened.close()


def test_a_file_that_comes_later_counts_from_then(tmp_path: Path) -> None:
    path = tmp_path / "later"
    found = OpenFile(path)
    assert found.is_there
    path.write_bytes(b"x")
    assert found.is_there

    replaced(path)

    assert not found.is_there

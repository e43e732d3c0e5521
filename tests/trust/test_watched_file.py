"""A file is read again when it changed, and what was good stays when it is bad."""

from __future__ import annotations

import threading
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from gateway.errors import InvalidError
from gateway.trust.watched_file import KeptFile, WatchedFile
from tests.power_cuts import left_after


class Reader:
    """Reads a file of text, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, str | None]] = []

    def __call__(self, content: bytes, before: str | None) -> str:
        self.asked.append((content, before))
        if content.startswith(b"bad"):
            raise InvalidError("bad file")
        return content.decode()


@pytest.fixture
def reader() -> Reader:
    return Reader()


def watched(path: Path, reader: Reader, **options: Any) -> WatchedFile[str]:
    return WatchedFile(path / "list", reader, **{"max_bytes": 10, **options})


def put(folder: Path, content: bytes) -> None:
    """Put a new file in place whole."""
    fresh = folder / "fresh"
    fresh.write_bytes(content)
    fresh.replace(folder / "list")


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, reader: Reader) -> None:
    put(tmp_path, b"one")
    file = watched(tmp_path, reader)

    assert [file.current(), file.current()] == ["one", "one"]
    assert reader.asked == [(b"one", None)]
    assert not file.changed

    put(tmp_path, b"two")
    assert file.changed
    assert [file.current(), file.current()] == ["two", "two"]
    assert reader.asked == [(b"one", None), (b"two", "one")]
    assert not file.changed
    assert not file.failed


@pytest.mark.parametrize("content", [b"bad", b"x" * 11])
def test_a_bad_file_leaves_the_good_one_in_use_until_the_next(
    tmp_path: Path, reader: Reader, content: bytes
) -> None:
    put(tmp_path, b"one")
    file = watched(tmp_path, reader)

    put(tmp_path, content)
    assert file.current() == "one"
    assert file.failed
    assert not file.changed  # it was looked at, and will not be taken

    put(tmp_path, b"x" * 10)
    assert file.current() == "x" * 10
    assert not file.failed


def test_a_file_that_is_gone_leaves_the_good_one_in_use(
    tmp_path: Path, reader: Reader
) -> None:
    put(tmp_path, b"one")
    file = watched(tmp_path, reader)

    (tmp_path / "list").unlink()
    assert file.changed
    assert file.current() == "one"
    assert file.failed
    assert file.changed  # it may come back at any time

    put(tmp_path, b"two")
    assert (file.current(), file.failed) == ("two", False)


@pytest.mark.parametrize("content", [b"bad", b"x" * 11, None])
def test_without_a_first_good_file_there_is_the_fallback_or_none(
    tmp_path: Path, reader: Reader, content: bytes | None
) -> None:
    if content is not None:
        put(tmp_path, content)
    with pytest.raises(InvalidError):
        watched(tmp_path, reader)

    file = watched(tmp_path, reader, fallback="nothing")
    assert (file.current(), file.failed) == ("nothing", True)

    put(tmp_path, b"one")
    assert (file.current(), file.failed) == ("one", False)


def test_a_look_is_good_for_a_while(tmp_path: Path, reader: Reader) -> None:
    put(tmp_path, b"one")
    file = watched(tmp_path, reader, look_seconds=3600)
    assert file.current() == "one"

    put(tmp_path, b"two")
    assert not file.changed
    assert file.current() == "one"


class SlowReader:
    """Reads at once, but for "slow", which it reads when it may."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self, content: bytes, before: str | None) -> str:
        del before
        if content == b"slow":
            self.begun.set()
            assert self.may_end.wait(10)
        return content.decode()


@pytest.mark.parametrize("look_seconds", [0.0, 0.05])
def test_while_one_reads_a_changed_file_nobody_goes_on_with_the_old_value(
    tmp_path: Path, look_seconds: float
) -> None:
    put(tmp_path, b"one")
    reader = SlowReader()
    file = WatchedFile(
        tmp_path / "list", reader, max_bytes=10, look_seconds=look_seconds
    )
    put(tmp_path, b"slow")
    sleep(look_seconds)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(file.current())) for _ in range(4)
    ]
    threads[0].start()
    assert reader.begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    sleep(look_seconds + 0.05)

    assert file.changed  # so that the loop does not ask, and wait
    assert found == []
    reader.may_end.set()
    for thread in threads:
        thread.join(10)
    assert found == ["slow"] * 4


def test_a_value_is_never_older_than_a_look_may_be(tmp_path: Path) -> None:
    put(tmp_path, b"one")
    file = watched(tmp_path, Reader(), look_seconds=0.2)
    assert file.current() == "one"

    put(tmp_path, b"two")
    end = monotonic() + 0.2
    while monotonic() < end:
        sleep(0.01)

    assert file.current() == "two"


# What is kept for the next start.


def keeping(path: Path, reader: Reader, *, writes: bool = True) -> WatchedFile[str]:
    kept = KeptFile[str](path / "kept" / "list", lambda content, _: content, writes)
    return watched(path, reader, kept=kept)


def refusing_older(content: bytes, before: str | None) -> str:
    text = content.decode()
    if before is not None and text < before:
        raise InvalidError("older")
    return text


def test_what_was_taken_is_kept_and_an_older_file_is_refused_after_a_restart(
    tmp_path: Path,
) -> None:
    kept = KeptFile[str](tmp_path / "kept" / "list", lambda content, _: content)
    put(tmp_path, b"2025")
    WatchedFile(tmp_path / "list", refusing_older, max_bytes=10, kept=kept)
    put(tmp_path, b"2024")

    again = WatchedFile(tmp_path / "list", refusing_older, max_bytes=10, kept=kept)

    assert again.current() == "2025"
    assert again.failed
    assert str(again.fault) == "older"
    assert (tmp_path / "kept" / "list").read_bytes() == b"2025"
    put(tmp_path, b"2026")
    assert (again.current(), again.failed) == ("2026", False)
    assert (tmp_path / "kept" / "list").read_bytes() == b"2026"
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["list"]


@pytest.mark.parametrize("content", [b"bad", None])
def test_what_is_kept_serves_where_the_file_is_bad_or_gone_at_the_start(
    tmp_path: Path, reader: Reader, content: bytes | None
) -> None:
    put(tmp_path, b"one")
    keeping(tmp_path, reader)
    if content is None:
        (tmp_path / "list").unlink()
    else:
        put(tmp_path, content)

    again = keeping(tmp_path, reader)

    assert (again.current(), again.failed) == ("one", True)


def test_what_is_kept_and_broken_is_passed_over(tmp_path: Path, reader: Reader) -> None:
    put(tmp_path, b"one")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "list").write_bytes(b"bad")

    file = keeping(tmp_path, reader)

    assert (file.current(), file.failed) == ("one", False)
    assert (tmp_path / "kept" / "list").read_bytes() == b"one"


def test_who_only_looks_keeps_nothing(tmp_path: Path, reader: Reader) -> None:
    put(tmp_path, b"one")

    keeping(tmp_path, reader, writes=False)

    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_to_does_no_harm(
    tmp_path: Path, reader: Reader
) -> None:
    put(tmp_path, b"one")
    (tmp_path / "kept").write_bytes(b"a file where the folder should be")

    assert keeping(tmp_path, reader).current() == "one"


def test_a_word_has_the_file_read_again(tmp_path: Path, reader: Reader) -> None:
    put(tmp_path, b"one")
    file = watched(tmp_path, reader, word=tmp_path / "word")
    assert not file.changed

    (tmp_path / "word").write_bytes(b"go on")

    assert file.changed
    assert file.current() == "one"
    assert len(reader.asked) == 2
    assert not file.changed


KEEPING = """
import os, sys
from pathlib import Path
from gateway.trust.watched_file import KeptFile, WatchedFile

os.umask(0o077)
top = Path(sys.argv[1])
kept = KeptFile(top / "kept" / "list", lambda content, _: content)

def read(content, before):
    return content.decode()

watched = WatchedFile(top / "list", read, max_bytes=10, kept=kept)
(top / "fresh").write_bytes(b"2026")
(top / "fresh").replace(top / "list")
assert watched.current() == "2026"
"""


def test_what_was_taken_is_kept_after_a_power_cut(tmp_path: Path) -> None:
    """With its folder: else an older list would be taken again."""
    folder = tmp_path / "folder"
    folder.mkdir()
    put(folder, b"2025")

    left = left_after(KEEPING, folder, tmp_path / "scratch")

    assert left["kept/list"] == b"2026"

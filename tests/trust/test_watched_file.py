"""A file is read again when it changed, and what was good stays when it is bad."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.errors import InvalidError
from gateway.trust.watched_file import WatchedFile


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

"""What is written is there whole, for its owner alone, and never over another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.durable import FsyncError, replace_file, write_new_file


def fail(_: int) -> None:
    raise OSError(5, "Input/output error")


def test_a_new_file_is_its_owners_and_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "key"

    write_new_file(path, b"one")

    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_new_file(path, b"two")
    assert path.read_bytes() == b"one"


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"the one before, which is longer")
    path.chmod(0o644)

    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_one_before_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(FsyncError):
        replace_file(path, b"new")

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]

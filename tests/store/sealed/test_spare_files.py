"""Files made ahead: each is given once, and none stays behind."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.store.sealed import spare_files
from gateway.store.sealed.spare_files import SpareFiles


def files_in(folder: Path) -> list[Path]:
    return list(folder.glob("??/*"))


def test_one_asked_for_is_one_made(tmp_path: Path) -> None:
    spares = SpareFiles(tmp_path / "blobs")

    taken = spares.take()
    os.close(taken.descriptor)

    assert files_in(tmp_path / "blobs") == [taken.path]
    assert taken.path.parent.name == taken.path.name[:2]
    assert taken.path.stat().st_mode & 0o077 == 0
    assert taken.path.parent.stat().st_mode & 0o077 == 0


def test_those_asked_for_often_are_made_together_and_the_rest_removed(
    tmp_path: Path,
) -> None:
    spares = SpareFiles(tmp_path)

    taken = [spares.take() for _ in range(40)]
    left = len(files_in(tmp_path)) - len(taken)
    spares.clear()
    for one in taken:
        os.close(one.descriptor)

    assert 0 < left < 16
    assert len({one.path for one in taken}) == 40
    assert set(files_in(tmp_path)) == {one.path for one in taken}


def test_many_threads_never_share_one(tmp_path: Path) -> None:
    spares = SpareFiles(tmp_path)

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: spares.take(), range(100)))
    spares.clear()
    for one in taken:
        os.close(one.descriptor)

    assert len({one.path for one in taken}) == 100


def test_one_that_somebody_removed_or_that_grew_old_is_not_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spares = SpareFiles(tmp_path)
    taken = [spares.take() for _ in range(2)]
    (gone,) = set(files_in(tmp_path)) - {one.path for one in taken}
    gone.unlink()

    taken.append(spares.take())
    monkeypatch.setattr(spare_files, "_SECONDS", 0.0)
    old = set(files_in(tmp_path)) - {one.path for one in taken}
    taken.append(spares.take())
    spares.clear()
    for one in taken:
        os.close(one.descriptor)

    assert old
    assert taken[2].path != gone
    assert taken[3].path not in old
    assert set(files_in(tmp_path)) == {one.path for one in taken}


def test_where_none_can_be_made_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"not a folder")

    with pytest.raises(OSError, match="blobs"):
        SpareFiles(tmp_path / "blobs").take()

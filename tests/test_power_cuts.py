from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.power_cuts import ALL, ANY, NOTHING, SECTOR, Disk
from tests.recorded_writes import (
    Deed,
    FolderMade,
    Linked,
    Opened,
    Removed,
    Renamed,
    Resized,
    Step,
    Synced,
    Written,
)

TOP = Path("/data")
FILE, OTHER = TOP / "file", TOP / "other"

Contents = dict[str, bytes]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A folder with one durable file."""
    folder = tmp_path / "before"
    folder.mkdir()
    (folder / "file").write_bytes(b"old")
    (folder / "file").chmod(0o640)
    return folder


def in_turn(*deeds: Deed) -> list[Step]:
    """Steps that take nine nanoseconds each, one every ten."""
    return [Step(10 * at, 10 * at + 9, deed) for at, deed in enumerate(deeds)]


def contents(folder: Path) -> Contents:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def outcomes(
    before: Path,
    steps: list[Step],
    moment: int = 10**6,
    shares: tuple[float, ...] = ANY,
) -> list[Contents]:
    """Return each of what a hundred disks hold, once."""
    disk, found = Disk.at(moment, before, steps, TOP), []
    for seed in range(100):
        folder = before.parent / "made"
        disk.write(folder, Random(seed), shares)
        if (made := contents(folder)) not in found:
            found.append(made)
    return found


def test_what_was_synced_is_there_whatever_happens(before: Path) -> None:
    steps = in_turn(Opened(FILE), Written(FILE, b"new!", 0), Synced(FILE))

    assert outcomes(before, steps) == [{"file": b"new!"}]


def test_what_was_not_synced_is_there_or_not(before: Path) -> None:
    steps = in_turn(Opened(FILE), Written(FILE, b"n", 0), Written(FILE, b"w", 2))

    found = outcomes(before, steps)

    assert len(found) == 4
    for each in (b"old", b"nld", b"olw", b"nlw"):
        assert {"file": each} in found


def test_a_sync_is_of_what_was_over_when_it_began(before: Path) -> None:
    steps = [
        Step(0, 30, Written(FILE, b"new", 0)),
        Step(20, 40, Synced(FILE)),
    ]

    assert len(outcomes(before, steps)) == 2
    steps[0] = Step(0, 20, Written(FILE, b"new", 0))
    assert outcomes(before, steps) == [{"file": b"new"}]


def test_a_sync_that_is_under_way_has_synced_nothing(before: Path) -> None:
    steps = in_turn(Written(FILE, b"new", 0), Synced(FILE))

    assert len(outcomes(before, steps, 18)) == 2
    assert outcomes(before, steps, 19) == [{"file": b"new"}]


def test_what_begins_later_has_not_been(before: Path) -> None:
    steps = in_turn(Written(FILE, b"new", 0), Written(FILE, b"newer", 0))

    assert {"file": b"newer"} not in outcomes(before, steps, 10)
    assert {"file": b"newer"} in outcomes(before, steps, 11)


def test_the_last_write_may_end_between_two_sectors(before: Path) -> None:
    content = b"n" * (3 * SECTOR)
    steps = in_turn(Written(FILE, content, 100))

    found = {len(one["file"]) for one in outcomes(before, steps)}

    whole = 100 + len(content)
    assert found == {3, SECTOR, 2 * SECTOR, 3 * SECTOR, whole}


def test_a_gap_before_what_is_there_is_zeros(before: Path) -> None:
    steps = in_turn(Written(FILE, b"mid", 3), Written(FILE, b"end", 6))

    assert {"file": b"old\0\0\0end"} in outcomes(before, steps)


def test_a_new_size_is_there_or_not(before: Path) -> None:
    found = outcomes(before, in_turn(Resized(FILE, 1)))
    assert sorted(one["file"] for one in found) == [b"o", b"old"]

    found = outcomes(before, in_turn(Resized(FILE, 5), Synced(FILE)))
    assert found == [{"file": b"old\0\0"}]


def test_a_file_that_is_emptied_may_be_empty(before: Path) -> None:
    steps = in_turn(Opened(FILE, empties=True), Written(FILE, b"new"))

    found = [one["file"] for one in outcomes(before, steps)]

    assert sorted(found) == [b"", b"new", b"old"]


def test_a_new_file_needs_its_folder_synced_too(before: Path) -> None:
    made = in_turn(Opened(OTHER, creates=True), Written(OTHER, b"new"), Synced(OTHER))

    found = outcomes(before, made)
    assert len(found) == 2
    assert {"file": b"old"} in found

    named = in_turn(Opened(OTHER, creates=True), Written(OTHER, b"new"), Synced(TOP))
    assert sorted(one["other"] for one in outcomes(before, named)) == [b"", b"new"]

    both = [*made, Step(30, 39, Synced(TOP))]
    assert outcomes(before, both) == [{"file": b"old", "other": b"new"}]


def test_a_new_folder_needs_the_one_above_synced_too(before: Path) -> None:
    folder = TOP / "folder"
    inner = folder / "inner"
    steps = in_turn(
        FolderMade(folder), Opened(inner, creates=True), Synced(inner), Synced(folder)
    )

    found = outcomes(before, steps)
    assert len(found) == 2
    assert {"file": b"old"} in found

    both = [*steps, Step(40, 49, Synced(TOP))]
    assert outcomes(before, both) == [{"file": b"old", "folder/inner": b""}]


@pytest.mark.parametrize("to", [OTHER, TOP / "folder" / "file"])
def test_a_rename_is_there_whole_or_not_at_all(before: Path, to: Path) -> None:
    (before / "folder").mkdir()
    name = str(to.relative_to(TOP))

    found = outcomes(before, in_turn(Renamed(FILE, to)))
    assert len(found) == 2
    assert {"file": b"old"} in found
    assert {name: b"old"} in found

    for folder in {TOP, to.parent}:
        synced = in_turn(Renamed(FILE, to), Synced(folder))
        assert outcomes(before, synced) == [{name: b"old"}]


def test_a_rename_in_place_of_another_leaves_one_of_them(before: Path) -> None:
    part = TOP / "part"
    steps = in_turn(
        Opened(part, creates=True),
        Written(part, b"new"),
        Synced(part),
        Synced(TOP),
        Renamed(part, FILE),
    )

    found = outcomes(before, steps)

    assert len(found) == 2
    assert {"file": b"new"} in found
    assert {"file": b"old", "part": b"new"} in found


def test_what_is_written_after_a_rename_goes_to_the_same_file(before: Path) -> None:
    steps = in_turn(
        Renamed(FILE, OTHER), Written(OTHER, b"new", 0), Synced(OTHER), Synced(TOP)
    )

    assert outcomes(before, steps) == [{"other": b"new"}]


def test_what_was_removed_may_be_there_again(before: Path) -> None:
    found = outcomes(before, in_turn(Removed(FILE)))
    assert len(found) == 2
    assert {"file": b"old"} in found
    assert {} in found

    assert outcomes(before, in_turn(Removed(FILE), Synced(TOP))) == [{}]


def test_two_names_are_of_one_file(before: Path) -> None:
    steps = in_turn(
        Linked(FILE, OTHER), Synced(TOP), Written(FILE, b"new", 0), Synced(OTHER)
    )

    assert outcomes(before, steps) == [{"file": b"new", "other": b"new"}]


def test_a_disk_that_lies_has_synced_nothing(before: Path) -> None:
    steps = in_turn(Written(FILE, b"new", 0), Synced(FILE))
    folder = before.parent / "made"

    disk = Disk.at(100, before, steps, TOP, lies=lambda step: step == steps[1])
    disk.write(folder, Random(0), NOTHING)

    assert contents(folder) == {"file": b"old"}


def test_modes_are_kept_and_new_files_are_their_owners(before: Path) -> None:
    folder = before.parent / "made"
    steps = in_turn(Opened(OTHER, creates=True))

    Disk.at(100, before, steps, TOP).write(folder, Random(0), ALL)

    assert (folder / "file").stat().st_mode & 0o777 == 0o640
    assert (folder / "other").stat().st_mode & 0o777 == 0o600


WRITES = st.tuples(st.integers(0, 2000), st.binary(max_size=1500))
"""Where, and what."""


@given(synced=st.lists(WRITES, max_size=5), later=st.lists(WRITES, max_size=5))
def test_nothing_before_a_sync_is_lost_and_all_after_it_can_be(
    synced: list[tuple[int, bytes]], later: list[tuple[int, bytes]]
) -> None:
    with TemporaryDirectory() as name:
        before, made = Path(name) / "before", Path(name) / "made"
        before.mkdir()
        (before / "file").write_bytes(b"old")
        deeds = [Written(FILE, content, at) for at, content in synced]
        more = [Written(FILE, content, at) for at, content in later]
        disk = Disk.at(10**6, before, in_turn(*deeds, Synced(FILE), *more), TOP)

        disk.write(made, Random(0), NOTHING)
        assert (made / "file").read_bytes() == written(synced)
        disk.write(made, Random(0), ALL)
        assert (made / "file").read_bytes() == written([*synced, *later])


def written(writes: list[tuple[int, bytes]]) -> bytes:
    content = bytearray(b"old")
    for at, piece in writes:
        content += bytes(max(0, at - len(content)))
        content[at : at + len(piece)] = piece
    return bytes(content)

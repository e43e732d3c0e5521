"""Power cuts at chosen moments under load: nothing is lost, nothing is doubled.

The service runs once, with all that it writes recorded. For each cut its folder is made
as a disk could have it then (`tests/power_cuts.py`), and the service is started on it.
``make crash N=300`` makes more cuts, and ``CRASH_SEED`` repeats those of a run, on a
recording that is never quite the same.
"""

from __future__ import annotations

import os
import random
from functools import partial
from operator import eq
from pathlib import Path

import pytest

from gateway.errors import DamagedError
from tests.journeys.audit import check_each_is_there_once
from tests.journeys.recorded import Lies, Recorded, contents, name_of
from tests.power_cuts import ALL, NOTHING
from tests.recorded_writes import Step

CUTS = int(os.environ.get("CRASH_ROUNDS", "10"))

SECONDS_A_CUT = 60
"""A disk written anew, a start and a check: what a slow machine takes for them."""

A_RECORDING = 50
"""Cuts that share one."""

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """One recording for all; the folder of its gateway is made anew by each."""
    return Recorded.make(tmp_path_factory.mktemp("recorded") / "folder")


@pytest.mark.timeout(600 + SECONDS_A_CUT * CUTS)
def test_every_acknowledged_message_is_there_once_after_any_power_cut(
    recorded: Recorded, tmp_path: Path
) -> None:
    seed = int(os.environ.get("CRASH_SEED", str(random.randrange(2**32))))
    print(f"CRASH_SEED={seed}")
    chance, left = random.Random(seed), CUTS
    while left > 0:
        for cut in recorded.cuts(min(left, A_RECORDING), chance):
            recorded.disk(cut.moment).write(recorded.gateway.folder, chance)
            recorded.finish_after(cut)
            check_each_is_there_once(recorded.gateway, recorded.senders, seed)
        left -= A_RECORDING
        if left > 0:
            recorded = Recorded.make(tmp_path / str(left))


def test_what_was_recorded_is_all_that_was_written(
    recorded: Recorded, tmp_path: Path
) -> None:
    recorded.disk(recorded.end).write(tmp_path / "made", random.Random(0), ALL)

    made, after = contents(tmp_path / "made"), recorded.after
    assert made.keys() == after.keys()
    assert [name for name in made if made[name] != after[name]] == []


def test_when_a_250_leaves_its_message_is_synced(recorded: Recorded) -> None:
    for moment, message_id in recorded.answers:
        cut = recorded.cut(moment)
        assert message_id in cut.answered
        disk = recorded.disk(moment)

        disk.write(recorded.gateway.folder, random.Random(0), NOTHING)

        assert recorded.missing(cut) == set()


def of_database(step: Step) -> bool:
    return name_of(step).startswith("gateway.db")


def of_large_blobs(step: Step) -> bool:
    return len(name_of(step)) == 32


def of_names_of_large_blobs(step: Step) -> bool:
    return len(name_of(step)) == 2


@pytest.mark.parametrize("lies", [of_database, of_large_blobs, of_names_of_large_blobs])
def test_a_disk_that_does_not_sync_is_noticed(recorded: Recorded, lies: Lies) -> None:
    folder, cut = recorded.gateway.folder, recorded.cut(recorded.end)
    recorded.disk(cut.moment).write(folder, random.Random(0), NOTHING)
    assert recorded.missing(cut) == set()
    check_each_is_there_once(recorded.gateway, recorded.senders, 0)

    recorded.disk(cut.moment, lies).write(folder, random.Random(0), NOTHING)

    assert recorded.missing(cut) != set()
    with pytest.raises((AssertionError, DamagedError)):
        check_each_is_there_once(recorded.gateway, recorded.senders, 0)


def test_one_sync_left_out_before_a_250_is_noticed(recorded: Recorded) -> None:
    lost = []
    for moment, message_id in recorded.answers:
        last = recorded.last_sync(moment, "gateway.db-wal")
        disk = recorded.disk(moment, partial(eq, last))

        disk.write(recorded.gateway.folder, random.Random(0), NOTHING)

        lost.append(message_id in recorded.missing(recorded.cut(moment)))
    # Not each: after it, a worker may have synced the same log for a commit of its own.
    assert lost.count(True) > len(lost) / 4

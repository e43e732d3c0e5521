"""The stages of a letter, now and at an earlier commit, by turns on one machine."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

from bench import stages
from gateway.measuring.session import Session

Stages = dict[str, float]
_DISK = "kB"


def compare_stages(session: Session, commit: str, rounds: int = 3) -> list[list[str]]:
    """
    Return a row for each stage: before, now, and the ratio.

    The least of some rounds, for what others do on the machine only adds; without a
    commit there is nothing before.
    """
    earlier = _unpacked(commit, session.folder / "before")
    before: list[Stages] = []
    now: list[Stages] = []
    for number in range(rounds):
        session.say(f"stages, round {number + 1}")
        folder = session.folder / f"stages-{number}"
        if earlier is not None:
            before.append(_measured(session, folder / "before", earlier))
        now.append(_measured(session, folder / "now", Path.cwd()))
    return [*stage_rows(before, now)]


def stage_rows(before: list[Stages], now: list[Stages]) -> Iterator[list[str]]:
    """Yield stage, before, now and ratio; then the sum, and the disk."""
    first, last = _least(before), _least(now)
    for name in [one for one in last if one != _DISK]:
        yield _row(name, first.get(name), last[name], "ms")
    yield _row("all", _sum(first), _sum(last), "ms")
    yield _row("on the disk", first.get(_DISK), last[_DISK], "kB")


def _row(name: str, before: float | None, now: float | None, unit: str) -> list[str]:
    def shown(value: float | None) -> str:
        return "" if value is None else f"{value:.{2 if unit == 'ms' else 1}f} {unit}"

    ratio = f"{now / before:.2f} ×" if before and now else ""
    return [name, shown(before), shown(now), ratio]


def _least(found: list[Stages]) -> Stages:
    if not found:
        return {}
    return {name: min(one[name] for one in found) for name in found[0]}


def _sum(found: Stages) -> float | None:
    return sum(spent for name, spent in found.items() if name != _DISK) or None


def _measured(session: Session, folder: Path, tree: Path) -> Stages:
    folder.mkdir(parents=True)
    count = str(max(8, min(320, session.scale.letters)))
    done = subprocess.run(
        [sys.executable, stages.__file__, str(folder), count],
        capture_output=True,
        check=True,
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
    )
    found: Stages = json.loads(done.stdout)
    return found


def _unpacked(commit: str, folder: Path) -> Path | None:
    """Put the files of a commit into a folder; None when there is no commit."""
    if not commit:
        return None
    packed = subprocess.run(["git", "archive", commit], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder

"""
What a disk could hold after a power cut, of what a program had done to a folder.

What was synced is there. Of what was not, each write, each new size and each change of
names is there or not, whatever became of those before it; the last write that is there
may have ended in the middle, between two sectors. A rename is there whole or not at
all, as file systems with a journal promise. No name is durable because its file was
synced: POSIX asks for an fsync of the folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Final

from attrs import define, field, frozen

from tests.recorded_writes import (
    FolderMade,
    Linked,
    Opened,
    Removed,
    Renamed,
    Resized,
    Said,
    Step,
    Synced,
    Written,
    is_complete,
    read_steps,
    recording,
)

SECTOR: Final = 512
"""Bytes that a disk writes whole or not at all."""

ANY: Final = (0.0, 0.5, 1.0)
"""Shares of what was not synced that may be there; each file has one of them."""

NOTHING, ALL = (0.0,), (1.0,)


@frozen
class _Write:
    at: int
    content: bytes

    def do(self, content: bytearray) -> None:
        """Write over what is there; what is left out before it is zeros."""
        content.extend(bytes(max(0, self.at - len(content))))
        content[self.at : self.at + len(self.content)] = self.content

    def torn(self, chance: Random) -> _Write:
        """Return what is there of it when it ended between two of its sectors."""
        first = SECTOR - self.at % SECTOR
        ends = range(first, len(self.content), SECTOR)
        return _Write(self.at, self.content[: chance.choice(ends)]) if ends else self


@frozen
class _Resize:
    size: int

    def do(self, content: bytearray) -> None:
        """Cut it, or make it longer."""
        del content[self.size :]
        content.extend(bytes(self.size - len(content)))


@define(eq=False)
class _File:
    durable: bytearray = field(factory=bytearray)
    mode: int = 0o600
    pending: list[tuple[int, _Write | _Resize]] = field(factory=list)
    """What was not synced: when each was over, and what."""
    place: int = 0
    """Where the next bytes go that are written at no stated place."""

    def sync(self, before: int) -> None:
        """Make durable what was over at a moment."""
        left = []
        for ended, change in self.pending:
            if ended <= before:
                change.do(self.durable)
            else:
                left.append((ended, change))
        self.pending = left

    def could_be(self, chance: Random, share: float) -> bytes:
        content = bytearray(self.durable)
        kept = [one for _, one in self.pending if chance.random() < share]
        last = kept[-1] if kept else None
        if isinstance(last, _Write) and share < 1 and chance.random() < 0.5:
            kept[-1] = last.torn(chance)
        for change in kept:
            change.do(content)
        return bytes(content)


@define(eq=False)
class _Folder:
    durable: dict[str, _Node] = field(factory=dict)
    now: dict[str, _Node] = field(factory=dict)
    mode: int = 0o700


_Node = _File | _Folder


@frozen(eq=False)
class _Naming:
    """A change of names, in one folder or two: whole or not at all."""

    ended: int
    changes: tuple[tuple[_Folder, str, _Node | None], ...]

    def is_of(self, folder: _Folder) -> bool:
        return any(one is folder for one, _, _ in self.changes)


def _no(_: Step) -> bool:
    return False


@define
class Disk:
    """A folder, as the program sees it, and what of it is durable."""

    top: Path
    moment: int
    lies: Callable[[Step], bool] = _no
    """Tells the syncs that are acknowledged and not carried out."""
    _root: _Folder = field(init=False, factory=_Folder)
    _namings: list[_Naming] = field(init=False, factory=list)

    @classmethod
    def at(
        cls,
        moment: int,
        before: Path,
        steps: Iterable[Step],
        top: Path,
        *,
        lies: Callable[[Step], bool] = _no,
    ) -> Disk:
        """
        Return the disk at a moment.

        Args:
            moment: When the power is cut, in nanoseconds since 1970.
            before: A copy of the folder from before the steps, all of it durable.
            steps: In order; those that began later have not been.
            top: The folder that they name.
            lies: Tells the syncs that this disk does not carry out.
        """
        disk = cls(top, moment, lies)
        disk._root = _read_folder(before)
        for step in steps:
            if step.began >= moment:
                break
            disk._do(step)
        return disk

    def write(
        self, folder: Path, chance: Random, shares: tuple[float, ...] = ANY
    ) -> None:
        """Make a folder in place of what is there: what this disk could hold."""
        shutil.rmtree(folder, ignore_errors=True)
        share = chance.choice(shares)
        names: dict[_Folder, dict[str, _Node]] = {}
        for naming in self._namings:
            if chance.random() < share:
                for place, name, node in naming.changes:
                    _name(names.setdefault(place, dict(place.durable)), name, node)
        self._write(folder, self._root, names, chance, shares)

    def _write(
        self,
        path: Path,
        folder: _Folder,
        names: dict[_Folder, dict[str, _Node]],
        chance: Random,
        shares: tuple[float, ...],
    ) -> None:
        path.mkdir(mode=folder.mode)
        for name, node in sorted(names.get(folder, folder.durable).items()):
            if isinstance(node, _Folder):
                self._write(path / name, node, names, chance, shares)
            else:
                content = node.could_be(chance, chance.choice(shares))
                (path / name).write_bytes(content)
                (path / name).chmod(node.mode)

    def _do(self, step: Step) -> None:
        deed, ended = step.deed, step.ended
        match deed:
            case Opened():
                self._open(deed, ended)
            case Written():
                file = self._file(deed.path)
                at = file.place if deed.at is None else deed.at
                file.pending.append((ended, _Write(at, deed.content)))
                if deed.at is None:
                    file.place += len(deed.content)
            case Resized():
                self._file(deed.path).pending.append((ended, _Resize(deed.size)))
            case Synced() if ended <= self.moment and not self.lies(step):
                self._sync(self._node(deed.path), step.began)
            case FolderMade():
                self._call(ended, (deed.path, _Folder()))
            case Linked():
                self._call(ended, (deed.to, self._node(deed.path)))
            case Renamed():
                node = self._node(deed.path)
                self._call(ended, (deed.path, None), (deed.to, node))
            case Removed():
                self._call(ended, (deed.path, None))
            case Synced() | Said():
                pass

    def _open(self, opened: Opened, ended: int) -> None:
        folder, name = self._place(opened.path)
        if name not in folder.now and opened.creates:
            self._call(ended, (opened.path, _File()))
        node = folder.now.get(name, folder)
        if isinstance(node, _File):
            node.place = 0
            if opened.empties:
                node.pending.append((ended, _Resize(0)))

    def _sync(self, node: _Node, began: int) -> None:
        if isinstance(node, _File):
            node.sync(began)
            return
        left = []
        for naming in self._namings:
            if naming.ended <= began and naming.is_of(node):
                for place, name, other in naming.changes:
                    _name(place.durable, name, other)
            else:
                left.append(naming)
        self._namings = left

    def _call(self, ended: int, *changes: tuple[Path, _Node | None]) -> None:
        placed = [(*self._place(path), node) for path, node in changes]
        for folder, name, node in placed:
            _name(folder.now, name, node)
        self._namings.append(_Naming(ended, tuple(placed)))

    def _place(self, path: Path) -> tuple[_Folder, str]:
        folder = self._node(path.parent) if path != self.top else self._root
        assert isinstance(folder, _Folder), path
        return folder, path.name

    def _node(self, path: Path) -> _Node:
        node: _Node = self._root
        for name in path.relative_to(self.top).parts:
            assert isinstance(node, _Folder), path
            node = node.now[name]
        return node

    def _file(self, path: Path) -> _File:
        node = self._node(path)
        assert isinstance(node, _File), path
        return node


def _name(names: dict[str, _Node], name: str, node: _Node | None) -> None:
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node


def _read_folder(path: Path) -> _Folder:
    folder = _Folder(mode=path.stat().st_mode & 0o777)
    for entry in os.scandir(path):
        below = path / entry.name
        if entry.is_dir(follow_symlinks=False):
            folder.now[entry.name] = _read_folder(below)
        else:
            mode = entry.stat().st_mode & 0o777
            folder.now[entry.name] = _File(bytearray(below.read_bytes()), mode)
    folder.durable = dict(folder.now)
    return folder


def left_after(program: str, folder: Path, scratch: Path) -> dict[str, bytes]:
    """
    Run a Python program that is given a folder; return the files that a power cut just
    after it leaves for sure.
    """
    traces, before = scratch / "traces", scratch / "before"
    traces.mkdir(parents=True)
    shutil.copytree(folder, before)
    words = [sys.executable, "-c", program, str(folder)]
    subprocess.run([*recording(traces), *words], check=True)
    until = time.monotonic() + 30
    while not is_complete(traces):
        assert time.monotonic() < until
        time.sleep(0.01)
    steps = read_steps(traces, folder)
    end = max(step.ended for step in steps) + 1
    made = scratch / "made"
    Disk.at(end, before, steps, folder).write(made, Random(0), NOTHING)
    return {
        str(path.relative_to(made)): path.read_bytes()
        for path in made.rglob("*")
        if path.is_file()
    }

"""Keeps what a process has in memory, keys above all, out of core files and swap."""

from __future__ import annotations

import ctypes
import resource
import sys
from pathlib import Path
from typing import Final

from attrs import frozen

_PR_GET_DUMPABLE: Final = 3
_PR_SET_DUMPABLE: Final = 4


@frozen
class MemoryState:
    """What may happen to the memory of this process."""

    core_bytes: int
    """The most that a core file may have; -1: no limit."""
    dumpable: bool
    """The kernel writes cores, and lets other processes of the account look in."""


def keep_memory_secret() -> None:
    """
    Have no core file written of this process or of those it starts.

    On Linux no other process of the account may look into its memory either; one that
    it starts says this anew for itself.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)


def memory_state() -> MemoryState:
    """Return what holds for this process."""
    dumpable = sys.platform != "linux" or _prctl(_PR_GET_DUMPABLE, 0) != 0
    return MemoryState(resource.getrlimit(resource.RLIMIT_CORE)[0], dumpable)


def swap_bytes() -> int:
    """Return how large the swap of this machine is; 0 without, or if nobody says."""
    try:
        lines = Path("/proc/swaps").read_text("ascii").splitlines()[1:]
    except OSError:
        return 0
    return sum(int(line.split()[2]) for line in lines) * 1024


def swapped_bytes(words: tuple[str, ...]) -> int | None:
    """
    Return how much of the processes with such words in their command is in swap.

    None when there is no such process.
    """
    found = [
        _swapped(one)
        for one in Path("/proc").glob("[0-9]*")
        if set(words) <= set(_words(one))
    ]
    return sum(found) if found else None


def _words(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return []


def _swapped(process: Path) -> int:
    try:
        text = (process / "status").read_text("ascii", "replace")
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("VmSwap:"):
            return int(line.split()[1]) * 1024
    return 0


def _prctl(option: int, value: int) -> int:
    call = ctypes.CDLL(None, use_errno=True).prctl
    return int(call(option, ctypes.c_ulong(value), 0, 0, 0))

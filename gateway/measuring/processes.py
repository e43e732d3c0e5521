"""What processes cost, from /proc: processor time and memory, children included."""

from __future__ import annotations

import os
import resource
import threading
import time
from pathlib import Path

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        left += children.get(pid, [])
    return found


def cpu_seconds(pids: list[int]) -> float:
    """Return the processor time processes took so far, those they reaped included."""
    spent = 0
    for pid in pids:
        fields = _stat(pid)
        if fields:
            spent += sum(int(fields[n]) for n in (11, 12, 13, 14))
    return spent / _TICK


def memory(pids: list[int]) -> tuple[int, int]:
    """Return (PSS, RSS) of all together, in bytes; PSS counts shared pages once."""
    pss = rss = 0
    for pid in pids:
        try:
            text = (_PROC / str(pid) / "smaps_rollup").read_text("ascii")
        except OSError:
            continue
        for line in text.splitlines():
            name, _, rest = line.partition(":")
            if name == "Pss":
                pss += int(rest.split()[0]) * 1024
            elif name == "Rss":
                rss += int(rest.split()[0]) * 1024
    return pss, rss


def most_memory() -> float:
    """Return the MiB that this process had at its most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def listeners(port: int) -> int:
    """Return how many processes listen on a loopback port (proc(5): state 0A)."""
    lines = (_PROC / "net" / "tcp").read_text("ascii").splitlines()[1:]
    ends = [(line.split()[1], line.split()[3]) for line in lines]
    return ends.count((f"0100007F:{port:04X}", "0A"))


class Watch:
    """The most memory (PSS) that processes had together while the block ran."""

    def __init__(self, pids: list[int], seconds: float = 0.02) -> None:
        self._pids = pids
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.most = 0

    def __enter__(self) -> Watch:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopped.is_set():
            self.most = max(self.most, memory(self._pids)[0])
            time.sleep(self._seconds)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on (proc(5): field 3)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()

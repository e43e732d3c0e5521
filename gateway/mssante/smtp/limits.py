"""What all connections share: how many, how much memory, how much disk."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from attrs import define, field

from gateway.trust.networks import network_of


@define
class Gate:
    """Counts the connections, in all and for each peer; full means 421."""

    most: int
    most_per_peer: int
    _peers: Counter[str] = field(init=False, factory=Counter, repr=False)
    _total: int = field(init=False, default=0)

    @property
    def total(self) -> int:
        """How many connections are in."""
        return self._total

    def enter(self, address: str) -> bool:
        """Count a connection in, if there is room; each True needs one `leave`."""
        peer = network_of(address)
        if self._total >= self.most or self._peers[peer] >= self.most_per_peer:
            return False
        self._total += 1
        self._peers[peer] += 1
        return True

    def leave(self, address: str) -> None:
        """Count a connection out."""
        peer = network_of(address)
        self._total -= 1
        self._peers[peer] -= 1
        if not self._peers[peer]:
            del self._peers[peer]


@define
class Memory:
    """Bytes of bodies held at once by all connections."""

    most: int
    taken: int = field(init=False, default=0)


@define
class Lease:
    """What one body takes of the memory, until it is kept or let go."""

    memory: Memory
    _taken: int = field(init=False, default=0)

    def take(self, count: int) -> bool:
        """Count bytes in, if there is room."""
        if self.memory.taken + count > self.memory.most:
            return False
        self.memory.taken += count
        self._taken += count
        return True

    def end(self) -> None:
        """Count all of them out."""
        self.memory.taken -= self._taken
        self._taken = 0


@define
class DiskSpace:
    """Asks the file systems for their free space, at most once a second."""

    folders: tuple[Path, ...]
    min_free_bytes: int
    clock: Callable[[], float] = time.monotonic
    _free: int = field(init=False, default=0)
    _asked_at: float = field(init=False, default=float("-inf"))

    def has_room_for(self, size: int) -> bool:
        """Tell whether a message of that size leaves the free space it must leave."""
        now = self.clock()
        if now - self._asked_at >= 1:
            self._free = min(_free_bytes(folder) for folder in self.folders)
            self._asked_at = now
        return self._free - size >= self.min_free_bytes


def _free_bytes(folder: Path) -> int:
    while not folder.exists():  # made with the first blob
        folder = folder.parent
    return shutil.disk_usage(folder).free

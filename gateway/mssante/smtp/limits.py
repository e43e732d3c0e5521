"""What all connections share: how much memory, how much disk; and one's errors."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from attrs import define, field


@define(kw_only=True)
class Errors:
    """
    The refused commands of one connection that still count.

    An error is forgotten after ``seconds``, and all are once a message was accepted.
    Recipients that were refused count within their transaction: who writes to many has
    some that are gone. A transaction that was given up after refusals is one error, or
    addresses could be tried for ever.
    """

    most: int
    seconds: float
    clock: Callable[[], float] = time.monotonic
    _times: list[float] = field(init=False, factory=list, repr=False)
    _recipients: int = field(init=False, default=0)

    def count(self) -> None:
        """Count a command that was refused."""
        self._times.append(self.clock())

    def count_recipient(self) -> None:
        """Count a recipient that was refused."""
        self._recipients += 1

    def give_up(self) -> None:
        """End a transaction of which no message came."""
        if self._recipients:
            self._recipients = 0
            self.count()

    def succeed(self) -> None:
        """Forget all: a message was accepted."""
        self._recipients = 0
        self._times.clear()

    @property
    def are_too_many(self) -> bool:
        """True when the connection is to end."""
        since = self.clock() - self.seconds
        self._times = [one for one in self._times if one > since]
        return max(len(self._times), self._recipients) >= self.most


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

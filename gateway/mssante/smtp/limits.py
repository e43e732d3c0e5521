"""What all connections share: how many, how much memory, how much disk."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from attrs import define, field

from gateway.trust.networks import network_of


@define(eq=False)
class Place:
    """
    One connection, as it is counted: where it came from, and its certificate once it
    is believed. ``cut`` ends it at once.
    """

    peer: str
    cut: Callable[[], None]
    certificate: str = ""


@define(kw_only=True)
class Gate:
    """
    Counts the connections of one door; full means 421.

    Who has shown no certificate yet is counted apart, and gives way: so many who show
    none can neither take the places of those who do, nor shut them out.
    """

    most: int
    most_per_peer: int
    most_unproven: int
    most_per_certificate: int
    _taken: set[Place] = field(init=False, factory=set, repr=False)
    _unproven: dict[Place, None] = field(init=False, factory=dict, repr=False)
    _peers: Counter[str] = field(init=False, factory=Counter, repr=False)
    _certificates: Counter[str] = field(init=False, factory=Counter, repr=False)

    @property
    def total(self) -> int:
        """How many connections are in."""
        return len(self._taken)

    def enter(self, address: str, cut: Callable[[], None]) -> Place | None:
        """
        Count a connection in; None when there are too many, in all or of that address.

        Where too many have shown no certificate, one of them is cut off: the one that
        is there longest, of the address that has most of them.
        """
        peer = network_of(address)
        if self.total >= self.most or self._peers[peer] >= self.most_per_peer:
            return None
        place = Place(peer, cut)
        self._taken.add(place)
        self._unproven[place] = None  # in their order
        self._peers[peer] += 1
        if len(self._unproven) > max(1, self.most_unproven):
            [(crowd, _)] = Counter(one.peer for one in self._unproven).most_common(1)
            oldest = next(one for one in self._unproven if one.peer == crowd)
            self.leave(oldest)
            oldest.cut()
        return place

    def prove(self, place: Place, certificate: bytes) -> bool:
        """
        Count a connection to its certificate (DER) from now on; again is no error.

        False when that has as many as one certificate may have; the place stays one
        that has shown none.
        """
        if place.certificate or place not in self._taken:
            return True
        digest = hashlib.sha256(certificate).hexdigest()
        if self._certificates[digest] >= max(1, self.most_per_certificate):
            return False
        place.certificate = digest
        del self._unproven[place]
        self._certificates[digest] += 1
        return True

    def leave(self, place: Place) -> None:
        """Count a connection out; again is no error."""
        if place not in self._taken:
            return
        self._taken.remove(place)
        self._unproven.pop(place, None)
        for counter, name in (
            (self._peers, place.peer),
            (self._certificates, place.certificate),
        ):
            counter[name] -= 1
            if counter[name] <= 0:
                del counter[name]


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

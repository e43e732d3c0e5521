"""Who may have one connection more: by address, by door, by certificate."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

from attrs import define, field


@define(eq=False)
class Place:
    """
    One connection, as it is counted: where it comes from, the door it came to, and its
    certificate once it is believed. ``cut`` ends it at once.
    """

    host: str
    cut: Callable[[], None]
    door: str = ""
    certificate: str = ""


@define(kw_only=True)
class Places:
    """
    Counts the connections of a server, or of one of its doors.

    Who has shown no certificate yet is counted at each door apart, and gives way: so
    many who show none can neither take the places of those who do, nor shut them out.
    """

    most: int
    most_per_host: int
    most_unproven: int
    most_per_certificate: int
    _taken: set[Place] = field(init=False, factory=set, repr=False)
    _unproven: dict[str, dict[Place, None]] = field(
        init=False, factory=dict, repr=False
    )
    _hosts: Counter[str] = field(init=False, factory=Counter, repr=False)
    _certificates: Counter[str] = field(init=False, factory=Counter, repr=False)

    @property
    def total(self) -> int:
        """How many connections are in."""
        return len(self._taken)

    def enter(self, host: str, cut: Callable[[], None], door: str = "") -> Place | None:
        """
        Take a place; None when there are too many, in all or of that host.

        Where too many at the door have shown no certificate, one of them is cut off:
        the one that is there longest, of the host that has most of them.
        """
        if self.total >= self.most or self._hosts[host] >= self.most_per_host:
            return None
        place = Place(host, cut, door)
        self._taken.add(place)
        unproven = self._unproven.setdefault(door, {})
        unproven[place] = None  # in their order
        self._hosts[host] += 1
        if len(unproven) > max(1, self.most_unproven):
            [(crowd, _)] = Counter(one.host for one in unproven).most_common(1)
            oldest = next(one for one in unproven if one.host == crowd)
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
        if self._certificates[digest] >= self.most_per_certificate:
            return False
        place.certificate = digest
        del self._unproven[place.door][place]
        self._certificates[digest] += 1
        return True

    def leave(self, place: Place) -> None:
        """Give the place back; again is no error."""
        if place not in self._taken:
            return
        self._taken.remove(place)
        self._unproven[place.door].pop(place, None)
        for counter, name in (
            (self._hosts, place.host),
            (self._certificates, place.certificate),
        ):
            counter[name] -= 1
            if counter[name] <= 0:
                del counter[name]

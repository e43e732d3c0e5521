"""Who may have one connection more: by address, by door, by certificate."""

from __future__ import annotations

import hashlib
from collections import Counter

from attrs import define, field

from gateway.settings.doors import ImapSettings


@define(eq=False)
class Place:
    """One connection, as it is counted; ``certificate`` once it is believed."""

    host: str
    door: str
    certificate: str = ""


@define
class Places:
    """
    Counts the connections of all doors.

    Who has shown no certificate yet is counted at each door apart, and gives way: so
    many who show none can neither take the places of those who do, nor shut them out.
    """

    limits: ImapSettings
    _taken: set[Place] = field(init=False, factory=set)
    _unproven: dict[str, dict[Place, None]] = field(init=False, factory=dict)
    _hosts: Counter[str] = field(init=False, factory=Counter)
    _certificates: Counter[str] = field(init=False, factory=Counter)

    def enter(self, host: str, door: str) -> Place | None:
        """Take a place; None when there are too many, in all or of that address."""
        limits = self.limits
        if len(self._taken) >= limits.max_connections:
            return None
        if self._hosts[host] >= limits.max_connections_per_peer:
            return None
        place = Place(host, door)
        self._taken.add(place)
        self._unproven.setdefault(door, {})[place] = None  # in their order
        self._hosts[host] += 1
        return place

    def to_give_way(self, door: str) -> Place | None:
        """
        Return who must go since too many at a door have shown no certificate.

        It is the one that is there longest, of the address that has most of them.
        """
        unproven = self._unproven.get(door, {})
        if len(unproven) <= max(1, self.limits.max_connections_unproven):
            return None
        [(host, _)] = Counter(one.host for one in unproven).most_common(1)
        return next(one for one in unproven if one.host == host)

    def prove(self, place: Place, certificate: bytes) -> bool:
        """
        Count a connection to its certificate (DER) from now on.

        False when that has as many as one certificate may have; the place stays one
        that has shown none.
        """
        digest = hashlib.sha256(certificate).hexdigest()
        if self._certificates[digest] >= self.limits.max_connections_per_certificate:
            return False
        if place in self._taken and not place.certificate:
            place.certificate = digest
            self._unproven[place.door].pop(place)
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

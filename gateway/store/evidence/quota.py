"""How many refusals and openings are kept whole: no flood fills a disk."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from attrs import define, field, frozen
from prometheus_client import Counter
from twisted.logger import Logger

from gateway import metrics

HOUR: Final = timedelta(hours=1)
_MOST_PEERS: Final = 10_000
"""So many are counted each by itself; all later ones of that hour together."""

log = Logger()


@frozen
class Counted:
    """
    What a quota is of, and how what is too many is said.

    ``many`` stands in the log's sentence, ``not_kept`` is the metric of those of which
    the line alone is kept, and ``said`` what a later line calls their number.
    """

    many: str
    not_kept: Counter
    said: str


REFUSALS: Final = Counted("refusals", metrics.REFUSALS_NOT_KEPT, "not_kept_before")
OPENINGS: Final = Counted(
    "openings", metrics.OPENINGS_NOT_KEPT, "openings_not_kept_before"
)
HANDSHAKES: Final = Counted(
    "refused handshakes", metrics.HANDSHAKES_NOT_KEPT, "handshakes_not_kept_before"
)


class RoomLeft(Enum):
    """What is kept of one more."""

    WHOLE = auto()
    """Its line in the journal, and what it rests on."""
    LINE = auto()
    NOTHING = auto()
    """It is counted, and the next line says how many there were."""


@define
class HourlyQuota:
    """
    Counts refusals, or openings, at one place of this process, hour by hour.

    So many as ``most`` says are kept with what they rest on. Who is told apart by
    ``peer``, an address or a patient, has ``most_of_one`` lines. What is more is said
    in the first line that is kept with what it rests on after the hour.
    """

    most: int
    most_of_one: int
    of: Counted = REFUSALS
    _since: datetime | None = field(default=None, init=False)
    _kept: int = field(default=0, init=False)
    _of_one: dict[str, int] = field(factory=dict, init=False, repr=False)
    _not_kept: int = field(default=0, init=False)
    _not_noted: int = field(default=0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def take(self, now: datetime, peer: str = "") -> RoomLeft:
        """Return what is kept of one more, and count it; of nobody's always a line."""
        with self._lock:
            return self._take(now, peer)

    def _take(self, now: datetime, peer: str) -> RoomLeft:
        if self._since is None or now - self._since >= HOUR:
            self._since, self._kept = now, 0
            self._of_one.clear()
        if peer and not self._has_line(peer):
            self._not_noted += 1
            metrics.REFUSALS_NOT_NOTED.inc()
            return RoomLeft.NOTHING
        if self._kept < self.most:
            self._kept += 1
            return RoomLeft.WHOLE
        if self._not_kept == 0:
            log.warn(
                "more than {most} {many} in an hour: what others rest on is not kept",
                most=self.most,
                many=self.of.many,
            )
        self._not_kept += 1
        self.of.not_kept.inc()
        return RoomLeft.LINE

    def _has_line(self, peer: str) -> bool:
        is_counted = peer in self._of_one or len(self._of_one) < _MOST_PEERS
        who = peer if is_counted else ""
        count = self._of_one[who] = self._of_one.get(who, 0) + 1
        if count == self.most_of_one + 1:
            log.warn(
                "more than {most} {many} of one in an hour: the journal only counts",
                most=self.most_of_one,
                many=self.of.many,
            )
        return count <= self.most_of_one

    def not_said(self) -> dict[str, int]:
        """Return what was left out since this was asked last, as a line says it."""
        with self._lock:
            said = {
                self.of.said: self._not_kept,
                "not_noted_before": self._not_noted,
            }
            self._not_kept = self._not_noted = 0
        return {name: count for name, count in said.items() if count}

"""How many refusals are kept with what they rest on: a flood must not fill the disk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import define, field
from twisted.logger import Logger

from gateway import metrics

HOUR: Final = timedelta(hours=1)

log = Logger()


@define
class KeptRefusals:
    """
    Counts the refusals of one door in this process, from the first of an hour on.

    What is more than ``most`` leaves its line in the journal and no more; how many
    they were is said in the line of the first that is kept after the hour.
    """

    most: int
    _since: datetime | None = field(default=None, init=False)
    _kept: int = field(default=0, init=False)
    _left_out: int = field(default=0, init=False)

    def take(self, now: datetime) -> bool:
        """Tell whether one more is kept, and count it."""
        if self._since is None or now - self._since >= HOUR:
            self._since, self._kept = now, 0
        if self._kept < self.most:
            self._kept += 1
            return True
        if self._left_out == 0:
            log.warn(
                "more than {most} refusals in an hour: what others rest on is not kept",
                most=self.most,
            )
        self._left_out += 1
        metrics.REFUSALS_NOT_KEPT.inc()
        return False

    def not_said(self) -> int:
        """Return how many were not kept since this was asked last."""
        count, self._left_out = self._left_out, 0
        return count

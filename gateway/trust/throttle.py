"""How often one address may ask."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from attrs import define, field

_MOST_PEERS = 20_000


@define
class Throttle:
    """
    Lets ``most`` requests of one address through in ``span``; used on the loop only.

    It counts requests, right or wrong, so that being slowed down tells nothing about
    a login or a code.
    """

    most: int
    span: timedelta
    _seen: OrderedDict[str, deque[datetime]] = field(factory=OrderedDict, repr=False)

    def wait(self, peer: str, now: datetime) -> timedelta:
        """
        Count a request; return how long that address has to wait if it is one too many.

        What was counted in the future, before the clock was set back, counts no more.
        """
        times = self._seen.setdefault(peer, deque())
        self._seen.move_to_end(peer)
        while times and times[0] <= now - self.span:
            times.popleft()
        while times and times[-1] > now:
            times.pop()
        if len(self._seen) > _MOST_PEERS:
            self._seen.popitem(last=False)
        if len(times) >= self.most:
            return times[0] + self.span - now
        times.append(now)
        return timedelta(0)

"""How long a task that failed is tried again, and when a person must look: pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import frozen

from gateway.errors import GatewayError, InvalidError

_DOUBLINGS: Final = 30  # past any wait there is; 2 ** attempts would grow without end


@frozen(kw_only=True)
class Patience:
    """
    What passes by itself is tried for days, everything else a few times.

    A disk that is full, a database or a relay that does not answer are temporary
    (`GatewayError.temporary`): they last a night or a week-end, not four minutes.
    ``max_attempts`` is for what is not known to pass, such as a defect of our own.
    """

    first: timedelta
    longest: timedelta
    give_up: timedelta
    max_attempts: int

    def wait_after(self, failures: int) -> timedelta:
        """
        Return how long to wait after so many failures; it doubles up to the longest.

        >>> p = Patience(first=timedelta(seconds=2), longest=timedelta(minutes=15),
        ...              give_up=timedelta(days=5), max_attempts=8)
        >>> [p.wait_after(n).total_seconds() for n in (1, 2, 3, 9, 10, 5000)]
        [2.0, 4.0, 8.0, 512.0, 900.0, 900.0]
        """
        doublings = min(max(failures, 1) - 1, _DOUBLINGS)
        wait = self.first * (1 << doublings)
        return min(wait, self.longest)

    def has_ended(self, error: Exception, failures: int, age: timedelta) -> bool:
        """
        Tell whether to stop trying.

        Args:
            error: The last failure.
            failures: How often it failed, this time included.
            age: Since the task was asked for.
        """
        if isinstance(error, InvalidError):
            return True  # it will fail every time
        if isinstance(error, GatewayError) and error.temporary:
            return age >= self.give_up
        return failures >= self.max_attempts

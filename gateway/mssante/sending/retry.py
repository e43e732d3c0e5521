"""When to try a peer again, and when to give up: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from attrs import frozen

from gateway.errors import ConflictError


class DeliveryState(StrEnum):
    """Life of one recipient's copy on its way to another operator."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class DeliveryEvent(StrEnum):
    """What an exchange with the peer came to."""

    RELAYED = "relayed"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    EXPIRED = "expired"


TRANSITIONS = MappingProxyType(
    {
        (DeliveryState.PENDING, DeliveryEvent.RELAYED): DeliveryState.SENT,
        (DeliveryState.PENDING, DeliveryEvent.DEFERRED): DeliveryState.PENDING,
        (DeliveryState.PENDING, DeliveryEvent.REJECTED): DeliveryState.FAILED,
        (DeliveryState.PENDING, DeliveryEvent.EXPIRED): DeliveryState.FAILED,
    }
)


def advance(state: DeliveryState, event: DeliveryEvent) -> DeliveryState:
    """
    Return the next state.

    Raises:
        ConflictError: a copy that was sent or given up does not change any more.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ConflictError(f"cannot apply {event} to a {state} delivery") from None


@frozen(kw_only=True)
class Schedule:
    """
    Waits between tries in minutes, the last one repeated, until it has expired.

    ``confirm_hours``: how long the peer's word on a copy it took is waited for, 0 not
    at all.
    """

    waits: Sequence[int]
    expire_hours: int
    warn_hours: int
    confirm_hours: int = 0

    def wait_after(self, attempts: int) -> timedelta:
        """
        Return how long to wait after ``attempts`` tries that failed.

        >>> s = Schedule(waits=(1, 5), expire_hours=48, warn_hours=4)
        >>> [s.wait_after(n).total_seconds() / 60 for n in (1, 2, 9)]
        [1.0, 5.0, 5.0]
        """
        index = min(max(attempts, 1), len(self.waits)) - 1
        return timedelta(minutes=self.waits[index])

    def has_expired(self, created_at: datetime, now: datetime) -> bool:
        """Tell whether it is time to give the message back to its sender."""
        return now - created_at >= timedelta(hours=self.expire_hours)

    def should_warn(self, created_at: datetime, now: datetime) -> bool:
        """Tell whether the sender should hear of the delay."""
        return now - created_at >= timedelta(hours=self.warn_hours)

    def confirm_by(self, notify: str, now: datetime) -> datetime | None:
        """
        Return by when a copy that was relayed now should be confirmed; None where its
        sender did not want to hear of success (NOTIFY, RFC 3461 §4.1).

        >>> s = Schedule(waits=(1,), expire_hours=48, warn_hours=4, confirm_hours=72)
        >>> s.confirm_by("SUCCESS,FAILURE", datetime(2026, 11, 28)).day
        1
        >>> s.confirm_by("FAILURE", datetime(2026, 11, 28)) is None
        True
        """
        asks = not notify or "SUCCESS" in notify.upper().split(",")
        if not asks or not self.confirm_hours:
            return None
        return now + timedelta(hours=self.confirm_hours)

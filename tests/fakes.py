"""The few stand-ins the tests need: a clock that is set, not one that runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import define


@define
class SetClock:
    """A clock that shows what it was set to; call it for the time."""

    now: datetime = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        """Move forward by a timedelta's parts: ``hours=2``."""
        self.now += timedelta(**parts)

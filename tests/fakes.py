"""The few stand-ins the tests need: a clock that is set, a key that is in no file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import define, field, frozen

from gateway.errors import MisuseError
from gateway.store.sealed.sources import SecretKey


@define
class SetClock:
    """A clock that shows what it was set to; call it for the time."""

    now: datetime = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        """Move forward by a timedelta's parts: ``hours=2``."""
        self.now += timedelta(**parts)


@frozen
class SecretSource:
    """A source with one key, given as bytes: version 1, and no other."""

    secret: bytes = field(repr=False)
    name: str = "secret bytes"

    def open(self, version: int) -> SecretKey:
        """
        Return the key.

        Raises:
            MisuseError: another version than the first.
        """
        if version != 1:
            raise MisuseError(f"master key: there is no version {version}")
        return SecretKey(self.secret)

    def make(self, version: int) -> SecretKey:
        """Return the key, where it is the first."""
        return self.open(version)

    def destroy(self, version: int) -> bool:
        """Destroy nothing."""
        return False

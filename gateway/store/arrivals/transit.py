"""The end of a day of transit: its key is destroyed once nothing needs it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import exists, or_, select

from gateway.errors import AlteredError, UnavailableError
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.deliveries import PENDING, Deliveries
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.sealed.destroying import clear_traces, destroy_scope
from gateway.store.tables import arrivals, blob_grants, data_keys, deliveries

_BATCH: Final = 200
_AGAIN: Final = timedelta(days=1)
"""A day that is still needed is looked at again after this: each look reads it all."""

_PREFIX: Final = "transit:"
_DAY: Final = timedelta(days=1)


@frozen
class TransitDays:
    """
    Destroys the keys of days of transit that are over.

    ``transit`` is how long the operator can read a message after its end
    (`Housekeeping` takes the grants back). Before a key goes, what the stories of its
    day need is sealed under the keys of those they are about.
    """

    database: Database
    transit: timedelta
    _looked: dict[str, datetime] = field(factory=dict, repr=False)

    def run(self) -> dict[str, int]:
        """Destroy the keys of days that nothing needs; return how many days."""
        days = [day for day in self._over() if self._end(*day)]
        if days:
            with suppress(UnavailableError):  # somebody reads: the next time clears it
                clear_traces(self.database.engine, wait_seconds=1.0)
        return {"days of transit": len(days)}

    def _over(self) -> list[tuple[str, list[str]]]:
        """Return the days that ended long ago, with their keys."""
        columns, days = data_keys.c, dict[str, list[str]]()
        with self.database.read() as work:
            rows = work.connection.execute(
                select(columns.scope, columns.id).where(
                    columns.scope.startswith(_PREFIX), columns.wrapped.is_not(None)
                )
            ).all()
            now = work.now
        for scope, key_id in rows:
            is_over = _end_of(scope) < now - self.transit
            if is_over and self._looked.get(scope, now - _AGAIN) <= now - _AGAIN:
                days.setdefault(scope, []).append(key_id)
        return sorted(days.items())

    def _end(self, scope: str, keys: list[str]) -> bool:
        with self.database.read() as work:
            self._looked[scope] = work.now
            if _is_needed(work, keys, work.now - self.transit):
                return False
        self._hand_over(keys)
        with self.database.write() as work:
            if _is_needed(work, keys, work.now - self.transit) or _is_named(work, keys):
                return False
            destroy_scope(work, scope, cause="its transit is over", by="gateway")
        del self._looked[scope]
        return True

    def _hand_over(self, keys: list[str]) -> None:
        """Seal what is left under the day's keys under those of its owners."""
        after = ""
        while ids := self._named_after(arrivals, keys, after):
            with self.database.write() as work:
                for arrival_id in ids:
                    with suppress(AlteredError):  # said; it keeps its day, and its key
                        Arrivals(work).give_to_owners(arrival_id)
            after = ids[-1]
        after = ""
        while ids := self._named_after(deliveries, keys, after):
            with self.database.write() as work:
                for delivery_id in ids:
                    Deliveries(work).give_to_owner(delivery_id)
            after = ids[-1]

    def _named_after(self, table: Any, keys: list[str], after: str) -> Sequence[str]:
        with self.database.read() as work:
            return (
                work.connection.execute(
                    select(table.c.id)
                    .where(table.c.key_id.in_(keys), table.c.id > after)
                    .order_by(table.c.id)
                    .limit(_BATCH)
                )
                .scalars()
                .all()
            )


def _end_of(scope: str) -> datetime:
    day = date.fromisoformat(scope.removeprefix(_PREFIX))
    return datetime.combine(day, time(), UTC) + _DAY


def _is_needed(work: UnitOfWork, keys: list[str], before: datetime) -> bool:
    """Tell whether a queue, quarantine or arrival still needs what a key opens."""
    came, left = arrivals.c, deliveries.c
    needs = (
        exists().where(
            came.key_id.in_(keys),
            or_(
                came.ended_at.is_(None),
                came.ended_at >= before,
                came.blob_id.is_not(None),
                came.state == "quarantined",
            ),
        ),
        exists().where(
            left.key_id.in_(keys),
            or_(
                left.state == PENDING,
                left.blob_id.is_not(None),
                left.confirm_by.is_not(None),
            ),
        ),
        exists().where(blob_grants.c.key_id.in_(keys)),
    )
    return any(work.connection.execute(select(one)).scalar() for one in needs)


def _is_named(work: UnitOfWork, keys: list[str]) -> bool:
    """Tell whether something is still sealed with a key: it came in at this moment."""
    left = (
        exists().where(arrivals.c.key_id.in_(keys), arrivals.c.sender != b""),
        exists().where(deliveries.c.key_id.in_(keys), deliveries.c.recipient != b""),
    )
    return any(work.connection.execute(select(one)).scalar() for one in left)

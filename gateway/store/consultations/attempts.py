"""What professionals looked for and opened lately, to be counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import frozen
from sqlalchemy import delete, func, select

from gateway.core.reading import IN_EMERGENCY, ReadingRefusal
from gateway.rights.attempt_rules import AttemptCounts, Unusual
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.places import reader_digest
from gateway.store.tables import consultations, reading_attempts

HOUR: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=1)
_NOT_REFUSED: Final = frozenset({"looked", "opened", ReadingRefusal.TOO_MANY.value})
_ALARM: Final = "alarm:"
"""How the outcome begins of what is no attempt: that the operator was told."""
_ROW = reading_attempts.c


@frozen
class Attempts:
    """The attempts of professionals within one transaction."""

    work: UnitOfWork

    def add(
        self, identity: str, outcome: str, *, profile_id: str = "", by_names: bool
    ) -> None:
        """Note one; those of yesterday are forgotten."""
        self.work.connection.execute(
            delete(reading_attempts).where(_ROW.at < self.work.now - _KEPT)
        )
        self.work.add_now(
            reading_attempts,
            reader=reader_digest(self.work, identity),
            profile_id=profile_id or None,
            by_names=by_names,
            outcome=outcome,
            at=self.work.now,
        )

    def is_news(self, identity: str, what: Unusual) -> bool:
        """Note that something is unusual; False where it was within the hour."""
        outcome, reader = f"{_ALARM}{what.value}", reader_digest(self.work, identity)
        known = self.work.connection.execute(
            select(_ROW.id)
            .where(
                _ROW.reader == reader,
                _ROW.outcome == outcome,
                _ROW.at > self.work.now - HOUR,
            )
            .limit(1)
        ).first()
        if known is None:
            self.add(identity, outcome, by_names=False)
        return known is None

    def counts(self, identity: str) -> AttemptCounts:
        """Return what a professional did in the last hour."""
        reader, since = reader_digest(self.work, identity), self.work.now - HOUR
        rows = self.work.connection.execute(
            select(_ROW.by_names, _ROW.outcome, func.count().label("many"))
            .where(
                _ROW.reader == reader,
                _ROW.at > since,
                ~_ROW.outcome.startswith(_ALARM),
            )
            .group_by(_ROW.by_names, _ROW.outcome)
        ).all()
        begun = self.work.connection.execute(
            select(consultations.c.profile_id, consultations.c.way).where(
                consultations.c.reader == reader, consultations.c.begun_at > since
            )
        ).all()
        return AttemptCounts(
            attempts=sum(one.many for one in rows),
            searches=sum(one.many for one in rows if one.by_names),
            refused=sum(one.many for one in rows if one.outcome not in _NOT_REFUSED),
            patients=len({one.profile_id for one in begun}),
            emergencies=sum(one.way in IN_EMERGENCY for one in begun),
        )

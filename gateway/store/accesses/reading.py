"""Reading what is kept of operators' accesses; each row is checked when it is read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import or_, select

from gateway.core.accesses import AccessCause, Verdict
from gateway.errors import AlteredError, DestroyedError
from gateway.rights.access_rules import AccessFacts, is_overdue
from gateway.store.accesses.values import Access, AccessSaid, Named
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.rows import BINDINGS, refused, remembered
from gateway.store.tables import accesses

_LATELY = timedelta(days=30)
"""How old an access may be whose row is looked at though it says that nothing is due"""


@frozen
class Unreviewed:
    """Accesses whose review is overdue, and since when the oldest of them is."""

    count: int
    since: datetime | None
    altered: int
    """Rows that are not as they were written: what is due of them nobody knows."""


@define
class Walk:
    """How far the looks of a process came through all accesses, and what they found."""

    at_once: int = 500
    """How many rows a look takes in turn, whatever they say."""
    after: str = ""
    """The id of the last of them; empty: the next look begins at the first."""
    altered: list[str] = field(factory=list)
    """Ids of rows that were not as they were written, so many at most."""


@frozen
class AccessReader:
    """What is kept of accesses, within one transaction."""

    work: UnitOfWork

    def get(self, access_id: str) -> Access | None:
        """
        Return an access, or None.

        Raises:
            AlteredError: it is not as it was written.
        """
        row = self.work.connection.execute(
            select(accesses).where(accesses.c.id == access_id)
        ).first()
        return None if row is None else self.opened(row)

    def listed(
        self, most: int, *, profile_id: str = "", unreviewed: bool = False
    ) -> tuple[list[Access], int]:
        """
        Return so many accesses, the last asked for first: all, a patient's, or those
        that wait for a review.

        And how many were left out because they are not as they were written.
        """
        columns = accesses.c
        query = select(accesses).order_by(columns.asked_at.desc(), columns.id)
        if profile_id:
            query = query.where(columns.profile_id == profile_id)
        if unreviewed:
            query = query.where(columns.review_by.is_not(None))
        rows = self.work.connection.execute(query.limit(most)).all()
        sound = [row for row in rows if self.work.rows.is_sound(accesses, row)]
        return [self.opened(row) for row in sound], len(rows) - len(sound)

    def each(self, access_ids: Collection[str]) -> dict[str, Access]:
        """
        Return the accesses of some ids, asked for at once.

        Raises:
            AlteredError: one is not as it was written, or is gone.
        """
        if not access_ids:
            return {}
        rows = self.work.connection.execute(
            select(accesses).where(accesses.c.id.in_(sorted(access_ids)))
        ).all()
        if len(rows) < len(set(access_ids)):
            raise AlteredError("an access that a patient's history names is gone")
        return {row.id: self.opened(row) for row in rows}

    def unreviewed(self, walk: Walk | None = None) -> Unreviewed:
        """
        Return what waits for its review longer than it may.

        Whoever writes the database could say that nothing is due, and that it ended
        long ago. So rows that ended in the last month are looked at whatever they
        say, and all others in turn, from where ``walk`` is: it goes on from look to
        look. Those that were altered are counted until they are as they were written.
        """
        columns, now = accesses.c, self.work.now
        walk = walk or Walk()
        rows = self.work.connection.execute(
            select(accesses).where(
                or_(
                    columns.review_by <= now,
                    columns.ends_at > now - _LATELY,
                    columns.id.in_([*self._in_turn(walk), *walk.altered]),
                )
            )
        ).all()
        sound = [one for one in rows if self.work.rows.is_sound(accesses, one)]
        due = [one.review_by for one in sound if is_overdue(_facts(one), now)]
        altered = sorted({one.id for one in rows} - {one.id for one in sound})
        walk.altered = altered[: walk.at_once]
        return Unreviewed(len(due), min(due, default=None), len(altered))

    def _in_turn(self, walk: Walk) -> list[str]:
        """Return the ids of the next rows, and note that they were taken."""
        ids = accesses.c.id
        taken = list(
            self.work.connection.execute(
                select(ids).where(ids > walk.after).order_by(ids).limit(walk.at_once)
            ).scalars()
        )
        walk.after = taken[-1] if len(taken) == walk.at_once else ""
        return taken

    def check_last(self, row: Any) -> None:
        """
        Accept a row that is the one written last, as the journal says.

        Raises:
            AlteredError: it is an older one that was put back.
        """
        binding, written = BINDINGS[accesses], ""
        name = binding.name({"id": row.id})
        for line in self.work.journal.about([row.id]):
            written = line.rows.get(name, written)
        if written != remembered(binding, row.row_mac):
            raise refused(accesses.name, "an older row that was put back")

    def opened(self, row: Any) -> Access:
        """
        Return the access that a row keeps.

        Raises:
            AlteredError: it is not as it was written.
        """
        self.work.rows.check(accesses, row)
        return Access(
            id=row.id,
            profile_id=row.profile_id or "",
            arrival_id=row.arrival_id or "",
            cause=AccessCause(row.cause),
            asked_at=row.asked_at,
            facts=_facts(row),
            granted_by=row.granted_by or "",
            reviewed_by=row.reviewed_by or "",
            reviewed_at=row.reviewed_at,
            verdict=Verdict(row.verdict) if row.verdict else None,
            tell_at=row.tell_at,
            told_at=row.told_at,
            said=self._said(row),
        )

    def _said(self, row: Any) -> AccessSaid | None:
        place = place_of(row.id, row.profile_id or "")
        try:
            said = self.work.unseal(row.key_id, row.said, place)
        except DestroyedError:
            return None
        return AccessSaid(
            why=said["why"],
            request=said["request"],
            delayed_why=said["delayed_why"],
            patients=tuple(said["patients"]),
            named=tuple(Named(**one) for one in said["named"]),
        )


def _facts(row: Any) -> AccessFacts:
    return AccessFacts(
        asked_by=row.asked_by,
        asked_until=row.asked_until,
        begun_at=row.begun_at,
        ends_at=row.ends_at,
        refused_at=row.refused_at,
        review_by=row.review_by,
    )


def place_of(access_id: str, owner: str) -> str:
    """Return what the sealed part of an access is bound to."""
    return f"accesses.said:{access_id}:{owner}"

"""How far masking all documents of a patient came, or undoing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import select

from gateway.store.base.work import UnitOfWork
from gateway.store.tables import mask_runs


@frozen(kw_only=True)
class MaskRun:
    """
    All documents of one patient are masked, or shown again: what was asked, how far.

    ``place`` is the last document looked at, ``changed`` how many became others,
    ``ended_at`` None while it is under way.
    """

    id: str
    profile_id: str
    masks: bool
    asked_at: datetime
    place: str
    seen: int
    changed: int
    ended_at: datetime | None


@frozen
class MaskRuns:
    """Runs within one transaction; of one patient the last that was asked counts."""

    work: UnitOfWork

    def begin(self, profile_id: str, *, masks: bool) -> MaskRun:
        """Note that it was asked; what was under way before is left."""
        run_id = uuid4().hex
        self.work.add_now(
            mask_runs,
            id=run_id,
            profile_id=profile_id,
            masks=masks,
            asked_at=self.work.next_moment(),
        )
        found = self.get(run_id)
        assert found is not None, "added just now"
        return found

    def last(self, profile_id: str) -> MaskRun | None:
        """
        Return the last that a patient asked for, or None.

        Raises:
            AlteredError: it is not as it was written.
        """
        row = self.work.connection.execute(
            select(mask_runs)
            .where(mask_runs.c.profile_id == profile_id)
            .order_by(mask_runs.c.asked_at.desc(), mask_runs.c.id.desc())
            .limit(1)
        ).first()
        return self._checked(row)

    def get(self, run_id: str) -> MaskRun | None:
        """Return one, or None."""
        row = self.work.connection.execute(
            select(mask_runs).where(mask_runs.c.id == run_id)
        ).first()
        return self._checked(row)

    def move(self, run: MaskRun, place: str, seen: int, changed: int) -> None:
        """Note how much further it is; without a place it has ended."""
        ended = {} if place else {"ended_at": self.work.now}
        self.work.change(
            mask_runs,
            mask_runs.c.id == run.id,
            place=place or run.place or None,
            seen=run.seen + seen,
            changed=run.changed + changed,
            **ended,
        )

    def _checked(self, row: Any) -> MaskRun | None:
        if row is None:
            return None
        self.work.rows.check(mask_runs, row)
        return MaskRun(
            id=row.id,
            profile_id=row.profile_id,
            masks=row.masks,
            asked_at=row.asked_at,
            place=row.place or "",
            seen=row.seen,
            changed=row.changed,
            ended_at=row.ended_at,
        )

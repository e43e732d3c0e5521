"""
What patients asked the authors of documents, and where each asking stands.

Whom, why and of which document lies sealed with the patient's key. The row says that
something was asked, since when, how far it is, and a document by its opaque id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from attrs import asdict, evolve, field, frozen
from sqlalchemy import select

from gateway.core.actors import Who
from gateway.errors import DamagedError, DestroyedError, NotFoundError
from gateway.rights.correction_rules import UNDER_WAY, CorrectionState, Wish
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile
from gateway.store.tables import corrections

_MOST_SHOWN: Final = 200
_OPEN: Final = sorted(one.value for one in UNDER_WAY)
_ACTIONS: Final = {
    CorrectionState.REMINDED: Action.CORRECTION_REMINDED,
    CorrectionState.ESCALATED: Action.CORRECTION_ESCALATED,
    CorrectionState.TAKEN_BACK: Action.CORRECTION_TAKEN_BACK,
}
"""What is noted of a step; of every other one, that it ended, and how."""


@frozen(kw_only=True)
class CorrectionStep:
    """Since when it stands where it does."""

    state: CorrectionState
    at: datetime


@frozen(kw_only=True)
class AskedOfAuthor:
    """
    What was asked.

    ``author`` is whom the message went to, by name, and ``arrival`` that message:
    both empty where nobody could be written to. ``by`` is who asked, a word of `Who`;
    ``inquiry`` the report that the service looks into.
    """

    wish: Wish
    title: str = field(repr=False)
    author: str = field(repr=False)
    reason: str = field(repr=False)
    conversation: str = ""
    arrival: str = ""
    by: str = Who.PATIENT.value
    inquiry: str = ""


@frozen(kw_only=True)
class Correction:
    """One asking; ``asked`` is None where the patient's key is destroyed."""

    id: str
    profile_id: str
    document_id: str
    state: CorrectionState
    asked_at: datetime
    remind_at: datetime
    due_at: datetime
    asked: AskedOfAuthor | None = field(repr=False)
    steps: tuple[CorrectionStep, ...]


@frozen
class Corrections:
    """Askings within one transaction; each step leaves a line in the history."""

    work: UnitOfWork

    def ask(
        self,
        profile: Profile,
        document_id: str,
        asked: AskedOfAuthor,
        *,
        remind_at: datetime,
        due_at: datetime,
    ) -> str:
        """Keep what a patient asks; return its id."""
        correction_id, now = uuid4().hex, self.work.now
        self.work.add_now(
            corrections,
            id=correction_id,
            profile_id=profile.id,
            document_id=document_id,
            state=CorrectionState.ASKED.value,
            key_id=profile.key_id,
            said=self._sealed(profile.key_id, correction_id, asked, ()),
            asked_at=now,
            remind_at=remind_at,
            due_at=due_at,
        )
        self.work.note(
            Action.CORRECTION_ASKED,
            asked.wish.value,
            document_id,
            chain=chain_of(profile.id),
            correction=correction_id,
        )
        return correction_id

    def move(
        self, one: Correction, state: CorrectionState, *, inquiry: str = ""
    ) -> None:
        """
        Put one where it stands now; ``inquiry`` is the report it became.

        Raises:
            DestroyedError: the patient's key is destroyed.
        """
        if one.asked is None:
            raise DestroyedError("the patient's key was destroyed")
        key_id = self.work.key_for(f"patient:{one.profile_id}")
        asked = evolve(one.asked, inquiry=inquiry or one.asked.inquiry)
        steps = (*one.steps, CorrectionStep(state=state, at=self.work.now))
        self.work.change(
            corrections,
            corrections.c.id == one.id,
            state=state.value,
            key_id=key_id,
            said=self._sealed(key_id, one.id, asked, steps),
        )
        self.work.note(
            _ACTIONS.get(state, Action.CORRECTION_ENDED),
            state.value,
            one.document_id,
            chain=chain_of(one.profile_id),
            correction=one.id,
        )

    def get(self, correction_id: str) -> Correction:
        """
        Return one.

        Raises:
            NotFoundError: there is none of that id.
        """
        row = self.work.connection.execute(
            select(corrections).where(corrections.c.id == correction_id)
        ).first()
        if row is None:
            raise NotFoundError("nothing that was asked has that id")
        return self._correction(row)

    def of_patient(self, profile_id: str) -> list[Correction]:
        """Return those of a patient, the newest first."""
        columns = corrections.c
        return self._all(
            select(corrections)
            .where(columns.profile_id == profile_id)
            .order_by(columns.asked_at.desc(), columns.id)
            .limit(_MOST_SHOWN)
        )

    def open_of(self, profile_id: str) -> list[Correction]:
        """Return those of a patient that are not over."""
        columns = corrections.c
        return self._all(
            select(corrections).where(
                columns.profile_id == profile_id, columns.state.in_(_OPEN)
            )
        )

    def of_document(self, profile_id: str, document_id: str) -> list[Correction]:
        """Return those about one document, the newest first."""
        columns = corrections.c
        return self._all(
            select(corrections)
            .where(columns.profile_id == profile_id, columns.document_id == document_id)
            .order_by(columns.asked_at.desc(), columns.id)
            .limit(_MOST_SHOWN)
        )

    def under_way(self, after: str, most: int) -> tuple[list[Correction], str]:
        """
        Return so many that are not over, held until the commit, and where to go on.

        Where to go on is empty once all were looked at. What was altered, or nobody's
        any more, is left out.
        """
        columns = corrections.c
        rows = self.work.connection.execute(
            select(corrections)
            .where(columns.state.in_(_OPEN), columns.id > after)
            .order_by(columns.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        found = []
        for row in rows:
            try:
                one = self._correction(row)
            except DamagedError:  # said where it is read by its patient
                continue
            if one.asked is not None:
                found.append(one)
        return found, rows[-1].id if len(rows) == most else ""

    def _all(self, query: Any) -> list[Correction]:
        rows = self.work.connection.execute(query).all()
        return [self._correction(row) for row in rows]

    def _correction(self, row: Any) -> Correction:
        self.work.rows.check(corrections, row)
        kept = Correction(
            id=row.id,
            profile_id=row.profile_id,
            document_id=row.document_id,
            state=CorrectionState(row.state),
            asked_at=row.asked_at,
            remind_at=row.remind_at,
            due_at=row.due_at,
            asked=None,
            steps=(),
        )
        try:
            said = self.work.unseal(row.key_id, row.said, _place(row.id))
        except DestroyedError:
            return kept
        asked = said["asked"]
        return evolve(
            kept,
            asked=AskedOfAuthor(**{**asked, "wish": Wish(asked["wish"])}),
            steps=tuple(
                CorrectionStep(
                    state=CorrectionState(one["state"]),
                    at=datetime.fromisoformat(one["at"]),
                )
                for one in said["steps"]
            ),
        )

    def _sealed(
        self,
        key_id: str,
        correction_id: str,
        asked: AskedOfAuthor,
        steps: Sequence[CorrectionStep],
    ) -> bytes:
        said = {
            "asked": {**asdict(asked), "wish": asked.wish.value},
            "steps": [
                {"state": one.state.value, "at": one.at.isoformat()} for one in steps
            ],
        }
        return self.work.seal(key_id, said, _place(correction_id))


def _place(correction_id: str) -> str:
    return f"corrections.said:{correction_id}"

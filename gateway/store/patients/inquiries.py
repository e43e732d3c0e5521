"""
Inquiries: "I don't know this person", and what the service did about it.

What a patient reports, and what they are told, lies sealed with the patient's key; the
row says only that there is one, since when, and where it stands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from attrs import asdict, evolve, field, frozen
from sqlalchemy import Select, func, select

from gateway.core.actors import Who
from gateway.errors import DestroyedError, NotFoundError
from gateway.rights.inquiry_rules import InquiryEvent, InquiryState, advanced
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile
from gateway.store.tables import data_keys, inquiries

UNANSWERED: Final = "correction"
"""Where a report comes from that nobody wrote: an author did not answer."""

_MOST_SHOWN: Final = 100
_ACTIONS = {
    InquiryEvent.LOOK: Action.INQUIRY_LOOKED,
    InquiryEvent.ANSWER: Action.INQUIRY_ANSWERED,
    InquiryEvent.CLOSE: Action.INQUIRY_CLOSED,
}


@frozen(kw_only=True)
class InquiryStep:
    """What was done with an inquiry; ``text`` is for the patient."""

    state: InquiryState
    at: datetime
    text: str = field(repr=False)


@frozen(kw_only=True)
class ReportedPerson:
    """
    Whom a patient does not know, and where they met them.

    ``identity`` is what a block names, empty for an operator of the service. ``source``
    is ``document``, ``conversation`` or ``line``, ``subject`` its id; or `UNANSWERED`,
    with the document whose author was asked. ``text`` is what
    the patient adds; ``blocked`` whether they were blocked with it. ``by`` is who says
    so, a word of `Who`.
    """

    identity: str = field(repr=False)
    name: str = field(repr=False)
    source: str
    subject: str
    text: str = field(repr=False)
    blocked: bool
    by: str = Who.PATIENT.value


@frozen(kw_only=True)
class Inquiry:
    """One inquiry; ``reported`` is None where the patient's key is destroyed."""

    id: str
    profile_id: str
    state: InquiryState
    created_at: datetime
    changed_at: datetime
    reported: ReportedPerson | None = field(repr=False)
    steps: tuple[InquiryStep, ...] = field(repr=False)


@frozen
class Inquiries:
    """Inquiries within one transaction; each step leaves a line in the history."""

    work: UnitOfWork

    def open(self, profile: Profile, reported: ReportedPerson) -> str:
        """Keep what a patient reports; return its id."""
        inquiry_id, now = uuid4().hex, self.work.now
        self.work.add_now(
            inquiries,
            id=inquiry_id,
            profile_id=profile.id,
            state=InquiryState.OPEN.value,
            key_id=profile.key_id,
            said=self._sealed(profile.key_id, inquiry_id, reported, ()),
            created_at=now,
            changed_at=now,
        )
        if reported.source != UNANSWERED:  # that has a line of its own
            self._note(Action.INQUIRY_OPENED, inquiry_id, profile.id)
        return inquiry_id

    def move(
        self, inquiry: Inquiry, event: InquiryEvent, text: str, **said: str
    ) -> InquiryState:
        """
        Do something with one; ``text`` is for the patient, ``said`` for the line.

        Raises:
            ConflictError: not from where it stands.
            DestroyedError: the patient's key is destroyed.
        """
        state = advanced(inquiry.state, event)
        if inquiry.reported is None:
            raise DestroyedError("the patient's key was destroyed")
        key_id = self.work.key_for(f"patient:{inquiry.profile_id}")
        step = InquiryStep(state=state, at=self.work.now, text=text)
        steps = (*inquiry.steps, step)
        self.work.change(
            inquiries,
            inquiries.c.id == inquiry.id,
            state=state.value,
            key_id=key_id,
            said=self._sealed(key_id, inquiry.id, inquiry.reported, steps),
            changed_at=self.work.now,
        )
        self._note(_ACTIONS[event], inquiry.id, inquiry.profile_id, **said)
        return state

    def get(self, inquiry_id: str) -> Inquiry:
        """
        Return one.

        Raises:
            NotFoundError: there is none of that id.
        """
        return self._one(select(inquiries).where(inquiries.c.id == inquiry_id))

    def hold(self, inquiry_id: str) -> Inquiry:
        """
        Return one, and hold it until the commit: what another says meanwhile stays.

        Raises:
            NotFoundError: there is none of that id.
        """
        query = select(inquiries).where(inquiries.c.id == inquiry_id)
        return self._one(query.with_for_update())

    def _one(self, query: Select[Any]) -> Inquiry:
        row = self.work.connection.execute(query).first()
        if row is None:
            raise NotFoundError("no inquiry has that id")
        return self._inquiry(row)

    def of_patient(self, profile_id: str) -> list[Inquiry]:
        """Return those of a patient, the newest first."""
        columns = inquiries.c
        rows = self.work.connection.execute(
            select(inquiries)
            .where(columns.profile_id == profile_id)
            .order_by(columns.created_at.desc(), columns.id)
            .limit(_MOST_SHOWN)
        )
        return [self._inquiry(row) for row in rows]

    def listed(
        self, *, closed: bool = False, most: int = 1000
    ) -> tuple[list[Inquiry], int]:
        """
        Return those of all patients that wait for somebody, or all, oldest first.

        And how many were left out because they are not as they were written. Where a
        patient's key is destroyed there is nobody to answer: nothing waits.
        """
        columns = inquiries.c
        query = select(inquiries).order_by(columns.created_at, columns.id).limit(most)
        if not closed:
            query = query.join(data_keys, data_keys.c.id == columns.key_id).where(
                columns.state != InquiryState.CLOSED.value,
                data_keys.c.destroyed_at.is_(None),
            )
        rows = self.work.connection.execute(query).all()
        sound = [row for row in rows if self.work.rows.is_sound(inquiries, row)]
        return [self._inquiry(row) for row in sound], len(rows) - len(sound)

    def unseen(self, before: datetime) -> int:
        """Return how many that were reported before then nobody has looked at."""
        columns = inquiries.c
        counted = (
            select(func.count())
            .select_from(inquiries)
            .join(data_keys, data_keys.c.id == columns.key_id)
            .where(
                columns.state == InquiryState.OPEN.value,
                columns.created_at < before,
                data_keys.c.destroyed_at.is_(None),
            )
        )
        return self.work.connection.execute(counted).scalar_one()

    def _inquiry(self, row: Any) -> Inquiry:
        self.work.rows.check(inquiries, row)
        kept = Inquiry(
            id=row.id,
            profile_id=row.profile_id,
            state=InquiryState(row.state),
            created_at=row.created_at,
            changed_at=row.changed_at,
            reported=None,
            steps=(),
        )
        try:
            said = self.work.unseal(row.key_id, row.said, _place(row.id))
        except DestroyedError:
            return kept
        return evolve(
            kept,
            reported=ReportedPerson(**said["reported"]),
            steps=tuple(
                InquiryStep(
                    state=InquiryState(one["state"]),
                    at=datetime.fromisoformat(one["at"]),
                    text=one["text"],
                )
                for one in said["steps"]
            ),
        )

    def _sealed(
        self,
        key_id: str,
        inquiry_id: str,
        reported: ReportedPerson,
        steps: tuple[InquiryStep, ...],
    ) -> bytes:
        said = {
            "reported": asdict(reported),
            "steps": [
                {"state": one.state.value, "at": one.at.isoformat(), "text": one.text}
                for one in steps
            ],
        }
        return self.work.seal(key_id, said, _place(inquiry_id))

    def _note(
        self, action: Action, inquiry_id: str, profile_id: str, **said: str
    ) -> None:
        chain = chain_of(profile_id)
        self.work.note(action, "inquiry", inquiry_id, chain=chain, **said)


def _place(inquiry_id: str) -> str:
    return f"inquiries.said:{inquiry_id}"

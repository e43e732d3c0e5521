"""What patients agreed to be read by; given, spent, taken back, ended by a block."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import and_, or_, select

from gateway.core.actors import PATIENT, Actor
from gateway.core.reading import AgreementKind, AgreementMeans
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.places import (
    opened_said,
    party_of,
    said_of_party,
    sealed_party,
    team_digest,
)
from gateway.store.consultations.values import KeptAgreement, NamedProfessional
from gateway.store.journal import Action, chain_of
from gateway.store.patients.facts import said_of
from gateway.store.tables import agreements

_MOST_SHOWN: Final = 200
_ROW = agreements.c


@frozen(kw_only=True)
class NewAgreement:
    """
    An agreement to keep.

    ``collected_by`` is who asked, where that is not who may read by it (CSP L. 1111-17
    II), ``given_by`` who acted for the patient, where somebody did.
    """

    kind: AgreementKind
    party: NamedProfessional
    means: AgreementMeans
    until: datetime | None
    episode_id: str = ""
    collected_by: NamedProfessional | None = field(default=None, repr=False)
    given_by: str = field(default="", repr=False)

    @property
    def about(self) -> str:
        """Whom it lets read: all of the team, or one."""
        party = self.party
        is_team = self.kind is AgreementKind.TEAM
        return (party.structure if is_team else "") or party.identity


@frozen
class Agreements:
    """Agreements within one transaction; each change leaves a line of who made it."""

    work: UnitOfWork

    def give(self, profile_id: str, new: NewAgreement) -> KeptAgreement:
        """Keep an agreement from now on; return it."""
        agreement_id = uuid4().hex
        key_id = self.work.key_for(f"patient:{profile_id}")
        by = new.collected_by or new.party
        self.work.add_now(
            agreements,
            id=agreement_id,
            profile_id=profile_id,
            kind=new.kind.value,
            about=team_digest(self.work, profile_id, new.about),
            episode_id=new.episode_id or None,
            key_id=key_id,
            said=sealed_party(
                self.work,
                key_id,
                _place(agreement_id),
                party=new.party,
                means=new.means.value,
                collected_by=new.collected_by.name if new.collected_by else "",
                given_by=new.given_by,
            ),
            given_at=self.work.now,
            until=new.until,
        )
        self.work.note(
            Action.AGREEMENT_GIVEN,
            new.kind.value,
            agreement_id,
            chain=chain_of(profile_id),
            **said_of_party(by),
            how=new.means.value,
        )
        found = self.get(agreement_id)
        assert found is not None, "written by this transaction"
        return found

    def get(self, agreement_id: str) -> KeptAgreement | None:
        """Return one, or None."""
        row = self.work.connection.execute(
            select(agreements).where(_ROW.id == agreement_id)
        ).first()
        return None if row is None else self._opened(row)

    def newest(
        self, profile_id: str, kind: AgreementKind, about: str
    ) -> KeptAgreement | None:
        """
        Return what a patient said to a team, or to one professional, last; or None.

        Of several the one that holds now comes first: an older one that was taken back
        or spent says nothing of it.
        """
        rows = self.work.connection.execute(
            select(agreements)
            .where(
                _ROW.profile_id == profile_id,
                _ROW.about == team_digest(self.work, profile_id, about),
                _ROW.kind == kind.value,
            )
            .order_by(_ROW.given_at.desc(), _ROW.id)
            .limit(_MOST_SHOWN)
        )
        found = [self._opened(row) for row in rows]
        held = (one for one in found if one.fact.holds(self.work.now))
        return next(held, found[0] if found else None)

    def of_patient(self, profile_id: str) -> list[KeptAgreement]:
        """Return those of a patient, the newest first."""
        rows = self.work.connection.execute(
            select(agreements)
            .where(_ROW.profile_id == profile_id)
            .order_by(_ROW.given_at.desc(), _ROW.id)
            .limit(_MOST_SHOWN)
        )
        return [self._opened(row) for row in rows]

    def spend(self, one: KeptAgreement) -> None:
        """Note that the one consultation it was given for was opened."""
        self.work.change(agreements, _ROW.id == one.id, spent_at=self.work.now)

    def withdraw(self, one: KeptAgreement, by: Actor = PATIENT) -> None:
        """End one that the patient takes back; done already is no error."""
        if one.ended_at is None:
            actor = self.work.acting or by
            self._end(one, "withdrawn", **said_of(actor))

    def end_about(self, profile_id: str, names: Collection[str]) -> None:
        """
        End all that let somebody read, or a team: they were blocked.

        ``names`` are those they go by, in lower case. What was given to one person of
        a structure ends with the structure's; that of a team stays where one of its
        people alone was blocked.
        """
        digests = {team_digest(self.work, profile_id, one) for one in names}
        for row in self._standing(profile_id):
            one = self._opened(row)
            works_there = one.party is not None and one.party.structure.lower() in names
            if row.about in digests or works_there:
                self._end(one, "blocked")

    def end_with(self, episode_id: str, profile_id: str, team: str) -> None:
        """
        End all that were given for an episode that is over, and what its team has.

        What was agreed to before it began was agreed to for that follow-up as well.
        """
        theirs = _ROW.about == team_digest(self.work, profile_id, team)
        of_team = and_(theirs, _ROW.kind == AgreementKind.TEAM.value)
        of_episode = _ROW.episode_id == episode_id
        self._end_where(profile_id, "episode", or_(of_episode, of_team))

    def _end_where(self, profile_id: str, outcome: str, *conditions: Any) -> None:
        for row in self._standing(profile_id, *conditions):
            self._end(self._opened(row), outcome)

    def _standing(self, profile_id: str, *conditions: Any) -> Sequence[Any]:
        return self.work.connection.execute(
            select(agreements).where(
                _ROW.profile_id == profile_id, _ROW.ended_at.is_(None), *conditions
            )
        ).all()

    def _end(self, one: KeptAgreement, outcome: str, **said: str) -> None:
        self.work.change(agreements, _ROW.id == one.id, ended_at=self.work.now)
        named = said_of_party(one.party) if one.party else {}
        if said:  # who takes it back is another than whom it is about
            named = {**named, **said, "person": said.get("person", "")}
        self.work.note(
            Action.AGREEMENT_ENDED,
            outcome,
            one.id,
            chain=chain_of(one.profile_id),
            **named,
        )

    def _opened(self, row: Any) -> KeptAgreement:
        self.work.rows.check(agreements, row)
        said = opened_said(self.work, row, _place(row.id))
        return KeptAgreement(
            id=row.id,
            profile_id=row.profile_id,
            kind=AgreementKind(row.kind),
            episode_id=row.episode_id or "",
            given_at=row.given_at,
            until=row.until,
            spent_at=row.spent_at,
            ended_at=row.ended_at,
            party=party_of(said),
            means=AgreementMeans(said["means"]) if said else None,
            collected_by=said["collected_by"] if said else "",
            given_by=said["given_by"] if said else "",
        )


def _place(agreement_id: str) -> str:
    return f"agreements.said:{agreement_id}"

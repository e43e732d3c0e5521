"""Who cares for a patient: who joined the care team, and episodes of care."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import uuid4

from attrs import frozen
from sqlalchemy import ColumnElement, select

from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.agreements import Agreements
from gateway.store.consultations.places import (
    member_digest,
    opened_said,
    party_of,
    said_of_party,
    sealed_party,
    team_digest,
)
from gateway.store.consultations.values import Episode, Member, NamedProfessional
from gateway.store.journal import Action, chain_of
from gateway.store.tables import episodes, team_members

_MOST_SHOWN: Final = 200


@frozen
class CareTeams:
    """Care teams of patients within one transaction."""

    work: UnitOfWork

    def join(self, profile_id: str, party: NamedProfessional) -> None:
        """Note that somebody is of a patient's team; again is no error."""
        if self.member(profile_id, party) is not None:
            return
        member_id = uuid4().hex
        key_id = self.work.key_for(f"patient:{profile_id}")
        self.work.add_now(
            team_members,
            id=member_id,
            profile_id=profile_id,
            about=member_digest(self.work, profile_id, _at(party)),
            key_id=key_id,
            said=sealed_party(
                self.work, key_id, f"team_members.said:{member_id}", party=party
            ),
            joined_at=self.work.now,
        )
        self._note(Action.TEAM_JOINED, "member", member_id, profile_id, party)

    def member(self, profile_id: str, party: NamedProfessional) -> Member | None:
        """Return somebody of a patient's team where they work now, or None."""
        here = team_members.c.about == member_digest(self.work, profile_id, _at(party))
        return next(iter(self._some(profile_id, here)), None)

    def members(self, profile_id: str) -> list[Member]:
        """Return who is of a patient's team now, the last who joined first."""
        return self._some(profile_id)

    def leave(self, profile_id: str, member: Member, outcome: str) -> None:
        """End that somebody is of a patient's team."""
        here = team_members.c.id == member.id
        self.work.change(team_members, here, ended_at=self.work.now)
        self._note(Action.TEAM_LEFT, outcome, member.id, profile_id, member.party)

    def leave_all_of(self, profile_id: str, names: Collection[str]) -> None:
        """
        End that of whom the patient blocked, or of all of a structure.

        ``names`` are those they go by, in lower case.
        """
        for member in self._some(profile_id, most=None):
            if member.party is not None and member.party.goes_by(names):
                self.leave(profile_id, member, "blocked")

    def _some(
        self,
        profile_id: str,
        *conditions: ColumnElement[bool],
        most: int | None = _MOST_SHOWN,
    ) -> list[Member]:
        columns = team_members.c
        rows = self.work.connection.execute(
            select(team_members)
            .where(
                columns.profile_id == profile_id,
                columns.ended_at.is_(None),
                *conditions,
            )
            .order_by(columns.joined_at.desc(), columns.id)
            .limit(most)
        )
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> Member:
        self.work.rows.check(team_members, row)
        said = opened_said(self.work, row, f"team_members.said:{row.id}")
        return Member(
            id=row.id,
            joined_at=row.joined_at,
            ended_at=row.ended_at,
            party=party_of(said),
        )

    def _note(
        self,
        action: Action,
        outcome: str,
        subject: str,
        profile_id: str,
        party: NamedProfessional | None,
    ) -> None:
        said = said_of_party(party) if party else {}
        self.work.note(action, outcome, subject, chain=chain_of(profile_id), **said)


@frozen
class Episodes:
    """Episodes of care within one transaction; one is opened and closed once."""

    work: UnitOfWork

    def open(self, profile_id: str, party: NamedProfessional) -> Episode:
        """
        Open a follow-up by a structure; return it, or the one that is open already.

        The patient's profile is to be held, so that no two open one at once.
        """
        known = self.current(profile_id, _team(party))
        if known is not None:
            return known
        episode_id = uuid4().hex
        key_id = self.work.key_for(f"patient:{profile_id}")
        self.work.add_now(
            episodes,
            id=episode_id,
            profile_id=profile_id,
            team=team_digest(self.work, profile_id, _team(party)),
            key_id=key_id,
            said=sealed_party(self.work, key_id, _place(episode_id), party=party),
            opened_at=self.work.now,
        )
        self._note(Action.EPISODE_OPENED, "opened", episode_id, profile_id, party)
        found = self.current(profile_id, _team(party))
        assert found is not None, "written by this transaction"
        return found

    def close(self, profile_id: str, party: NamedProfessional) -> bool:
        """
        End the follow-up by a structure, with what the patient agreed to for it.

        False where none is open: done already is no error.
        """
        known = self.current(profile_id, _team(party))
        if known is None:
            return False
        self.work.change(episodes, episodes.c.id == known.id, ended_at=self.work.now)
        self._note(Action.EPISODE_CLOSED, "closed", known.id, profile_id, party)
        Agreements(self.work).end_with(known.id, profile_id, _team(party))
        return True

    def current(self, profile_id: str, team: str) -> Episode | None:
        """Return the follow-up by a structure that is open, or None."""
        here = episodes.c.team == team_digest(self.work, profile_id, team)
        found = self._some(profile_id, here, episodes.c.ended_at.is_(None))
        return found[0] if found else None

    def of_team(self, profile_id: str, team: str) -> list[Episode]:
        """Return those of a patient by one structure, the newest first."""
        here = episodes.c.team == team_digest(self.work, profile_id, team)
        return self._some(profile_id, here)

    def _some(self, profile_id: str, *conditions: ColumnElement[bool]) -> list[Episode]:
        columns = episodes.c
        rows = self.work.connection.execute(
            select(episodes)
            .where(columns.profile_id == profile_id, *conditions)
            .order_by(columns.opened_at.desc(), columns.id)
            .limit(_MOST_SHOWN)
        )
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> Episode:
        self.work.rows.check(episodes, row)
        said = opened_said(self.work, row, _place(row.id))
        return Episode(
            id=row.id,
            profile_id=row.profile_id,
            opened_at=row.opened_at,
            ended_at=row.ended_at,
            party=party_of(said),
        )

    def _note(
        self,
        action: Action,
        outcome: str,
        subject: str,
        profile_id: str,
        party: NamedProfessional,
    ) -> None:
        said = said_of_party(party)
        self.work.note(action, outcome, subject, chain=chain_of(profile_id), **said)


def end_all_of(work: UnitOfWork, profile_id: str, names: Collection[str]) -> None:
    """
    End what let somebody read, who was blocked: agreements, and being of the team.

    ``names`` are those they go by, in lower case. Taking the block back restores
    nothing of it.
    """
    Agreements(work).end_about(profile_id, names)
    CareTeams(work).leave_all_of(profile_id, names)


def _team(party: NamedProfessional) -> str:
    return party.structure or party.identity


def _at(party: NamedProfessional) -> str:
    """Return somebody where they work: in another structure they are of another team"""
    return f"{party.identity}@{party.structure}"


def _place(episode_id: str) -> str:
    return f"episodes.said:{episode_id}"

"""Closing a child's space by who represents the child: both, where there are two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from attrs import field, frozen

from gateway.core.actors import Actor, Means, Who
from gateway.core.texts.notices import NoticeKind
from gateway.errors import NotFoundError
from gateway.rights.delegation_rules import Capacity, OpeningFacts, capacity_agreed
from gateway.rights.profile import ProfileState
from gateway.rights.representation_rules import (
    ClosingFacts,
    ClosingStep,
    judge_closing,
    standing_request,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.delegations import Delegation, Delegations
from gateway.store.patients.life import go_on
from gateway.store.patients.profiles import Profile, Profiles
from gateway.web.patient.desk import PatientDesk
from gateway.web.site.visits import Visit, person_name

CLOSING: Final = "closing"
"""The fact that somebody who represents a child wants its space closed; it stands."""


@frozen(kw_only=True)
class ChildNow:
    """A child's space as who represents the child finds it."""

    mine: Delegation
    child: Profile
    facts: ClosingFacts
    asked_by: str = field(repr=False)
    """The name of who asked, while that is worth something."""

    @property
    def step(self) -> ClosingStep:
        """What comes of it if this one wants it closed."""
        return judge_closing(self.facts)

    @property
    def is_closed(self) -> bool:
        """Whether it is closed now, and may be opened again."""
        return self.facts.state is ProfileState.CLOSED


@frozen
class ChildClosing:
    """What is asked, agreed to and taken back; each in one commit, and told."""

    desk: PatientDesk

    def now(self, work: UnitOfWork, visit: Visit, delegation_id: str) -> ChildNow:
        """
        Return the space of a child whom the patient represents today, closed or not.

        Raises:
            NotFoundError: they represent nobody by that.
        """
        today = self.desk.day(visit.now)
        mine = Delegations(work).get(delegation_id)
        child = Delegations(work).holder(mine) if mine is not None else None
        if mine is None or child is None or mine.helper_id != visit.profile.id:
            raise NotFoundError("no such delegation")
        standing = [
            one.id
            for one in Delegations(work).of_holder(child.id)
            if _represents(one, child, today)
        ]
        if mine.id not in standing:
            raise NotFoundError("no such delegation")
        said: Mapping[str, Any] = Profiles(work).standing(child.id).get(CLOSING) or {}
        asked_at = datetime.fromisoformat(said["at"]) if said else None
        facts = ClosingFacts(
            state=ProfileState(child.state),
            has_account=Accounts(work).of_profile(child) is not None,
            own=mine.id,
            others=frozenset(standing) - {mine.id},
            asked=str(said.get("delegation", "")),
            asked_at=self.desk.day(asked_at) if asked_at else None,
            today=today,
        )
        by = str(said.get("name", "")) if standing_request(facts) else ""
        return ChildNow(mine=mine, child=child, facts=facts, asked_by=by)

    def want(self, visit: Visit, delegation_id: str) -> ClosingStep:
        """Close the space, or ask the other; return which, or that it cannot be."""

        def job(work: UnitOfWork) -> ClosingStep:
            found = self._held(work, visit, delegation_id)
            step, child = found.step, found.child
            by = Actor(Who.REPRESENTATIVE, Means.WEB, person_name(visit.profile))
            notices = self.desk.notices(work)
            if step is ClosingStep.CLOSE:
                self._forget(work, found, by)
                closed = Profiles(work).hold(child.id)
                assert closed is not None, "held above"
                go_on(work, notices, closed, ProfileState.CLOSED, by=by)
            elif step is ClosingStep.ASK:
                said = {
                    "delegation": found.mine.id,
                    "name": by.name,
                    "at": work.now.isoformat(),
                }
                Profiles(work, by).record(child.id, CLOSING, None, said, stands=True)
                notices.tell_representatives(
                    child, NoticeKind.PEOPLE, but=visit.profile.id
                )
            return step

        return self.desk.write(job)

    def take_back(self, visit: Visit, delegation_id: str) -> None:
        """Take back what was asked, or refuse it; the other is told. Twice is once."""

        def job(work: UnitOfWork) -> None:
            found = self._held(work, visit, delegation_id)
            by = Actor(Who.REPRESENTATIVE, Means.WEB, person_name(visit.profile))
            if self._forget(work, found, by):
                self.desk.notices(work).tell_representatives(
                    found.child, NoticeKind.PEOPLE, but=visit.profile.id
                )

        self.desk.write(job)

    def reopen(self, visit: Visit, delegation_id: str) -> bool:
        """Open a closed space again, which one alone may; False where it is not so."""

        def job(work: UnitOfWork) -> bool:
            found = self._held(work, visit, delegation_id)
            if not found.is_closed:
                return False
            by = Actor(Who.REPRESENTATIVE, Means.WEB, person_name(visit.profile))
            notices = self.desk.notices(work)
            go_on(work, notices, found.child, ProfileState.ACTIVATED, by=by)
            return True

        return self.desk.write(job)

    def _held(self, work: UnitOfWork, visit: Visit, delegation_id: str) -> ChildNow:
        """Return the space, held until the commit: two who want it take turns."""
        found = self.now(work, visit, delegation_id)
        Profiles(work).hold(found.child.id)
        return self.now(work, visit, delegation_id)

    def _forget(self, work: UnitOfWork, found: ChildNow, by: Actor) -> bool:
        said = Profiles(work).standing(found.child.id).get(CLOSING)
        if not said:
            return False
        Profiles(work, by).record(found.child.id, CLOSING, said, None, stands=True)
        return True


def _represents(one: Delegation, child: Profile, today: date) -> bool:
    """Tell whether somebody represents a child today, whose space may be closed."""
    facts = OpeningFacts(
        capacity=one.capacity,
        state=one.state,
        term=one.term,
        holder=ProfileState(child.state),
        born=child.traits.birth_date,
        day=today,
    )
    return capacity_agreed(facts) is Capacity.REPRESENTATIVE

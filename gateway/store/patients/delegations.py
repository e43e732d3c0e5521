"""Who acts for whom: what patients asked of others, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from attrs import asdict, field, frozen
from sqlalchemy import ColumnElement, bindparam, select

from gateway.core.actors import Actor, Means, Who
from gateway.errors import DestroyedError
from gateway.rights.delegation_rules import (
    LASTING,
    REPRESENTING,
    Capacity,
    DelegationState,
    Term,
    Worth,
    standing,
)
from gateway.rights.representation_rules import Basis
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.facts import said_of
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.tables import delegations

REPRESENTED: Final = "represented"
"""The fact that somebody represents a patient, or does no more."""
ATTACHED: Final = "attached"
"""The fact to whom the insurer says that a patient is attached; it stands."""

_MOST_SHOWN = 50
"""Of one patient; those that are over make room for newer ones."""


def _asked(condition: ColumnElement[bool]) -> Prepared:
    return Prepared(
        select(delegations)
        .where(condition)
        # What is still worth something comes before what is over.
        .order_by(
            delegations.c.ended_at.is_not(None),
            delegations.c.created_at.desc(),
            delegations.c.id,
        )
        .limit(_MOST_SHOWN)
    )


_OF_HOLDER = _asked(delegations.c.holder_id == bindparam("asked"))
_OF_HELPER = _asked(delegations.c.helper_id == bindparam("asked"))
_BY_ID = _asked(delegations.c.id == bindparam("asked"))


@frozen(kw_only=True)
class NamedPerson:
    """Whom a patient named, in the patient's words; the birth date is YYYYMMDD."""

    matricule: str = field(repr=False)
    family: str = field(repr=False)
    given: str = field(repr=False)
    birth_date: str = field(repr=False)

    @classmethod
    def of(cls, profile: Profile) -> NamedPerson:
        """Return a patient as they are known here, by the names of their birth."""
        traits = profile.traits
        return cls(
            matricule=profile.ins.matricule,
            family=traits.family,
            given=(traits.first_given or traits.given_names).title(),
            birth_date=traits.birth_date,
        )

    @property
    def name(self) -> str:
        """The name as pages show it."""
        return f"{self.given} {self.family.upper()}"


@frozen(kw_only=True)
class Delegation:
    """
    What one patient asked of another; ``helper_id`` is empty where nobody was found.

    ``named`` is None where the key it was sealed with is destroyed.
    """

    id: str
    holder_id: str
    helper_id: str
    capacity: Capacity
    state: DelegationState
    term: Term
    named: NamedPerson | None = field(repr=False)
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    def standing(self, day: date) -> Worth:
        """Return what it is worth on a day."""
        return standing(self.state, self.term, day)


@frozen
class Delegations:
    """Delegations within one transaction; each change leaves a line of who made it."""

    work: UnitOfWork

    def ask(
        self,
        holder: Profile,
        helper: Profile | None,
        named: NamedPerson,
        term: Term,
        *,
        capacity: Capacity = Capacity.CARER,
        by: Actor | None = None,
    ) -> str:
        """
        Keep that somebody is asked to act for a patient; return its id.

        ``helper`` is None where the person named was not found: who asks sees the
        same, and nobody can answer. ``by``: who asks, where it is not the patient.
        """
        state = DelegationState.PENDING
        kinds = {"capacity": capacity.value, "state": state.value}
        delegation_id = self._add(holder, helper, named, term, kinds)
        said = said_of(by) if by else {}
        self._note(Action.DELEGATION_ASKED, "asked", delegation_id, holder.id, **said)
        return delegation_id

    def represent(
        self,
        holder: Profile,
        helper: Profile,
        term: Term,
        *,
        capacity: Capacity,
        by: Actor | str,
        **why: str,
    ) -> str:
        """
        Keep that somebody represents a patient by law from now on; return its id.

        In both chains, and as a fact of the patient: by whom it was said, on what it
        rests (``why``), and until when.
        """
        named = NamedPerson.of(helper)
        state = DelegationState.ACCEPTED
        kinds = {"capacity": capacity.value, "state": state.value}
        delegation_id = self._add(holder, helper, named, term, kinds)
        self.work.change(
            delegations, delegations.c.id == delegation_id, answered_at=self.work.now
        )
        said = {"until": term.last.isoformat(), **why}
        said["delegation"] = delegation_id
        self._record(holder.id, None, said, named.name, by)
        self._note(Action.DELEGATION_ACCEPTED, "represents", delegation_id, helper.id)
        return delegation_id

    def _record(
        self,
        holder_id: str,
        before: Mapping[str, str] | None,
        after: Mapping[str, str],
        name: str,
        by: Actor | str,
    ) -> None:
        Profiles(self.work, by).record(
            holder_id, REPRESENTED, before, after, about=name
        )

    def end_representation(
        self, one: Delegation, by: Actor | str, outcome: str, **why: str
    ) -> None:
        """End what rests on the law: as a fact of the patient, and in both chains."""
        self._write(one, state=DelegationState.ENDED.value, ended_at=self.work.now)
        name = one.named.name if one.named else ""
        before = {"until": one.term.last.isoformat()}
        after = {"ended": outcome, "delegation": one.id, **why}
        self._record(one.holder_id, before, after, name, by)
        if one.helper_id:
            self._note(Action.DELEGATION_ENDED, outcome, one.id, one.helper_id)

    def _add(
        self,
        holder: Profile,
        helper: Profile | None,
        named: NamedPerson,
        term: Term,
        kinds: Mapping[str, str],
    ) -> str:
        delegation_id = uuid4().hex
        place = _place(delegation_id)
        self.work.add_now(
            delegations,
            id=delegation_id,
            holder_id=holder.id,
            helper_id=helper.id if helper else None,
            **kinds,
            first_day=term.first.isoformat(),
            last_day=term.last.isoformat(),
            key_id=holder.key_id,
            named=self.work.seal(holder.key_id, asdict(named), place),
            created_at=self.work.next_moment(),
        )
        return delegation_id

    def of_holder(self, profile_id: str) -> tuple[Delegation, ...]:
        """Return what a patient asked of others, the newest first."""
        return self._some(_OF_HOLDER, profile_id)

    def of_helper(self, profile_id: str) -> tuple[Delegation, ...]:
        """Return what others asked of a patient, the newest first."""
        return self._some(_OF_HELPER, profile_id)

    def holder(self, one: Delegation) -> Profile | None:
        """Return whose space it is about, None where that is destroyed."""
        try:
            return Profiles(self.work).get(one.holder_id)
        except DestroyedError:
            return None

    def helper(self, one: Delegation) -> Profile | None:
        """Return who acts by it, None where nobody was found or their space is gone."""
        try:
            return Profiles(self.work).get(one.helper_id) if one.helper_id else None
        except DestroyedError:
            return None

    def get(self, delegation_id: str) -> Delegation | None:
        """Return one, or None."""
        found = self._some(_BY_ID, delegation_id)
        return found[0] if found else None

    def _some(self, statement: Prepared, asked: str) -> tuple[Delegation, ...]:
        rows = statement.rows(self.work.connection, asked=asked)
        return tuple(self._delegation(row) for row in rows)

    def accept(self, one: Delegation) -> None:
        """Note that who was asked will act."""
        self._answer(one, DelegationState.ACCEPTED, Action.DELEGATION_ACCEPTED)
        if one.capacity in REPRESENTING:
            name = one.named.name if one.named else ""
            said = {
                "until": one.term.last.isoformat(),
                "basis": Basis.INVITED.value,
                "delegation": one.id,
            }
            by = Actor(Who.REPRESENTATIVE, Means.WEB, name)
            self._record(one.holder_id, None, said, name, by)

    def refuse(self, one: Delegation) -> None:
        """Note that who was asked will not."""
        self._answer(one, DelegationState.REFUSED, Action.DELEGATION_REFUSED)

    def _answer(self, one: Delegation, state: DelegationState, action: Action) -> None:
        refused = state is DelegationState.REFUSED
        ended = {"ended_at": self.work.now} if refused else {}
        self._write(one, state=state.value, answered_at=self.work.now, **ended)
        self._note_helpers(action, "answered", one)

    def end(self, one: Delegation, *, by_holder: bool) -> None:
        """End it, by who asked or by who acts; its row stays."""
        answered = one.state is DelegationState.ACCEPTED
        state = DelegationState.ENDED if answered else DelegationState.TAKEN_BACK
        self._write(one, state=state.value, ended_at=self.work.now)
        if by_holder:
            self._note(Action.DELEGATION_ENDED, "by-holder", one.id, one.holder_id)
        else:
            self._note_helpers(Action.DELEGATION_ENDED, "by-helper", one)

    def end_with_space(self, one: Delegation) -> None:
        """End a carer's, as the space of one of the two is closed: no act of theirs."""
        answered = one.state is DelegationState.ACCEPTED
        state = DelegationState.ENDED if answered else DelegationState.TAKEN_BACK
        self._write(one, state=state.value, ended_at=self.work.now)
        for whose in (one.holder_id, one.helper_id):
            if whose:
                said = {"who": Who.SYSTEM.value}
                self._note(Action.DELEGATION_ENDED, "closed", one.id, whose, **said)

    def prolong(self, one: Delegation, last: date) -> None:
        """Let it hold until another day."""
        self._write(one, last_day=last.isoformat())
        self._note(Action.DELEGATION_CHANGED, "term", one.id, one.holder_id)

    def _write(self, one: Delegation, **values: Any) -> None:
        self.work.change(delegations, delegations.c.id == one.id, **values)

    def _note_helpers(self, action: Action, outcome: str, one: Delegation) -> None:
        """Note what the helper did: in their own chain, and by name in the holder's."""
        self._note(action, outcome, one.id, one.helper_id)
        person = one.named.name if one.named else ""
        by_law = one.capacity in REPRESENTING
        who = Who.REPRESENTATIVE if by_law else Who.CARER
        self._note(action, outcome, one.id, one.holder_id, who=who.value, person=person)

    def _note(
        self, action: Action, outcome: str, subject: str, whose: str, **detail: str
    ) -> None:
        self.work.note(action, outcome, subject, chain=chain_of(whose), **detail)

    def _delegation(self, row: Any) -> Delegation:
        self.work.rows.check(delegations, row)
        return Delegation(
            id=row.id,
            holder_id=row.holder_id,
            helper_id=row.helper_id or "",
            capacity=Capacity(row.capacity),
            state=DelegationState(row.state),
            term=Term(
                first=date.fromisoformat(row.first_day),
                last=date.fromisoformat(row.last_day),
            ),
            named=self._named(row),
            created_at=row.created_at,
            answered_at=row.answered_at,
            ended_at=row.ended_at,
        )

    def _named(self, row: Any) -> NamedPerson | None:
        try:
            named = self.work.unseal(row.key_id, row.named, _place(row.id))
        except DestroyedError:
            return None
        return NamedPerson(**named)


def matricules(
    some: Sequence[Delegation],
    day: date,
    capacities: Collection[Capacity] = (Capacity.CARER,),
) -> tuple[str, ...]:
    """Return who is asked to act for a patient and did not answer, or acts, or will."""
    return tuple(
        one.named.matricule
        for one in some
        if one.named is not None
        and one.capacity in capacities
        and one.standing(day) in LASTING
    )


def _place(delegation_id: str) -> str:
    return f"delegations.named:{delegation_id}"

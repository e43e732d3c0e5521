"""
Who acts for whom: carers (aidants) and what they may do in another's space.

A patient lets somebody act from one day to another; both see it, either ends it. Mon
espace santé has three carers for a patient at most, and five people for a carer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from gateway.core.person import IdentityTraits
from gateway.rights.identity_rules import trait_mismatches
from gateway.rights.majority_rules import is_adult, is_minor
from gateway.rights.own_access_rules import OwnAct, may_oneself
from gateway.rights.profile import ProfileState, may_sign_in

MOST_CARERS: Final = 3
MOST_HELPED: Final = 5


class Capacity(StrEnum):
    """As whom somebody is in a space; kept for years, so never renamed."""

    HOLDER = "holder"  # titulaire
    CARER = "carer"  # aidant
    REPRESENTATIVE = "representative"  # représentant légal d'un mineur
    PROTECTOR = "protector"  # chargé de la représentation d'un majeur protégé


REPRESENTING: Final = frozenset({Capacity.REPRESENTATIVE, Capacity.PROTECTOR})
"""Those who act by law (CSP R. 1111-40), not by the holder's choice."""


class Act(StrEnum):
    """What is done in a space."""

    READ = "read"
    WRITE = "write"  # messages to professionals who wrote
    DOCUMENTS = "documents"  # added, or one's own deleted
    GOVERN = "govern"  # who sees what, who is blocked, what happened
    ACCOUNT = "account"  # one's own sign-in and contact, other helpers, closing


_REPRESENTS: Final = frozenset(Act) - {Act.ACCOUNT}

_MAY: Final[Mapping[Capacity, frozenset[Act]]] = MappingProxyType(
    {
        Capacity.HOLDER: frozenset(Act),
        Capacity.CARER: frozenset({Act.READ, Act.WRITE, Act.DOCUMENTS}),
        # The rights of a minor or a protected adult are used by who represents them
        # (CSP R. 1111-40); each signs in with an account of their own.
        Capacity.REPRESENTATIVE: _REPRESENTS,
        Capacity.PROTECTOR: _REPRESENTS,
    }
)
"""What each may do in a space; what is not said here, nobody may but its holder."""


def may(act: Act, capacity: Capacity) -> bool:
    """Tell whether somebody may do something in a space, as whom they are there."""
    return act in _MAY[capacity]


class DelegationState(StrEnum):
    """Where a delegation stands; kept for years, so never renamed."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    TAKEN_BACK = "TAKEN_BACK"  # by who asked, before an answer
    ENDED = "ENDED"  # by either, after it, or with the space of one of them


@frozen(kw_only=True)
class Term:
    """From the first day to the last, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.first <= day <= self.last


class Worth(StrEnum):
    """What a delegation is worth on a day."""

    WAITING = "waiting"  # for an answer
    TO_COME = "to come"
    IN_FORCE = "in force"
    OVER = "over"
    REFUSED = "refused"


GRANTED: Final = frozenset({Worth.TO_COME, Worth.IN_FORCE})
"""What somebody agreed to, and is not over."""

LASTING: Final = GRANTED | {Worth.WAITING}
"""What is not over: asked for, or granted."""


def standing(state: DelegationState, term: Term, day: date) -> Worth:
    """
    Return what a delegation is worth on a day.

    An invitation that nobody answered is over with its last day, like what it was for.
    """
    if state is DelegationState.REFUSED:
        return Worth.REFUSED
    if state in {DelegationState.ENDED, DelegationState.TAKEN_BACK}:
        return Worth.OVER
    if day > term.last:
        return Worth.OVER
    if state is DelegationState.PENDING:
        return Worth.WAITING
    return Worth.IN_FORCE if term.holds(day) else Worth.TO_COME


class TermFault(StrEnum):
    """Why a delegation cannot have such days."""

    PAST = "past"
    BACKWARDS = "backwards"
    LONG = "long"


def judge_term(term: Term, today: date, most_days: int) -> TermFault | None:
    """Return why somebody may not act for so long, or from then; or None."""
    if term.first < today:
        return TermFault.PAST
    if term.last < term.first:
        return TermFault.BACKWARDS
    if term.last - term.first >= timedelta(days=most_days):
        return TermFault.LONG
    return None


class InvitationFault(StrEnum):
    """Why a patient cannot ask somebody to be their carer."""

    MINOR = "minor"
    ONESELF = "oneself"
    THERE = "there"
    ENOUGH = "enough"


@frozen(kw_only=True)
class InvitationFacts:
    """
    What is known when a patient asks somebody.

    ``helpers`` are the matricules of who was asked and has not answered, and of who
    acts now or will; ``born`` is the patient's birth date, YYYYMMDD, as far as known.
    """

    own: str = field(repr=False)
    asked: str = field(repr=False)
    helpers: tuple[str, ...] = field(repr=False)
    born: str = field(repr=False)
    today: date


def judge_invitation(facts: InvitationFacts) -> InvitationFault | None:
    """Return why a patient cannot ask that person, or None."""
    if not may_oneself(OwnAct.CARERS, facts.born, facts.today):
        return InvitationFault.MINOR
    if facts.asked == facts.own:
        return InvitationFault.ONESELF
    if facts.asked in facts.helpers:
        return InvitationFault.THERE
    return InvitationFault.ENOUGH if len(facts.helpers) >= MOST_CARERS else None


class AnswerFault(StrEnum):
    """Why an invitation cannot be accepted."""

    NOT_WAITING = "not waiting"
    CLOSED = "closed"
    ENOUGH = "enough"
    AGE = "age"


@frozen(kw_only=True)
class AcceptanceFacts:
    """
    What is known when somebody agrees to act for another; birth dates as YYYYMMDD.

    ``helped``: for how many others the one who is asked acts as a carer now, or will.
    """

    capacity: Capacity
    standing: Worth
    holder: ProfileState
    holder_born: str = field(repr=False)
    own_born: str = field(repr=False)
    today: date
    helped: int


def judge_acceptance(facts: AcceptanceFacts) -> AnswerFault | None:
    """
    Return why who was asked cannot accept, or None; refusing is always possible.

    The other parent is asked for a child, and has to be of age; a carer may be young.
    """
    if facts.standing is not Worth.WAITING:
        return AnswerFault.NOT_WAITING
    if not may_sign_in(facts.holder):
        return AnswerFault.CLOSED
    if facts.capacity in REPRESENTING:
        is_right = is_minor(facts.holder_born, facts.today) and is_adult(
            facts.own_born, facts.today
        )
        return None if is_right else AnswerFault.AGE
    return AnswerFault.ENOUGH if facts.helped >= MOST_HELPED else None


@frozen(kw_only=True)
class OpeningFacts:
    """
    What opening another's space depends on, on a day.

    ``capacity`` is what was agreed to; ``born`` is the holder's birth date, YYYYMMDD,
    as far as it is known.
    """

    capacity: Capacity
    state: DelegationState
    term: Term
    holder: ProfileState
    born: str = field(repr=False)
    day: date


def capacity_on(facts: OpeningFacts) -> Capacity | None:
    """
    Return as whom somebody may open another's space on a day, or None: not at all.

    A space that its holder cannot open is open to nobody who acts for them. What a
    parent may do ends with the holder's minority (code civil art. 414), whatever is
    written down and whoever was late to end it.
    """
    return capacity_agreed(facts) if may_sign_in(facts.holder) else None


def capacity_agreed(facts: OpeningFacts) -> Capacity | None:
    """
    Return as whom somebody acts for another on a day, or None; the space may be closed.

    Who represents is told that it was closed, suspended or deleted.
    """
    if standing(facts.state, facts.term, facts.day) is not Worth.IN_FORCE:
        return None
    if facts.capacity is Capacity.REPRESENTATIVE:
        return facts.capacity if is_minor(facts.born, facts.day) else None
    return facts.capacity


_CLOSING: Final = frozenset(
    {ProfileState.CLOSED, ProfileState.DELETION_REQUESTED, ProfileState.DELETED}
)


def ends_help(state: ProfileState) -> bool:
    """
    Tell whether a space that gets into a state ends what carers do for its holder, and
    what the holder does for others as one.

    Who closes it says who may act, if anybody, once it is open again. A suspension is
    nobody's wish, and may be lifted; by law, who represents does so on.
    """
    return state in _CLOSING


def is_same_person(traits: IdentityTraits, named: IdentityTraits) -> bool:
    """
    Tell whether the person behind a number is the one who was named.

    Birth name, first given name and birth date are asked for, and have to be known: a
    number alone, or a wrong one, leads to nobody.
    """
    given = traits.first_given or traits.given_names
    known = (traits.family, given, traits.birth_date)
    asked = (named.family, named.first_given, named.birth_date)
    return all(known) and all(asked) and not trait_mismatches(traits, named)

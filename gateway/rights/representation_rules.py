"""
Who represents whom by law: parents and guardians, and who is in charge of an adult.

CSP R. 1111-40: the rights of a minor in their space are used by who has parental
authority (code civil art. 371-1, 372 to 373-2-1), those of a protected adult by who is
in charge of representing them (art. 425, 458, 459). Nobody is believed on their word
alone: the insurer says to whom a child is attached, or an operator saw a proof.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from gateway.rights.delegation_rules import Capacity
from gateway.rights.majority_rules import is_adult, is_minor
from gateway.rights.profile import TRANSITIONS, ProfileEvent, ProfileState

MOST_REPRESENTATIVES: Final = 2
"""Both parents, or guardians whom a judge named."""

REMINDED_BEFORE: Final = timedelta(days=60)
"""Both are told so long before a representation ends with majority, and once then."""

CLOSING_ASKED_FOR: Final = timedelta(days=30)
"""So long the other representative may agree to close a child's space."""


class Basis(StrEnum):
    """What a representation rests on; kept for years, so never renamed."""

    INSURER = "insurer"  # attached to them, says the insurer's feed
    INVITED = "invited"  # by the one who represents already
    PROOF = "proof"  # an operator saw a judgement, a family record, …


class RepresentationFault(StrEnum):
    """Why somebody cannot represent somebody."""

    UNPROVEN = "unproven"
    MINOR = "minor"
    ADULT = "adult"
    ONESELF = "oneself"
    THERE = "there"
    ENOUGH = "enough"
    CLOSED = "closed"


@frozen(kw_only=True)
class AttachmentFacts:
    """
    What is known when somebody says that they represent a child.

    ``attached_to`` is whom the insurer says the child is attached to; empty where
    nobody was found by the number, the names and the birth date that were given.
    ``represented_by`` are the matricules of who represents the child now or is asked.
    """

    own: str = field(repr=False)
    own_born: str = field(repr=False)
    attached_to: str = field(repr=False)
    child: ProfileState
    child_born: str = field(repr=False)
    represented_by: tuple[str, ...] = field(repr=False)
    today: date


def judge_attachment(facts: AttachmentFacts) -> RepresentationFault | None:
    """
    Return why somebody cannot open a child's space by the insurer's word, or None.

    Whether there is such a child is told to nobody to whom they are not attached.
    """
    if not facts.attached_to or facts.attached_to != facts.own:
        return RepresentationFault.UNPROVEN
    if not is_adult(facts.own_born, facts.today):
        return RepresentationFault.MINOR
    return _judge_child(
        facts.child, facts.child_born, facts.represented_by, facts.own, facts.today
    )


@frozen(kw_only=True)
class SecondFacts:
    """What is known when who represents a child asks another: `AttachmentFacts`."""

    own: str = field(repr=False)
    asked: str = field(repr=False)
    child: ProfileState
    child_born: str = field(repr=False)
    represented_by: tuple[str, ...] = field(repr=False)
    today: date


def judge_second(facts: SecondFacts) -> RepresentationFault | None:
    """Return why another cannot be asked to represent a child too, or None."""
    if facts.asked == facts.own:
        return RepresentationFault.ONESELF
    return _judge_child(
        facts.child, facts.child_born, facts.represented_by, facts.asked, facts.today
    )


@frozen(kw_only=True)
class ProofFacts:
    """What is known when an operator saw a proof; as `AttachmentFacts`."""

    capacity: Capacity
    who: str = field(repr=False)
    who_born: str = field(repr=False)
    whom: str = field(repr=False)
    whom_born: str = field(repr=False)
    state: ProfileState
    represented_by: tuple[str, ...] = field(repr=False)
    today: date


def judge_proof(facts: ProofFacts) -> RepresentationFault | None:
    """Return why somebody cannot represent another, whatever the proof says, or None"""
    if facts.who == facts.whom:
        return RepresentationFault.ONESELF
    if not is_adult(facts.who_born, facts.today):
        return RepresentationFault.MINOR
    if facts.capacity is Capacity.REPRESENTATIVE:
        return _judge_child(
            facts.state, facts.whom_born, facts.represented_by, facts.who, facts.today
        )
    if not is_adult(facts.whom_born, facts.today):
        return RepresentationFault.MINOR
    return _judge_space(facts.state, facts.represented_by, facts.who)


def _judge_child(
    state: ProfileState, born: str, represented_by: tuple[str, ...], who: str, day: date
) -> RepresentationFault | None:
    if not is_minor(born, day):
        return RepresentationFault.ADULT
    return _judge_space(state, represented_by, who)


def _judge_space(
    state: ProfileState, represented_by: tuple[str, ...], who: str
) -> RepresentationFault | None:
    if who in represented_by:
        return RepresentationFault.THERE
    if len(represented_by) >= MOST_REPRESENTATIVES:
        return RepresentationFault.ENOUGH
    return None if may_be_opened(state) else RepresentationFault.CLOSED


def may_be_opened(state: ProfileState) -> bool:
    """Tell whether a space is open, or waits for who represents its holder."""
    waits = (state, ProfileEvent.ACTIVATE) in TRANSITIONS
    return state is ProfileState.ACTIVATED or (
        waits and state is not ProfileState.DELETED
    )


class ClosingStep(StrEnum):
    """What comes of it that a representative wants a child's space closed."""

    CLOSE = "close"
    ASK = "ask"
    """The other is asked: it closes once both want it."""
    WAIT = "wait"
    """This one asked already."""
    REFUSE = "refuse"
    """The child has an access of their own, or the space is not open."""


@frozen(kw_only=True)
class ClosingFacts:
    """
    What closing a child's space depends on.

    ``own`` is by what who asks represents the child, ``others`` by what others do,
    ``asked`` by what the one did who asked last, empty where nobody did, ``asked_at``
    on which day.
    """

    state: ProfileState
    has_account: bool
    own: str
    others: frozenset[str]
    asked: str = ""
    asked_at: date | None = None
    today: date


def judge_closing(facts: ClosingFacts) -> ClosingStep:
    """
    Return what comes of it.

    To close a record for ten years is no usual act, which one parent does alone for
    both (code civil art. 372-2): where two represent a child both have to want it,
    within thirty days. A minor who signs in would lose what is theirs alone: the
    service is asked then.
    """
    if facts.has_account or facts.state is not ProfileState.ACTIVATED:
        return ClosingStep.REFUSE
    if not facts.others:
        return ClosingStep.CLOSE
    asked_by = standing_request(facts)
    if asked_by in facts.others:
        return ClosingStep.CLOSE
    return ClosingStep.WAIT if asked_by == facts.own else ClosingStep.ASK


def standing_request(facts: ClosingFacts) -> str:
    """Return by what the one represents who asked, while that is worth something."""
    if facts.asked_at is None or facts.today - facts.asked_at > CLOSING_ASKED_FOR:
        return ""
    return facts.asked if facts.asked in {facts.own, *facts.others} else ""


class MajorityStep(StrEnum):
    """What time does to a representation of a minor."""

    NOTHING = "nothing"
    REMIND = "remind"
    END = "end"


def majority_step(
    majority: date | None, today: date, *, reminded: bool
) -> MajorityStep:
    """
    Return what is to be done on a day about a holder who comes of age on another.

    Of a birth date that nobody knows it ends at once: see `capacity_on`.
    """
    if majority is None or today >= majority:
        return MajorityStep.END
    soon = today >= majority - REMINDED_BEFORE
    return MajorityStep.REMIND if soon and not reminded else MajorityStep.NOTHING


def next_majority_day(majority: date, today: date, *, reminded: bool) -> date:
    """Return the day on which there is something to do next."""
    before = majority - REMINDED_BEFORE
    return majority if reminded or today >= before else before

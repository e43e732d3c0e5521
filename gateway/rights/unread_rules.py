"""
Who is told that a message was opened by nobody for days?

A professional whose message lies unopened in a patient's space, and a patient whose
answer lies unopened in a professional's mailbox here: both may still act by telephone.
Nothing is said that is not known, and nothing that a setting of the patient keeps back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from gateway.rights.profile import ProfileState, may_sign_in

LATE_BY: Final = timedelta(days=14)
"""What was not told so long after its day, as nothing ran, is told no more."""


class Unsaid(StrEnum):
    """Why nothing is said."""

    EARLY = "early"
    LATE = "late"
    OPENED = "opened"
    GONE = "gone"  # deleted, or taken back
    HIDDEN = "hidden"  # from the patient, still
    NOT_ACTIVATED = "not-activated"  # said at the delivery already
    BLOCKED = "blocked"
    NOT_WANTED = "not-wanted"
    NO_ANSWER = "no-answer"  # nobody reads where it came from
    UNKNOWN = "unknown"  # of a mailbox elsewhere nothing is seen


class CopySeen(StrEnum):
    """What is known of a copy in a mailbox."""

    UNOPENED = "unopened"
    OPENED = "opened"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class ReceivedFacts:
    """
    A professional's message in a patient's space.

    ``shown_at`` is when the patient could see it. ``opened``: it, or a document that
    it brought, by the patient or by who acts for them. ``blocked``: the patient takes
    nothing of that sender any more, or no secure mail at all. ``notify`` is what its
    sender wants to hear of (RFC 3461 §4.1); ``answered_to``: there is a return path.
    """

    now: datetime
    days: int
    shown_at: datetime
    profile: ProfileState
    opened: bool
    gone: bool
    blocked: bool
    notify: str
    answered_to: bool


def refuse_to_sender(facts: ReceivedFacts) -> Unsaid | None:
    """Return why the sender is not told, or None."""
    if not facts.answered_to:
        return Unsaid.NO_ANSWER
    if facts.notify.upper() == "NEVER":
        return Unsaid.NOT_WANTED
    if facts.gone:
        return Unsaid.GONE
    if facts.opened:
        return Unsaid.OPENED
    if not may_sign_in(facts.profile):
        return Unsaid.NOT_ACTIVATED
    if facts.blocked:
        return Unsaid.BLOCKED
    if facts.shown_at > facts.now:
        return Unsaid.HIDDEN
    return _refuse_time(facts.now - facts.shown_at, facts.days)


@frozen(kw_only=True)
class SentFacts:
    """A patient's message; ``copies`` are those of its recipients, each once."""

    now: datetime
    days: int
    sent_at: datetime
    gone: bool
    copies: Sequence[CopySeen]


def refuse_to_patient(facts: SentFacts) -> Unsaid | None:
    """Return why the patient is not told, or None."""
    if facts.gone:
        return Unsaid.GONE
    if not is_unopened(facts.copies):
        opened = CopySeen.OPENED in facts.copies
        return Unsaid.OPENED if opened else Unsaid.UNKNOWN
    return _refuse_time(facts.now - facts.sent_at, facts.days)


def is_unopened(copies: Sequence[CopySeen]) -> bool:
    """
    Tell whether it is known of every copy that nobody opened it.

    >>> is_unopened([CopySeen.UNOPENED]), is_unopened([])
    (True, False)
    >>> is_unopened([CopySeen.UNOPENED, CopySeen.UNKNOWN])
    False
    """
    return bool(copies) and all(one is CopySeen.UNOPENED for one in copies)


def _refuse_time(waited: timedelta, days: int) -> Unsaid | None:
    asked = timedelta(days=days)
    if not days or waited < asked:
        return Unsaid.EARLY
    return Unsaid.LATE if waited > asked + LATE_BY else None

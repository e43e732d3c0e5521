"""
Two persons: what one operator asks is done once another has confirmed it.

What gives somebody a mailbox or a role, and what turns keys over or destroys them, is
nothing that one operator does alone. What takes a right away is done at once, by one.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

_TWO: Final = frozenset(
    {
        "keys rotate",
        "keys destroy",
        "mailbox add",
        "mailbox open",
        "mailbox holder",
        "roles grant",
    }
)
_GOES_ON: Final = frozenset({"keys rotate"})
"""What is resumed where it was ended: given again, it does what is left."""


class RequestState(StrEnum):
    """Where a request stands; kept in rows, so never renamed."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"  # it is being carried out, or was ended half-way
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@frozen(kw_only=True)
class RequestFacts:
    """What a request is, as far as it matters who may do what with it."""

    command: str
    state: RequestState
    asked_by: int
    """The account that asked, by its number."""
    expires_at: datetime


def needs_a_second(command: str, *, takes_away: bool = False) -> bool:
    """Tell whether a command is done only once a second person has confirmed it."""
    return command in _TWO and not takes_away


def standing_of(facts: RequestFacts, now: datetime) -> str:
    """Return the word for where a request stands now; ``expired`` is one of time."""
    if facts.state is RequestState.WAITING and now >= facts.expires_at:
        return "expired"
    return facts.state.value


def is_open(facts: RequestFacts, now: datetime) -> bool:
    """Tell whether a request still waits for somebody: it may be confirmed now."""
    return not _why_not_open(facts, now)


def why_not_confirmed(facts: RequestFacts, by: int, now: datetime) -> str:
    """
    Return why an account may not confirm a request, or an empty text.

    One that was confirmed and ended half-way may be confirmed again, by a second
    person too, where the command goes on with what is left.
    """
    if why := _why_not_open(facts, now):
        return why
    if by == facts.asked_by:
        return "who asked does not confirm: a second person has to"
    return ""


def why_not_withdrawn(facts: RequestFacts, by: int) -> str:
    """Return why an account may not take a request back, or an empty text."""
    if by != facts.asked_by:
        return "only who asked takes it back"
    if facts.state is not RequestState.WAITING:
        return f"it is {facts.state.value}"
    return ""


def _why_not_open(facts: RequestFacts, now: datetime) -> str:
    half_way = facts.state in (RequestState.CONFIRMED, RequestState.FAILED)
    resumed = half_way and facts.command in _GOES_ON
    if facts.state is not RequestState.WAITING and not resumed:
        return f"it is {facts.state.value}"
    if now >= facts.expires_at:
        return "it has expired: ask again"
    return ""

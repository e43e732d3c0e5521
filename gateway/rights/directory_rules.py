"""May an extraction of the national directory be taken, and is what is held too old?"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

FEW = 5
"""So many persons may always be gone: a share says nothing of a handful."""


class ExtractRefusal(StrEnum):
    """Why an extraction is not taken unless an operator insists."""

    EMPTY = "EMPTY"
    OLDER = "OLDER"
    MANY_GONE = "MANY_GONE"


def refusal_of(
    *,
    people: int,
    known: int,
    gone: int,
    most_percent: int,
    day: date,
    last: date | None,
) -> ExtractRefusal | None:
    """
    Return why an extraction is not taken, or None.

    ``people`` are those in it, ``known`` those held and not gone, ``gone`` how many of
    these it does not have; ``day`` is its own, ``last`` that of the one held.
    """
    if not people:
        return ExtractRefusal.EMPTY
    if last is not None and day < last:
        return ExtractRefusal.OLDER
    if gone > FEW and gone * 100 > known * most_percent:
        return ExtractRefusal.MANY_GONE
    return None


def is_old(day: date, today: date, days: int) -> bool:
    """
    Tell whether a directory of some day is too old today.

    A copy of the national directory is kept for 30 days at most (DIR-DOC): who left
    may not go on reading by it.
    """
    return today - day > timedelta(days=days)

"""
When may an operator open documents that were named, and who grants and reviews it?

Nobody who runs the service reads a vault. Where a document has to be opened all the
same (break-glass), it is named beforehand, for a reason, on somebody's request and for
minutes; a second person grants it, or reviews it soon afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from gateway.core.accesses import AccessRefusal, AccessState, AskRefusal


@frozen(kw_only=True)
class AccessFacts:
    """
    What is known of an access. ``asked_until`` is None where it was taken at once,
    ``begun_at`` and ``ends_at`` until it is granted; ``review_by`` where no review is
    due, or there was one.
    """

    asked_by: str
    asked_until: datetime | None
    begun_at: datetime | None
    ends_at: datetime | None
    refused_at: datetime | None
    review_by: datetime | None


def state_of(facts: AccessFacts, now: datetime) -> AccessState:
    """Return where an access is; whose clock was set back finds it ended, not open."""
    if facts.refused_at is not None:
        return AccessState.REFUSED
    if facts.begun_at is None or facts.ends_at is None:
        waits = facts.asked_until is not None and now < facts.asked_until
        return AccessState.ASKED if waits else AccessState.LAPSED
    is_open = facts.begun_at <= now < facts.ends_at
    return AccessState.OPEN if is_open else AccessState.ENDED


def refuse_asking(
    count: int,
    most: int,
    *,
    tell_at: datetime | None,
    now: datetime,
    latest: timedelta,
) -> AskRefusal | None:
    """
    Return why an access may not be asked for, or None.

    ``count`` documents are named; ``tell_at`` is when the patient is to be told, None
    for at once, and ``latest`` how long that may be put off.
    """
    if not count:
        return AskRefusal.NOTHING
    if count > most:
        return AskRefusal.TOO_MANY
    if tell_at is not None and tell_at <= now:
        return AskRefusal.NOT_LATER
    if tell_at is not None and tell_at > now + latest:
        return AskRefusal.TOO_LATE
    return None


def refuse_granting(
    facts: AccessFacts, account: str, now: datetime
) -> AccessRefusal | None:
    """Return why an account may neither grant nor refuse what was asked, or None."""
    if state_of(facts, now) is not AccessState.ASKED:
        return AccessRefusal.NOT_ASKED
    return AccessRefusal.OWN if account == facts.asked_by else None


def refuse_reading(
    facts: AccessFacts, account: str, now: datetime
) -> AccessRefusal | None:
    """Return why an account may open nothing by an access, or None."""
    if account != facts.asked_by:
        return AccessRefusal.ANOTHERS
    is_open = state_of(facts, now) is AccessState.OPEN
    return None if is_open else AccessRefusal.NOT_OPEN


def refuse_reviewing(
    facts: AccessFacts, account: str, now: datetime
) -> AccessRefusal | None:
    """Return why an account may not review an access, or None."""
    if facts.review_by is None:
        return AccessRefusal.NO_REVIEW
    if account == facts.asked_by:
        return AccessRefusal.OWN
    is_open = state_of(facts, now) is AccessState.OPEN
    return AccessRefusal.NOT_OVER if is_open else None


def is_overdue(facts: AccessFacts, now: datetime) -> bool:
    """Tell whether the time in which an access is to be reviewed has passed."""
    return facts.review_by is not None and facts.review_by <= now

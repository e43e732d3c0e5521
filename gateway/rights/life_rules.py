"""What time alone does to a patient's space, and who has to be told of a change."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from attrs import frozen

from gateway.core.texts.notices import NoticeKind
from gateway.rights.profile import ProfileEvent, ProfileState

OBJECTION: Final = timedelta(weeks=6)
"""To object to a space that is announced (CSP R. 1111-28), or to a suspension."""

ARCHIVE_YEARS: Final = 10
"""A closed space is kept for so long, then deleted (CSP R. 1111-36)."""

SECOND_THOUGHTS: Final = timedelta(days=30)
"""
A deletion that was asked for is done after so long: reopening cancels it till then. The
law gives three months at most (CSP R. 1111-36).
"""


@frozen
class Deadline:
    """What happens to a space by itself, and when, unless something happens before."""

    event: ProfileEvent
    at: datetime


def due_next(state: ProfileState, since: datetime) -> Deadline | None:
    """Return what time does to a space that is in a state since a moment, or None."""
    if state is ProfileState.ANNOUNCED:
        return Deadline(ProfileEvent.OPEN, since + OBJECTION)
    if state is ProfileState.SUSPENDED:
        return Deadline(ProfileEvent.CLOSE, since + OBJECTION)
    if state is ProfileState.CLOSED:
        return Deadline(ProfileEvent.DELETE, years_after(since, ARCHIVE_YEARS))
    if state is ProfileState.DELETION_REQUESTED:
        return Deadline(ProfileEvent.DELETE, since + SECOND_THOUGHTS)
    return None


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same day so many years later; the first of March for a leap day."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


REACHED: Final = MappingProxyType(
    {
        ProfileEvent.OPEN: ProfileState.OPEN_NOT_ACTIVATED,
        ProfileEvent.CLOSE: ProfileState.CLOSED,
        ProfileEvent.DELETE: ProfileState.DELETED,
    }
)
"""The state that each of these events leads to."""


def may_return(state: ProfileState) -> bool:
    """
    Tell whether who signs in may have their space opened again: what was kept is there
    as it was, and a deletion that was asked for is not done (CSP R. 1111-36).
    """
    return state in {ProfileState.CLOSED, ProfileState.DELETION_REQUESTED}


LIFE_NOTICES: Final = MappingProxyType(
    {
        ProfileEvent.OPEN: NoticeKind.OPENED,
        ProfileEvent.ANNOUNCE: NoticeKind.ANNOUNCED,
        ProfileEvent.OBJECT: NoticeKind.OPPOSED,
        ProfileEvent.ACTIVATE: NoticeKind.ACTIVATED,
        ProfileEvent.CLOSE: NoticeKind.CLOSED,
        ProfileEvent.REQUEST_DELETION: NoticeKind.DELETING,
        ProfileEvent.DELETE: NoticeKind.DELETED,
        ProfileEvent.REOPEN: NoticeKind.REOPENED,
        ProfileEvent.SUSPEND: NoticeKind.SUSPENDED,
        ProfileEvent.LIFT_SUSPENSION: NoticeKind.LIFTED,
    }
)
"""What a patient is told of each change of the state of their space."""

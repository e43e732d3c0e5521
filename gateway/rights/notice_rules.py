"""May a patient be told by ordinary e-mail that something waits for them, and when?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from gateway.core.notices import NoticeRow, NoticeWay, NoticeWhen
from gateway.rights.profile import ProfileState, may_sign_in


class Untold(StrEnum):
    """Why a patient is not told by e-mail, for the journal."""

    GONE = "gone"
    NOT_ACTIVATED = "not-activated"
    NO_ADDRESS = "no-address"
    HIDDEN = "hidden"
    REPRESENTATIVES = "representatives"


@frozen(kw_only=True)
class NoticeFacts:
    """
    What telling a patient depends on.

    ``is_hidden``: the message is hidden from the patient still. ``is_secret``: what
    waits is hidden from the representatives.
    """

    profile: ProfileState
    has_address: bool
    is_hidden: bool = False
    is_secret: bool = False


def nothing_is_hidden(facts: NoticeFacts) -> Untold | None:
    """
    A message hidden from the patient is not told: its document has notices of its own
    (CSP R. 1111-53).
    """
    return Untold.HIDDEN if facts.is_hidden else None


def nothing_is_secret(facts: NoticeFacts) -> Untold | None:
    """A minor's secret is not told: the address may be the parents' (CSP R. 1111-50)"""
    return Untold.REPRESENTATIVES if facts.is_secret else None


def profile_is_there(facts: NoticeFacts) -> Untold | None:
    """There is somebody to tell."""
    return Untold.GONE if facts.profile is ProfileState.ABSENT else None


def holder_can_read(facts: NoticeFacts) -> Untold | None:
    """Only who can sign in is told: nobody else could look at what waits."""
    return None if may_sign_in(facts.profile) else Untold.NOT_ACTIVATED


def address_is_known(facts: NoticeFacts) -> Untold | None:
    """An address was given."""
    return None if facts.has_address else Untold.NO_ADDRESS


NoticeRule = Callable[[NoticeFacts], Untold | None]

NOTICE_ROWS: tuple[tuple[str, NoticeRule], ...] = (
    ("hidden", nothing_is_hidden),
    ("secret", nothing_is_secret),
    ("profile", profile_is_there),
    ("sign-in", holder_can_read),
    ("address", address_is_known),
)
"""The rules by a name that stays, in the order they are asked."""


def refuse_notice(facts: NoticeFacts) -> Untold | None:
    """Return the first that objects to telling, or None."""
    found = (rule(facts) for _, rule in NOTICE_ROWS)
    return next((why for why in found if why is not None), None)


CENTRE_TELLS: Final = frozenset(
    {None, Untold.NO_ADDRESS, Untold.NOT_ACTIVATED, Untold.REPRESENTATIVES}
)
"""
With these answers an event stands in the notices of the space all the same: whoever may
read it finds it there.
"""


def email_when(row: NoticeRow, chosen: NoticeWhen | None) -> NoticeWhen:
    """Return when an e-mail tells of an event: as chosen, where that is allowed."""
    return chosen if row.optional and chosen is not None else row.email


@frozen(kw_only=True)
class WayFacts:
    """
    What the way of a notice depends on.

    ``is_reached``: nothing came back from the e-mail address. ``may_text``: text
    messages are sent, the number was proved, and there were not too many today.
    """

    chosen: NoticeWay
    has_email: bool
    is_reached: bool
    may_text: bool


def way_of(facts: WayFacts) -> NoticeWay | None:
    """Return the way that was chosen, another where that one fails, or None."""
    prefers_text = facts.chosen is NoticeWay.SMS or not facts.is_reached
    if facts.may_text and (prefers_text or not facts.has_email):
        return NoticeWay.SMS
    return NoticeWay.EMAIL if facts.has_email else None


def next_digest(
    now: datetime, hour: int, zone: ZoneInfo, sent_on: date | None
) -> datetime:
    """
    Return when the next e-mail of the day leaves: at its hour where the patients are.

    One a day at most: not again on the day the last one left, also when a clock was
    set back meanwhile. An hour that a day does not have (the clocks go forward) is the
    one after it; of one that it has twice, the first.
    """
    day = now.astimezone(zone).date()
    at = _moment(day, hour, zone)
    if at <= now or sent_on == day:
        at = _moment(day + timedelta(days=1), hour, zone)
    return at


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)

"""
May a professional begin or end a follow-up (épisode de soins) of whom they read?

A follow-up is of a care team (CSP L. 1110-12): what the patient agrees to with it ends
with it. In an emergency nobody was asked, so nothing of it begins or ends there.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from attrs import frozen

from gateway.core.reading import IN_EMERGENCY, ReadingWay


class FollowUpAct(StrEnum):
    """What is done with a follow-up."""

    OPEN = "open"
    CLOSE = "close"


class NoFollowUp(StrEnum):
    """Why nothing is done with a follow-up."""

    EMERGENCY = "emergency"
    NOTHING = "nothing"
    """It is so already."""


@frozen(kw_only=True)
class FollowUpFacts:
    """What is known then; ``is_open``: their own team follows the patient now."""

    act: FollowUpAct
    way: ReadingWay
    is_open: bool


Rule = Callable[[FollowUpFacts], NoFollowUp | None]


def is_calm(facts: FollowUpFacts) -> NoFollowUp | None:
    """Ask whether the patient could be asked."""
    return NoFollowUp.EMERGENCY if facts.way in IN_EMERGENCY else None


def changes_something(facts: FollowUpFacts) -> NoFollowUp | None:
    """Ask whether it would change anything."""
    is_so = facts.is_open is (facts.act is FollowUpAct.OPEN)
    return NoFollowUp.NOTHING if is_so else None


FOLLOW_UP_ROWS: Final[tuple[tuple[str, Rule], ...]] = (
    ("calm", is_calm),
    ("changes", changes_something),
)
"""The rules by a name that stays, in the order they are asked."""


def refuse_follow_up(facts: FollowUpFacts) -> NoFollowUp | None:
    """Return why a follow-up is not begun or ended, or None."""
    found = (rule(facts) for _, rule in FOLLOW_UP_ROWS)
    return next((why for why in found if why is not None), None)

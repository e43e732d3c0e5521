"""
Is a patient told that their documents are filed, by what a sender says of it?

Whoever cares for a patient has to tell them, before or during the care: once in the
follow-up, by anybody of the team, for the whole team. It is declared and cannot be
checked here, so it never decides a filing, which is a duty (CSP L. 1111-15).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

from attrs import frozen

from gateway.core.informing import InformedBy, PatientInformed


class NotInforming(StrEnum):
    """Why what a sender says does not make the patient informed."""

    POSTER = "poster"
    AFTERWARDS = "afterwards"
    TO_COME = "to come"


@frozen(kw_only=True)
class InformingFacts:
    """
    What a structure's first declaration depends on: once in the follow-up is enough.

    ``care_ended`` is the last day of the care that the document is about, None where it
    is not said.
    """

    said: PatientInformed
    care_ended: date | None
    today: date


def is_more_than_a_poster(facts: InformingFacts) -> NotInforming | None:
    """A poster in the waiting room is welcome, and not enough alone."""
    return NotInforming.POSTER if facts.said.by is InformedBy.POSTER else None


def is_past(facts: InformingFacts) -> NotInforming | None:
    """Nobody was told on a day to come."""
    on = facts.said.on
    return NotInforming.TO_COME if on is not None and on > facts.today else None


def is_in_time(facts: InformingFacts) -> NotInforming | None:
    """What is told after the care is a reminder, which does not replace."""
    on, ended = facts.said.on, facts.care_ended
    is_late = on is not None and ended is not None and on > ended
    return NotInforming.AFTERWARDS if is_late else None


InformingRule = Callable[[InformingFacts], NotInforming | None]

INFORMING_ROWS: tuple[InformingRule, ...] = (
    is_more_than_a_poster,
    is_past,
    is_in_time,
)
"""In the order they are asked."""


def judge_informing(facts: InformingFacts) -> NotInforming | None:
    """Return why a declaration changes nothing, or None: the patient is informed."""
    found = (rule(facts) for rule in INFORMING_ROWS)
    return next((why for why in found if why is not None), None)

"""How much of a decision its patient may be told: nothing of what is hidden."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from gateway.core.texts.patients import Whereabouts


class Measure(StrEnum):
    """How much is told."""

    ALL = "all"
    LAW = "law"
    """What came of it and on which article it rests: no fact, and nobody's reasons."""
    OUTCOME = "outcome"
    """That it was set aside, and no fact: it may be about another person."""
    NOTHING = "nothing"


@frozen(kw_only=True)
class TellingFacts:
    """
    What telling of a decision depends on.

    ``place`` is where the document is for the patient. ``asks_hidden``: its sender
    hides it from the patient, or the message that it came in. ``asks_secret``: from
    the representatives. ``message_is_seen``: the patient may know of that message now.
    ``is_holder``: the patient reads, and nobody in their place.
    """

    place: Whereabouts
    asks_hidden: bool = False
    asks_secret: bool = False
    message_is_seen: bool = False
    sets_aside: bool = False
    is_holder: bool = True


def telling(facts: TellingFacts) -> Measure:
    """
    Return how much of a decision is told.

    A document that is hidden from its patient is not there, nor is that one was refused
    that its sender wanted hidden (CSP R. 1111-53), until the message shows. What is
    hidden from representatives is for the holder (CSP R. 1111-50), and what else they
    set may be about it: who represents them is told what came of it, and the law. Of
    what was set aside nothing is told of whom it was about.

    >>> str(telling(TellingFacts(place=Whereabouts.HIDDEN)))
    'nothing'
    """
    if facts.place is Whereabouts.HIDDEN:
        return Measure.NOTHING
    if facts.asks_secret and not facts.is_holder:
        return Measure.NOTHING
    is_known = facts.place is not Whereabouts.ABSENT or facts.message_is_seen
    if facts.asks_hidden and not is_known:
        return Measure.NOTHING
    if facts.sets_aside:
        return Measure.OUTCOME
    return Measure.ALL if facts.is_holder else Measure.LAW

"""What the rules of reading were asked; of the reason of an emergency its length."""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from gateway.rights.reading_rules import ReadingFacts, ReadingPolicy

_MOST_REASON: Final = 200
"""Of the reason of an emergency so many stand-ins are kept at most."""


@frozen(kw_only=True)
class ReadingArguments:
    """What the five conditions are asked; of a reason how long it is."""

    facts: ReadingFacts
    policy: ReadingPolicy


@frozen(kw_only=True)
class SearchArguments:
    """
    What is asked before somebody is told of a patient; of a reason how long it is.

    ``by_names``: nobody was looked up yet, for it takes a declared emergency.
    """

    facts: ReadingFacts
    policy: ReadingPolicy
    by_names: bool


def reading_arguments(facts: ReadingFacts, policy: ReadingPolicy) -> ReadingArguments:
    """Return what was asked of a reading."""
    return ReadingArguments(facts=_unsaid(facts), policy=policy)


def search_arguments(
    facts: ReadingFacts, policy: ReadingPolicy, *, by_names: bool
) -> SearchArguments:
    """Return what was asked of a search."""
    return SearchArguments(facts=_unsaid(facts), policy=policy, by_names=by_names)


def _unsaid(facts: ReadingFacts) -> ReadingFacts:
    declared = facts.declared
    if declared is None:
        return facts
    length = min(len("".join(declared.reason.split())), _MOST_REASON)
    return evolve(facts, declared=evolve(declared, reason="x" * length))

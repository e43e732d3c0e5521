"""
What the rules of acts in an open record are asked, and of naming an administrator.

Of whom a patient blocked or named stands here only who is asked about: of the others
the rules ask how many they are.
"""

from __future__ import annotations

from attrs import evolve, frozen

from gateway.evidence.identity import Addresses
from gateway.rights.administrator_rules import AdministeringFacts, NamingFacts
from gateway.rights.follow_up_rules import FollowUpFacts
from gateway.rights.record_act_rules import ActFacts


@frozen(kw_only=True)
class ActArguments:
    """What is asked of something to be done with a document that was opened."""

    done: ActFacts


@frozen(kw_only=True)
class FollowUpArguments:
    """What is asked of a follow-up that is to begin or to end."""

    follow_up: FollowUpFacts


@frozen(kw_only=True)
class BlockArguments:
    """What is asked of a block in the patient's place."""

    block: AdministeringFacts


@frozen(kw_only=True)
class NamingArguments:
    """What is asked of an administrator whom the patient names."""

    naming: NamingFacts


def block_arguments(facts: AdministeringFacts) -> BlockArguments:
    """Return what was asked; of addresses the part before the ``@`` is replaced."""
    people = _People(frozenset({facts.identity, facts.blocks}) | facts.names)
    return BlockArguments(
        block=evolve(
            facts,
            identity=people.named(facts.identity),
            names=people.kept(facts.names),
            blocked=people.kept(facts.blocked),
            administrators=people.kept(facts.administrators),
            blocks=people.named(facts.blocks),
        )
    )


def naming_arguments(facts: NamingFacts) -> NamingArguments:
    """Return what was asked; of addresses the part before the ``@`` is replaced."""
    people = _People(frozenset({facts.identity}))
    return NamingArguments(
        naming=evolve(
            facts,
            identity=people.named(facts.identity),
            blocked=people.kept(facts.blocked),
            administrators=people.kept(facts.administrators),
        )
    )


class _People:
    """Who is asked about, by their own names; all others as so many."""

    def __init__(self, asked: frozenset[str]) -> None:
        self._asked = asked
        self._known = Addresses()

    def named(self, identity: str) -> str:
        return self._known.unnamed(identity) if "@" in identity else identity

    def kept(self, identities: frozenset[str]) -> frozenset[str]:
        asked = sorted(identities & self._asked)
        others = range(len(identities) - len(asked))
        return frozenset((*map(self.named, asked), *map("other {}".format, others)))

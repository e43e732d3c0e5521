"""Whatever the order in which the versions of a report come, the last is current."""

from __future__ import annotations

from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.document import Availability
from gateway.rights.filing_facts import DocumentFacts, NoParent, StoredVersion
from gateway.rights.filing_rules import decide_filing
from tests.rights.facts import GOOD, stored, with_document


@frozen
class Link:
    """A version: its number in the chain, and what it says of its set."""

    number: int
    set_id: str
    version: int | None

    @property
    def unique_id(self) -> str:
        return f"1.2.3^{self.number}"

    @property
    def names(self) -> str:
        return f"1.2.3^{self.number - 1}" if self.number else ""


@st.composite
def arrivals(draw: st.DrawFn) -> list[Link]:
    """Draw a chain, some, all or none of it in a set or numbered, in some order."""
    in_set = draw(st.booleans())
    numbered = draw(st.booleans())
    chain = [
        Link(number, "1.2.3^SET" if in_set else "", number + 1 if numbered else None)
        for number in range(draw(st.integers(1, 6)))
    ]
    return draw(st.permutations(chain))


def file(vault: dict[str, StoredVersion], named: dict[str, str], link: Link) -> None:
    """Do with a vault what a filing does."""
    parent = vault.get(link.names, NoParent.NOT_FOUND)
    facts = evolve(
        GOOD,
        **with_document(
            unique_id=link.unique_id,
            set_id=link.set_id,
            version=link.version,
            mates=tuple(one for one in vault.values() if link.set_id and one.set_id),
            parent=parent if link.names else NoParent.NOT_NAMED,
            successors=tuple(
                vault[name] for name, of in named.items() if of == link.unique_id
            ),
        ),
    )
    decision = decide_filing(facts)
    assert isinstance(facts.document, DocumentFacts)
    assert decision.file, decision.reasons
    for name in filter(None, (decision.replaces, *decision.deprecates)):
        before = vault[name]
        vault[name] = evolve(
            before,
            replaced_by=before.replaced_by | {facts.document.body_level},
            availability=(
                Availability.DEPRECATED
                if name in decision.deprecates
                else before.availability
            ),
        )
    vault[link.unique_id] = stored(
        unique_id=link.unique_id,
        set_id=link.set_id,
        version=link.version,
        availability=decision.availability,
        replaced_by=frozenset(
            vault[name].body_level for name in decision.superseded_by
        ),
    )
    named[link.unique_id] = link.names


@given(arrivals())
def test_any_order_of_any_chain_ends_with_the_last_one_current(
    links: list[Link],
) -> None:
    vault: dict[str, StoredVersion] = {}
    named: dict[str, str] = {}

    for link in links:
        file(vault, named, link)

    last = max(links, key=lambda link: link.number)
    current = [
        one.unique_id
        for one in vault.values()
        if one.availability is Availability.APPROVED
    ]
    assert current == [last.unique_id]

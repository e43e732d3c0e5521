"""Mail leaves for the space of trust, from our users, and to our postmaster."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.rights.relay_rules import RelayFacts, RelayRefusal, refuse_relay
from gateway.rights.sender_rules import LinkKind

PERMITTED = {
    (LinkKind.SUBMISSION, True, False),
    (LinkKind.SUBMISSION, True, True),
    (LinkKind.RELAY, True, True),
}


@pytest.mark.parametrize(
    ("door", "leads_on", "to_postmaster"),
    list(product(LinkKind, (True, False), (True, False))),
)
def test_no_operator_sends_through_us_and_nobody_to_elsewhere(
    door: LinkKind, leads_on: bool, to_postmaster: bool
) -> None:
    facts = RelayFacts(
        door=door,
        domain="peer.mssante.test",
        leads_on=leads_on,
        to_postmaster=to_postmaster,
    )
    expected = (
        None if (door, leads_on, to_postmaster) in PERMITTED else (RelayRefusal.REFUSED)
    )

    assert refuse_relay(facts) is expected


def test_the_word_of_the_journal_stays() -> None:
    assert RelayRefusal.REFUSED.value == "RELAY_REFUSED"

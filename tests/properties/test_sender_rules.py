"""Whatever a peer writes, its addresses are judged without surprise."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.decision import Permit
from gateway.rights.sender_rules import (
    Link,
    LinkKind,
    SenderHeaders,
    decide_headers,
    decide_reverse_path,
    domain_of,
)

PEER = Link(
    door=LinkKind.RELAY,
    domains=frozenset({"peer.mssante.test"}),
    trusted=frozenset({"peer.mssante.test"}),
)
addresses = st.text(max_size=40) | st.text(alphabet='ab@.<>:" \r\n', max_size=20)


@given(addresses)
def test_a_domain_is_the_end_of_an_address_with_one_at(address: str) -> None:
    domain = domain_of(address)

    if domain:
        assert address.lower().endswith(f"@{domain}")
        assert address.count("@") == 1


@given(addresses, st.lists(addresses, max_size=2), st.lists(addresses, max_size=2))
def test_nothing_passes_that_does_not_end_in_a_listed_domain(
    path: str, from_: list[str], sender: list[str]
) -> None:
    headers = SenderHeaders(from_=tuple(from_), sender=tuple(sender))

    if path and decide_reverse_path(PEER, path) == Permit():
        assert path.lower().endswith("@peer.mssante.test")
    if decide_headers(PEER, path, headers) == Permit():
        assert len(from_) == 1
        assert from_[0].lower().endswith("@peer.mssante.test")

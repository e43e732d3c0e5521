"""One peer, by its address: a household's /64 is one, two IPv4 addresses are two."""

from __future__ import annotations

import pytest

from gateway.trust.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:DB8:0:1:ffff::2", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("::1", "::/64"),
        # As a listener for both families shows them: not all one peer.
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.2", "192.0.2.2"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_what_counts_as_one_peer(address: str, network: str) -> None:
    assert network_of(address) == network

"""Whose address counts behind proxies (W03)."""

from __future__ import annotations

import pytest

from gateway.errors import MisuseError
from gateway.web.site.forwarding import client_of, is_in, networks_of

PROXIES = networks_of(["10.0.0.0/8", "2001:db8::1"])
ROWS = [
    ("192.0.2.1", "", "", "192.0.2.1"),
    ("192.0.2.1", "for=6.6.6.6", "6.6.6.6", "192.0.2.1"),  # no proxy of ours says so
    ("10.0.0.1", "", "", "10.0.0.1"),
    ("10.0.0.1", "", "192.0.2.7", "192.0.2.7"),
    ("10.0.0.1", "", "6.6.6.6, 192.0.2.7", "192.0.2.7"),
    ("10.0.0.1", "", "6.6.6.6, 192.0.2.7, 10.2.2.2", "192.0.2.7"),
    ("10.0.0.1", "", "6.6.6.6, nonsense", "10.0.0.1"),
    ("10.0.0.1", "", "10.0.0.3", "10.0.0.3"),
    ("10.0.0.1", "", "192.0.2.7:4711", "192.0.2.7"),
    ("10.0.0.1", "for=192.0.2.7;proto=https", "6.6.6.6", "192.0.2.7"),
    ("10.0.0.1", 'For="[2001:db8::7]:80", for=10.1.1.1', "", "2001:db8::7"),
    ("10.0.0.1", "for=_hidden", "6.6.6.6", "10.0.0.1"),
    ("10.0.0.1", "proto=https", "6.6.6.6", "10.0.0.1"),
    ("::ffff:10.0.0.1", "", "192.0.2.7", "192.0.2.7"),
    ("2001:db8::1", "", "192.0.2.7", "192.0.2.7"),
    ("2001:db8::2", "", "192.0.2.7", "2001:db8::2"),
    ("", "", "192.0.2.7", ""),
]


@pytest.mark.parametrize(("peer", "forwarded", "forwarded_for", "client"), ROWS)
def test_only_what_our_proxies_added_is_believed(
    peer: str, forwarded: str, forwarded_for: str, client: str
) -> None:
    assert client_of(peer, forwarded, forwarded_for, PROXIES) == client


@pytest.mark.parametrize("peer", ["10.0.0.1", "192.0.2.1"])
def test_without_proxies_no_header_is_believed(peer: str) -> None:
    assert client_of(peer, "for=6.6.6.6", "6.6.6.6", ()) == peer


def test_a_long_header_costs_little() -> None:
    assert client_of("10.0.0.1", "", "6.6.6.6," * 100_000 + "192.0.2.7", PROXIES) == (
        "192.0.2.7"
    )


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(MisuseError):
        networks_of(["proxy.hopital.fr"])
    assert not is_in("10.0.0.1", ())

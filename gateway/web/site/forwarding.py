"""Who asks, behind proxies: what a header says is believed of those we trust alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from gateway.errors import MisuseError

Networks = Sequence[IPv4Network | IPv6Network]

_FOR = re.compile(r"(?:^|[;\s])for=(\"[^\"]*\"|[^;\s]*)", re.I)
_PORT = re.compile(r"\[([^]]*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")
_MOST = 4096  # characters; proxies add an address each


def networks_of(texts: Sequence[str]) -> Networks:
    """
    Return addresses and networks as the settings name them.

    Raises:
        MisuseError: one is none.
    """
    try:
        return tuple(ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise MisuseError("[web] trusted_proxies has what is no address") from error


def is_in(address: str, networks: Networks) -> bool:
    """Tell whether an address is in one of some networks."""
    found = _address(address) if networks else None
    return found is not None and any(found in network for network in networks)


def client_of(peer: str, forwarded: str, forwarded_for: str, proxies: Networks) -> str:
    """
    Return the address of who asks.

    From the end of what the proxies added (RFC 7239 §5.2, or X-Forwarded-For) the
    first that is no proxy of ours: what stands before it anybody may have written.

    >>> client_of("10.0.0.1", "", "6.6.6.6, 192.0.2.7", networks_of(["10.0.0.0/8"]))
    '192.0.2.7'
    >>> client_of("192.0.2.7", "", "6.6.6.6", networks_of(["10.0.0.0/8"]))
    '192.0.2.7'
    """
    client = peer
    hops = _forwarded(forwarded[-_MOST:]) or forwarded_for[-_MOST:].split(",")
    for hop in reversed(hops):
        if not is_in(client, proxies):
            break
        found = _address(hop)
        if found is None:
            break
        client = str(found)
    return client


def _forwarded(header: str) -> list[str]:
    """Return the ``for`` of each element; an element without any breaks the chain."""
    if not header.strip():
        return []
    elements = (_FOR.search(element.strip()) for element in header.split(","))
    return [found[1].strip('"') if found else "" for found in elements]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if found := _PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address

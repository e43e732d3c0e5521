"""What counts as one peer where connections are counted by address."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """
    Return what counts as one peer: an IPv4 address, or the /64 of an IPv6 one.

    >>> network_of("2001:db8::1") == network_of("2001:db8::2:3:4:5")
    True
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))

"""What counts as one peer where connections are counted by address."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """
    Return what counts as one peer: an IPv4 address, or the /64 of an IPv6 one.

    An IPv4 address as a listener for both shows it (RFC 4291 §2.5.5.2) is itself. What
    is no address counts as it is.

    >>> network_of("2001:db8::1") == network_of("2001:db8::2:3:4:5")
    True
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), 64), strict=False))

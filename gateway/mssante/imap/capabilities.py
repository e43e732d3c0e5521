"""What CAPABILITY offers, at each stage of a session (RFC 3501 §6.1.1)."""

from __future__ import annotations

Offered = dict[bytes, list[bytes] | None]
"""Capability → its values, ``NAME=value`` each; None for one without."""

_INSIDE_TLS = (
    b"IDLE",
    b"NAMESPACE",
    b"UIDPLUS",
    b"SPECIAL-USE",
    b"CHILDREN",
    b"MOVE",
    b"UNSELECT",
    b"LITERAL-",
)


def offered(*, secured: bool, opened: bool, append_limit: int) -> Offered:
    """
    Return what is offered: before TLS only STARTTLS, and a password never.

    The greeting tells them already, so that clients need not ask.
    """
    found: Offered = {b"ID": None}
    if not opened:
        found[b"LOGINDISABLED"] = None
    if not secured:
        return {**found, b"STARTTLS": None}
    if not opened:
        found |= {b"SASL-IR": None, b"AUTH": [b"EXTERNAL"]}
    found |= dict.fromkeys(_INSIDE_TLS)
    found[b"APPENDLIMIT"] = [b"%d" % append_limit]
    return found

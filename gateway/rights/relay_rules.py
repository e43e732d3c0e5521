"""May mail leave for a domain that is not here? Asked at the doors, of each one."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from gateway.rights.sender_rules import LinkKind


class RelayRefusal(StrEnum):
    """Why nothing is taken for a domain; for the log, and for users of ours."""

    REFUSED = "RELAY_REFUSED"


@frozen(kw_only=True)
class RelayFacts:
    """
    What the answer depends on.

    ``leads_on``: the allow-list has the domain, so that another operator of the space
    of trust takes its mail. ``to_postmaster``: it is for us, at an address elsewhere.
    """

    door: LinkKind
    domain: str
    leads_on: bool
    to_postmaster: bool = False


def refuse_relay(facts: RelayFacts) -> RelayRefusal | None:
    """
    Return why nothing is taken for a domain, or None.

    No operator sends through another one; a user of ours writes to the space of trust
    (Référentiel socle MSSanté n° 1), and mail for the postmaster reaches them wherever
    their mailbox is (RFC 5321 §4.5.1).
    """
    may_leave = facts.to_postmaster or facts.door is LinkKind.SUBMISSION
    return None if facts.leads_on and may_leave else RelayRefusal.REFUSED

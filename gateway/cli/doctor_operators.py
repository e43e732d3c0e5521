"""The doctor's look at operators: is there a second one for what two persons do?"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.cli.findings import Finding
from gateway.rights.operator_rules import COMMANDS, OperatorRole
from gateway.rights.request_rules import needs_a_second
from gateway.settings.file import Settings


def second_operators(settings: Settings) -> Iterator[Finding]:
    """Yield of each role of two persons whether the settings name one account alone."""
    admin = settings.admin
    if not admin.socket:
        return
    of_two = {
        role
        for command, roles in COMMANDS.items()
        if needs_a_second(command)
        for role in roles
    }
    for role in (one for one in OperatorRole if one in of_two):
        named: tuple[str, ...] = getattr(admin, role.value)
        if len(set(named)) == 1 and not named[0].startswith("@"):
            yield Finding(
                "second operator",
                f"[admin] {role.value} names one account: nobody confirms what it asks",
                "name another person's account there",
            )


def reviewers(settings: Settings) -> Iterator[Finding]:
    """Yield of each account that may open documents whether nobody could review it."""
    admin = settings.admin
    if not admin.socket:
        return
    looking = {*admin.privacy, *admin.auditor}
    for name in sorted({*admin.privacy, *admin.quarantine}):
        if not looking - {name} and not name.startswith("@"):
            yield Finding(
                "access reviews",
                f"what {name} opens, no other account of [admin] can grant or review",
                "name another person's account in [admin] auditor",
            )

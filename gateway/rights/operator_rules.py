"""Which command may an operator give? No role has all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What an operator is trusted with; the names are those of ``[admin]``."""

    EXPLOITATION = "exploitation"
    SUPPORT = "support"
    QUARANTINE = "quarantine"
    PRIVACY = "privacy"
    KEYS = "keys"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_TOLD: Final = frozenset({"vault get", "vault list"})

COMMANDS: Final[Mapping[str, frozenset[Role]]] = MappingProxyType(
    {
        "queue list": frozenset({Role.EXPLOITATION}),
        "queue retry": frozenset({Role.EXPLOITATION}),
        "queue hold": frozenset({Role.EXPLOITATION}),
        "queue release": frozenset({Role.EXPLOITATION}),
        "queue drop": frozenset({Role.EXPLOITATION}),
        "vault check": frozenset({Role.EXPLOITATION}),
        "mailbox list": frozenset({Role.EXPLOITATION, Role.ADMINISTRATOR}),
        "mailbox add": frozenset({Role.ADMINISTRATOR}),
        "mailbox open": frozenset({Role.ADMINISTRATOR}),
        "mailbox close": frozenset({Role.ADMINISTRATOR}),
        "mailbox holder": frozenset({Role.ADMINISTRATOR}),
        "patient add": frozenset({Role.SUPPORT}),
        "patient set": frozenset({Role.SUPPORT, Role.PRIVACY}),
        "patient password": frozenset({Role.SUPPORT}),
        "patient show": frozenset({Role.SUPPORT, Role.PRIVACY}),
        "patient list": frozenset({Role.SUPPORT, Role.PRIVACY}),
        "patient changes": frozenset({Role.SUPPORT, Role.PRIVACY}),
        "quarantine list": frozenset({Role.QUARANTINE}),
        "quarantine get": frozenset({Role.QUARANTINE}),
        "quarantine release": frozenset({Role.QUARANTINE}),
        "quarantine close": frozenset({Role.QUARANTINE}),
        "trace": frozenset({Role.PRIVACY}),
        "journal export": frozenset({Role.PRIVACY, Role.AUDITOR}),
        "vault list": frozenset({Role.PRIVACY}),
        "vault get": frozenset({Role.PRIVACY}),
    }
)
"""The commands that the service answers, and the roles of which one is enough."""

_CONTACT: Final = frozenset({"state", "email", "language"})
"""Facts of a profile that support changes; the others are the patient's decisions."""


def command_of(words: Sequence[str]) -> str:
    """Return the command that words begin with, as in `COMMANDS`, or an empty text."""
    for size in (1, 2):
        name = " ".join(words[:size])
        if name in COMMANDS:
            return name
    return ""


def role_for(
    command: str, roles: Collection[Role], facts: Collection[str] = ()
) -> Role | None:
    """
    Return the role by which somebody may give a command, the first there is, or None.

    ``facts`` are the keys that ``patient set`` is to change.
    """
    enough = COMMANDS.get(command, frozenset())
    if command == "patient set":
        contact = _CONTACT.issuperset(facts)
        enough = frozenset({Role.SUPPORT if contact else Role.PRIVACY})
    return next((role for role in Role if role in enough and role in roles), None)


def is_told_to_the_patient(command: str) -> bool:
    """Tell whether a command reads a vault: for a reason, and the patient is told."""
    return command in _TOLD

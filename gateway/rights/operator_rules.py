"""Which command may an operator give? No role has all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class OperatorRole(StrEnum):
    """What an operator is trusted with; the names are those of ``[admin]``."""

    EXPLOITATION = "exploitation"
    SUPPORT = "support"
    QUARANTINE = "quarantine"
    PRIVACY = "privacy"
    KEYS = "keys"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_ASKS_ACCESS: Final = frozenset({"access ask", "access take"})
OF_MESSAGE: Final = "message"
"""Among the facts of a command: the access is to a message that is held back."""
TELLS_LATER: Final = "tell-on"
"""Among them: the patient is told of the access on a later day."""

COMMANDS: Final[Mapping[str, frozenset[OperatorRole]]] = MappingProxyType(
    {
        "queue list": frozenset({OperatorRole.EXPLOITATION}),
        "queue retry": frozenset({OperatorRole.EXPLOITATION}),
        "queue hold": frozenset({OperatorRole.EXPLOITATION}),
        "queue release": frozenset({OperatorRole.EXPLOITATION}),
        "queue drop": frozenset({OperatorRole.EXPLOITATION}),
        "vault check": frozenset({OperatorRole.EXPLOITATION}),
        "vault read-again": frozenset({OperatorRole.EXPLOITATION}),
        "mailbox list": frozenset(
            {OperatorRole.EXPLOITATION, OperatorRole.ADMINISTRATOR}
        ),
        "mailbox add": frozenset({OperatorRole.ADMINISTRATOR}),
        "mailbox open": frozenset({OperatorRole.ADMINISTRATOR}),
        "mailbox close": frozenset({OperatorRole.ADMINISTRATOR}),
        "mailbox holder": frozenset({OperatorRole.ADMINISTRATOR}),
        "professional address": frozenset({OperatorRole.ADMINISTRATOR}),
        "patient add": frozenset({OperatorRole.SUPPORT}),
        "patient set": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "patient import": frozenset({OperatorRole.SUPPORT}),
        "patient represent": frozenset({OperatorRole.PRIVACY}),
        "patient letter": frozenset({OperatorRole.SUPPORT}),
        "patient letters": frozenset({OperatorRole.SUPPORT}),
        "patient proof": frozenset({OperatorRole.SUPPORT}),
        "patient password": frozenset({OperatorRole.SUPPORT}),
        "patient show": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "patient list": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "patient changes": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "quarantine list": frozenset({OperatorRole.QUARANTINE}),
        "quarantine get": frozenset({OperatorRole.QUARANTINE}),
        "quarantine release": frozenset({OperatorRole.QUARANTINE}),
        "quarantine close": frozenset({OperatorRole.QUARANTINE}),
        "message recall": frozenset({OperatorRole.QUARANTINE, OperatorRole.PRIVACY}),
        "access ask": frozenset({OperatorRole.QUARANTINE, OperatorRole.PRIVACY}),
        "access take": frozenset({OperatorRole.QUARANTINE, OperatorRole.PRIVACY}),
        "access end": frozenset({OperatorRole.QUARANTINE, OperatorRole.PRIVACY}),
        "access grant": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "access refuse": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "access review": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "access list": frozenset(
            {OperatorRole.QUARANTINE, OperatorRole.PRIVACY, OperatorRole.AUDITOR}
        ),
        "access show": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "inquiries list": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "inquiries show": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "inquiries look": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "inquiries answer": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "inquiries close": frozenset({OperatorRole.SUPPORT, OperatorRole.PRIVACY}),
        "trace": frozenset({OperatorRole.PRIVACY}),
        "explain": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "rights what-if": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "journal export": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "journal prove": frozenset({OperatorRole.PRIVACY, OperatorRole.AUDITOR}),
        "journal verify": frozenset({OperatorRole.AUDITOR}),
        "keys status": frozenset({OperatorRole.KEYS}),
        "keys rotate": frozenset({OperatorRole.KEYS}),
        "keys destroy": frozenset({OperatorRole.KEYS}),
        "keys clear": frozenset({OperatorRole.KEYS}),
        "requests list": frozenset({OperatorRole.KEYS, OperatorRole.ADMINISTRATOR}),
        "requests confirm": frozenset({OperatorRole.KEYS, OperatorRole.ADMINISTRATOR}),
        "requests withdraw": frozenset({OperatorRole.KEYS, OperatorRole.ADMINISTRATOR}),
        "roles list": frozenset(
            {OperatorRole.KEYS, OperatorRole.AUDITOR, OperatorRole.ADMINISTRATOR}
        ),
        "roles grant": frozenset({OperatorRole.ADMINISTRATOR}),
        "roles end": frozenset({OperatorRole.ADMINISTRATOR}),
        "vault list": frozenset({OperatorRole.PRIVACY}),
        "vault get": frozenset({OperatorRole.PRIVACY}),
    }
)
"""
The commands that the service answers, and the roles of which one is enough.

For some a second person is needed too: `gateway.rights.request_rules`.
"""

_CONTACT: Final = frozenset({"state", "email", "language", "telephone", "card"})
"""Facts of a profile that support changes; the others are the patient's decisions."""


def command_of(words: Sequence[str]) -> str:
    """Return the command that words begin with, as in `COMMANDS`, or an empty text."""
    for size in (1, 2):
        name = " ".join(words[:size])
        if name in COMMANDS:
            return name
    return ""


AT_COUNTER: Final = "counter"
"""Among the facts of ``patient set``: the patient is there, with a letter's code."""


def role_for(
    command: str, roles: Collection[OperatorRole], facts: Collection[str] = ()
) -> OperatorRole | None:
    """
    Return the role by which somebody may give a command, the first there is, or None.

    ``facts`` are the keys that ``patient set`` is to change, or what an access is asked
    to: a message that is held back is for who has the role of these, the documents of
    a patient are for ``privacy``; so is it to tell the patient later.
    """
    enough = COMMANDS.get(command, frozenset())
    if command in _ASKS_ACCESS:
        of_message = OF_MESSAGE in facts
        if of_message and OperatorRole.QUARANTINE not in roles:
            return None
        is_private = not of_message or TELLS_LATER in facts
        role = OperatorRole.PRIVACY if is_private else OperatorRole.QUARANTINE
        enough = frozenset({role})
    if command == "patient set":
        # At a counter support writes down what the patient decides there.
        contact = AT_COUNTER in facts or _CONTACT.issuperset(facts)
        enough = frozenset({OperatorRole.SUPPORT if contact else OperatorRole.PRIVACY})
    return next(
        (role for role in OperatorRole if role in enough and role in roles), None
    )

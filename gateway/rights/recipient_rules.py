"""
Rows 3 to 8 of the filing table: may this patient be written to, by this sender?

They stand here once. A door asks them at each recipient, before anything is kept, and
refuses with the first that objects (`refuse_patient`); the filing asks them again, as
things are when it decides, and records all that object (`filing_rules.MESSAGE_ROWS`).
Row 7 (the space is not activated yet) objects to nothing: it only says how a document
is filed, so it stands with the descriptions in `filing_rules`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from attrs import frozen

from gateway.core.reasons import Reason
from gateway.rights.profile import ProfileState


class AddressFact(StrEnum):
    """What stands before the ``@`` of a patient's address."""

    INS = "INS"
    WRONG_KEY = "WRONG_KEY"
    """An INS but for its last two digits, which are not its key."""
    NO_INS = "NO_INS"


class Brings(StrEnum):
    """What a sender brings, as far as it is known when the rows are asked."""

    UNKNOWN = "UNKNOWN"
    """At a door: the message follows only once its recipients are accepted."""
    DOCUMENT = "DOCUMENT"
    NOTHING_TO_FILE = "NOTHING_TO_FILE"


@frozen(kw_only=True)
class PatientFacts:
    """
    What rows 3 to 8 depend on; each looked up every time.

    ``state`` is ABSENT when nobody has that INS here. ``blocked``: the patient blocked
    the sender, or an author of what it brings where that is known. The last three are
    settings.
    """

    address: AddressFact
    state: ProfileState
    blocked: bool
    brings: Brings = Brings.UNKNOWN
    refuse_wrong_key: bool = False
    blocked_may_file: bool = False
    blocked_may_write: bool = False


_NOTHING_OPEN = frozenset(
    {ProfileState.ABSENT, ProfileState.ANNOUNCED, ProfileState.DELETED}
)
_CLOSED = frozenset({ProfileState.CLOSED, ProfileState.DELETION_REQUESTED})


def address_is_an_ins(facts: PatientFacts) -> Reason | None:
    """
    Row 3: the recipient's address is an INS with its key.

    A wrong key passes only where a profile has that very identifier, which only the
    test ranges allow, and where no setting refuses it.
    """
    if facts.address is AddressFact.NO_INS:
        return Reason.INS_MALFORMED
    if facts.address is AddressFact.WRONG_KEY and (
        facts.refuse_wrong_key or facts.state is ProfileState.ABSENT
    ):
        return Reason.INS_MALFORMED
    return None


def profile_exists(facts: PatientFacts) -> Reason | None:
    """Row 4; a profile only announced, or deleted since, is not there either."""
    return Reason.PROFILE_ABSENT if facts.state in _NOTHING_OPEN else None


def profile_is_not_opposed(facts: PatientFacts) -> Reason | None:
    """Row 5: the patient did not object to having a space (CSP L. 1111-14)."""
    return Reason.PROFILE_OPPOSED if facts.state is ProfileState.OPPOSED else None


def profile_is_open(facts: PatientFacts) -> Reason | None:
    """Row 6: neither closed nor being deleted, for good; nor suspended, for now."""
    if facts.state in _CLOSED:
        return Reason.PROFILE_CLOSED
    if facts.state is ProfileState.SUSPENDED:
        return Reason.PROFILE_SUSPENDED
    return None


def sender_is_not_blocked(facts: PatientFacts) -> Reason | None:
    """
    Row 8: the patient blocked neither the sender nor the document's author.

    ``blocked_may_file`` lets a document through, ``blocked_may_write`` a message
    without one. While it is not known which of the two comes, either setting does: a
    door does not refuse what the filing would let pass. (A withdrawal, which a blocked
    author may still make, is not known at a door from any other message.)
    """
    if not facts.blocked:
        return None
    may_pass = {
        Brings.UNKNOWN: facts.blocked_may_file or facts.blocked_may_write,
        Brings.DOCUMENT: facts.blocked_may_file,
        Brings.NOTHING_TO_FILE: facts.blocked_may_write,
    }
    return None if may_pass[facts.brings] else Reason.SENDER_BLOCKED


PatientRule = Callable[[PatientFacts], Reason | None]

PATIENT_ROWS: tuple[tuple[int, PatientRule], ...] = (
    (3, address_is_an_ins),
    (4, profile_exists),
    (5, profile_is_not_opposed),
    (6, profile_is_open),
    (8, sender_is_not_blocked),
)
"""The rows by their number in the filing table, in its order."""


def refuse_patient(facts: PatientFacts) -> Reason | None:
    """Return the first of rows 3 to 8 that objects, or None."""
    found = (rule(facts) for _, rule in PATIENT_ROWS)
    return next((reason for reason in found if reason is not None), None)

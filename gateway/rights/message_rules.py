"""Rows 1 to 11 of the filing table: the sender, the profile, the message."""

from __future__ import annotations

from gateway.core.ins import Ins
from gateway.core.reasons import Reason
from gateway.rights.filing_facts import (
    DocumentFacts,
    FilingFacts,
    NoDocument,
    NoIns,
    Standing,
)
from gateway.rights.profile import ProfileState

_NOTHING_OPEN = frozenset(
    {ProfileState.ABSENT, ProfileState.ANNOUNCED, ProfileState.DELETED}
)
_CLOSED = frozenset({ProfileState.CLOSED, ProfileState.DELETION_REQUESTED})


def sender_is_trusted(facts: FilingFacts) -> Reason | None:
    """Row 1: the link's certificate is good and its domain on the trust list."""
    return None if facts.trust is Standing.GOOD else Reason.SENDER_NOT_TRUSTED


def sender_is_entitled(facts: FilingFacts) -> Reason | None:
    """Row 2: the sending mailbox exists and may write to patients."""
    return None if facts.entitlement is Standing.GOOD else Reason.SENDER_NOT_ENTITLED


def address_is_an_ins(facts: FilingFacts) -> Reason | None:
    """Row 3: the recipient's address is an INS with its key."""
    ins = facts.address_ins
    if ins is NoIns.UNRESOLVED:
        return None
    if not isinstance(ins, Ins) or key_is_refused(ins, facts):
        return Reason.INS_MALFORMED
    return None


def profile_exists(facts: FilingFacts) -> Reason | None:
    """Row 4; a profile only announced, or deleted since, is not there either."""
    if facts.profile in _NOTHING_OPEN or facts.address_ins is NoIns.UNRESOLVED:
        return Reason.PROFILE_ABSENT
    return None


def profile_is_not_opposed(facts: FilingFacts) -> Reason | None:
    """Row 5: the patient did not object to having a space (CSP L. 1111-14)."""
    return Reason.PROFILE_OPPOSED if facts.profile is ProfileState.OPPOSED else None


def profile_is_open(facts: FilingFacts) -> Reason | None:
    """Row 6: neither closed nor being deleted, for good; nor suspended, for now."""
    if facts.profile in _CLOSED:
        return Reason.PROFILE_CLOSED
    if facts.profile is ProfileState.SUSPENDED:
        return Reason.PROFILE_SUSPENDED
    return None


def sender_is_not_blocked(facts: FilingFacts) -> Reason | None:
    """
    Row 8: the patient blocked neither the sender nor the document's author.

    ``blocked_may_file`` lets a document through; a message without one then only
    passes with ``blocked_may_write``.
    """
    if not is_blocked(facts):
        return None
    carries_nothing = facts.document is NoDocument.NONE_ATTACHED
    may_pass = (
        facts.policy.blocked_may_write
        if carries_nothing
        else facts.policy.blocked_may_file
    )
    return None if may_pass else Reason.SENDER_BLOCKED


def document_is_attached(facts: FilingFacts) -> Reason | None:
    """Row 9: there is something to file."""
    if facts.document is NoDocument.NONE_ATTACHED:
        return Reason.MESSAGE_ONLY
    return None


def document_is_readable(facts: FilingFacts) -> Reason | None:
    """Row 10: it is a CDA that can be read without danger."""
    if facts.document is NoDocument.UNREADABLE:
        return Reason.DOC_INVALID
    return None


def patient_is_the_recipient(facts: FilingFacts) -> Reason | None:
    """
    Row 11: address, METADATA and CDA name the same patient.

    An INS that is absent contradicts nothing (row 13 then refuses the filing); one
    that is malformed cannot be the recipient's. METADATA is compared even when the
    document itself could not be read.
    """
    named = [facts.address_ins, facts.metadata_ins]
    if isinstance(facts.document, DocumentFacts):
        named.append(facts.document.ins)
    if NoIns.MALFORMED in named[1:]:
        return Reason.PATIENT_MISMATCH
    if len({ins for ins in named if isinstance(ins, Ins)}) > 1:
        return Reason.PATIENT_MISMATCH
    return None


def is_blocked(facts: FilingFacts) -> bool:
    """Tell whether the patient blocked the sender or an author of the document."""
    if not facts.blocked:
        return False
    sender = facts.sender
    names = {sender.address.lower()} | sender.structures | sender.persons
    if isinstance(facts.document, DocumentFacts):
        for author in facts.document.authors:
            names.add(author.identifier)
            names.add(author.structure.identifier if author.structure else "")
    return not facts.blocked.isdisjoint(names - {""})


def key_is_refused(ins: Ins, facts: FilingFacts) -> bool:
    """Tell whether a wrong key, possible in the test ranges only, is an error here."""
    return facts.policy.refuse_wrong_test_key and not ins.key_is_valid

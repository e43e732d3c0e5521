"""
Rows 1, 2 and 9 to 11 of the filing table: the sender, the message; facts for the rest.

Rows 3 to 8 stand in `recipient_rules`, for the doors and for the filing.
"""

from __future__ import annotations

from gateway.core.ins import Ins
from gateway.core.reasons import Reason
from gateway.rights.filing_facts import (
    DocumentFacts,
    FilingFacts,
    NoDocument,
    NoIns,
    Standing,
    Traits,
)
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import AddressFact, Brings, PatientFacts


def sender_is_trusted(facts: FilingFacts) -> Reason | None:
    """Row 1: the link's certificate is good and its domain on the trust list."""
    return None if facts.trust is Standing.GOOD else Reason.SENDER_NOT_TRUSTED


def sender_is_entitled(facts: FilingFacts) -> Reason | None:
    """Row 2: the sending mailbox exists and may write to patients."""
    return None if facts.entitlement is Standing.GOOD else Reason.SENDER_NOT_ENTITLED


def patient_facts(facts: FilingFacts) -> PatientFacts:
    """Return what rows 3 to 8 ask, which the doors ask as well."""
    state = facts.profile
    match facts.address_ins:
        case Ins() as ins:
            address = AddressFact.INS if ins.key_is_valid else AddressFact.WRONG_KEY
        case NoIns.UNRESOLVED:
            # The door read an INS; whose it was is known no more.
            address, state = AddressFact.INS, ProfileState.ABSENT
        case _:
            address = AddressFact.NO_INS
    nothing = facts.document is NoDocument.NONE_ATTACHED
    return PatientFacts(
        address=address,
        state=state,
        blocked=is_blocked(facts),
        brings=Brings.NOTHING_TO_FILE if nothing else Brings.DOCUMENT,
        refuse_wrong_key=facts.policy.refuse_wrong_test_key,
        blocked_may_file=facts.policy.blocked_may_file,
        blocked_may_write=facts.policy.blocked_may_write,
    )


def document_is_attached(facts: FilingFacts) -> Reason | None:
    """Row 9: there is something to file."""
    if facts.document is NoDocument.NONE_ATTACHED:
        return Reason.MESSAGE_ONLY
    return None


def document_is_readable(facts: FilingFacts) -> Reason | None:
    """Row 10: it is a CDA that can be read without danger, and could be opened."""
    if facts.document in {NoDocument.UNREADABLE, NoDocument.CLOSED}:
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


def patient_seen_is_the_recipient(facts: FilingFacts) -> Reason | None:
    """Row 12 of a document that cannot be filed: it is not about somebody else."""
    different = facts.traits_seen is Traits.DIFFERENT
    return Reason.TRAITS_MISMATCH if different else None


def is_blocked(facts: FilingFacts) -> bool:
    """Tell whether the patient blocked the sender or an author of the document."""
    if not facts.blocked:
        return False
    sender = facts.sender
    names = {sender.address.lower(), sender.identity}
    names |= sender.structures | sender.persons
    if isinstance(facts.document, DocumentFacts):
        for author in facts.document.authors:
            names.add(author.identifier)
            if author.structure is not None:
                names.add(author.structure.identifier)
    return not facts.blocked.isdisjoint(names - {""})


def key_is_refused(ins: Ins, facts: FilingFacts) -> bool:
    """Tell whether a wrong key, possible in the test ranges only, is an error here."""
    return facts.policy.refuse_wrong_test_key and not ins.key_is_valid

"""Rows 12 to 16 and 22 to 24 of the filing table: the document itself."""

from __future__ import annotations

from gateway.core.document import Visibility
from gateway.core.ins import Ins
from gateway.core.reasons import Reason
from gateway.rights.author_rules import author_is_verified
from gateway.rights.filing_facts import (
    Age,
    DocumentFacts,
    FilingFacts,
    NoIns,
    OppositionFact,
    Qualification,
    Traits,
)
from gateway.rights.message_rules import key_is_refused
from gateway.rights.visibility_rules import impossible_pairs


def traits_are_the_same(facts: FilingFacts, document: DocumentFacts) -> Reason | None:
    """
    Row 12; without an INS only traits that cannot be of one person object, and the
    rest is left to row 13.

    Birth name, first given name, birth date and sex qualify an INS (Référentiel socle
    MSSanté n° 2, ECO.2.4.2); where only the place of birth differs (communes merge,
    codes change), the document is refused only if a setting says so.
    """
    accepted = {Traits.SAME, Traits.INCOMPARABLE}
    if not facts.policy.refuse_other_birth_place:
        accepted.add(Traits.OTHER_BIRTH_PLACE)
    if document.traits is Traits.DIFFERENT:
        return Reason.TRAITS_MISMATCH
    if not isinstance(document.ins, Ins) or document.traits in accepted:
        return None
    return Reason.TRAITS_MISMATCH


def ins_is_qualified(facts: FilingFacts, document: DocumentFacts) -> Reason | None:
    """Row 13: matricule, authority and traits are all there, in METADATA as well."""
    ins = document.ins
    if (
        document.qualification is not Qualification.QUALIFIED
        or not isinstance(ins, Ins)
        or key_is_refused(ins, facts)
        or facts.metadata_ins is NoIns.NOT_GIVEN
    ):
        return Reason.INS_NOT_QUALIFIED
    return None


def author_is_known(facts: FilingFacts, document: DocumentFacts) -> Reason | None:
    """Row 14."""
    if author_is_verified(facts.sender, document.authors):
        return None
    return Reason.AUTHOR_UNVERIFIED


def type_is_accepted(facts: FilingFacts, document: DocumentFacts) -> Reason | None:
    """Row 15; a setting files unknown types as "other"."""
    if document.type_is_known or facts.policy.file_unknown_types_as_other:
        return None
    return Reason.TYPE_UNKNOWN


def visibility_is_possible(
    facts: FilingFacts, document: DocumentFacts
) -> Reason | None:
    """Row 16: the visibility asked for is known here, and its flags go together."""
    allowed = facts.policy.allow_masked_and_hidden
    if document.visibility_is_clear and not impossible_pairs(
        document.visibility, masked_and_hidden=allowed
    ):
        return None
    return Reason.CONFIDENTIALITY_CONFLICT


def document_is_not_opposed(
    facts: FilingFacts, document: DocumentFacts
) -> Reason | None:
    """Row 22: the patient had no opposition to this very document recorded."""
    return Reason.PATIENT_OPPOSED_DOC if document.document_is_opposed else None


def type_is_not_opposed(facts: FilingFacts, document: DocumentFacts) -> Reason | None:
    """Row 23: the patient did not oppose that this structure files this type."""
    if document.opposition is OppositionFact.NONE:
        return None
    return Reason.OPPOSITION_ON_RECORD


def secrecy_is_coherent(facts: FilingFacts, document: DocumentFacts) -> Reason | None:
    """
    Row 24: a minor's secret has no other flag than the one that hides it from parents.
    """
    others = document.visibility - {Visibility.HIDDEN_FROM_REPRESENTATIVES}
    if others and is_secret(facts):
        return Reason.CONFIDENTIALITY_CONFLICT
    return None


def is_secret(facts: FilingFacts) -> bool:
    """Tell whether a minor's secrecy applies; whoever may be a minor counts as one."""
    return facts.secret_connection and facts.holder_age is not Age.ADULT

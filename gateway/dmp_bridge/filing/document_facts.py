"""The facts of one document: what it says, against the profile and the vault."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from gateway.core.codes import find_document_type
from gateway.core.document import Availability, ClinicalDocument, Visibility
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits, Patient
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.sender_names import all_names, proven_names
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.rights.filing_facts import (
    DocumentFacts,
    NoIns,
    NoParent,
    NoWithdrawal,
    OppositionFact,
    Ownership,
    Qualification,
    SameId,
    SenderIdentity,
    StoredVersion,
    Traits,
)
from gateway.rights.identity_rules import (
    can_be_compared,
    ins_is_qualified,
    sure_differences,
    trait_mismatches,
)
from gateway.store.patients.profiles import Profile, ProfileRights

_AHEAD: Final = timedelta(days=1)
"""Clocks and zones differ by less; beyond it a date is no date of a document."""

_RESTRICTED: Final = frozenset({"R", "V"})
# HL7 Confidentiality; the levels below N are no more open than N here.
_LEVELS: Final = frozenset({"N", "R", "V", "L", "M", "U"})


def document_facts(
    document: ClinicalDocument,
    found: FoundDocument,
    *,
    sender: SenderIdentity,
    profile: Profile | None,
    rights: ProfileRights,
    vault: Vault,
    came_at: datetime,
) -> DocumentFacts:
    """Return what is known of a document that could be read; it came at ``came_at``."""
    profile_id = profile.id if profile else ""
    own = proven_names(sender, document.authors)
    asked = _asked(found)
    flags = {Visibility.of(code) for code in asked if code not in _LEVELS}
    return DocumentFacts(
        unique_id=document.unique_id,
        ins=ins_of(document.patient),
        traits=compare_traits(profile, document.patient.traits),
        qualification=_qualification(document.patient),
        authors=document.authors,
        type_is_known=find_document_type(document.type_code) is not None,
        visibility=frozenset(flag for flag in flags if flag is not None),
        visibility_is_clear=None not in flags,
        restricted=not _RESTRICTED.isdisjoint(asked),
        same_id=_same_id(vault.find(document.unique_id), profile_id, found.sha256),
        set_id=document.set_id,
        version=document.version,
        body_level=document.body_level,
        mates=tuple(
            stored_version(stored, own)
            for stored in vault.versions(profile_id, document.set_id)
        ),
        parent=_parent(document, found, profile_id, own, vault),
        successors=tuple(
            stored_version(stored, own)
            for stored in vault.naming(profile_id, document.unique_id)
        ),
        withdrawal=_withdrawal(found, profile_id, own, vault),
        document_is_opposed=any(
            one.kind == "document" and one.unique_id == document.unique_id
            for one in rights.oppositions
        ),
        opposition=_opposition(rights, document, all_names(sender, document.authors)),
        is_dated_ahead=document.effective_time - came_at > _AHEAD,
    )


def asked_visibility(found: FoundDocument) -> frozenset[Visibility]:
    """Return the visibility that the sender asks for a document, readable or not."""
    flags = (Visibility.of(code) for code in _asked(found))
    return frozenset(flag for flag in flags if flag is not None)


def _asked(found: FoundDocument) -> list[str]:
    own = [found.document.confidentiality.code] if found.document else []
    return [*found.said.confidentiality, *own]


def ins_of(patient: Patient) -> Ins | NoIns:
    """Return the INS a document gives, or why there is none."""
    if patient.ins is not None:
        return patient.ins
    return NoIns.MALFORMED if patient.unread_ins else NoIns.NOT_GIVEN


def compare_traits(profile: Profile | None, document: IdentityTraits) -> Traits:
    """Return how the traits of a document compare with those of a profile."""
    if profile is None:
        return Traits.UNKNOWN
    ours = profile.traits
    if sure_differences(ours, document):
        return Traits.DIFFERENT
    differing = trait_mismatches(ours, document)
    if differing and differing != ("birth_place",):
        return Traits.DOUBTFUL
    named = (ours.family, ours.first_given or ours.given_names, ours.birth_date)
    if not all((*named, ours.sex)):
        return Traits.UNKNOWN
    if not can_be_compared(ours, document):
        return Traits.INCOMPARABLE
    return Traits.OTHER_BIRTH_PLACE if differing else Traits.SAME


def _qualification(patient: Patient) -> Qualification:
    if patient.ins is None:
        return Qualification.NO_INS
    if ins_is_qualified(patient):
        return Qualification.QUALIFIED
    return Qualification.TRAITS_INCOMPLETE


def _same_id(known: FiledDocument | None, profile_id: str, sha256: str) -> SameId:
    if known is None:
        return SameId.NEW
    if known.profile_id == profile_id and known.status is Availability.DELETED:
        return SameId.WITHDRAWN
    if (known.profile_id, known.sha256) == (profile_id, sha256):
        return SameId.SAME_CONTENT
    return SameId.OTHER_CONTENT


def stored_version(stored: FiledDocument, own: frozenset[str]) -> StoredVersion:
    """Return what the rules are told of a filed document, to who has these names."""
    return StoredVersion(
        unique_id=stored.unique_id,
        set_id=stored.set_id,
        version=stored.version,
        body_level=stored.body_level,
        availability=stored.status,
        ownership=_ownership(stored, own),
        replaced_by=stored.replaced_levels,
        masked_by_patient=stored.masked_by in {MaskedBy.PATIENT, MaskedBy.EVERYTHING},
    )


def _ownership(stored: FiledDocument, own: frozenset[str]) -> Ownership:
    if not own or not stored.owners:
        return Ownership.UNKNOWN
    return Ownership.OTHER if own.isdisjoint(stored.owners) else Ownership.SAME


def _parent(
    document: ClinicalDocument,
    found: FoundDocument,
    profile_id: str,
    own: frozenset[str],
    vault: Vault,
) -> StoredVersion | NoParent:
    """Find what is replaced: the CDA names it, or else the sender does beside it."""
    named = found.said.replaces
    if document.replaces:
        parent = vault.find(document.replaces)
    elif named:
        parent = vault.get(named) or vault.find(named)
    else:
        return NoParent.NOT_NAMED
    if parent is None:
        return NoParent.NOT_FOUND
    if parent.profile_id != profile_id:
        return NoParent.OTHER_PATIENT
    return stored_version(parent, own)


def _withdrawal(
    found: FoundDocument, profile_id: str, own: frozenset[str], vault: Vault
) -> StoredVersion | NoWithdrawal:
    if not found.asks_withdrawal:
        return NoWithdrawal.NOT_ASKED
    known = vault.find(found.unique_id)
    if known is None or known.profile_id != profile_id:
        return NoWithdrawal.NOT_FOUND
    return stored_version(known, own)


def _opposition(
    rights: ProfileRights, document: ClinicalDocument, names: frozenset[str]
) -> OppositionFact:
    opposed = any(
        (one.kind == "structure" and one.structure in names)
        and one.type_code in {"", document.type_code.code}
        or (one.kind == "type" and one.type_code == document.type_code.code)
        for one in rights.oppositions
    )
    return OppositionFact.ON_RECORD if opposed else OppositionFact.NONE

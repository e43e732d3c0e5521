"""Facts where nothing objects; each test changes what it is about."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from gateway.core.decision import RuleVersions
from gateway.core.document import Availability, BodyLevel
from gateway.core.ins import Ins, InsAuthority
from gateway.core.person import Participant, Structure
from gateway.rights.filing_facts import (
    Age,
    CertificateHolder,
    DocumentFacts,
    FilingFacts,
    FilingPolicy,
    NoParent,
    OppositionFact,
    Ownership,
    Qualification,
    SameId,
    SenderIdentity,
    Standing,
    StoredVersion,
    Traits,
)
from gateway.rights.profile import ProfileState

INS = Ins("279035121518989", InsAuthority.NIR_TEST)
OTHER_INS = Ins("277076322082910", InsAuthority.NIR_TEST)
WRONG_KEY = Ins("279035121518988", InsAuthority.NIR_TEST)
HOSPITAL = "1750803447"
DOCTOR = "801234567897"

AUTHOR = Participant(
    root="1.2.250.1.71.4.2.1",
    identifier=DOCTOR,
    family="MARTIN",
    structure=Structure(identifier=HOSPITAL, name="Clinique des essais"),
)
SENDER = SenderIdentity(
    kind=CertificateHolder.STRUCTURE,
    address="chirurgie@hopital.mssante.test",
    structures=frozenset({HOSPITAL}),
)
OPERATOR = SenderIdentity(
    kind=CertificateHolder.OPERATOR, address="dr@peer.mssante.test"
)

DOCUMENT = DocumentFacts(
    unique_id="1.2.3^A1",
    ins=INS,
    traits=Traits.SAME,
    qualification=Qualification.QUALIFIED,
    authors=(AUTHOR,),
    type_is_known=True,
    visibility=frozenset(),
    visibility_is_clear=True,
    restricted=False,
    same_id=SameId.NEW,
    set_id="1.2.3^SET",
    version=1,
    body_level=BodyLevel.N3,
    mates=(),
    parent=NoParent.NOT_NAMED,
    document_is_opposed=False,
    opposition=OppositionFact.NONE,
)
GOOD = FilingFacts(
    trust=Standing.GOOD,
    entitlement=Standing.GOOD,
    address_ins=INS,
    profile=ProfileState.ACTIVATED,
    holder_age=Age.ADULT,
    masks_by_default=False,
    blocked=frozenset(),
    sender=SENDER,
    secret_connection=False,
    metadata_ins=INS,
    document=DOCUMENT,
    policy=FilingPolicy(),
    versions=RuleVersions(rules="1", settings="a", patient_settings="7"),
)


def with_document(**changes: Any) -> dict[str, Any]:
    """Return the change of facts where only the document differs."""
    return {"document": evolve(DOCUMENT, **changes)}


def with_policy(**changes: Any) -> dict[str, Any]:
    """Return the change of facts where only the settings differ."""
    return {"policy": FilingPolicy(**changes)}


def stored(**changes: Any) -> StoredVersion:
    """Return version 1 of the document's set, N3, approved, of the same author."""
    version = StoredVersion(
        unique_id="1.2.3^V1",
        set_id="1.2.3^SET",
        version=1,
        body_level=BodyLevel.N3,
        availability=Availability.APPROVED,
        ownership=Ownership.SAME,
    )
    return evolve(version, **changes)

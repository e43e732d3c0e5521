"""Facts where nothing objects; each test changes what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from attrs import evolve

from gateway.core.decision import RuleVersions
from gateway.core.document import Availability, BodyLevel
from gateway.core.ins import Ins, InsAuthority
from gateway.core.person import Participant, Structure
from gateway.core.vault import FiledDocument, MaskedBy
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

FILED = FiledDocument(
    id="1" * 32,
    profile_id="2" * 32,
    unique_id="1.2",
    set_id="",
    version=None,
    body_level=BodyLevel.N1,
    status=Availability.APPROVED,
    type_code="11488-4",
    creation_time=datetime(2026, 11, 29, 8, tzinfo=UTC),
    mime_type="text/xml",
    size=1,
    sha1="",
    sha256="",
    flags=frozenset(),
    visible_at=None,
    flags_then=frozenset(),
    masked_by=MaskedBy.NOBODY,
    owners=frozenset(),
    submission_id="3" * 32,
    arrival_id="",
    replaced_by="",
    replaced_levels=frozenset(),
    filed_at=datetime(2026, 11, 29, 8, tzinfo=UTC),
    read_at=None,
)
"""In a patient's vault, without a flag, of nobody."""


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

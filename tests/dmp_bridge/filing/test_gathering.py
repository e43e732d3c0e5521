"""What is known of a patient and a message becomes the facts the table asks for."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import asdict, evolve

from gateway.core.decision import RuleVersions
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits, Patient
from gateway.dmp_bridge.filing.document_facts import document_facts
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.gathering import RULES, Gatherer, PatientRow
from gateway.dmp_bridge.filing.sender_names import sender_of
from gateway.documents.cda.header import read_cda
from gateway.reception.submission import Said
from gateway.rights.filing_facts import (
    Age,
    DocumentFacts,
    FilingFacts,
    FilingPolicy,
    NoDocument,
    NoIns,
    Standing,
    Traits,
)
from gateway.rights.profile import ProfileState
from gateway.settings.work import FilingSettings
from gateway.store.evidence.settings import SettingsText
from gateway.store.patients.decisions import Opposition
from gateway.store.patients.profiles import Profile, ProfileRights
from tests.builders_cda import make_cda
from tests.builders_people import TRAITS
from tests.dmp_bridge.filing.test_sender_names import KEPT
from tests.dmp_bridge.vaults.in_memory import InMemoryVault
from tests.fakes import SetClock
from tests.rights.facts import HOSPITAL, INS, OTHER_INS

PROFILE = Profile(
    id="a" * 32,
    key_id="b" * 32,
    state="ACTIVATED",
    ins=INS,
    traits=TRAITS,
    emergency={},
    settings_version=7,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
NO_RIGHTS = ProfileRights(
    blocked=frozenset(), oppositions=(), secret_senders=frozenset()
)
GATHERER = Gatherer(
    FilingPolicy(refuse_other_birth_place=True), SettingsText("settings")
)
NO_VAULT: Any = None  # a message without a readable document asks no vault
LETTER = read_cda(make_cda())


def facts(
    profile: Profile | None = PROFILE,
    rights: ProfileRights = NO_RIGHTS,
    found: FoundDocument | None = None,
) -> FilingFacts:
    return GATHERER.facts(
        KEPT, "", PatientRow(profile=profile, rights=rights), found, NO_VAULT
    )


POLICIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"refuse_wrong_test_key": True}, {"refuse_wrong_test_key": True}),
    ({"blocked_may_file": True}, {"blocked_may_file": True}),
    ({"blocked_may_write": True}, {"blocked_may_write": True}),
    ({"unknown_types": "file_as_other"}, {"file_unknown_types_as_other": True}),
    ({"allow_masked_and_invisible": True}, {"allow_masked_and_hidden": True}),
    ({"refuse_other_birth_place": True}, {"refuse_other_birth_place": True}),
    ({"announcement_notice_days": 3}, {"notice_after_days": 3}),
    ({"announcement_months": 2}, {"shown_after_months": 2}),
]


@pytest.mark.parametrize(("settings", "policy"), POLICIES)
def test_each_setting_is_a_policy_and_their_digest_is_their_version(
    settings: dict[str, Any], policy: dict[str, Any]
) -> None:
    given = FilingSettings(**settings)
    text = json.dumps(asdict(given), sort_keys=True).encode()

    gatherer = Gatherer.from_settings(given)

    assert gatherer.policy == FilingPolicy(**policy)
    assert gatherer.settings.hash == hashlib.sha256(text).hexdigest()


def test_a_message_to_a_patient_is_gathered_whole() -> None:
    assert facts() == FilingFacts(
        trust=Standing.GOOD,
        entitlement=Standing.GOOD,
        address_ins=INS,
        profile=ProfileState.ACTIVATED,
        holder_age=Age.ADULT,
        masks_by_default=False,
        blocked=frozenset(),
        sender=sender_of(KEPT, "", NO_RIGHTS),
        secret_connection=False,
        metadata_ins=NoIns.NOT_SAID,
        document=NoDocument.NONE_ATTACHED,
        policy=GATHERER.policy,
        versions=RuleVersions(
            rules=RULES,
            settings=GATHERER.settings.hash,
            patient_settings="7",
        ),
    )


def test_of_who_is_gone_nothing_is_known() -> None:
    gone = facts(profile=None)

    assert gone.address_ins is NoIns.UNRESOLVED
    assert gone.profile is ProfileState.ABSENT
    assert gone.holder_age is Age.UNKNOWN
    assert gone.masks_by_default is False
    assert gone.versions.patient_settings == ""


def test_what_the_patient_decided_is_gathered() -> None:
    rights = ProfileRights(
        blocked=frozenset({"12a0000011"}),
        oppositions=(),
        secret_senders=frozenset({HOSPITAL}),
    )

    known = facts(evolve(PROFILE, mask_by_default=True, state="OPPOSED"), rights)

    assert known.profile is ProfileState.OPPOSED
    assert known.masks_by_default is True
    assert known.secret_connection is True
    assert known.blocked == {"12a0000011", "12A0000011"}


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("20081128", Age.ADULT),  # the day it came in is their eighteenth birthday
        ("20081129", Age.MINOR),
        ("20140328", Age.MINOR),
        ("", Age.UNKNOWN),
    ],
)
def test_of_age_is_who_is_eighteen_on_the_day_it_came_in(born: str, age: Age) -> None:
    profile = evolve(PROFILE, traits=evolve(TRAITS, birth_date=born))

    assert facts(profile).holder_age is age


@pytest.mark.parametrize(
    ("came_in", "age"),
    [
        (datetime(2026, 11, 27, 22, 59, tzinfo=UTC), Age.MINOR),
        (datetime(2026, 11, 27, 23, 0, tzinfo=UTC), Age.ADULT),  # midnight in France
    ],
)
def test_who_is_of_age_is_so_from_midnight_in_france(
    came_in: datetime, age: Age
) -> None:
    profile = evolve(PROFILE, traits=evolve(TRAITS, birth_date="20081128"))
    kept = evolve(KEPT, received_at=came_in)

    known = GATHERER.facts(
        kept, "", PatientRow(profile=profile, rights=NO_RIGHTS), None, NO_VAULT
    )

    assert known.holder_age is age


def said(patient: Ins | str | None) -> Said:
    return Said(patient_id=patient.to_cx() if isinstance(patient, Ins) else patient)


def unread(patient: Ins | None) -> FoundDocument:
    """Return a document that is not to be filed, and whose patient could be read."""
    return FoundDocument(
        document=evolve(LETTER, patient=Patient(traits=TRAITS, ins=patient)),
        error="schema: wrong",
    )


NAMED: list[tuple[str, FoundDocument, Ins | NoIns]] = [
    ("nobody", FoundDocument(error="x"), NoIns.NOT_SAID),
    ("the addressee", FoundDocument(error="x", said=said(INS)), INS),
    ("another", FoundDocument(error="x", said=said(OTHER_INS)), OTHER_INS),
    ("a number of ours", FoundDocument(error="x", said=said("17")), NoIns.NOT_GIVEN),
    (
        "an INS that is none",
        FoundDocument(error="x", said=said("27^^^&1.2.250.1.213.1.4.10&ISO^NH")),
        NoIns.MALFORMED,
    ),
    ("another in the document only", unread(OTHER_INS), OTHER_INS),
    ("the addressee in the document only", unread(INS), NoIns.NOT_SAID),
    ("nobody in the document", unread(None), NoIns.NOT_SAID),
    (
        "the addressee beside it, another in it",
        evolve(unread(OTHER_INS), said=said(INS)),
        OTHER_INS,
    ),
    (
        "another beside it, the addressee in it",
        evolve(unread(INS), said=said(OTHER_INS)),
        OTHER_INS,
    ),
]


@pytest.mark.parametrize(
    ("found", "named"), [pytest.param(*row[1:], id=row[0]) for row in NAMED]
)
def test_who_is_named_beside_a_document_or_in_one_that_is_not_filed(
    found: FoundDocument, named: Ins | NoIns
) -> None:
    known = facts(found=found)

    assert known.metadata_ins == named
    assert known.document is NoDocument.UNREADABLE


OTHER = Patient(ins=OTHER_INS, traits=TRAITS)
OTHER_NAME = Patient(ins=None, traits=evolve(TRAITS, family="AUTRE"))
OWN_NAME = Patient(ins=None, traits=TRAITS)
NAMELESS = Patient(ins=None, traits=IdentityTraits(sex="F"))
NO_NUMBER = Patient(ins=None, unread_ins="17", traits=IdentityTraits())


@pytest.mark.parametrize(
    ("patients", "document", "metadata", "traits"),
    [
        ((), NoDocument.UNREADABLE, NoIns.NOT_SAID, Traits.UNKNOWN),
        ((OWN_NAME,), NoDocument.UNREADABLE, NoIns.NOT_SAID, Traits.UNKNOWN),
        ((OTHER,), NoDocument.UNREADABLE, OTHER_INS, Traits.UNKNOWN),
        ((OWN_NAME, OTHER), NoDocument.UNREADABLE, OTHER_INS, Traits.UNKNOWN),
        ((OTHER_NAME,), NoDocument.UNREADABLE, NoIns.NOT_SAID, Traits.DIFFERENT),
        (
            (OWN_NAME, OTHER_NAME),
            NoDocument.UNREADABLE,
            NoIns.NOT_SAID,
            Traits.DIFFERENT,
        ),
        ((NAMELESS,), NoDocument.CLOSED, NoIns.NOT_SAID, Traits.UNKNOWN),
        ((NAMELESS, OWN_NAME), NoDocument.UNREADABLE, NoIns.NOT_SAID, Traits.UNKNOWN),
        ((NO_NUMBER,), NoDocument.UNREADABLE, NoIns.MALFORMED, Traits.UNKNOWN),
    ],
)
def test_of_a_damaged_document_all_whom_it_names_are_compared(
    patients: tuple[Patient, ...],
    document: NoDocument,
    metadata: Ins | NoIns,
    traits: Traits,
) -> None:
    known = facts(found=FoundDocument(error="damaged", patients=patients))

    assert (known.document, known.metadata_ins, known.traits_seen) == (
        document,
        metadata,
        traits,
    )


def test_what_stayed_closed_is_gathered_as_such() -> None:
    known = facts(found=FoundDocument(error="closed", closed=True))

    assert known.document is NoDocument.CLOSED
    assert known.traits_seen is Traits.UNKNOWN


@pytest.mark.parametrize(
    ("codes", "document"),
    [
        ((), NoDocument.UNREADABLE),
        (("N", "R", "MASQUE_PS"), NoDocument.UNREADABLE),
        (("N", "INVISIBLE_PATIENT"), NoDocument.CLOSED),
        (("NOPAT", "MASQUE_PS"), NoDocument.CLOSED),
        (("INVISIBLE_REPRESENTANTS_LEGAUX",), NoDocument.CLOSED),
    ],
)
def test_a_damaged_document_is_not_given_to_those_from_whom_it_is_hidden(
    codes: tuple[str, ...], document: NoDocument
) -> None:
    said = Said(confidentiality=codes)
    found = FoundDocument(error="damaged", patients=(OWN_NAME,), said=said)

    assert facts(found=found).document is document
    assert facts(profile=None, found=found).document is document


def test_where_the_profile_is_gone_a_damaged_document_is_only_unreadable() -> None:
    found = FoundDocument(error="damaged", patients=(NAMELESS,))

    known = facts(profile=None, found=found)

    assert known.document is NoDocument.UNREADABLE


@pytest.mark.parametrize("profile", [PROFILE, None], ids=["known", "gone"])
def test_of_a_document_that_can_be_read_the_vault_is_asked(
    profile: Profile | None,
) -> None:
    opposed = Opposition(kind="document", unique_id=LETTER.unique_id)
    rights = evolve(NO_RIGHTS, oppositions=(opposed,))
    found = FoundDocument(document=LETTER, said=said(INS), sha256="5" * 64)
    vault = InMemoryVault(SetClock(), frozenset())

    known = GATHERER.facts(
        KEPT, "", PatientRow(profile=profile, rights=rights), found, vault
    )

    assert known.document == document_facts(
        LETTER,
        found,
        sender=sender_of(KEPT, "", rights),
        profile=profile,
        rights=rights,
        vault=vault,
        came_at=KEPT.received_at,
    )
    assert isinstance(known.document, DocumentFacts)
    assert known.document.document_is_opposed
    assert known.metadata_ins == INS


def test_a_secret_is_kept_from_the_author_of_a_document_too() -> None:
    author = LETTER.authors[0].identifier
    rights = evolve(NO_RIGHTS, secret_senders=frozenset({author}))

    assert facts(rights=rights, found=unread(INS)).secret_connection is True
    assert facts(rights=rights).secret_connection is False


def test_the_patient_knows_a_sender_by_the_address_in_from_too() -> None:
    doctor = "dr.martin@hopital.mssante.test"
    rights = evolve(NO_RIGHTS, blocked=frozenset({doctor}))
    row = PatientRow(profile=PROFILE, rights=rights)

    known = GATHERER.facts(KEPT, doctor, row, None, NO_VAULT)

    assert known.sender == sender_of(KEPT, doctor, rights)
    assert known.sender.address == doctor
    assert known.blocked == {doctor, doctor.upper()}


def test_an_ins_that_is_none_counts_before_that_of_the_addressee() -> None:
    malformed = said("27^^^&1.2.250.1.213.1.4.10&ISO^NH")

    assert facts(found=evolve(unread(INS), said=malformed)).metadata_ins is (
        NoIns.MALFORMED
    )
    assert facts(found=evolve(unread(OTHER_INS), said=malformed)).metadata_ins is (
        NoIns.MALFORMED
    )


def test_of_a_readable_document_only_what_stands_beside_it_counts() -> None:
    patient = Patient(traits=TRAITS, ins=OTHER_INS)
    found = FoundDocument(document=evolve(LETTER, patient=patient), said=said(INS))
    row = PatientRow(profile=PROFILE)
    vault = InMemoryVault(SetClock(), frozenset())

    known = GATHERER.facts(KEPT, "", row, found, vault)

    assert known.metadata_ins == INS
    assert isinstance(known.document, DocumentFacts)
    assert known.document.ins == OTHER_INS

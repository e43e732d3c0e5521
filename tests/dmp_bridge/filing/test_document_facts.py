"""What a document says, held against the profile and against what is in the vault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import (
    Availability,
    BodyLevel,
    ClinicalDocument,
    Related,
    Visibility,
)
from gateway.core.ins import Ins
from gateway.core.person import Coded, IdentityTraits, Patient
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.dmp_bridge.filing.document_facts import document_facts, ins_of
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.documents.cda.header import read_cda
from gateway.documents.xds.values import EntryAction
from gateway.reception.submission import Said
from gateway.rights.filing_facts import (
    CertificateHolder,
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
from gateway.store.patients.decisions import Opposition
from gateway.store.patients.profiles import Profile, ProfileRights
from tests.builders_cda import SET, make_cda
from tests.builders_people import TRAITS
from tests.dmp_bridge.filing.test_gathering import NO_RIGHTS, PROFILE
from tests.dmp_bridge.vaults.in_memory import InMemoryVault
from tests.fakes import SetClock
from tests.rights.facts import INS

LETTER = read_cda(make_cda())
DIGEST = "5" * 64
FOUND = FoundDocument(sha256=DIGEST, document=LETTER)
STRUCTURE = "1750000011"
SENDER = SenderIdentity(
    kind=CertificateHolder.STRUCTURE,
    identity=STRUCTURE,
    address="service@hopital.mssante.test",
    structures=frozenset({STRUCTURE}),
)
OPERATOR = SenderIdentity(kind=CertificateHolder.OPERATOR, address="a@b.test")
AUTHOR = LETTER.authors[0].identifier
NOBODY = SenderIdentity(kind=CertificateHolder.STRUCTURE, address="a@b.test")
OTHER_PATIENT = "f" * 32
FILED = FiledDocument(
    id="0a0b0c0d000040008000000000000001",
    profile_id=PROFILE.id,
    unique_id=f"{SET}.0",
    set_id=LETTER.set_id,
    version=7,
    body_level=BodyLevel.N1,
    status=Availability.APPROVED,
    type_code="11490-0",
    creation_time=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    mime_type="text/xml",
    size=1,
    sha1="1" * 40,
    sha256=DIGEST,
    flags=frozenset(),
    visible_at=None,
    flags_then=frozenset(),
    masked_by=MaskedBy.NOBODY,
    owners=frozenset({STRUCTURE}),
    submission_id="e" * 32,
    arrival_id="d" * 32,
    replaced_by="",
    replaced_levels=frozenset(),
    filed_at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
    read_at=None,
)
"""In the patient's vault: another version of the letter's set, of the sender's own."""


def vault_with(*documents: FiledDocument) -> InMemoryVault:
    return InMemoryVault(
        SetClock(), frozenset(), documents={one.id: one for one in documents}
    )


def facts(
    *in_vault: FiledDocument,
    document: ClinicalDocument = LETTER,
    said: Said | None = None,
    sender: SenderIdentity = SENDER,
    profile: Profile | None = PROFILE,
    rights: ProfileRights = NO_RIGHTS,
    came_at: datetime = LETTER.effective_time,
) -> DocumentFacts:
    found = evolve(FOUND, document=document, said=said or Said())
    return document_facts(
        document,
        found,
        sender=sender,
        profile=profile,
        rights=rights,
        vault=vault_with(*in_vault),
        came_at=came_at,
    )


def version(**changes: Any) -> StoredVersion:
    """Return what the rules are told of the filed version."""
    known = StoredVersion(
        unique_id=f"{SET}.0",
        set_id=LETTER.set_id,
        version=7,
        body_level=BodyLevel.N1,
        availability=Availability.APPROVED,
        ownership=Ownership.SAME,
    )
    return evolve(known, **changes)


def test_of_a_letter_for_an_empty_vault_all_is_known() -> None:
    assert facts() == DocumentFacts(
        unique_id=f"{SET}.1",
        ins=INS,
        traits=Traits.SAME,
        qualification=Qualification.QUALIFIED,
        authors=LETTER.authors,
        type_is_known=True,
        visibility=frozenset(),
        visibility_is_clear=True,
        restricted=False,
        same_id=SameId.NEW,
        set_id=LETTER.set_id,
        version=1,
        body_level=BodyLevel.N3,
        mates=(),
        parent=NoParent.NOT_NAMED,
        withdrawal=NoWithdrawal.NOT_ASKED,
        document_is_opposed=False,
        opposition=OppositionFact.NONE,
    )


def test_a_type_of_no_table_is_not_known() -> None:
    document = evolve(LETTER, type_code=Coded(code="X", scheme="1.2.3"))

    assert facts(document=document).type_is_known is False


def test_without_a_profile_nothing_in_the_vault_is_theirs() -> None:
    known = facts(
        evolve(FILED, unique_id=LETTER.unique_id),
        said=Said(replaces=LETTER.unique_id, action=EntryAction.DELETE),
        profile=None,
    )

    assert known.traits is Traits.UNKNOWN
    assert known.same_id is SameId.OTHER_CONTENT
    assert known.mates == ()
    assert known.parent is NoParent.OTHER_PATIENT
    assert known.withdrawal is NoWithdrawal.NOT_FOUND


@pytest.mark.parametrize(
    ("ins", "unread", "expected"),
    [
        (INS, "", INS),
        (INS, "27", INS),
        (None, "27", NoIns.MALFORMED),
        (None, "", NoIns.NOT_GIVEN),
    ],
)
def test_the_ins_of_a_document_or_why_there_is_none(
    ins: Ins | None, unread: str, expected: Ins | NoIns
) -> None:
    patient = Patient(ins=ins, unread_ins=unread, traits=TRAITS)

    assert ins_of(patient) == expected
    assert facts(document=evolve(LETTER, patient=patient)).ins == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "traits"),
    [
        ({}, {}, Traits.SAME),
        ({}, {"family": "AUTRE"}, Traits.DIFFERENT),
        ({}, {"first_given": "CLAUDE"}, Traits.DIFFERENT),
        ({}, {"birth_date": "19790329"}, Traits.DIFFERENT),
        ({}, {"sex": "M"}, Traits.DIFFERENT),
        ({}, {"birth_place": "51215"}, Traits.OTHER_BIRTH_PLACE),
        ({}, {"birth_place": "51215", "sex": "M"}, Traits.DIFFERENT),
        ({"family": ""}, {}, Traits.UNKNOWN),
        ({"first_given": "", "given_names": ""}, {}, Traits.UNKNOWN),
        ({"first_given": ""}, {}, Traits.SAME),
        ({"given_names": ""}, {}, Traits.SAME),
        ({"birth_date": ""}, {}, Traits.UNKNOWN),
        ({"sex": ""}, {}, Traits.UNKNOWN),
        ({"birth_place": ""}, {}, Traits.SAME),
        ({"sex": ""}, {"birth_place": "51215"}, Traits.UNKNOWN),
        ({"sex": ""}, {"family": "AUTRE"}, Traits.DIFFERENT),
    ],
)
def test_the_traits_of_the_document_against_those_of_the_profile(
    ours: dict[str, str], theirs: dict[str, str], traits: Traits
) -> None:
    profile = evolve(PROFILE, traits=evolve(TRAITS, **ours))
    patient = evolve(LETTER.patient, traits=evolve(TRAITS, **theirs))
    document = evolve(LETTER, patient=patient)

    assert facts(document=document, profile=profile).traits is traits


@pytest.mark.parametrize(
    ("ins", "traits", "qualification"),
    [
        (INS, TRAITS, Qualification.QUALIFIED),
        (INS, evolve(TRAITS, sex=""), Qualification.TRAITS_INCOMPLETE),
        (None, TRAITS, Qualification.NO_INS),
    ],
)
def test_an_ins_is_qualified_by_its_traits(
    ins: Ins | None, traits: IdentityTraits, qualification: Qualification
) -> None:
    document = evolve(LETTER, patient=Patient(ins=ins, traits=traits))

    assert facts(document=document).qualification is qualification


@pytest.mark.parametrize(
    ("known", "same_id"),
    [
        ({"unique_id": "9.9"}, SameId.NEW),
        ({}, SameId.SAME_CONTENT),
        ({"sha256": "6" * 64}, SameId.OTHER_CONTENT),
        ({"profile_id": OTHER_PATIENT}, SameId.OTHER_CONTENT),
        ({"status": Availability.DEPRECATED}, SameId.SAME_CONTENT),
        ({"status": Availability.DELETED}, SameId.WITHDRAWN),
        ({"status": Availability.DELETED, "sha256": "6" * 64}, SameId.WITHDRAWN),
        (
            {"status": Availability.DELETED, "profile_id": OTHER_PATIENT},
            SameId.OTHER_CONTENT,
        ),
    ],
)
def test_an_id_that_is_filed_already_is_the_same_only_here_and_with_its_content(
    known: dict[str, Any], same_id: SameId
) -> None:
    filed = evolve(FILED, **{"unique_id": LETTER.unique_id, **known})

    assert facts(filed).same_id is same_id


def test_the_versions_of_its_set_are_told_whole_and_no_other_documents() -> None:
    second = evolve(
        FILED,
        id="2" * 32,
        unique_id="1.2.2",
        version=None,
        body_level=BodyLevel.N3,
        status=Availability.DEPRECATED,
        masked_by=MaskedBy.PATIENT,
        replaced_levels=frozenset({BodyLevel.N1}),
        owners=frozenset({"1990000001"}),
    )
    masked = evolve(FILED, id="3" * 32, unique_id="1.2.3", masked_by=MaskedBy.SENDER)
    elsewhere = evolve(FILED, id="4" * 32, profile_id=OTHER_PATIENT)
    unrelated = evolve(FILED, id="5" * 32, set_id="1.2.3.4")

    assert facts(FILED, second, masked, elsewhere, unrelated).mates == (
        version(),
        StoredVersion(
            unique_id="1.2.2",
            set_id=LETTER.set_id,
            version=None,
            body_level=BodyLevel.N3,
            availability=Availability.DEPRECATED,
            ownership=Ownership.OTHER,
            replaced_by=frozenset({BodyLevel.N1}),
            masked_by_patient=True,
        ),
        version(unique_id="1.2.3"),
    )


@pytest.mark.parametrize(
    ("sender", "owners", "ownership"),
    [
        (SENDER, {STRUCTURE, "899700000017"}, Ownership.SAME),
        (SENDER, {"899700000017"}, Ownership.OTHER),
        (SENDER, set(), Ownership.UNKNOWN),
        (OPERATOR, {AUTHOR}, Ownership.SAME),
        (OPERATOR, {"899700000025"}, Ownership.OTHER),
        (NOBODY, {STRUCTURE}, Ownership.UNKNOWN),
        (NOBODY, set(), Ownership.UNKNOWN),
    ],
)
def test_a_document_is_of_who_shares_a_proven_name_with_its_authors(
    sender: SenderIdentity, owners: set[str], ownership: Ownership
) -> None:
    filed = evolve(FILED, owners=frozenset(owners))

    known = facts(
        filed,
        evolve(filed, id="2" * 32, unique_id=LETTER.unique_id),
        sender=sender,
        said=Said(replaces=filed.unique_id, action=EntryAction.DELETE),
    )

    of_all = [*known.mates, known.parent, known.withdrawal]
    assert [getattr(one, "ownership", None) for one in of_all] == [ownership] * 4


REPLACING = evolve(LETTER, related=(Related(type_code="RPLC", unique_id=f"{SET}.0"),))


@pytest.mark.parametrize(
    ("document", "named", "known", "parent"),
    [
        (LETTER, "", {}, NoParent.NOT_NAMED),
        (REPLACING, "", {}, version()),
        (REPLACING, "1.9.9", {}, version()),
        (REPLACING, "", {"unique_id": "9.9"}, NoParent.NOT_FOUND),
        # The document's own word counts before that of its sender.
        (REPLACING, FILED.id, {"unique_id": "9.9"}, NoParent.NOT_FOUND),
        (LETTER, f"{SET}.0", {}, version()),
        (LETTER, "urn:uuid:0A0B0C0D-0000-4000-8000-000000000001", {}, version()),
        (LETTER, "1.9.9", {}, NoParent.NOT_FOUND),
        (REPLACING, "", {"profile_id": OTHER_PATIENT}, NoParent.OTHER_PATIENT),
        (LETTER, FILED.id, {"profile_id": OTHER_PATIENT}, NoParent.OTHER_PATIENT),
        (
            REPLACING,
            "",
            {"owners": frozenset({"1990000001"})},
            version(ownership=Ownership.OTHER),
        ),
    ],
)
def test_what_it_replaces_is_named_in_it_or_else_beside_it(
    document: ClinicalDocument,
    named: str,
    known: dict[str, Any],
    parent: StoredVersion | NoParent,
) -> None:
    filed = evolve(FILED, **known)

    assert facts(filed, document=document, said=Said(replaces=named)).parent == parent


@pytest.mark.parametrize(
    ("action", "known", "withdrawal"),
    [
        (EntryAction.FILE, {}, NoWithdrawal.NOT_ASKED),
        (EntryAction.DELETE, {}, version(unique_id=LETTER.unique_id)),
        (EntryAction.DELETE, {"unique_id": "9.9"}, NoWithdrawal.NOT_FOUND),
        (EntryAction.DELETE, {"profile_id": OTHER_PATIENT}, NoWithdrawal.NOT_FOUND),
        (
            EntryAction.DELETE,
            {"owners": frozenset({"1990000001"})},
            version(unique_id=LETTER.unique_id, ownership=Ownership.OTHER),
        ),
    ],
)
def test_what_is_withdrawn_is_what_this_patient_has_under_this_id(
    action: EntryAction,
    known: dict[str, Any],
    withdrawal: StoredVersion | NoWithdrawal,
) -> None:
    filed = evolve(FILED, **{"unique_id": LETTER.unique_id, **known})

    assert facts(filed, said=Said(action=action)).withdrawal == withdrawal


@pytest.mark.parametrize(
    ("said", "own", "flags", "clear", "restricted"),
    [
        ((), "N", set(), True, False),
        (("N",), "L", set(), True, False),
        (("L", "M"), "U", set(), True, False),
        (("R",), "N", set(), True, True),
        (("V",), "N", set(), True, True),
        ((), "R", set(), True, True),
        ((), "V", set(), True, True),
        (("MASQUE_PS", "R"), "N", {Visibility.MASKED}, True, True),
        (("NOPAT",), "N", {Visibility.HIDDEN_FROM_PATIENT}, True, False),
        ((), "MASQUE_PS", {Visibility.MASKED}, True, False),
        (("X", "MASQUE_PS"), "N", {Visibility.MASKED}, False, False),
        ((), "X", set(), False, False),
    ],
)
def test_the_codes_beside_it_and_its_own_say_who_may_see_it(
    said: tuple[str, ...],
    own: str,
    flags: set[Visibility],
    clear: bool,
    restricted: bool,
) -> None:
    document = evolve(LETTER, confidentiality=Coded(code=own))

    known = facts(document=document, said=Said(confidentiality=said))

    assert known.visibility == flags
    assert known.visibility_is_clear is clear
    assert known.restricted is restricted


TYPE = LETTER.type_code.code


@pytest.mark.parametrize(
    ("opposition", "document", "filing"),
    [
        (Opposition(kind="structure", structure=STRUCTURE), False, True),
        (
            Opposition(kind="structure", structure=STRUCTURE, type_code=TYPE),
            False,
            True,
        ),
        (
            Opposition(kind="structure", structure=STRUCTURE, type_code="18842-5"),
            False,
            False,
        ),
        (Opposition(kind="structure", structure="1990000001"), False, False),
        (Opposition(kind="type", type_code=TYPE), False, True),
        (Opposition(kind="type", type_code="18842-5"), False, False),
        (Opposition(kind="type"), False, False),
        (Opposition(kind="reading"), False, False),
        (Opposition(kind="document", structure=STRUCTURE), False, False),
        (Opposition(kind="document", unique_id=LETTER.unique_id), True, False),
        (Opposition(kind="document", unique_id="9.9"), False, False),
        (Opposition(kind="structure", unique_id=LETTER.unique_id), False, False),
    ],
)
def test_an_opposition_is_to_a_document_or_to_what_a_structure_files(
    opposition: Opposition, document: bool, filing: bool
) -> None:
    for oppositions in ((opposition,), (Opposition(kind="other"), opposition)):
        known = facts(rights=evolve(NO_RIGHTS, oppositions=oppositions))

        assert known.document_is_opposed is document
        assert known.opposition is (
            OppositionFact.ON_RECORD if filing else OppositionFact.NONE
        )


def test_an_opposition_reaches_the_structure_of_an_author_too() -> None:
    (author, *_) = LETTER.authors
    assert author.structure is not None
    named = author.structure.identifier
    opposed = Opposition(kind="structure", structure=named)

    known = facts(rights=evolve(NO_RIGHTS, oppositions=(opposed,)), sender=NOBODY)

    assert known.opposition is OppositionFact.ON_RECORD


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("came", "is_ahead"),
    [
        (timedelta(), False),
        (-DAY, False),
        (-DAY - timedelta(microseconds=1), True),
        (20 * 365 * DAY, False),
    ],
)
def test_a_document_is_dated_ahead_by_more_than_a_day(
    came: timedelta, is_ahead: bool
) -> None:
    known = facts(came_at=LETTER.effective_time + came)

    assert known.is_dated_ahead is is_ahead

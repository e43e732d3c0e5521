"""The DocumentEntry and SubmissionSet computed from a CDA."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from gateway.core.codes import CLASSES, CONFIDENTIALITY, LOINC, STAYS, VISIBILITY, coded
from gateway.core.document import (
    AuthorEntry,
    Availability,
    DocumentEntry,
    SubmissionSet,
    Visibility,
)
from gateway.core.person import Coded
from gateway.documents.cda.header import read_cda
from gateway.documents.xds.entry import document_entry, patient_cx, submission_set
from gateway.errors import InvalidError
from tests.builders_cda import HEADER_TEMPLATES, HOSPITAL, ONE_FILE, SET, make_cda

UUID = "urn:uuid:40e18078-75d7-4c48-9e51-4e2319d1818f"
CX = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"


def make_entry(
    visibility: tuple[Visibility, ...] = (), **changes: Any
) -> DocumentEntry:
    content = make_cda(**changes)
    return document_entry(
        read_cda(content), content, entry_uuid=UUID, visibility=visibility
    )


def test_an_entry_says_what_the_document_says() -> None:
    content = make_cda(replaces="1.2.3^4", order_id=f"{HOSPITAL}.3^42")
    doctor = "899700000017^MOREAU^Camille^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"

    entry = document_entry(read_cda(content), content, entry_uuid=UUID)

    assert entry == DocumentEntry(
        unique_id=f"{SET}.1",
        entry_uuid=UUID,
        patient_id=CX,
        type_code=Coded(
            code="11490-0", scheme=LOINC, label="Lettre de liaison de sortie"
        ),
        class_code=Coded(code="10", scheme=CLASSES, label="Compte rendu"),
        format_code=Coded(
            code="urn:asip:ci-sis:ldl-ses:2017",
            scheme="1.2.250.1.213.1.1.4.2.282",
            label="urn:asip:ci-sis:ldl-ses:2017",
        ),
        title="Lettre de liaison à la sortie",
        creation_time=datetime(2026, 10, 16, 12, 30, tzinfo=UTC),
        service_start_time=datetime(2026, 10, 12, 8, 15, tzinfo=UTC),
        service_stop_time=datetime(2026, 10, 16, 9, 0, tzinfo=UTC),
        language_code="fr-FR",
        mime_type="text/xml",
        confidentiality=(Coded(code="N", scheme=CONFIDENTIALITY, label="Normal"),),
        authors=(
            AuthorEntry(
                person=doctor,
                institution=(
                    "CHU DE DEMONSTRATION^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST"
                    "^^^1750000011"
                ),
                specialty=(
                    "G15_10/SM04^Médecin - Cardiologie et maladies vasculaires (SM)"
                    "^1.2.250.1.213.1.1.4.5"
                ),
            ),
        ),
        legal_authenticator=doctor,
        healthcare_facility_type=Coded(code="SA01", scheme="1.2.250.1.71.4.2.4"),
        practice_setting=Coded(code="ETABLISSEMENT", scheme="1.2.250.1.213.1.1.4.9"),
        event_codes=(Coded(code="IMP", scheme="2.16.840.1.113883.5.4"),),
        source_patient_id=f"8000451207^^^&{HOSPITAL}&ISO^PI",
        source_patient_info=(
            "PID-5|PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^L",
            "PID-5|PAT-TROIS^^^^^^D",
            "PID-7|19790328",
            "PID-8|F",
            "PID-11|^^^^^^BDL^^63220",
        ),
        size=len(content),
        hash=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        availability_status=Availability.APPROVED,
        replaces="1.2.3^4",
        reference_ids=(f"42^^^&{HOSPITAL}.3&ISO^urn:ihe:iti:xds:2013:order",),
    )
    assert entry.creation_time.tzinfo is UTC


FORMS: list[tuple[dict[str, Any], str, str]] = [
    ({"shape": "stylesheet"}, "mime_type", "application/xslt+xml"),
    ({"shape": "signed"}, "mime_type", "text/xml"),
    ({"ins": ""}, "patient_id", f"8000451207^^^&{HOSPITAL}&ISO^PI"),
    ({"other_ids": ()}, "source_patient_id", CX),
    (
        {"other_ids": (("90e1c8ec-f951", ""),)},
        "source_patient_id",
        "90e1c8ec-f951^^^&90e1c8ec-f951&ISO^PI",
    ),
    ({"title": ""}, "title", "Lettre de liaison de sortie"),
    (
        {"title": "", "type_code": ("11490-0", LOINC, "")},
        "title",
        "Lettre de liaison à la sortie d'un établissement de soins",
    ),
    ({"unique_id": ("1.2", "3")}, "unique_id", "1.2^3"),
]


@pytest.mark.parametrize(("changes", "name", "expected"), FORMS)
def test_an_entry_takes_the_form_of_its_document(
    changes: dict[str, Any], name: str, expected: str
) -> None:
    assert getattr(make_entry(**changes), name) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pdf", "urn:ihe:iti:xds-sd:pdf:2008"),
        ("text", "urn:ihe:iti:xds-sd:text:2008"),
        ("sections", "urn:asipSante:modelesHorsProfils:2011"),
    ],
)
def test_the_format_follows_the_body(body: str, expected: str) -> None:
    entry = make_entry(body=body, templates=(*HEADER_TEMPLATES, ONE_FILE))

    assert entry.format_code.code == expected


AUTHORS: list[tuple[dict[str, Any], str]] = [
    (
        {"is_device": True, "author_name": ("DPI", "Modèle 3"), "author_id": "1/2"},
        "1/2^DPI^Modèle 3^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI",
    ),
    (
        {"author_id": "3750000011/42"},
        "3750000011/42^MOREAU^Camille^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI",
    ),
    (
        {"author_root": "1.2.250.1.213.1.4.10", "author_id": "279035121518989"},
        "279035121518989^MOREAU^Camille^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH",
    ),
    (
        {"author_name": ("A^B&C", "~|\\")},
        "899700000017^A\\S\\B\\T\\C^\\R\\\\F\\\\E\\^^^^^^"
        "&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
    ),
]


@pytest.mark.parametrize(("changes", "person"), AUTHORS)
def test_each_kind_of_author_has_its_form(changes: dict[str, Any], person: str) -> None:
    [author] = make_entry(**changes).authors

    assert author.person == person


def test_the_role_of_an_author_is_its_label() -> None:
    [author] = make_entry(author_role="Médecin traitant").authors

    assert author.role == "Médecin traitant"


VISIBILITIES: list[tuple[tuple[Visibility, ...], str, list[str]]] = [
    ((), "N", ["N"]),
    ((Visibility.MASKED,), "N", ["N", "MASQUE_PS"]),
    (
        (Visibility.HIDDEN_FROM_REPRESENTATIVES, Visibility.MASKED, Visibility.MASKED),
        "N",
        ["N", "MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"],
    ),
    ((Visibility.HIDDEN_FROM_PATIENT,), "R", ["N", "R", "INVISIBLE_PATIENT"]),
    ((), "V", ["N", "V"]),
    ((), "X", ["N"]),
]


@pytest.mark.parametrize(("flags", "level", "codes"), VISIBILITIES)
def test_normal_comes_first_and_the_flags_last(
    flags: tuple[Visibility, ...], level: str, codes: list[str]
) -> None:
    entry = make_entry(flags, confidentiality=level)

    assert [code.code for code in entry.confidentiality] == codes
    assert entry.visibility == frozenset(flags)
    assert {code.scheme for code in entry.confidentiality} <= {
        CONFIDENTIALITY,
        VISIBILITY,
    }
    assert all(code.label for code in entry.confidentiality)


def test_further_identifiers_of_the_patient_are_kept() -> None:
    entry = make_entry(other_ids=((HOSPITAL, "1"), ("1.2.3", "2"), ("1.2.4", "3")))

    assert entry.source_patient_id == f"1^^^&{HOSPITAL}&ISO^PI"
    assert entry.source_patient_info[:2] == (
        "PID-3|2^^^&1.2.3&ISO^PI",
        "PID-3|3^^^&1.2.4&ISO^PI",
    )


def test_a_type_of_no_class_is_refused_unless_the_caller_has_one() -> None:
    content = make_cda(type_code=("00000-0", LOINC, "Autre"))
    document = read_cda(content)
    other = coded(CLASSES, "95")

    with pytest.raises(InvalidError, match="type of the document"):
        document_entry(document, content, entry_uuid=UUID)
    entry = document_entry(document, content, entry_uuid=UUID, unknown_class=other)
    assert entry.class_code == other


def test_a_patient_without_usable_identifier_has_no_entry() -> None:
    document = read_cda(make_cda(oid="1.2.250.1.213.1.4.8", ins="1", other_ids=()))

    with pytest.raises(InvalidError, match="identifier"):
        patient_cx(document.patient)


def test_an_entry_does_not_show_the_patient() -> None:
    shown = repr(make_entry())

    for secret in ("279035121518989", "PAT-TROIS", "DOMINIQUE", "8000451207", "MOREAU"):
        assert secret not in shown


def make_set(**changes: Any) -> SubmissionSet:
    return submission_set(
        read_cda(make_cda(**changes)),
        unique_id="2.25.1",
        entry_uuid=UUID,
        source_id="2.25.2",
        submission_time=datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=1))),
    )


def test_a_submission_set_follows_its_document() -> None:
    found = make_set()

    assert found == SubmissionSet(
        unique_id="2.25.1",
        entry_uuid=UUID,
        patient_id=CX,
        source_id="2.25.2",
        submission_time=datetime(2026, 1, 1, tzinfo=UTC),
        content_type=coded(STAYS, "03"),
        author=make_entry().authors[0],
        title="Lettre de liaison à la sortie",
    )
    assert found.submission_time.tzinfo is UTC


@pytest.mark.parametrize(
    ("changes", "stay"),
    [
        ({"service_code": ("AMB", "2.16.840.1.113883.5.4")}, "07"),
        ({"service_code": ("IMP", "1.2.3")}, "97"),
        ({"service_code": None}, "97"),
        ({"author_root": "1.2.250.1.213.1.4.10"}, "EXP_PATIENT"),
    ],
)
def test_the_content_type_follows_the_encounter(
    changes: dict[str, Any], stay: str
) -> None:
    assert make_set(**changes).content_type == coded(STAYS, stay)

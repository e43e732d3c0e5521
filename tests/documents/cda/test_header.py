"""Reading a CDA header: the three shapes, what is required, what is forgiven."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gateway
from gateway.core.codes import CONFIDENTIALITY, LOINC, coded
from gateway.core.document import BodyLevel, ClinicalDocument, Related, Shape
from gateway.core.ins import Ins
from gateway.core.person import Coded, IdentityTraits, Participant, Structure
from gateway.documents.cda.header import read_cda
from gateway.errors import InvalidError
from tests.builders_cda import HOSPITAL, SET, make_cda

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "samples/cda").glob("*.xml"))
LETTER = Path(gateway.__file__).parent / "demo_files" / "discharge_letter.xml"
PATIENT = Ins.of("279035121518989", "1.2.250.1.213.1.4.10")


def test_a_letter_is_read() -> None:
    doctor = Participant(
        root="1.2.250.1.71.4.2.1",
        identifier="899700000017",
        family="MOREAU",
        given="Camille",
        suffix="DR",
        structure=Structure(
            identifier="1750000011",
            name="CHU DE DEMONSTRATION",
            root="1.2.250.1.71.4.2.2",
        ),
    )

    document = read_cda(make_cda(order_id=f"{HOSPITAL}.3^42", replaces="1.2.3^old"))

    assert document == ClinicalDocument(
        unique_id=f"{SET}.1",
        set_id=SET,
        version=1,
        type_code=Coded(
            code="11490-0", scheme=LOINC, label="Lettre de liaison de sortie"
        ),
        title="Lettre de liaison à la sortie",
        effective_time=datetime(2026, 10, 16, 12, 30, tzinfo=UTC),
        confidentiality=Coded(code="N", scheme="2.16.840.1.113883.5.25"),
        language="fr-FR",
        template_ids=(
            "2.16.840.1.113883.2.8.2.1",
            "1.2.250.1.213.1.1.1.1",
            "1.2.250.1.213.1.1.1.29",
        ),
        patient=document.patient,
        authors=document.authors,
        legal_authenticator=doctor,
        facility_type=Coded(code="SA01", scheme="1.2.250.1.71.4.2.4"),
        practice_setting=Coded(code="ETABLISSEMENT", scheme="1.2.250.1.213.1.1.4.9"),
        service_start=datetime(2026, 10, 12, 8, 15, tzinfo=UTC),
        service_stop=datetime(2026, 10, 16, 9, 0, tzinfo=UTC),
        event_codes=(Coded(code="IMP", scheme="2.16.840.1.113883.5.4"),),
        order_ids=(f"{HOSPITAL}.3^42",),
        related=(Related(type_code="RPLC", unique_id="1.2.3^old"),),
        body_level=BodyLevel.N3,
        media_type="text/xml",
    )
    assert document.replaces == "1.2.3^old"
    assert document.patient.ins == PATIENT
    assert document.patient.other_ids == ((HOSPITAL, "8000451207"),)
    assert document.patient.traits == IdentityTraits(
        family="PAT-TROIS",
        given_names="DOMINIQUE MARIE-LOUISE",
        first_given="DOMINIQUE",
        birth_date="19790328",
        sex="F",
        birth_place="63220",
        used_family="PAT-TROIS",
    )
    [author] = document.authors
    assert author.specialty is not None
    assert (author.specialty.code, author.identifier) == ("G15_10/SM04", "899700000017")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_our_samples_are_read(path: Path) -> None:
    document = read_cda(path.read_bytes())

    assert document.patient.ins is not None
    assert document.authors[0].structure is not None


def test_the_demo_letter_is_complete() -> None:
    document = read_cda(LETTER.read_bytes())

    assert document.patient.ins == PATIENT
    assert document.patient.traits.birth_place == "63220"
    assert document.authors[0].identifier == "899700000017"
    assert document.authors[0].structure == Structure(
        identifier="1750000011",
        name="CHU DE DEMONSTRATION",
        root="1.2.250.1.71.4.2.2",
    )


SHAPES = [
    ({}, Shape.PLAIN),
    ({"shape": "stylesheet"}, Shape.STYLESHEET),
    ({"shape": "signed-stylesheet"}, Shape.STYLESHEET),
    ({"shape": "signed"}, Shape.SIGNED),
]


@pytest.mark.parametrize(("change", "shape"), SHAPES)
def test_the_document_is_found_in_each_shape(
    change: dict[str, Any], shape: Shape
) -> None:
    document = read_cda(make_cda(**change))

    assert (document.shape, document.unique_id) == (shape, f"{SET}.1")


BODIES = [
    ("sections", BodyLevel.N3, "text/xml"),
    ("sections+pdf", BodyLevel.N3, "text/xml"),
    ("pdf", BodyLevel.N1, "application/pdf"),
    ("text", BodyLevel.N1, "text/plain"),
    ("Image/JPEG; q=1", BodyLevel.N1, "image/jpeg"),
]


@pytest.mark.parametrize(("body", "level", "media_type"), BODIES)
def test_the_level_of_the_body_is_told(
    body: str, level: BodyLevel, media_type: str
) -> None:
    document = read_cda(make_cda(body=body))

    assert (document.body_level, document.media_type) == (level, media_type)


def change(old: str, new: str, **changes: Any) -> bytes:
    text = make_cda(**changes).decode()
    assert old in text
    return text.replace(old, new).encode()


REFUSED = [
    ("no id", change(f'<id root="{SET}.1"/>', ""), "has no id"),
    (
        "unknown id",
        change(f'root="{SET}.1"', 'nullFlavor="UNK"'),
        "gives id as unknown",
    ),
    ("id without root", change(f'<id root="{SET}.1"/>', "<id/>"), "no id/@root"),
    (
        "two ids",
        change(f'<id root="{SET}.1"/>', f'<id root="{SET}.1"/><id root="1.2"/>'),
        "gives id more than once",
    ),
    (
        "script as id",
        make_cda(unique_id=("1.2", "<script>")),
        "id is not an identifier",
    ),
    ("caret in id", make_cda(unique_id=("1.2", "a^b")), "id is not an identifier"),
    ("sentence as root", make_cda(unique_id=("a b", "")), "id is not an identifier"),
    (
        "no code",
        change('<code code="11490-0"', "<nocode code='x'"),
        "has no code",
    ),
    ("empty code", make_cda(type_code=("", LOINC, "")), "has no code/@code"),
    (
        "no effectiveTime",
        change('<effectiveTime value="20261016143000+0200"/>', ""),
        "has no effectiveTime",
    ),
    (
        "bad effectiveTime",
        make_cda(effective_time="hier"),
        "effectiveTime is not a time",
    ),
    ("empty effectiveTime", make_cda(effective_time=""), "no effectiveTime/@value"),
    (
        "month 13",
        make_cda(effective_time="20261316143000+0200"),
        "effectiveTime is not a time",
    ),
    (
        "two patients",
        change(
            "<recordTarget>",
            "<recordTarget><patientRole/></recordTarget>\n<recordTarget>",
        ),
        "gives recordTarget more than once",
    ),
    (
        "two roles",
        change("<patientRole>", "<patientRole/><patientRole>"),
        "gives patientRole more than once",
    ),
    ("no patient", change("recordTarget>", "noTarget>"), "has no recordTarget"),
    ("no patient id", make_cda(ins="", other_ids=()), "no recordTarget/patientRole/id"),
    (
        "script as INS",
        make_cda(ins="<script>alert(1)</script>"),
        "recordTarget/patientRole/id is not an identifier",
    ),
    (
        "script as only patient id",
        make_cda(ins="", other_ids=((HOSPITAL, "<script>alert(1)</script>"),)),
        "no recordTarget/patientRole/id",
    ),
    (
        "two confidentialities",
        change("<languageCode", '<confidentialityCode code="R"/>\n<languageCode'),
        "gives confidentialityCode more than once",
    ),
    ("id past its limit", make_cda(unique_id=("1" * 128, "a" * 128)), "id is too long"),
    ("code past its limit", make_cda(type_code=("9" * 65, LOINC, "")), "code is too"),
    (
        "a relation of no kind",
        make_cda(replaces="1.2.3", relation=""),
        "no relatedDocument/@typeCode",
    ),
    (
        "script as id replaced",
        make_cda(replaces="1.2.3^<script>"),
        "relatedDocument/parentDocument/id is not an identifier",
    ),
    (
        "two INS",
        make_cda(other_ids=(("1.2.250.1.213.1.4.10", "213056322000162"),)),
        "more than one INS",
    ),
    ("no author", change("author>", "noauthor>"), "has no author"),
    (
        "empty author",
        make_cda(extra="<author><time value='2026'/></author>"),
        "has no author/assignedAuthor",
    ),
    ("no body", change("component>", "nocomponent>"), "has no component"),
    ("empty body", change("nonXMLBody>", "no>", body="pdf"), "has no nonXMLBody"),
    (
        "bad version",
        change('versionNumber value="1"', 'versionNumber value="a"'),
        "whole",
    ),
    (
        "nothing replaced",
        change('<id root="9.9"/>', "", replaces="9.9"),
        "relatedDocument/parentDocument/id",
    ),
    (
        "no document",
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>',
        "no ClinicalDocument",
    ),
    (
        "another namespace",
        change("urn:hl7-org:v3", "urn:hl7-org:v2"),
        "no ClinicalDocument",
    ),
    (
        "two documents",
        change(
            "</data:Contenu>",
            "</data:Contenu><ClinicalDocument xmlns='urn:hl7-org:v3'/>",
            shape="stylesheet",
        ),
        "more than one ClinicalDocument",
    ),
    ("no XML", b"PK\x03\x04", "encoding"),
]


@pytest.mark.parametrize(
    ("content", "text"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_a_refused_document_is_told_which_element(content: bytes, text: str) -> None:
    with pytest.raises(InvalidError, match=text):
        read_cda(content)


def test_no_refusal_shows_the_patient() -> None:
    for _, content, _ in REFUSED:
        with pytest.raises(InvalidError) as caught:
            read_cda(content)
        shown = str(caught.value) + caught.value.public
        assert not any(part in shown for part in ("279035", "PAT-TROIS", "script"))


def test_a_document_does_not_show_the_patient() -> None:
    shown = repr(read_cda(make_cda()))

    for secret in ("2790351215189", "PAT-TROIS", "DOMINIQUE", "8000451207", "MOREAU"):
        assert secret not in shown


FORGIVEN = [
    ("no setId", {"set_id": ""}, {"set_id": ""}),
    ("no version", {"version": None}, {"version": None}),
    ("replaces at version 1", {"replaces": "1.2"}, {"replaces": "1.2", "version": 1}),
    (
        "a GUID",
        {"unique_id": ("90e1c8ec-f951-4b26-a305-a34848818dd6", "")},
        {"unique_id": "90e1c8ec-f951-4b26-a305-a34848818dd6"},
    ),
    ("an extension", {"unique_id": ("1.2", "A-7/b")}, {"unique_id": "1.2^A-7/b"}),
    ("a long title", {"title": "x" * 300}, {"title": "x" * 300}),
    ("spaces in the title", {"title": "  a\n  b "}, {"title": "a b"}),
    ("no title", {"title": ""}, {"title": ""}),
    ("no act code", {"service_code": None}, {"event_codes": ()}),
    ("another relation", {"replaces": "1.2", "relation": "XFRM"}, {"replaces": ""}),
    (
        "unknown elements",
        {"extra": "<x:new xmlns:x='urn:x'><x:a/></x:new>"},
        {"unique_id": f"{SET}.1"},
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [case[1:] for case in FORGIVEN],
    ids=[case[0] for case in FORGIVEN],
)
def test_what_real_senders_leave_out_is_forgiven(
    changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    document = read_cda(make_cda(**changes))

    assert {name: getattr(document, name) for name in expected} == expected


def test_missing_optional_elements_have_their_defaults() -> None:
    text = make_cda().decode()
    for element in ('<languageCode code="fr-FR"/>', "<title>"):
        assert element in text
    content = (
        text.replace('<languageCode code="fr-FR"/>', "")
        .replace("confidentialityCode", "otherCode")
        .encode()
    )

    document = read_cda(content)

    assert document.language == "fr-FR"
    assert document.confidentiality.code == "N"


@pytest.mark.parametrize("root", ["1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"])
def test_an_ins_that_is_none_is_kept_apart(root: str) -> None:
    patient = read_cda(make_cda(oid=root, ins="279035121518988")).patient

    assert (patient.ins, patient.unread_ins) == (None, "279035121518988")


def test_an_ins_left_empty_beside_a_good_one_is_passed_over() -> None:
    content = make_cda(other_ids=(("1.2.250.1.213.1.4.8", ""),))

    assert read_cda(content).patient.ins == PATIENT


def test_a_wrong_key_of_the_test_range_is_told() -> None:
    patient = read_cda(make_cda(ins="221042545611404")).patient

    assert patient.ins is not None
    assert not patient.ins.key_is_valid


@pytest.mark.parametrize("oid", ["1.2.250.1.213.1.4.2", "1.2.250.1.213.1.4.13"])
def test_an_identifier_of_another_authority_is_no_ins(oid: str) -> None:
    patient = read_cda(make_cda(oid=oid)).patient

    assert patient.ins is None
    assert patient.other_ids[0] == (oid, "279035121518989")


def test_a_device_is_an_author() -> None:
    document = read_cda(make_cda(is_device=True, author_name=("DPI", "Modèle 3")))

    [author] = document.authors
    assert (author.is_device, author.family, author.given) == (True, "DPI", "Modèle 3")


def test_a_patient_is_an_author() -> None:
    document = read_cda(
        make_cda(
            author_root="1.2.250.1.213.1.4.10",
            author_id="279035121518989",
            structure_id="",
        )
    )

    [author] = document.authors
    assert (author.is_patient, author.structure) == (True, None)


def test_an_author_without_identifier_is_left_to_the_rules() -> None:
    content = change(
        '<id root="1.2.250.1.71.4.2.1" extension="899700000017"/>',
        '<id nullFlavor="UNK"/>',
    )

    assert read_cda(content).authors[0].identifier == ""


def test_the_number_of_the_professional_comes_before_that_of_insurance() -> None:
    number = '<id root="1.2.250.1.71.4.2.1" extension="899700000017"/>'
    content = change(number, f'<id root="1.2.250.1.215.300.5" extension="7"/>{number}')

    assert read_cda(content).authors[0].identifier == "899700000017"


def test_a_time_without_offset_is_french() -> None:
    summer = read_cda(make_cda(effective_time="20260701120000")).effective_time
    winter = read_cda(make_cda(effective_time="20260101120000")).effective_time

    assert (summer.astimezone(UTC).hour, winter.astimezone(UTC).hour) == (10, 11)


def test_an_imaging_report_names_its_request_and_study() -> None:
    order = (
        f'<inFulfillmentOf><order><id root="{HOSPITAL}.3" extension="42"/></order>'
        "</inFulfillmentOf>"
    )
    accession = (
        f'<id root="{HOSPITAL}.3" extension="42"/>'
        '<p:accessionNumber xmlns:p="urn:dicom-org:ps3-20"'
        f' root="{HOSPITAL}.4" extension="A7"/></order>'
    )
    text = make_cda(
        type_code=("18748-4", LOINC, "CR d'imagerie"), order_id=f"{HOSPITAL}.3^42"
    ).decode()
    assert order in text
    content = text.replace(
        f'<id root="{HOSPITAL}.3" extension="42"/></order>', accession
    ).replace("<serviceEvent>", f'<serviceEvent><id root="{HOSPITAL[:40]}"/>')

    document = read_cda(content.encode())

    assert document.order_ids == (f"{HOSPITAL}.3^42",)
    assert document.accession_ids == (f"{HOSPITAL}.4^A7",)
    assert document.study_uids == (HOSPITAL[:40],)


def test_the_callers_limit_of_bytes_holds() -> None:
    content = make_cda()

    with pytest.raises(InvalidError, match="too large"):
        read_cda(content, max_bytes=len(content) - 1)


LONG = ("1" * 128, "a" * 127)


def test_an_id_and_a_code_at_their_limits_are_read() -> None:
    document = read_cda(make_cda(unique_id=LONG, type_code=("9" * 64, LOINC, "")))

    assert len(document.unique_id) == 256
    assert document.type_code.code == "9" * 64
    assert document.remarks == ()


SERVICE = "documentationOf/serviceEvent/effectiveTime"
PARENT = "relatedDocument/parentDocument"
ODD_ID = (HOSPITAL, "<script>alert(1)</script>")

# what is written, what is read of it, what its sender is told
ODD: list[tuple[bytes, dict[str, Any], str]] = [
    (
        make_cda(service_start="demain"),
        {"service_start": None},
        f"{SERVICE}/low is not a time: left out",
    ),
    (
        make_cda(service_start="17991231"),
        {"service_start": None},
        f"{SERVICE}/low is not a time: left out",
    ),
    (
        make_cda(service_stop="22000101"),
        {"service_stop": None},
        f"{SERVICE}/high is not a time: left out",
    ),
    (
        make_cda(other_ids=(ODD_ID, (HOSPITAL, "8"))),
        {},
        "recordTarget/patientRole/id is not an identifier: left out",
    ),
    (
        change(f'setId root="{SET}"', 'setId root="a b"'),
        {"set_id": ""},
        "setId is not an identifier: left out",
    ),
    (
        change(f'setId root="{SET}"', f'setId root="{LONG[0]}" extension="{LONG[1]}a"'),
        {"set_id": ""},
        "setId is too long: left out",
    ),
    (
        change('confidentialityCode code="N"', 'confidentialityCode nullFlavor="UNK"'),
        {"confidentiality": coded(CONFIDENTIALITY, "N")},
        "confidentialityCode is said to be unknown: left out",
    ),
    (
        make_cda(order_id=f"{HOSPITAL}^a&b"),
        {"order_ids": ()},
        "inFulfillmentOf/order/id is not an identifier: left out",
    ),
    (
        make_cda(replaces="1.2^a&b", relation="XFRM"),
        {"related": ()},
        f"{PARENT}/id is not an identifier: left out",
    ),
    (
        change('<id root="9.9"/>', "", replaces="9.9", relation="APND"),
        {"related": ()},
        f"the document has no {PARENT}/id: left out",
    ),
    (
        change(
            '<id root="9.9"/>',
            '<id root="9.9"/><versionNumber value="b"/>',
            replaces="9.9",
        ),
        {"replaces": "9.9"},
        f"{PARENT}/versionNumber is not a whole number: left out",
    ),
    (
        change(
            '<id root="9.9"/>',
            '<id root="9.9"/><setId root="a b"/>',
            replaces="9.9",
        ),
        {"replaces": "9.9"},
        f"{PARENT}/setId is not an identifier: left out",
    ),
    (
        make_cda(extra="<legalAuthenticator><time value='2026'/></legalAuthenticator>"),
        {"legal_authenticator": None},
        "the document has no legalAuthenticator/assignedEntity: left out",
    ),
    (
        make_cda(author_root="a b"),
        {},
        "author/assignedAuthor/id is not an identifier: left out",
    ),
    (
        make_cda(structure_id="1&2"),
        {},
        "author/assignedAuthor/representedOrganization/id is not an identifier:"
        " left out",
    ),
]


@pytest.mark.parametrize(("content", "read", "told"), ODD)
def test_an_optional_value_that_is_wrong_counts_as_absent_and_is_told(
    content: bytes, read: dict[str, Any], told: str
) -> None:
    document = read_cda(content)

    assert {name: getattr(document, name) for name in read} == read
    assert told in document.remarks
    assert "script" not in str(document.remarks)


def test_an_odd_number_of_the_hospital_leaves_the_others() -> None:
    patient = read_cda(make_cda(other_ids=(ODD_ID, (HOSPITAL, "8")))).patient

    assert patient.ins == PATIENT
    assert patient.other_ids == ((HOSPITAL, "8"),)


@pytest.mark.parametrize("value", ["17991231", "22000101", "demain", ""])
def test_the_time_of_an_author_may_be_anything(value: str) -> None:
    text = make_cda().decode()
    time = '<author><time value="20261016143000+0200"/>'
    assert time in text

    document = read_cda(text.replace(time, f'<author><time value="{value}"/>').encode())

    assert document.authors[0].family == "MOREAU"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "<assignedPerson>",
            '<addr nullFlavor="XX"/><telecom value="t e l"/><assignedPerson>',
        ),
        ("<addr>", '<addr use="?"><bogus/>'),
        ('<facility code="SA01"', '<facility code=""'),
        ('languageCode code="fr-FR"', 'languageCode code="??"'),
        ('code="ETABLISSEMENT"', 'code=""'),
        ('administrativeGenderCode code="F"', 'administrativeGenderCode code=""'),
        ('value="19790328"', 'value="le 28"'),
    ],
)
def test_odd_addresses_telephones_and_codes_refuse_nothing(old: str, new: str) -> None:
    document = read_cda(make_cda().decode().replace(old, new).encode())

    assert document.unique_id == f"{SET}.1"

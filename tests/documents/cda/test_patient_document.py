"""The document of a file a patient keeps: as the texts want it, bit for bit inside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.core.codes import document_types, find_document_type
from gateway.core.document import BodyLevel
from gateway.core.keeping import Category, FileToKeep, MessageFile
from gateway.core.person import IdentityTraits
from gateway.documents.cda.body import body_of
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.header import read_cda
from gateway.documents.cda.patient_document import make_patient_document
from gateway.documents.cda.schema import CdaSchema
from gateway.documents.xds.entry import document_entry
from gateway.errors import InvalidError
from tests.builders_cda import PDF
from tests.builders_files import JPEG, TIFF
from tests.builders_people import INS, TRAITS

AT = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
FILE = FileToKeep(
    source=MessageFile("0" * 32, 0),
    title="Compte rendu du Dr Moreau",
    category=Category.REPORT,
    media_type="application/pdf",
    content=PDF,
)
BODIES = [
    ("application/pdf", PDF, "application/pdf"),
    ("text/plain", "Été & <suite>\r\n".encode(), "text/plain"),
    ("text/plain", "Été".encode("cp1252"), "text/plain"),
    ("application/rtf", b"{\\rtf1 Bonjour}", "text/rtf"),
    ("image/jpeg", JPEG, "image/jpeg"),
    ("image/tiff", TIFF, "image/tiff"),
]
SCANT = IdentityTraits(family="PAT-TROIS")
USED = evolve(TRAITS, used_family="D'<&>É", used_given="DOM")


def make(
    file: FileToKeep = FILE, traits: IdentityTraits = TRAITS, at: datetime = AT
) -> bytes:
    return make_patient_document(file, ins=INS, traits=traits, written_at=at)


def at(content: bytes, path: str) -> Any:
    found = open_cda(content).element.xpath(path, namespaces={"c": "urn:hl7-org:v3"})
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("media_type", "content", "kept_as"), BODIES)
@pytest.mark.parametrize("traits", [TRAITS, SCANT, USED], ids=["all", "few", "used"])
@pytest.mark.parametrize("category", Category)
def test_the_document_is_valid_against_the_schema(
    category: Category,
    traits: IdentityTraits,
    media_type: str,
    content: bytes,
    kept_as: str,
    schema: CdaSchema,
) -> None:
    file = evolve(FILE, category=category, media_type=media_type, content=content)

    errors = schema.errors(open_cda(make(file, traits)))

    assert errors == ()


@pytest.mark.parametrize(("media_type", "content", "kept_as"), BODIES)
def test_the_file_comes_back_bit_for_bit(
    media_type: str, content: bytes, kept_as: str
) -> None:
    made = make(evolve(FILE, media_type=media_type, content=content))

    body = body_of(made)

    assert (body.level, body.media_type, body.content) == (
        BodyLevel.N1,
        kept_as,
        content,
    )


def test_the_header_is_that_of_a_patients_own_document() -> None:
    made = make()

    read = read_cda(made)

    assert read.unique_id == FILE.source.unique_id
    assert read.set_id == FILE.source.set_id != read.unique_id
    assert read.version == 1
    assert read.title == FILE.title
    assert read.effective_time == AT
    assert read.template_ids == (
        "2.16.840.1.113883.2.8.2.1",
        "1.2.250.1.213.1.1.1.1",
        "1.3.6.1.4.1.19376.1.2.20",
    )
    assert read.patient.ins == INS
    assert read.patient.traits == TRAITS
    custodian = b'<assignedCustodian><representedCustodianOrganization><id root="'
    assert custodian + b'1.2.250.1.213.4.1"' in made
    assert read.confidentiality.code == "N"
    assert read.language == "fr-FR"
    (author,) = read.authors
    assert author.is_patient
    assert author.identifier == INS.matricule
    assert (author.specialty, author.structure) == (None, None)
    assert read.legal_authenticator == author
    for code in (read.facility_type, read.practice_setting, *read.event_codes):
        assert code is not None
        assert (code.code, code.scheme) == ("EXP_PATIENT", "1.2.250.1.213.1.1.4.6")


def test_times_are_those_of_paris_with_their_offset() -> None:
    summer = make(at=datetime(2026, 7, 1, 22, 30, 5, tzinfo=ZoneInfo("America/Lima")))

    assert at(make(), "c:effectiveTime/@value") == ["20261122103015+0100"]
    assert at(summer, "c:author/c:time/@value") == ["20260702053005+0200"]
    assert at(summer, "//c:serviceEvent/c:effectiveTime/c:low/@value") == [
        "202607020530+0200"
    ]


def test_the_entry_of_the_document_is_complete() -> None:
    made = make()

    entry = document_entry(read_cda(made), made, entry_uuid="urn:uuid:1")

    assert (entry.type_code.code, entry.class_code.code) == ("DOCPAT03", "10")
    assert entry.format_code.code == "urn:ihe:iti:xds-sd:pdf:2008"
    assert entry.patient_id == f"{INS.matricule}^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert entry.authors[0].person.endswith("&1.2.250.1.213.1.4.10&ISO^D^^^NH")
    assert entry.authors[0].institution == ""
    assert entry.title == FILE.title


@pytest.mark.parametrize("category", Category)
def test_every_category_is_a_type_of_documents_of_patients(category: Category) -> None:
    made = make(evolve(FILE, category=category))

    kind = find_document_type(read_cda(made).type_code)

    assert kind == category.document_type
    assert kind is not None
    assert kind.code.startswith(("DOCPAT", "EXPPAT"))
    assert kind.label
    assert kind.code in document_types()


def test_identifiers_follow_from_the_message_and_the_place() -> None:
    places = [MessageFile(m, n) for m in ("a" * 32, "b" * 32) for n in range(3)]

    found = {one.unique_id for one in places} | {one.set_id for one in places}

    assert len(found) == 2 * len(places)
    assert MessageFile("a" * 32, 1).unique_id == places[1].unique_id
    assert all(len(one) <= 64 for one in found)  # the most an OID may have


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": " \n "},
        {"title": "x" * 129},
        {"title": "a\x00b"},
        {"title": "a\x0bb\x07"},
        {"title": "a\ud800"},
        {"content": b""},
        {"media_type": "text/plain", "content": b""},
        {"media_type": "image/png", "content": b"\x89PNG\r\n\x1a\n"},
        {"media_type": "text/html", "content": b"<p>"},
        {"media_type": "image/jpeg"},
        {"media_type": "text/plain", "content": b"a\x00b"},
    ],
    ids=str,
)
def test_what_no_document_can_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as raised:
        make(evolve(FILE, **change))

    assert "x" * 20 not in str(raised.value)


def test_a_name_xml_cannot_hold_is_refused_without_saying_it() -> None:
    with pytest.raises(InvalidError) as raised:
        make(traits=evolve(TRAITS, family="SECRET\x01"))

    assert "SECRET" not in str(raised.value)


@settings(max_examples=60)
@given(st.text(max_size=150), st.text(max_size=40), st.binary(min_size=1, max_size=300))
def test_any_title_name_and_bytes_give_a_readable_document_or_a_refusal(
    title: str, family: str, content: bytes
) -> None:
    traits = evolve(TRAITS, family=family)
    file = evolve(FILE, title=title, media_type="text/plain", content=content)
    try:
        made = make(file, traits)
    except InvalidError:
        return

    read = read_cda(made)

    assert read.title == " ".join(title.split())
    assert body_of(made).content == content
    assert etree.fromstring(made).tag == "{urn:hl7-org:v3}ClinicalDocument"

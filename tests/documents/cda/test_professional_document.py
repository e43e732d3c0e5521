"""The document of a professional's PDF: as the texts want it, bit for bit inside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from gateway.core.codes import (
    FACILITIES,
    PROFESSIONALS,
    STRUCTURES,
    coded,
    document_types,
)
from gateway.core.document import BodyLevel
from gateway.core.person import Coded, Participant, Structure
from gateway.documents.cda.body import body_of
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.header import read_cda
from gateway.documents.cda.professional_document import (
    ProfessionalFile,
    make_professional_document,
)
from gateway.documents.cda.schema import CdaSchema
from gateway.documents.cda.writing import Head
from gateway.documents.xds.entry import document_entry
from gateway.errors import InvalidError
from tests.builders_cda import PDF
from tests.builders_files import JPEG
from tests.builders_people import INS, TRAITS

AT = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
AUTHOR = Participant(
    root=PROFESSIONALS, identifier="899700000017", family="MOREAU", given="CAMILLE"
)
PLACED = evolve(
    AUTHOR,
    prefix="MME",
    suffix="DR",
    specialty=Coded(
        code="G15_10/SM26",
        scheme="1.2.250.1.213.1.1.4.5",
        label="Médecin - Généraliste",
    ),
    structure=Structure(identifier="1750000011", name="CHU D'<&>É"),
)
HEAD = Head(
    unique_id="2.25.1",
    set_id="2.25.2",
    kind=document_types()["11488-4"],
    title="Consultation du 22 novembre",
)
FILE = ProfessionalFile(head=HEAD, author=AUTHOR, done_at=AT, content=PDF)


def make(file: ProfessionalFile = FILE) -> bytes:
    return make_professional_document(file, ins=INS, traits=TRAITS, written_at=AT)


@pytest.mark.parametrize("author", [AUTHOR, PLACED], ids=["alone", "of a structure"])
@pytest.mark.parametrize("replaces", ["", "2.25.9"])
@pytest.mark.parametrize("code", ["11488-4", "PRESC-BIO", "60591-5"])
def test_the_document_is_valid_against_the_schema(
    author: Participant, replaces: str, code: str, schema: CdaSchema
) -> None:
    head = evolve(HEAD, kind=document_types()[code], replaces=replaces)

    errors = schema.errors(open_cda(make(evolve(FILE, head=head, author=author))))

    assert errors == ()


def test_the_pdf_comes_back_bit_for_bit() -> None:
    body = body_of(make())

    assert (body.level, body.media_type) == (BodyLevel.N1, "application/pdf")
    assert body.content == PDF


def test_the_header_names_who_wrote_it_and_whom_it_is_about() -> None:
    made = make(evolve(FILE, author=PLACED, head=evolve(HEAD, replaces="2.25.9")))

    read = read_cda(made)

    assert read.remarks == ()
    assert (read.unique_id, read.set_id, read.version) == ("2.25.1", "2.25.2", 1)
    assert read.title == HEAD.title
    assert read.effective_time == AT
    assert read.service_start == AT.replace(second=0)
    assert (read.patient.ins, read.patient.traits) == (INS, TRAITS)
    assert read.authors == (PLACED_AS_READ,)
    assert read.legal_authenticator == PLACED_AS_READ
    assert read.replaces == "2.25.9"
    assert read.facility_type == coded(FACILITIES, "SA07")
    assert read.practice_setting is not None
    assert read.practice_setting.code == "AMBULATOIRE"
    assert f'root="{STRUCTURES}" extension="1750000011"'.encode() in made


PLACED_AS_READ = evolve(
    PLACED,
    structure=Structure(identifier="1750000011", name="CHU D'<&>É", root=STRUCTURES),
)


def test_without_a_structure_the_vault_keeps_it() -> None:
    made = make()

    assert read_cda(made).authors == (AUTHOR,)
    assert b'<id root="1.2.250.1.213.4.1"/><name>DMP</name>' in made


def test_the_entry_of_the_document_is_complete() -> None:
    made = make(evolve(FILE, author=PLACED))

    entry = document_entry(read_cda(made), made, entry_uuid="urn:uuid:1")

    assert (entry.type_code.code, entry.class_code.code) == ("11488-4", "10")
    assert entry.format_code.code == "urn:ihe:iti:xds-sd:pdf:2008"
    assert entry.authors[0].person.startswith("899700000017^MOREAU^CAMILLE")
    assert "1750000011" in entry.authors[0].institution
    assert entry.legal_authenticator.startswith("899700000017^MOREAU^CAMILLE")


@pytest.mark.parametrize(
    "change",
    [
        {"content": b""},
        {"content": JPEG},
        {"content": b"%PDF-1.4\nonly the beginning"},
        {"content": PDF + b"trailer << /Root 1 0 R /Encrypt 5 0 R >>"},
        {"content": PDF + b"<< /Root 1 0 R /Encrypt<</Filter/Standard>> >>"},
        {"author": evolve(AUTHOR, identifier="")},
        {"author": evolve(AUTHOR, family="")},
        {"author": evolve(AUTHOR, family="SECRET\x01")},
        {"head": evolve(HEAD, title="")},
        {"head": evolve(HEAD, title="x" * 129)},
        {"head": evolve(HEAD, title="a\ud800")},
    ],
    ids=str,
)
def test_what_no_document_can_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as raised:
        make(evolve(FILE, **change))

    assert "SECRET" not in str(raised.value)

"""Every published CI-SIS example is read right: facts taken by other means."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gateway.core.codes import CLASSES
from gateway.core.document import ClinicalDocument, DocumentEntry
from gateway.core.person import Coded, Participant
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.header import read_cda
from gateway.documents.cda.schema import CdaSchema
from gateway.documents.times import to_utc_digits
from gateway.documents.xds.entry import document_entry
from tests.shared import shared, shared_files

TABLE = Path(__file__).resolve().parents[2] / "samples" / "published_cda.csv"
with TABLE.open(encoding="utf-8", newline="") as lines:
    FACTS = list(csv.DictReader(lines))

FILES = [row["file"] for row in FACTS]


def test_the_table_has_every_example() -> None:
    shared("cda")

    assert [path.name for path in shared_files("cda", "*.xml")] == sorted(FILES)


@pytest.mark.parametrize("facts", FACTS, ids=FILES)
def test_a_published_example_is_read(facts: dict[str, str]) -> None:
    content = shared(f"cda/{facts['file']}").read_bytes()

    document = read_cda(content)
    entry = document_entry(document, content, entry_uuid="urn:uuid:0", visibility=())

    read = {**_header(document), **_patient(document), **_entry(entry)}
    assert read == {name: text for name, text in facts.items() if name != "file"}


@pytest.mark.parametrize("name", FILES)
def test_a_published_example_is_valid(name: str, schema: CdaSchema) -> None:
    content = shared(f"cda/{name}").read_bytes()

    assert schema.errors(open_cda(content)) == ()


def _header(document: ClinicalDocument) -> dict[str, str]:
    signer = document.legal_authenticator
    return {
        "shape": document.shape.value,
        "level": document.body_level.value,
        "unique_id": document.unique_id,
        "set_id": document.set_id,
        "version": str(document.version),
        "replaces": document.replaces,
        "authors": " | ".join(_author(author) for author in document.authors),
        "signer": signer.identifier if signer else "",
    }


def _author(author: Participant) -> str:
    structure = author.structure.identifier if author.structure else ""
    return f"{author.identifier}:{author.family}:{structure}"


def _patient(document: ClinicalDocument) -> dict[str, str]:
    patient, traits = document.patient, document.patient.traits
    # The table has the matricule as published, good key or not.
    if patient.ins:
        identifier = f"{patient.ins.authority.value}^{patient.ins.matricule}"
    else:
        identifier = f"1.2.250.1.213.1.4.8^{patient.unread_ins}"
    return {
        "patient": identifier,
        "family": traits.family,
        "first_given": traits.first_given,
        "given_names": traits.given_names,
        "birth": traits.birth_date,
        "sex": traits.sex,
        "place": traits.birth_place,
    }


def _entry(entry: DocumentEntry) -> dict[str, str]:
    start, stop = entry.service_start_time, entry.service_stop_time
    assert entry.class_code.scheme == CLASSES
    return {
        "type": entry.type_code.code,
        "document_class": entry.class_code.code,
        "format": entry.format_code.code,
        "title": entry.title,
        "created": to_utc_digits(entry.creation_time),
        "start": to_utc_digits(start) if start else "",
        "stop": to_utc_digits(stop) if stop else "",
        "facility": _code(entry.healthcare_facility_type),
        "practice": _code(entry.practice_setting),
    }


def _code(code: Coded | None) -> str:
    return code.code if code else ""


# Two examples name a newborn by an INS of the real authority whose key is wrong.
UNREAD = {"CSE-CS8_2024.01.xml", "CSE-MDE_2023.01.xml"}


@pytest.mark.parametrize("name", FILES)
def test_an_ins_is_read_unless_its_key_is_wrong(name: str) -> None:
    document = read_cda(shared(f"cda/{name}").read_bytes())

    assert (document.patient.ins is None) == (name in UNREAD)
    assert bool(document.patient.unread_ins) == (name in UNREAD)

"""Validating against the CI-SIS schema, which is not ours and may be absent."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

import gateway
from gateway.documents.cda.file import open_cda
from gateway.documents.cda.schema import MAX_ERRORS, CdaSchema
from gateway.errors import MisuseError
from tests.builders_cda import make_cda

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "samples/cda").glob("*.xml"))
LETTER = Path(gateway.__file__).parent / "demo_files" / "discharge_letter.xml"


@pytest.mark.parametrize("path", [LETTER, *SAMPLES], ids=lambda path: path.stem)
def test_our_samples_are_valid(path: Path, schema: CdaSchema) -> None:
    assert schema.errors(open_cda(path.read_bytes())) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"body": "pdf"},
        {"body": "sections+pdf"},
        {"shape": "stylesheet"},
        {"shape": "signed-stylesheet"},
        {"shape": "signed"},
        {"is_device": True},
        {"replaces": "1.2^3", "order_id": "1.2.3^4", "author_role": "Référent"},
    ],
)
def test_what_the_builder_makes_is_valid(
    changes: dict[str, Any], schema: CdaSchema
) -> None:
    assert schema.errors(open_cda(make_cda(**changes))) == ()


FAULTS = [
    (
        '<realmCode code="FR"/>',
        "<SECRET/>",
        "SECRET: an element is missing or out of place; expected: realmCode, typeId",
    ),
    (
        'effectiveTime value="20261016143000+0200"',
        'effectiveTime value="SECRET"',
        "effectiveTime/@value: has a value that is not valid",
    ),
    (
        'effectiveTime value="20261016143000+0200"',
        'effectiveTime value="Expected is ( SECRET )."',
        "effectiveTime/@value: has a value that is not valid",
    ),
    (
        'realmCode code="FR"',
        'realmCode code="FR" other="SECRET"',
        "realmCode/@other: is not allowed here",
    ),
    ("<custodian>", "SECRET<custodian>", "ClinicalDocument: may not contain text"),
]


@pytest.mark.parametrize(("old", "new", "expected"), FAULTS)
@pytest.mark.parametrize("shape", ["plain", "stylesheet", "signed"])
def test_a_fault_is_told_without_its_value(
    old: str, new: str, expected: str, shape: str, schema: CdaSchema
) -> None:
    text = make_cda(shape=shape).decode()
    assert old in text

    errors = schema.errors(open_cda(text.replace(old, new, 1).encode()))

    place, _, reason = errors[0].partition(": ")
    assert place.startswith("line ")
    assert reason == expected
    assert not any("SECRET" in error.replace("SECRET:", "") for error in errors)


def test_a_missing_element_is_named(schema: CdaSchema) -> None:
    text = make_cda().decode()
    start, end = text.index("<custodian>"), text.index("<legalAuthenticator>")

    [error] = schema.errors(open_cda((text[:start] + text[end:]).encode()))

    assert "legalAuthenticator: an element is missing" in error
    assert "custodian" in error


def test_a_document_of_many_faults_has_some_told(schema: CdaSchema) -> None:
    text = make_cda(sections=[("1", "t", f"<x{n}/>") for n in range(100)])

    assert 1 < len(schema.errors(open_cda(text))) <= MAX_ERRORS


def test_nothing_is_fetched(
    schema: CdaSchema, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    location = f"urn:hl7-org:v3 {(tmp_path / 'other.xsd').as_uri()}"
    content = make_cda().replace(
        b"<ClinicalDocument ",
        f'<ClinicalDocument xsi:schemaLocation="{location}" '.encode(),
    )

    assert schema.errors(open_cda(content)) == ()


def test_another_schema_of_the_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "mine.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'targetNamespace="urn:hl7-org:v3"><xs:element name="Other"/></xs:schema>'
    )

    [error] = CdaSchema(tmp_path).errors(open_cda(make_cda()))

    assert error == "line 2: ClinicalDocument: is not an element of the schema"


@pytest.mark.parametrize("content", [None, "<not-a-schema/>", "<"])
def test_a_folder_without_a_schema_is_told(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "x.xsd").write_text(content)

    with pytest.raises(MisuseError, match="no CDA schema"):
        CdaSchema(tmp_path)

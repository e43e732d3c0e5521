"""The matrix as rules: by which column somebody reads, and what that column reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gateway.core.habilitation import (
    PROCEDURE_TYPE,
    Matrix,
    MatrixColumn,
    MatrixRow,
)
from gateway.rights.habilitation_rules import (
    DocumentKind,
    NoColumn,
    ReadingChange,
    Situation,
    changes_between,
    column_of,
    kind_of,
    matrix_in_force,
    readers_of,
)
from tests.rights.test_masking_rules import document

CARE = "GENR01"
DOCTOR, NURSE = MatrixColumn.DOCTOR, MatrixColumn.NURSE


def row(type_code: str, *readers: MatrixColumn) -> MatrixRow:
    return MatrixRow(
        category_code="10",
        category="Compte rendu",
        type_code=type_code,
        label=type_code,
        readers=frozenset(readers),
    )


def matrix(*rows: MatrixRow, version: str = "a", day: str = "2026-01-01") -> Matrix:
    return Matrix(version=version, in_force=date.fromisoformat(day), rows=rows)


@pytest.mark.parametrize(
    ("situation", "column"),
    [
        ({"profession": "10"}, MatrixColumn.DOCTOR),
        ({"profession": "60"}, MatrixColumn.NURSE),
        ({"profession": "69"}, MatrixColumn.NURSE),
        ({"profession": "50"}, MatrixColumn.MIDWIFE),
        ({"profession": "50", "in_training": True}, NoColumn.NO_COLUMN),
        ({"profession": "10", "in_training": True}, MatrixColumn.DOCTOR),
        ({"profession": "41", "is_social": True}, MatrixColumn.SOCIAL_WORKER),
        ({"profession": "41"}, NoColumn.NO_COLUMN),
        ({"profession": "93"}, NoColumn.NO_COLUMN),
        ({"profession": "35"}, NoColumn.NO_COLUMN),
        ({"profession": ""}, NoColumn.NO_COLUMN),
        ({"profession": "21"}, MatrixColumn.PHARMACIST),
        ({"profession": "21", "section": "A"}, MatrixColumn.PHARMACIST),
        ({"profession": "21", "section": "G"}, MatrixColumn.LABORATORY_PHARMACIST),
        ({"profession": "21", "section": "B"}, NoColumn.NO_CARE),
        ({"profession": "21", "section": "?"}, NoColumn.NO_CARE),
        (
            {"profession": "21", "functions": frozenset({"FON-41"})},
            MatrixColumn.LABORATORY_PHARMACIST,
        ),
        ({"profession": "10", "functions": frozenset({"FON-41"})}, DOCTOR),
        ({"profession": "10", "functions": frozenset({"FON-48"})}, DOCTOR),
        ({"profession": "10", "functions": frozenset({"FON-29"})}, NoColumn.NO_CARE),
        (
            {"profession": "10", "functions": frozenset({"FON-41", "FON-29"})},
            NoColumn.NO_CARE,
        ),
        ({"profession": "10", "activity": "GENR04"}, NoColumn.NO_CARE),
        ({"profession": "10", "activity": "GENR13"}, NoColumn.NO_CARE),
        ({"profession": "10", "activity": "GENR99"}, NoColumn.NO_CARE),
        ({"profession": "10", "activity": ""}, NoColumn.ACTIVITY_UNKNOWN),
        ({"profession": "10", "activity": "GENR55"}, NoColumn.ACTIVITY_UNKNOWN),
        ({"profession": "60", "activity": "GENR08"}, NoColumn.ACTIVITIES_CLOSED),
    ],
)
def test_somebody_reads_by_one_column_or_by_none(
    situation: dict[str, Any], column: MatrixColumn | NoColumn
) -> None:
    assert column_of(Situation(**{"activity": CARE, **situation})) is column


@pytest.mark.parametrize(
    ("activity", "column"),
    [
        ("GENR08", MatrixColumn.COORDINATION),
        ("GENR09", MatrixColumn.SOCIAL_ADMINISTRATION),
        ("GENR10", MatrixColumn.SOCIAL_LIFE),
        ("GENR11", MatrixColumn.SOCIAL_CARE),
        ("GENR12", MatrixColumn.SOCIAL_MANAGEMENT),
    ],
)
@pytest.mark.parametrize("profession", ["60", "93", ""])
def test_an_activity_that_was_opened_comes_before_the_profession(
    activity: str, column: MatrixColumn, profession: str
) -> None:
    situation = Situation(profession=profession, activity=activity)

    assert column_of(situation, activities_are_open=True) is column


def test_a_function_without_care_reads_by_no_activity_either() -> None:
    situation = Situation(
        profession="60", activity="GENR08", functions=frozenset({"FON-45"})
    )

    assert column_of(situation, activities_are_open=True) is NoColumn.NO_CARE


def test_a_column_reads_what_its_row_says() -> None:
    held = matrix(row("A", DOCTOR, NURSE), row("B", NURSE))

    assert readers_of(held, DocumentKind(type_code="A")) == {DOCTOR, NURSE}
    assert readers_of(held, DocumentKind(type_code="B")) == {NURSE}


def test_a_type_that_no_row_has_is_for_doctors_alone() -> None:
    for held in (matrix(), matrix(row("A", NURSE))):
        assert readers_of(held, DocumentKind(type_code="NEW")) == {DOCTOR}


def test_an_imaging_object_is_found_by_what_it_is_and_never_by_the_placeholder() -> (
    None
):
    held = matrix(row(PROCEDURE_TYPE, DOCTOR, NURSE), row("KOS", DOCTOR))
    procedure = DocumentKind(type_code="24627-2", is_imaging_object=True)

    assert readers_of(held, procedure) == {DOCTOR, NURSE}
    known = DocumentKind(type_code="KOS", is_imaging_object=True)
    assert readers_of(held, known) == {DOCTOR}
    assert readers_of(held, DocumentKind(type_code="24627-2")) == {DOCTOR}
    assert readers_of(held, DocumentKind(type_code=PROCEDURE_TYPE)) == {DOCTOR}
    assert readers_of(matrix(), procedure) == {DOCTOR}


def test_the_last_version_that_began_holds() -> None:
    first = matrix(version="first", day="2026-01-01")
    second = matrix(version="second", day="2026-06-01")

    def on(day: str) -> Matrix | None:
        return matrix_in_force([second, first], date.fromisoformat(day))

    assert on("2025-12-31") is None
    assert on("2026-01-01") is first
    assert on("2026-05-31") is first
    assert on("2026-06-01") is second
    assert matrix_in_force([], date(2026, 1, 1)) is None


def test_two_versions_differ_by_what_each_column_would_read() -> None:
    kinds = [DocumentKind(type_code=one) for one in ("A", "A", "B", "C")]

    found = changes_between(
        matrix(row("A", DOCTOR), row("B", DOCTOR, NURSE)),
        matrix(row("A", DOCTOR, NURSE), row("C", NURSE)),
        kinds,
    )

    assert found == (
        ReadingChange(type_code="A", column=NURSE, opened=True),
        ReadingChange(type_code="B", column=NURSE, opened=False),
        ReadingChange(type_code="C", column=DOCTOR, opened=False),
        ReadingChange(type_code="C", column=NURSE, opened=True),
    )


@pytest.mark.parametrize(
    ("mime_type", "is_imaging_object"),
    [("application/dicom", True), ("text/xml", False), ("application/DICOM", False)],
)
def test_a_document_is_asked_for_by_its_type_and_whether_it_is_an_image(
    mime_type: str, is_imaging_object: bool
) -> None:
    filed = document(type_code="18748-4", mime_type=mime_type)

    assert kind_of(filed) == DocumentKind(
        type_code="18748-4", is_imaging_object=is_imaging_object
    )

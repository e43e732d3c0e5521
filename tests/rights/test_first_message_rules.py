"""Whom a patient may write to first: a row for each thing that has to be so."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.habilitation import MatrixColumn
from gateway.rights.first_message_rules import (
    FIRST_MESSAGE_ROWS,
    PharmacyFacts,
    is_town_pharmacy,
    may_write_first,
)

PHARMACY = PharmacyFacts(is_organisation=True, visited=True, blocked=False)
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("organisation", {"is_organisation": False}),
    ("visited", {"visited": False}),
    ("not-blocked", {"blocked": True}),
]


def test_b7_27_a_pharmacy_that_the_patient_was_at_may_be_written_to_first() -> None:
    assert may_write_first(PHARMACY)
    assert not may_write_first(None)


@pytest.mark.parametrize(("row", "changes"), ROWS)
def test_b7_27_each_thing_has_to_be_so(row: str, changes: dict[str, Any]) -> None:
    facts = evolve(PHARMACY, **changes)

    assert not may_write_first(facts)
    assert [name for name, holds in FIRST_MESSAGE_ROWS if not holds(facts)] == [row]


def test_each_row_has_a_case() -> None:
    assert [name for name, _ in ROWS] == [name for name, _ in FIRST_MESSAGE_ROWS]


@pytest.mark.parametrize(
    ("column", "section", "is_one"),
    [
        *((MatrixColumn.PHARMACIST, section, True) for section in ("A", "D", "E", "")),
        (MatrixColumn.PHARMACIST, "H", False),
        *((one, "", False) for one in MatrixColumn if one != MatrixColumn.PHARMACIST),
    ],
)
def test_a_pharmacy_of_the_town(
    column: MatrixColumn, section: str, is_one: bool
) -> None:
    assert is_town_pharmacy(column.value, section) is is_one

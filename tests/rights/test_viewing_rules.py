"""Who sees a document before a change and after it."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.habilitation import Matrix, MatrixColumn, MatrixRow
from gateway.rights.habilitation_rules import DocumentKind
from gateway.rights.viewing_rules import (
    ViewFacts,
    columns_that_see,
    others_see_in_emergency,
    regulator_sees,
)

READERS = frozenset({MatrixColumn.DOCTOR, MatrixColumn.NURSE})
MATRIX = Matrix(
    version="v",
    in_force=date(2026, 1, 1),
    rows=(
        MatrixRow(
            category_code="10",
            category="CR",
            type_code="A",
            label="A",
            readers=READERS,
        ),
    ),
)
KIND = DocumentKind(type_code="A")


@pytest.mark.parametrize(
    ("masked", "opposed", "sees"),
    [
        (False, False, READERS),
        (True, False, frozenset()),
        (False, True, frozenset()),
        (True, True, frozenset()),
    ],
)
def test_what_the_patient_closes_comes_before_the_matrix(
    masked: bool, opposed: bool, sees: frozenset[MatrixColumn]
) -> None:
    facts = ViewFacts(masked=masked, reading_opposed=opposed)

    assert columns_that_see(MATRIX, KIND, facts) == sees


@pytest.mark.parametrize("permitted", [True, False])
@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("opened", [True, False])
def test_an_emergency_opens_what_the_patient_lets_it_open(
    permitted: bool, masked: bool, opened: bool
) -> None:
    regulator = ViewFacts(
        masked=masked, regulator_permitted=permitted, masked_in_emergency=opened,
        others_permitted=not permitted,
    )  # fmt: skip
    seen = opened or not masked

    assert regulator_sees(regulator) is (permitted and seen)
    assert others_see_in_emergency(regulator) is (not permitted and seen)

"""Who sees a document before a change and after it, as the rules of reading answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import Matrix, MatrixColumn, MatrixRow
from gateway.rights.reader_rules import Sight
from gateway.rights.reading_rules import ReadingPolicy
from gateway.rights.viewing_rules import ViewFacts, WhoSees, who_sees

READERS = frozenset({MatrixColumn.DOCTOR, MatrixColumn.NURSE})
COORDINATION = MatrixColumn.COORDINATION
PERSON, PLACE, TREATING = "801234567897", "1750000011", "899700000017"


def matrix(readers: frozenset[MatrixColumn] = READERS) -> Matrix:
    row = MatrixRow(
        category_code="10", category="CR", type_code="A", label="A", readers=readers
    )
    return Matrix(version="v", in_force=date(2026, 1, 1), rows=(row,))


SIGHT = Sight(
    visibility=frozenset(),
    status=Availability.APPROVED,
    type_code="A",
    owners=(PERSON, PLACE),
)
FACTS = ViewFacts(sight=SIGHT, now=datetime(2026, 11, 29, 10, tzinfo=UTC))


def seen(
    facts: ViewFacts = FACTS, readers: frozenset[MatrixColumn] = READERS, **who: Any
) -> WhoSees:
    return who_sees(matrix(readers), facts, ReadingPolicy(), **who)


def others(found: WhoSees) -> tuple[bool, bool, bool, bool]:
    return found.author, found.regulator, found.others, found.treating


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
    facts = evolve(FACTS.with_mask(masked=masked), reading_opposed=opposed)

    found = seen(facts)

    assert found.columns == sees
    assert found.author is not opposed


@pytest.mark.parametrize("permitted", [True, False])
@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("opened", [True, False])
def test_an_emergency_opens_what_the_patient_lets_it_open(
    permitted: bool, masked: bool, opened: bool
) -> None:
    facts = evolve(
        FACTS.with_mask(masked=masked), regulator_permitted=permitted,
        others_permitted=not permitted, masked_in_emergency=opened,
        reading_opposed=True,
    )  # fmt: skip

    found = seen(facts)

    is_open = opened or not masked
    assert found.regulator is (permitted and is_open)
    assert found.others is (not permitted and is_open)


@pytest.mark.parametrize("status", [Availability.DEPRECATED, Availability.ARCHIVED])
def test_an_old_version_is_seen_on_request_and_in_no_emergency(
    status: Availability,
) -> None:
    found = seen(evolve(FACTS, sight=evolve(SIGHT, status=status)))

    assert found.columns == READERS
    assert others(found)[:3] == (True, False, False)


def test_the_matrix_binds_who_answers_a_call_and_whoever_declares() -> None:
    nurses = seen(readers=frozenset({MatrixColumn.NURSE}))
    nobody = seen(readers=frozenset(), treating=TREATING, administrators={TREATING})

    assert (nurses.regulator, nurses.others) == (False, True)
    assert others(nobody) == (True, False, False, True)
    assert not nobody.administrator


def test_nobody_reads_by_an_activity_that_is_not_opened_here() -> None:
    facts = evolve(FACTS, activities_are_open=True)
    readers = frozenset({COORDINATION})

    assert seen(facts, readers).columns == readers
    closed = seen(FACTS, readers, administrators=frozenset({TREATING}))
    assert not closed.columns
    assert not closed.others
    assert not closed.administrator


def test_a_mask_is_none_to_administrators_and_by_a_setting_to_who_treats() -> None:
    facts = FACTS.with_mask(masked=True)
    who: dict[str, Any] = {"treating": TREATING, "administrators": frozenset({PERSON})}

    closed = seen(facts, **who)
    opened = seen(evolve(facts, treating_sees_masked=True), **who)

    assert (closed.administrator, closed.treating) == (True, False)
    assert opened.treating
    none = seen(facts)
    assert not none.administrator
    assert not none.treating


@pytest.mark.parametrize(
    ("blocked", "author"),
    [
        ({PERSON}, True),  # who works in the same place owns it too
        ({PLACE}, False),  # an author is blocked there
        ({PERSON, PLACE}, False),
        ({TREATING}, True),
    ],
)
def test_whoever_is_blocked_sees_nothing(blocked: set[str], author: bool) -> None:
    found = seen(
        evolve(FACTS, blocked=frozenset(blocked)), treating=TREATING,
        administrators=frozenset({PERSON}),
    )  # fmt: skip

    assert found.author is author
    assert found.treating is (TREATING not in blocked)
    assert found.administrator is (PERSON not in blocked)


def test_what_is_hidden_from_the_patient_or_representatives_is_seen() -> None:
    hidden = frozenset(
        {Visibility.HIDDEN_FROM_PATIENT, Visibility.HIDDEN_FROM_REPRESENTATIVES}
    )

    assert seen(evolve(FACTS, sight=evolve(SIGHT, visibility=hidden))) == seen()

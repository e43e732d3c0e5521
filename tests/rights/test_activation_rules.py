"""Who may activate a space that waits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from attrs import evolve

from gateway.rights.activation_rules import (
    BETWEEN_CODES,
    CODE_LETTERS,
    CODE_LIFE,
    CODE_SIZE,
    SpaceKnown,
    may_activate,
    may_decide_at_counter,
    may_oppose,
    plain_code,
)
from gateway.rights.profile import ProfileState
from gateway.rights.recovery_rules import ItemsSaid

KNOWN = SpaceKnown(
    state=ProfileState.ANNOUNCED,
    birth_date="19790328",
    card="21034567890",
    was_represented=True,
    today=date(2026, 11, 29),
)
SAID = ItemsSaid(birth_date="19790328", card="21034567890")
WAITS = {
    ProfileState.ANNOUNCED,
    ProfileState.OPEN_NOT_ACTIVATED,
    ProfileState.OPPOSED,
}


@pytest.mark.parametrize("state", ProfileState)
def test_a_space_that_waits_is_activated_and_no_other(state: ProfileState) -> None:
    known = evolve(KNOWN, state=state, was_represented=False)
    assert may_activate(SAID, known) is (state in WAITS)


@pytest.mark.parametrize("state", ProfileState)
def test_a_space_that_a_representative_opened_gets_the_account_of_its_holder(
    state: ProfileState,
) -> None:
    opened = WAITS | {ProfileState.ACTIVATED}
    assert may_activate(SAID, evolve(KNOWN, state=state)) is (state in opened)


@pytest.mark.parametrize(
    ("born", "may"),
    [("20081129", True), ("20081130", False), ("20150101", False), ("2008", True)],
)
@pytest.mark.parametrize("state", sorted(WAITS | {ProfileState.ACTIVATED}))
def test_nobody_activates_as_a_minor(
    state: ProfileState, born: str, *, may: bool
) -> None:
    known = evolve(KNOWN, state=state, birth_date=born)
    assert may_activate(evolve(SAID, birth_date=born), known) is may


@pytest.mark.parametrize(
    ("said", "card", "may"),
    [
        (SAID, "21034567890", True),
        (evolve(SAID, card=""), "", True),
        (evolve(SAID, birth_date="19790329"), "21034567890", False),
        (evolve(SAID, birth_date=""), "", False),
        (evolve(SAID, card="21034567891"), "21034567890", False),
        (evolve(SAID, card=""), "21034567890", False),
    ],
)
def test_what_is_known_must_be_said(said: ItemsSaid, card: str, *, may: bool) -> None:
    assert may_activate(said, evolve(KNOWN, card=card)) is may


@pytest.mark.parametrize("state", ProfileState)
def test_a_space_is_objected_to_before_it_opens(state: ProfileState) -> None:
    before = {ProfileState.ABSENT, ProfileState.ANNOUNCED}
    assert may_oppose(state) is (state in before)


def test_a_code_is_read_however_it_is_typed() -> None:
    assert plain_code(" 7kq2-m9xa ") == "7KQ2M9XA"
    assert plain_code("7KQ2.M9XA") == "7KQ2M9XA"


def test_a_code_cannot_be_guessed_nor_misread() -> None:
    assert len(CODE_LETTERS) == len(set(CODE_LETTERS)) == 32
    assert not set("01OI") & set(CODE_LETTERS)
    assert CODE_SIZE == 8
    assert timedelta(days=42) == CODE_LIFE
    assert timedelta(seconds=30) == BETWEEN_CODES


@pytest.mark.parametrize(
    ("printed_by", "may"), [("anne", False), ("ben", True), ("", True)]
)
def test_who_printed_a_letter_does_not_decide_by_its_code(
    printed_by: str, *, may: bool
) -> None:
    assert may_decide_at_counter(printed_by, "anne") is may

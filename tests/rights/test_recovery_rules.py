"""Who is sent a code for another password."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve

from gateway.errors import InvalidError
from gateway.rights.profile import ProfileState
from gateway.rights.recovery_rules import (
    ItemsSaid,
    PersonKnown,
    card_serial,
    is_same_card,
    may_recover,
)

KNOWN = PersonKnown(
    state=ProfileState.ACTIVATED,
    has_account=True,
    has_address=True,
    birth_date="19790328",
    card="21034567890",
    today=date(2026, 11, 29),
)
SAID = ItemsSaid(birth_date="19790328", card="21034567890")


def test_who_says_what_is_known_may_recover() -> None:
    assert may_recover(SAID, KNOWN) is True


def test_a_card_that_is_not_known_is_not_asked_for() -> None:
    unknown = evolve(KNOWN, card="")

    assert may_recover(evolve(SAID, card=""), unknown) is True
    assert may_recover(SAID, unknown) is True


@pytest.mark.parametrize("born", ["20101129", "20081130", "20200101"])
def test_a_minor_goes_to_the_counter_whoever_knows_everything(born: str) -> None:
    """A parent knows the number, the birth date and the card."""
    said, known = evolve(SAID, birth_date=born), evolve(KNOWN, birth_date=born)

    assert may_recover(said, known) is False
    assert may_recover(said, evolve(known, today=date(2038, 1, 1))) is True


@pytest.mark.parametrize(
    "said",
    [
        evolve(SAID, birth_date="19790329"),
        evolve(SAID, birth_date=""),
        evolve(SAID, birth_date="1979032"),
        evolve(SAID, card="21034567891"),
        evolve(SAID, card=""),
        evolve(SAID, card="4567890"),  # seven digits: too few to be one
    ],
)
def test_who_says_another_thing_may_not(said: ItemsSaid) -> None:
    assert may_recover(said, KNOWN) is False


@pytest.mark.parametrize(
    "known",
    [
        *(
            evolve(KNOWN, state=state)
            for state in ProfileState
            if state is not ProfileState.ACTIVATED
        ),
        evolve(KNOWN, has_account=False),
        evolve(KNOWN, has_address=False),
    ],
)
def test_nobody_recovers_what_is_not_open_or_cannot_be_reached(
    known: PersonKnown,
) -> None:
    assert may_recover(SAID, known) is False


@pytest.mark.parametrize(
    ("said", "known", "is_same"),
    [
        ("21034567890", "21034567890", True),
        ("0021034567890", "21034567890", True),
        ("34567890", "21034567890", True),
        ("4567890", "21034567890", False),
        ("34567891", "21034567890", False),
        ("21034567890", "4567890", False),
        ("", "", False),
    ],
)
def test_two_cards_are_one_by_the_end_of_their_numbers(
    said: str, known: str, is_same: bool
) -> None:
    assert is_same_card(said, known) is is_same


def test_a_serial_number_is_written_with_or_without_spaces() -> None:
    assert card_serial(" 21 0345 67890 ") == "21034567890"
    assert card_serial("1" * 8) == "1" * 8
    assert card_serial("1" * 13) == "1" * 13


@pytest.mark.parametrize("text", ["", "1" * 7, "1" * 14, "2103456789A", "٢١٠٣٤٥٦٧"])
def test_what_is_no_serial_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        card_serial(text)

    assert str(refused.value) == "a card's serial number has 8 to 13 digits"

"""What lines of the history say: in both languages, and of a secret nothing."""

from __future__ import annotations

import pytest

from gateway.core.actors import Means
from gateway.core.texts.history import (
    CHANGE_TEXTS,
    DEED_TEXTS,
    MEANS_TEXTS,
    SECRET_CHANGES,
    TOLD_VALUES,
    Deed,
    deed_text,
)
from gateway.store.journal import Action


def test_every_word_is_of_an_action_that_there_is_in_both_languages() -> None:
    assert DEED_TEXTS.keys() <= {action.value for action in Action}
    assert MEANS_TEXTS.keys() == set(Means)
    assert CHANGE_TEXTS.keys() > TOLD_VALUES
    said = [one.text for one in DEED_TEXTS.values()] + list(CHANGE_TEXTS.values())
    assert all(one.fr and one.en and one.fr != one.en for one in said)
    assert {one.deed for one in DEED_TEXTS.values()} == set(Deed)


@pytest.mark.parametrize("outcome", sorted(SECRET_CHANGES))
def test_a_minors_secret_has_no_line(outcome: str) -> None:
    assert deed_text("profile:change", outcome) is None


def test_a_change_says_what_was_changed_and_an_unknown_one_that_something_was() -> None:
    known = deed_text("profile:change", "block")
    other = deed_text("profile:change", "of another version")
    assert known is not None
    assert known.text.fr == "Professionnel ou structure bloqué"
    assert other == DEED_TEXTS["profile:change"]


def test_how_the_service_works_is_no_line() -> None:
    assert deed_text("rows:write", "written") is None
    assert deed_text("notice:withhold", "hidden") is None

"""What is taken from a foreign text before it is shown, and how names are read."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.shown_text import mailbox_name, same_name, shown_text

TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
WIDTHLESS = "\u200b\u2060\ufeff"


def test_no_turn_of_direction_is_left() -> None:
    assert shown_text(f"a{TURNS}b") == "ab"


def test_two_names_that_look_alike_are_alike() -> None:
    assert same_name(f"Dr{WIDTHLESS} MARTIN", "DR_Martin")
    assert same_name("Ｄｒ Martin", "Dr Martin")
    assert not same_name("Dr Martine", "Dr Martin")


def test_joiners_and_letters_of_all_scripts_stay() -> None:
    words = "می\u200cخواهم 👩\u200d⚕️ Łukasz Ñandú"

    assert shown_text(words) == words


def test_line_ends_become_one_kind() -> None:
    assert shown_text("a\r\nb\rc\u2028d\te") == "a\nb\nc\nd\te"


def test_underscores_of_a_mailbox_are_blanks() -> None:
    name = "__DR_Camille__MOREAU_\u202eCardiologie "

    assert mailbox_name(name) == "DR Camille MOREAU Cardiologie"


@given(st.text())
def test_what_is_shown_has_no_controls_and_is_clean_the_second_time(text: str) -> None:
    shown = shown_text(text)

    assert shown_text(shown) == shown
    assert all(one in "\n\t" for one in shown if unicodedata.category(one) == "Cc")
    assert not set(shown) & {*TURNS, *WIDTHLESS}

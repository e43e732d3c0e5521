"""The list of words is as it is compared, and of a sensible size."""

from __future__ import annotations

import re

import pytest

from gateway.core.common_words import common_words, plain_letters


def test_the_list_is_of_small_letters_without_accents() -> None:
    words = common_words()

    assert 800 < len(words) < 5000
    assert all(re.fullmatch("[a-z]{2,24}", word) for word in words)


@pytest.mark.parametrize(
    "word", ["password", "motdepasse", "azertyuiop", "soleil", "marseille", "marie"]
)
def test_what_people_use_most_is_in_it(word: str) -> None:
    assert word in common_words()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Éléonore", "eleonore"),
        ("ÇA", "ca"),
        ("straße", "strasse"),
        ("ﬁn", "fin"),
        ("x1-", "x1-"),
    ],
)
def test_accents_and_capitals_make_no_other_word(text: str, plain: str) -> None:
    assert plain_letters(text) == plain

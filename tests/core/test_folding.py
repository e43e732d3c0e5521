"""Words are found however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.folding import (
    MOST_ASKED,
    MOST_WORDS,
    asked_words,
    begins_a_word,
    fold,
)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("oedeme", "Œdème du poumon"),
        ("œdème", "OEDEME"),
        ("hopital", "Compte rendu de l’Hôpital"),
        ("l'hôpital", "hôpital de jour"),
        ("qu'insuline", "insuline"),
        ("saint jean", "Clinique Saint-Jean"),
        ("Saint-Jean", "SAINT JEAN"),
        ("lemai", "Dr Samuel LEMAÎTRE"),
        ("13,5", "Hémoglobine : 13,5 g/dL"),
        ("cœur", "coeur"),
        ("straße", "STRASSE"),
        ("e\u0301cho", "Écho"),
        ("c reactive", "Protéine C réactive"),
        ("aujourd'hui", "aujourd’hui"),
    ],
)
def test_what_is_meant_is_found(asked: str, text: str) -> None:
    words = asked_words(asked)

    assert words
    assert all(begins_a_word(word, fold(text)) for word in words)


@pytest.mark.parametrize(
    ("asked", "text"),
    [("pital", "hôpital"), ("genou", "épaule"), ("cœurs", "cœur")],
)
def test_what_only_ends_so_is_not_found(asked: str, text: str) -> None:
    assert not any(begins_a_word(word, fold(text)) for word in asked_words(asked))


def test_a_search_has_an_end() -> None:
    many = " ".join(f"m{number}" for number in range(50))

    assert len(asked_words(many)) == MOST_WORDS
    assert asked_words("a" * (MOST_ASKED + 1)) == ("a" * MOST_ASKED,)
    assert asked_words(" ’ - _ ") == ()
    assert asked_words("l’") == ("l",)


@given(st.text())
def test_folding_is_done_once(text: str) -> None:
    folded = fold(text)

    assert fold(folded) == folded
    assert folded == " ".join(folded.split())


@given(st.text())
def test_each_word_of_a_text_finds_it(text: str) -> None:
    for word in asked_words(text[:MOST_ASKED]):
        assert begins_a_word(word, fold(text))

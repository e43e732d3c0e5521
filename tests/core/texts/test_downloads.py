"""What is said in a file that is taken away says the same in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

import pytest

from gateway.core.texts.downloads import (
    DAMAGED,
    INDEX_TEXTS,
    PROVEN,
    README,
    UNPROVEN,
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("texts", [README, DAMAGED, PROVEN, UNPROVEN])
def test_both_languages_ask_for_the_same(texts: Mapping[str, str]) -> None:
    assert fields(texts["fr"]) == fields(texts["en"])


def test_the_words_of_the_lists_are_there_in_both() -> None:
    french, english = INDEX_TEXTS["fr"], INDEX_TEXTS["en"]

    assert french.keys() == english.keys()
    for name, text in french.items():
        assert fields(text) == fields(english[name])


def test_what_is_in_it_and_what_is_not_is_said() -> None:
    for folder in ("documents/", "lisible/", "messages/"):
        assert folder in README["fr"]
        assert folder in README["en"]
    assert "Vos brouillons" in README["fr"]
    assert "Your drafts" in README["en"]

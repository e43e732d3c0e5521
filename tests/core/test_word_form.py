"""Words as they are kept: found by their beginnings, taken out with what is gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core import word_form
from gateway.core.word_form import (
    LONGEST,
    MOST_DOCUMENTS,
    MadeWords,
    WordPart,
    begins_with,
    found_in,
    words_in,
)

WORDS = st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=8)


@given(
    words=st.dictionaries(
        st.uuids().map(lambda one: one.hex), st.sets(WORDS, max_size=6), max_size=6
    ),
    beginning=WORDS,
)
def test_a_part_is_found_in_as_its_words_would_be_one_by_one(
    words: dict[str, set[str]], beginning: str
) -> None:
    part = WordPart.from_bytes(WordPart.of(words).to_bytes())

    assert part.words() == words
    assert part.having(beginning) == {
        name
        for name, some in words.items()
        if any(o.startswith(beginning) for o in some)
    }


def test_words_are_found_wherever_they_stand_among_those_of_a_part() -> None:
    words = {"a" * 32: {"a", "ab", "b"}, "b" * 32: {"ab", "é", "zz"}, "c" * 32: {"z"}}
    part = WordPart.from_bytes(WordPart.of(words).to_bytes())

    found = {one: part.having(one) for one in ("a", "ab", "abc", "b", "z", "zz", "é")}

    assert found == {
        "a": {"a" * 32, "b" * 32},
        "ab": {"a" * 32, "b" * 32},
        "abc": set(),
        "b": {"a" * 32},
        "z": {"b" * 32, "c" * 32},
        "zz": {"b" * 32},
        "é": {"b" * 32},
    }
    assert WordPart.of({}).having("a") == set()


def test_a_full_part_tells_all_its_documents_apart() -> None:
    words = {
        f"{number:032x}": {f"mot{number}", "partout"}
        for number in range(MOST_DOCUMENTS)
    }
    part = WordPart.from_bytes(WordPart.of(words).to_bytes())

    assert part.words() == words
    assert part.having("partout") == set(words)
    assert all(name in part.having(f"mot{int(name, 16)}") for name in words)


def test_words_of_another_form_are_none() -> None:
    part = WordPart.of({"a" * 32: {"inr"}}).to_bytes()

    assert WordPart.from_bytes(b"0" + part[1:]).ids == ()


def test_a_long_word_is_found_by_its_beginning_and_too_many_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = "a" * (LONGEST + 5)
    part = WordPart.of({"b" * 32: words_in([long])})

    assert found_in([part], [long]) == {long: {"b" * 32}}
    assert begins_with(words_in([long]), long)
    monkeypatch.setattr(word_form, "MOST_WORDS", 2)
    assert words_in(["un deux", "trois"]) == {"un", "deux"}


def test_parts_are_filled_in_turn_and_emptied_of_what_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(word_form, "MOST_DOCUMENTS", 2)
    first = MadeWords.of({}, set(), {"a": {"x"}, "b": {"y"}, "c": {"z"}}, is_all=False)
    kept = {number: WordPart.from_bytes(one) for number, one in first.parts.items()}

    then = MadeWords.of(kept, {"b"}, {"d": {"w"}}, is_all=True)

    assert {number: one.ids for number, one in kept.items()} == {
        1: ("a", "b"),
        2: ("c",),
    }
    assert not first.is_all
    parts = {number: WordPart.from_bytes(one) for number, one in then.parts.items()}
    assert {number: one.words() for number, one in parts.items()} == {
        1: {"b": {"y"}},
        2: {"d": {"w"}},
    }
    assert (list(then.dropped), then.is_all) == ([], True)
    gone = MadeWords.of(kept, set(), {}, is_all=True)
    assert (gone.parts, sorted(gone.dropped)) == ({}, [1, 2])

"""Texts made plain, their words, and the place that is shown of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.folding import fold
from gateway.core.searched_text import (
    APART,
    CUT,
    Quotation,
    every_word,
    plain_text,
    quotation,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ef\ufb01cacité du c\u0153ur", {"efficacite", "du", "coeur"}),
        ("he\u0301morragie", {"hemorragie"}),
        ("hyper-\ntension", {"hypertension", "hyper", "tension"}),
        ("hyper\u2010 \n  tension", {"hypertension", "hyper", "tension"}),
        ("hyper\u00ad\ntension", {"hypertension", "hyper", "tension"}),
        ("hyper\u00adtension", {"hypertension", "hyper", "tension"}),
        ("2026-\n11", {"2026", "11"}),
        ("peut-être", {"peut", "etre"}),
        ("S U I V I  du mois", {"suivi", "s", "u", "i", "v", "du", "mois"}),
        ("A B C", {"a", "b", "c"}),
        ("l’a\x00b", {"l", "ab"}),
        ("", set()),
    ],
)
def test_the_words_of_an_ugly_text(text: str, words: set[str]) -> None:
    assert set(every_word(plain_text(text))) == words


@given(st.text(max_size=300))
def test_a_plain_text_is_plain_and_has_all_its_words(text: str) -> None:
    plain = plain_text(text)

    assert plain == " ".join(plain.split())
    assert set(fold(plain).split()) <= set(every_word(plain))


def shown(made: Quotation | None) -> str:
    if made is None:
        return ""
    said = "".join(f"{before}[{word}]" for before, word in made.marked) + made.rest
    return f"{'' if made.begins else '…'}{said}{'' if made.ends else '…'}"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("L’œdème du poumon", ["oed"], "L’[œdème] du poumon"),
        ("ÉTAT stable, état", ["etat"], "[ÉTAT] stable, [état]"),
        ("e\u0301tat", ["etat"], "[état]"),
        (f"hyper{CUT}tension", ["hypert"], "[hyper-tension]"),
        (f"hyper{CUT}tension", ["tens"], "hyper-[tension]"),
        (f"E{CUT}E1", ["e1"], "E-[E1]"),
        (f"S{APART}U{APART}I{APART}V{APART}I long", ["suiv"], "[SUIVI] long"),
        ("dose de 20 mg", ["20", "dose"], "[dose] de [20] mg"),
        ("ni l’un ni l’autre", ["deux"], ""),
        ("préhypertension", ["hyper"], ""),
        ("<b>&amp; gras", ["gras"], "<b>&amp; [gras]"),
        ("un\n  deux\ttrois", ["trois"], "un deux [trois]"),
        ("Ωμέγα", ["ωμεγα"], "[Ωμέγα]"),
        ("x\u03011", ["1"], ""),
        ("x\u03011", ["x1"], "[x\u03011]"),
        ("un \u03011", ["1"], "un [\u03011]"),
        ("", ["x"], ""),
        ("x", [], ""),
    ],
)
def test_a_place_is_shown_with_its_words_marked(
    text: str, words: list[str], said: str
) -> None:
    assert shown(quotation(text, words)) == said


def test_of_a_long_text_so_much_is_shown_between_words() -> None:
    text = f"{'avant ' * 50}le mot cherché{' après' * 50}"

    said = shown(quotation(text, ["cherch"]))

    assert said.startswith("…avant avant")
    assert said.endswith("après après…")
    assert "le mot [cherché] après" in said
    assert len(said) < 170


def test_without_a_blank_it_is_cut_anywhere() -> None:
    said = shown(quotation(f"{'x' * 500}-mot-{'y' * 500}", ["mot"]))

    assert "[mot]" in said
    assert len(said) < 170


@given(
    st.text("aeéE\u0301œŒx1 -\n’(", max_size=60),
    st.text("aeox1", min_size=1, max_size=3),
)
def test_what_is_found_is_shown_and_nothing_else(text: str, word: str) -> None:
    plain = plain_text(text)
    made = quotation(plain, [word])

    found = [one for one in every_word(plain) if one.startswith(word)]
    assert bool(found) is (made is not None)
    if made is not None:
        assert all(
            any(one.startswith(word) for one in every_word(marked.replace("-", CUT)))
            for _, marked in made.marked
        )

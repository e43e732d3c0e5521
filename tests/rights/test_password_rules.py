"""What everybody tries, and what is known of a person, is no password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.common_words import common_words, plain_letters
from gateway.rights.password_rules import (
    LEAST_PARTS,
    OwnFacts,
    PasswordFault,
    birth_numbers,
    judge_password,
    parts_of,
)

OWN = OwnFacts(
    words=frozenset({"dominique", "pat", "trois", "domi79"}),
    numbers=birth_numbers("19790328") | {"2790351215189"},
)


def judged(password: str, own: OwnFacts = OWN) -> PasswordFault | None:
    return judge_password(password, plain_letters(password), own, common_words())


def parts(text: str, *known: str) -> int:
    return parts_of((text,), lambda piece: piece in known)


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "azertyuiop12",
        "AZERTYUIOP12",
        "poiuytreza99",
        "qwertyuiop12",
        "qsdfghjklm01",
        "abababababab",
        "abcdefghijkl",
        "987654321098",
        "motdepasse12",
        "Mot-De-Passe",
        "MotDePasse2024!",
        "P@ssw0rd2024!",
        "pàsswördpàsswörd",
        "Bonjour12345",
        "Toulouse31!!",
        "JeTaime2024!",
        "Marseille-2026",
        "27031980-27031980",
        "Jean-Pierre-1953",
        "soleilsoleil1",
        "Xk7!Marie",
    ],
)
def test_what_everybody_tries_is_no_password(password: str) -> None:
    assert judged(password) is PasswordFault.COMMON


@pytest.mark.parametrize(
    "password",
    [
        "a long enough sentence",
        "douze lettres",
        "soleil chocolat bisous nuage",
        "27 mars, un train bleu",
        "Avbd-1976",
        "Vv9!pQx2z",
        "quatre gros cailloux",
        "x" * 3 + "kvbwpqzrtmnl",
        "日本語のながいパスワード",
    ],
)
def test_what_nobody_would_guess_passes(password: str) -> None:
    assert judged(password) is None


@pytest.mark.parametrize(
    "password",
    [
        "dominique et son velo",
        "Domínïque-kzwq!",
        "d.o.m.i.n.i.q.u.e kzw",
        "D0min1que!kzwq",
        "28/03/1979 kzwq",
        "kzwqvb280379",
        "kzwqvb1979-03-28",
        "kzwq 2790351215189",
        "domi79kzwqvbx",
        "trois-kzwqvbxn",  # five letters are enough
    ],
)
def test_what_is_known_of_the_person_is_no_password(password: str) -> None:
    assert judged(password) is PasswordFault.PERSONAL
    assert judged(password, OwnFacts()) is not PasswordFault.PERSONAL


def test_a_short_fact_is_one_part_and_refuses_nothing() -> None:
    assert judged("patate kzwqvb") is None
    own = OwnFacts(words=frozenset({"zwq", "abcd"}))
    assert judged("1zwqabcdxv!X", own) is None  # 1 zwq abcd x v ! X
    assert judged("1zwqabcdxzwq", own) is PasswordFault.COMMON


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("kzwqvbxnmrt", PasswordFault.SHORT),
        ("kzwqvbxnmrtd", None),
        ("Kzwqv-7b", PasswordFault.SHORT),
        ("Kzwqv-7bx", None),
        ("kzwqv-7bx", PasswordFault.SHORT),  # no capital
        ("KZWQV-7BX", PasswordFault.SHORT),  # no small letter
        ("Kzwqv-xbx", PasswordFault.SHORT),  # no digit
        ("Kzwqv77bx", PasswordFault.SHORT),  # no sign
        ("kzwqvbxnmr" * 20, PasswordFault.COMMON),  # again and again
        ("kzwqvbxnmr" * 20 + "x", PasswordFault.LONG),
    ],
)
def test_twelve_characters_or_nine_of_four_classes_and_two_hundred_at_most(
    password: str, fault: PasswordFault | None
) -> None:
    expected = None if fault is PasswordFault.COMMON else fault
    assert judged(password) is expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("k", 1),
        ("kz", 2),
        ("aa", 2),
        ("aaa", 1),
        ("abab", 1),
        ("aba", 3),
        ("abc", 1),
        ("cba", 1),
        ("ace", 3),
        ("azer", 1),
        ("aze", 3),
        ("reza", 1),
        ("wxcv", 1),
        ("yxcv", 1),
        ("1999", 1),
        ("2099", 1),
        ("1899", 4),
        ("2177", 4),
        ("310124", 1),
        ("330683", 6),
        ("181385", 6),
        ("181285", 1),
        ("290224", 1),
        ("31021985", 5),  # no such day, and a year
        ("31121999", 1),
        ("19991231", 1),
        ("19990430", 1),
        ("+1+212", 6),  # what a number may look like, and no day
        ("18991130", 8),
        ("kzwvkzw", 5),
        ("kzkz", 1),
        ("kzwkz", 5),
    ],
)
def test_parts_are_counted(text: str, count: int) -> None:
    assert parts(text) == count


def test_a_word_is_a_part_in_any_reading() -> None:
    assert parts("kangourou", "kangourou") == 1
    assert parts("kangourou", "kang", "ourou") == 2
    assert parts("zw", "zw") == 1
    assert parts("kangourou", "kang") == 6
    assert parts_of(("k4ng", "kang"), lambda piece: piece == "kang") == 1
    longest = "k" * 12 + "z" * 12
    assert parts(longest, longest) == 1
    assert parts(longest + "w", longest + "w") == 3  # longer than any word: kkk zzz w


@pytest.mark.parametrize("number", range(LEAST_PARTS - 1, LEAST_PARTS + 2))
def test_six_parts_are_enough(number: int) -> None:
    rest = "kzwvbqm"[: number - 1]
    password = "motdepasse" + rest
    assert parts_of((password,), common_words().__contains__) == number
    expected = None if number >= LEAST_PARTS else PasswordFault.COMMON
    assert judged(password) is expected


def test_a_birth_date_is_written_in_many_ways() -> None:
    assert birth_numbers("19790328") == {
        "19790328",
        "28031979",
        "03281979",
        "19792803",
        "280379",
        "790328",
        "032879",
    }
    assert birth_numbers("197903") == frozenset()
    assert birth_numbers("") == frozenset()


@given(st.text(max_size=220))
def test_any_text_has_an_answer_and_no_more_parts_than_letters(text: str) -> None:
    judged(text)
    assert 0 <= parts(text) <= len(text)

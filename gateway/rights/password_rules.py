"""
May this be a password? (NIST SP 800-63B §3.1.1.2; CNIL, délibération n° 2022-100)

A list of whole passwords has few of twelve characters: people make such out of the
parts that everybody knows. So parts are counted, and what nobody else would guess of it
has to be long enough.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

from attrs import field, frozen

LONGEST: Final = 200
"""Characters; more are no safer, and each costs the one who compares."""

LONG_ENOUGH: Final = 12
LONG_ENOUGH_WITH_ALL: Final = 9
"""With a small letter, a capital, a digit and a sign."""

LEAST_PARTS: Final = 6
"""Parts that a password is made of at least: a character, or all of a known piece."""

_LONGEST_WORD: Final = 24
_ROWS: Final = (
    "1234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
)
_WALKS: Final = tuple(way for row in _ROWS for way in (row, row[::-1]))
_LEAST_WALK: Final = 4
_LEAST_RUN: Final = 3
_LEAST_OWN: Final = 5
"""A shorter fact of a person is in too many words to be refused: it is one part."""

_AS_LETTERS: Final = str.maketrans("01345789@$€!|+", "oieastbgaseilt")


class PasswordFault(StrEnum):
    """Why a password is none."""

    SHORT = "short"
    LONG = "long"
    PERSONAL = "personal"
    COMMON = "common"


@frozen(kw_only=True)
class OwnFacts:
    """
    What others may know of a person, in small letters without accents.

    ``words``: names, login, the parts of an e-mail address; ``numbers``: the birth date
    as people write it, the INS; digits alone.
    """

    words: frozenset[str] = field(default=frozenset(), repr=False)
    numbers: frozenset[str] = field(default=frozenset(), repr=False)


def judge_password(
    password: str, plain: str, own: OwnFacts, common: Collection[str]
) -> PasswordFault | None:
    """
    Return why a password is refused, or None.

    ``plain`` is the password in small letters without accents, ``common`` the words
    that everybody tries.
    """
    if len(password) > LONGEST:
        return PasswordFault.LONG
    enough = LONG_ENOUGH_WITH_ALL if _has_all(password) else LONG_ENOUGH
    if len(password) < enough:
        return PasswordFault.SHORT
    texts = (plain, plain.translate(_AS_LETTERS))
    if _names(texts, own):
        return PasswordFault.PERSONAL
    known = own.words | own.numbers

    def is_known(piece: str) -> bool:
        return piece in common or piece in known

    # Signs between the words of a phrase hide none of them: each sign counts once.
    bare = _bare(plain)
    signs = len(set(plain) - set(bare))
    fewest = min(parts_of(texts, is_known), parts_of((bare,), is_known) + signs)
    return PasswordFault.COMMON if fewest < LEAST_PARTS else None


def parts_of(texts: Sequence[str], is_known: Callable[[str], bool]) -> int:
    """
    Return of how few parts a text can be made.

    A part is one character, or a piece that is easily guessed: a known word, in any of
    the readings ``texts`` of one length, letters or digits in order, keys side by side,
    one character again and again, a year or a date, or what was there before.
    """
    text = texts[0]
    fewest = [0]
    for end in range(1, len(text) + 1):
        best = fewest[end - 1] + 1
        for start in range(max(0, end - _LONGEST_WORD), end - 1):
            if fewest[start] + 1 >= best:
                continue
            if any(is_known(one[start:end]) for one in texts) or _is_easy(
                text[start:end], text[:start]
            ):
                best = fewest[start] + 1
        fewest.append(best)
    return fewest[-1]


def _is_easy(piece: str, before: str) -> bool:
    if len(piece) < _LEAST_RUN:
        return False
    if piece in before or _is_run(piece) or _is_again(piece) or _is_date(piece):
        return True
    return len(piece) >= _LEAST_WALK and any(piece in walk for walk in _WALKS)


def _is_again(piece: str) -> bool:
    """``aaa``, ``abab``: the same, whole, again and again."""
    return any(
        piece == piece[:size] * (len(piece) // size)
        for size in range(1, len(piece) // 2 + 1)
    )


def _is_run(piece: str) -> bool:
    """``abc``, ``321``: each character next to the one before."""
    steps = {ord(after) - ord(one) for one, after in pairwise(piece)}
    return steps in ({1}, {-1})


def _is_date(piece: str) -> bool:
    """A year of the last or this century, or a day of one."""
    if not (piece.isascii() and piece.isdigit()):
        return False
    if len(piece) == 4:
        return piece[:2] in {"19", "20"}
    if len(piece) == 6:
        return _is_day(piece[:2], piece[2:4], "2000")
    if len(piece) == 8:
        return _is_day(piece[:2], piece[2:4], piece[4:]) or _is_day(
            piece[6:], piece[4:6], piece[:4]
        )
    return False


def _is_day(day: str, month: str, year: str) -> bool:
    if year[:2] not in {"19", "20"}:
        return False
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def birth_numbers(birth_date: str) -> frozenset[str]:
    """Return a birth date, YYYYMMDD, in the ways people write it, as digits alone."""
    year, month, day = birth_date[:4], birth_date[4:6], birth_date[6:8]
    if len(birth_date) != 8:
        return frozenset()
    short = year[2:]
    return frozenset(
        (
            year + month + day,
            day + month + year,
            month + day + year,
            year + day + month,
            day + month + short,
            short + month + day,
            month + day + short,
        )
    )


def _bare(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(letter for letter in text if letter.isalnum())


def _has_all(password: str) -> bool:
    tests = (str.islower, str.isupper, str.isdigit, _is_sign)
    return all(any(test(letter) for letter in password) for test in tests)


def _is_sign(letter: str) -> bool:
    return not letter.isalnum()


def _names(texts: Sequence[str], own: OwnFacts) -> bool:
    """Tell whether a fact of the person stands in it, whatever signs are between."""
    for text in texts:
        bare = _bare(text)
        for fact in own.words | own.numbers:
            if len(fact) >= _LEAST_OWN and (fact in text or fact in bare):
                return True
    return False

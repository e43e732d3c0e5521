"""
Words as they are searched: without accents, capitals, ligatures, hyphens, apostrophes.

What is searched and what is asked for are folded alike, so that "oedeme" finds "Œdème"
and "hopital" finds "l’Hôpital".
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST_ASKED: Final = 100
"""Characters of a search; what is beyond is not looked at."""

MOST_WORDS: Final = 8
"""Words of a search."""

_LETTERS: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
)
"""Letters that no decomposition of Unicode takes apart."""

_BETWEEN = re.compile(r"[\W_]+")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)['’ʼ]", re.IGNORECASE)


def fold(text: str) -> str:
    """
    Return the words of a text, folded, with one space between them.

    >>> fold("Compte-rendu de l’Hôpital : ŒDÈME (n° 12)")
    'compte rendu de l hopital oedeme n 12'
    """
    if text.isascii():
        return _BETWEEN.sub(" ", text.lower()).strip()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    # An accent may hide the letter until it is gone, as in ǿ.
    return _BETWEEN.sub(" ", plain.casefold().translate(_LETTERS)).strip()


def asked_words(text: str) -> tuple[str, ...]:
    """
    Return the words that somebody searches, folded, each once.

    What is elided before a word is not asked for: whoever searches "l'hôpital" means
    the hospital.

    >>> asked_words("L'hôpital, l’hopital  Saint-Jean"), asked_words(" ' ")
    (('hopital', 'saint', 'jean'), ())
    """
    asked = _ELIDED.sub(" ", text[:MOST_ASKED])
    return tuple(dict.fromkeys((fold(asked) or fold(text[:MOST_ASKED])).split()))[
        :MOST_WORDS
    ]


def begins_a_word(words: str, folded: str) -> bool:
    """
    Tell whether a word of a folded text begins with what was asked for.

    >>> begins_a_word("hopi", "l hopital"), begins_a_word("pital", "l hopital")
    (True, False)
    """
    return folded.startswith(words) or f" {words}" in folded

"""
Texts as they are searched: made plain, taken apart into words, quoted where they fit.

A text out of a PDF has its lines broken where the sheet ends: words are cut by hyphens,
letters are set apart, ligatures are one sign. It is made plain once and kept so. Where
a word was cut stands a mark that no reader sees; such a word is found whole and by each
of its parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from gateway.core.folding import fold

CUT: Final = "\u00ad"
"""Where a word went on in the next line: it is shown as a hyphen."""

APART: Final = "\u200b"
"""Between the letters of a word that were set apart: nothing is shown."""

_AROUND: Final = 70
"""Characters of a quotation before and behind the word, about."""

_LEAST_APART: Final = 4
"""So many single letters in a row are a word that was set apart."""

_CUT_WORD = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011\u00ad][ \t]*\n\s*(?=[^\W\d_])")
_SET_APART = re.compile(rf"(?<!\S)[^\W\d_](?: [^\W\d_]){{{_LEAST_APART - 1},}}(?!\w)")
_NOT_SHOWN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ufeff\u200c-\u200f\u2060]")
_BLANKS = re.compile(r"\s+")
_MARKED = re.compile(rf"[^\W_]+(?:[{CUT}{APART}][^\W_]+)+")
_ACCENT: Final = r"[\u0300-\u036f]"
"""One that stands by itself: no letter has it in it."""
_SIGN: Final = rf"(?:[^\W_]|{_ACCENT})"
_MARK = re.compile(f"[{CUT}{APART}]")
_WORD: Final = rf"{_SIGN}*(?:[{CUT}{APART}]{_SIGN}+)*"
_LETTERS: Final = "".join(
    map(chr, (*range(0x30, 0x250), *range(0x1E00, 0x1F00), *range(0xFB00, 0xFB07)))
)
"""Latin letters and ligatures: of these it is asked which are like another."""


def plain_text(text: str) -> str:
    """
    Return the text of a file as it is kept: lines joined, signs taken apart.

    >>> plain_text("Une hyper-\\ntension,\\n l'ef\\ufb01cacit\\u00e9 : S U I V I")
    "Une hyper\\xadtension, l'efficacité : S\\u200bU\\u200bI\\u200bV\\u200bI"
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _CUT_WORD.sub(CUT, plain)
    plain = _SET_APART.sub(lambda run: run[0].replace(" ", APART), plain)
    return " ".join(_NOT_SHOWN.sub("", plain).split())


def every_word(text: str) -> Iterator[str]:
    """
    Yield the words that a text is found by, folded, some more than once.

    >>> list(every_word("L’hyper\\xadtension"))
    ['hypertension', 'l', 'hyper', 'tension']
    """
    for match in _MARKED.finditer(text):
        yield _whole(match[0])
    yield from fold(text).split()


def _whole(word: str) -> str:
    return fold(word.replace(CUT, "").replace(APART, ""))


@frozen
class Quotation:
    """
    A piece of a text: what is before each word that was asked for, and the word.

    ``rest`` is behind the last one. ``begins`` and ``ends`` say whether the text does.
    """

    marked: tuple[tuple[str, str], ...] = field(repr=False)
    rest: str = field(repr=False)
    begins: bool
    ends: bool


def quotation(text: str, words: Collection[str]) -> Quotation | None:
    """
    Return the first place of a text with a word that begins as one that was asked for.

    Of several ``words``, folded, the one that was asked for first and is there; those
    near it are marked too. None where there is none of them.

    >>> made = quotation("Une hyper\\xadtension artérielle", ["hypert"])
    >>> made.marked, made.rest
    ((('Une ', 'hyper-tension'),), ' artérielle')
    """
    text = unicodedata.normalize("NFC", text)
    first = next(filter(None, (next(_places(text, [w]), None) for w in words)), None)
    if first is None:
        return None
    begin, end = _bounds(text, *first)
    marked = []
    at = begin
    for start, stop in _places(text[:end], words, begin):
        marked.append((_shown(text[at:start]), _shown(text[start:stop])))
        at = stop
    return Quotation(tuple(marked), _shown(text[at:end]), begin == 0, end == len(text))


def _bounds(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return where a quotation begins and ends: between words, where there are any."""
    begin, end = max(0, start - _AROUND), min(len(text), stop + _AROUND)
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
    if end < len(text):
        space = text.rfind(" ", stop, end)
        end = space if space >= 0 else end
    return begin, end


def _places(
    text: str, words: Collection[str], begin: int = 0
) -> Iterator[tuple[int, int]]:
    """Yield where words stand that begin as one of some."""
    sought = tuple(words)
    for match in _beginning_as(frozenset(one[0] for one in sought)).finditer(
        text, begin
    ):
        word, (start, stop) = match[0], match.span()
        if _whole(word).startswith(sought):
            yield start, stop
            continue
        # It is found by each of its parts as well.
        parts = (0, *(mark.end() for mark in _MARK.finditer(word)))
        at = next((one for one in parts if fold(word[one:]).startswith(sought)), None)
        if at is not None:
            yield start + at, stop


@lru_cache(maxsize=256)
def _beginning_as(letters: frozenset[str]) -> re.Pattern[str]:
    """Return what finds words whose first letter may be like one of some."""
    alike = letters.union(
        one for one in _LETTERS if fold(one)[:1] in letters and one.isalnum()
    )
    others = letters.union(one.upper() for one in letters if len(one.upper()) == 1)
    some = re.escape("".join(sorted(alike | others)))
    # An accent by itself is of the letter before it, and begins no word.
    return re.compile(rf"(?<![^\W_])(?<!{_ACCENT}){_ACCENT}*[{some}]{_WORD}")


def _shown(text: str) -> str:
    return _BLANKS.sub(" ", text).replace(CUT, "-").replace(APART, "")

"""
The words of some documents, or messages, as they are kept: a line for each word.

The first line has the ids of the documents; each further one a word and the numbers of
the documents that have it, a byte each, in the order of the words. A prefix is looked
for in what is kept as it is, by halves: of some hundred documents nothing has to be
gone through or taken apart but the lines that fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from attrs import field, frozen

from gateway.core.searched_text import every_word

FORM: Final = b"3"
"""Another whenever words are taken or written in another way."""

MOST_DOCUMENTS: Final = 250
"""
Documents in one part: it is written again until it is full. A byte says which, and one
of its 256 ends a line.
"""

_END: Final = ord("\n")

MOST_WORDS: Final = 5_000
"""Different words of one document; a long hospital letter has under a thousand."""

LONGEST: Final = 40
"""Characters of a word; what is longer is found by its beginning."""


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """
    Return the words of some texts, folded, so many at most.

    >>> sorted(words_in(["Compte-rendu", "de l'Hôpital"]))
    ['compte', 'de', 'hopital', 'l', 'rendu']
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in every_word(text):
            found[word[:LONGEST]] = None
            if len(found) >= MOST_WORDS:
                return frozenset(found)
    return frozenset(found)


def found_in(parts: Iterable[WordPart], words: Collection[str]) -> dict[str, set[str]]:
    """Return which ids some parts have a word of that begins so, by the beginnings"""
    some = list(parts)
    return {
        word: set[str]().union(*(part.having(word[:LONGEST]) for part in some))
        for word in words
    }


def begins_with(own: Iterable[str], word: str) -> bool:
    """Tell whether one of some words begins with what was asked for."""
    return any(one.startswith(word[:LONGEST]) for one in own)


@frozen
class WordPart:
    """Some documents and their words."""

    ids: tuple[str, ...]
    lines: bytes = field(repr=False)

    @classmethod
    def of(cls, words: Mapping[str, Collection[str]]) -> WordPart:
        """Return the part of documents, by their ids, with these words."""
        numbers: dict[str, bytearray] = {}
        for number, some in enumerate(words.values()):
            for word in some:
                numbers.setdefault(word, bytearray()).append(_byte_of(number))
        lines = bytearray()
        for word in sorted(numbers):
            lines += b"\n%b\t" % word.encode()
            lines += numbers[word]
        return cls(tuple(words), bytes(lines))

    @classmethod
    def from_bytes(cls, content: bytes) -> WordPart:
        """Return what `to_bytes` gave; a part of no documents for another form."""
        end = content.find(b"\n")
        head, lines = (content[:end], content[end:]) if end >= 0 else (content, b"")
        form, *ids = head.decode().split()
        return cls(tuple(ids), lines) if form.encode() == FORM else cls((), b"")

    def to_bytes(self) -> bytes:
        """Return it as it is kept."""
        return b"%b %b%b" % (FORM, " ".join(self.ids).encode(), self.lines)

    def having(self, beginning: str) -> set[str]:
        """Return the ids of documents with a word that begins so."""
        start = b"\n" + beginning.encode()
        numbers: set[int] = set()
        place = self._first_from(start)
        while self.lines.startswith(start, place) and len(numbers) < len(self.ids):
            end = self.lines.find(b"\n", place + 1)
            line = self.lines[place : end if end >= 0 else None]
            numbers.update(line.partition(b"\t")[2])
            place = end if end >= 0 else len(self.lines)
        if len(numbers) == len(self.ids):
            return set(self.ids)
        return {self.ids[_number_of(one)] for one in numbers}

    def _first_from(self, start: bytes) -> int:
        """Return where the first line is that is not before one that begins so."""
        low, high = 0, len(self.lines)
        while low < high:
            middle = self.lines.rfind(b"\n", low, (low + high) // 2 + 1)
            if self.lines[middle : middle + len(start)] >= start:
                high = middle
                continue
            after = self.lines.find(b"\n", middle + 1)
            low = after if after >= 0 else len(self.lines)
        return low

    def words(self) -> dict[str, set[str]]:
        """Return the words of each document, by their ids."""
        found: dict[str, set[str]] = {name: set() for name in self.ids}
        for line in self.lines.split(b"\n")[1:]:
            word, _, numbers = line.partition(b"\t")
            for one in numbers:
                found[self.ids[_number_of(one)]].add(word.decode())
        return found


def _byte_of(number: int) -> int:
    """Return the byte for a document's number; none of them ends a line."""
    return number if number < _END else number + 1


def _number_of(byte: int) -> int:
    return byte if byte < _END else byte - 1


@frozen
class MadeWords:
    """Parts to be written and to be dropped, and whether documents are left."""

    parts: Mapping[int, bytes] = field(repr=False)
    dropped: Collection[int]
    is_all: bool

    @classmethod
    def of(
        cls,
        kept: Mapping[int, WordPart],
        alive: AbstractSet[str],
        new: Mapping[str, set[str]],
        *,
        is_all: bool,
    ) -> MadeWords:
        """
        Return what becomes of parts, by their numbers from 1 on.

        Args:
            kept: What there is: words of those that are not ``alive`` are taken out.
            alive: Ids of all that there are.
            new: The words of some more, by their ids; they come after the others.
            is_all: Whether these are all that had none.
        """
        changed: dict[int, dict[str, set[str]]] = {}
        for number, part in kept.items():
            if not part.ids or not alive >= set(part.ids):
                words_of = part.words()
                changed[number] = {o: words_of[o] for o in part.ids if o in alive}
        last = max(kept, default=1)
        own = kept[last].words() if last in kept else {}
        room = changed.get(last, own)  # emptied, perhaps: nothing of it comes back
        for name, words in new.items():
            if len(room) >= MOST_DOCUMENTS:
                last, room = last + 1, {}
            room[name] = words
            changed[last] = room
        return cls(
            {n: WordPart.of(some).to_bytes() for n, some in changed.items() if some},
            [n for n, some in changed.items() if not some],
            is_all,
        )

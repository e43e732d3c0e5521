"""
The words of some documents as they are kept: a line for each word, in one text.

The first line has the ids of the documents; each further one a word and the numbers of
the documents that have it. A prefix is looked for in the text as it is: of some hundred
documents nothing has to be taken apart but the lines that fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from attrs import field, frozen

FORM: Final = b"2"
"""Another whenever words are taken or written in another way."""

MOST_DOCUMENTS: Final = 250
"""Documents in one part: it is written again until it is full."""


@frozen
class WordPart:
    """Some documents and their words."""

    ids: tuple[str, ...]
    lines: bytes = field(repr=False)

    @classmethod
    def of(cls, words: Mapping[str, Collection[str]]) -> WordPart:
        """Return the part of documents, by their ids, with these words."""
        numbers: dict[str, list[str]] = {}
        for number, some in enumerate(words.values()):
            for word in some:
                numbers.setdefault(word, []).append(str(number))
        lines = "".join(
            f"\n{word}\t{' '.join(numbers[word])}" for word in sorted(numbers)
        )
        return cls(tuple(words), lines.encode())

    @classmethod
    def from_bytes(cls, content: bytes) -> WordPart:
        """Return what `to_bytes` gave; a part of no documents for another form."""
        head, _, lines = content.partition(b"\n")
        form, *ids = head.decode().split()
        return (
            cls(tuple(ids), b"\n" + lines if lines else b"")
            if form.encode() == FORM
            else cls((), b"")
        )

    def to_bytes(self) -> bytes:
        """Return it as it is kept."""
        return b"%b %b%b" % (FORM, " ".join(self.ids).encode(), self.lines)

    def having(self, beginning: str) -> Iterator[str]:
        """Yield the ids of documents with a word that begins so, some more than once"""
        start = b"\n" + beginning.encode()
        place = self.lines.find(start)
        while place >= 0:
            end = self.lines.find(b"\n", place + 1)
            line = self.lines[place : end if end >= 0 else None]
            for number in line.partition(b"\t")[2].split():
                yield self.ids[int(number)]
            place = self.lines.find(start, end) if end >= 0 else -1

    def words(self) -> dict[str, set[str]]:
        """Return the words of each document, by their ids."""
        found: dict[str, set[str]] = {name: set() for name in self.ids}
        for line in self.lines.decode().split("\n")[1:]:
            word, _, numbers = line.partition("\t")
            for number in numbers.split():
                found[self.ids[int(number)]].add(word)
        return found

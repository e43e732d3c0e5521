"""
The entries of a list, a column for each thing: an entry is made only of what is shown.

What many documents have alike (who wrote them, what they are, who may see them) is said
once and numbered. So ten thousand documents are filtered and counted by numbers, and a
rule is asked once for all that are alike.
"""

from __future__ import annotations

from array import array
from bisect import insort
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import compress
from operator import attrgetter
from typing import NamedTuple, Protocol, Self, TypeVar, overload

from attrs import field, frozen

from gateway.core.listing import ListEntry, TextsFound

_BY_FILING = attrgetter("filed_at", "care_at", "id")

T = TypeVar("T")


class Alike(NamedTuple):
    """What many documents have alike, as in `ListEntry`."""

    flags: int
    flags_then: int
    status: str
    kind: str
    type_code: str
    people: tuple[str, ...]
    structure: str
    owners: tuple[str, ...]
    is_imaging_object: bool


@frozen(kw_only=True, eq=False)
class ListColumns:
    """
    All documents of one patient, in the order of their filing, then of their care.

    ``alike`` and ``words`` have the numbers of what stands once in ``kinds`` and in
    ``texts``. ``newer`` has what replaced those that something did, by their ids.
    """

    ids: Sequence[str] = field(repr=False)
    care_at: Sequence[int] = field(repr=False)
    filed_at: Sequence[int] = field(repr=False)
    visible_at: Sequence[int] = field(repr=False)
    is_read: Sequence[int] = field(repr=False)
    alike: Sequence[int] = field(repr=False)
    words: Sequence[int] = field(repr=False)
    kinds: Sequence[Alike] = field(repr=False)
    texts: Sequence[str] = field(repr=False)
    newer: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, entries: Iterable[ListEntry]) -> Self:
        """Return the columns of entries, put in their order."""
        some = sorted(entries, key=_BY_FILING)
        kinds: dict[Alike, int] = {}
        texts: dict[str, int] = {}
        return cls(
            ids=[one.id for one in some],
            care_at=array("q", [one.care_at for one in some]),
            filed_at=array("q", [one.filed_at for one in some]),
            visible_at=array("q", [one.visible_at for one in some]),
            is_read=bytes(one.is_read for one in some),
            alike=array("I", [_numbered(kinds, _alike(one)) for one in some]),
            words=array("I", [_numbered(texts, one.words) for one in some]),
            kinds=list(kinds),
            texts=list(texts),
            newer={one.id: one.replaced_by for one in some if one.replaced_by},
        )

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.ids)

    def entry(self, number: int) -> ListEntry:
        """Return one of them."""
        alike, name = self.kinds[self.alike[number]], self.ids[number]
        return ListEntry(
            id=name,
            care_at=self.care_at[number],
            filed_at=self.filed_at[number],
            visible_at=self.visible_at[number],
            flags=alike.flags,
            flags_then=alike.flags_then,
            status=alike.status,
            is_read=bool(self.is_read[number]),
            kind=alike.kind,
            type_code=alike.type_code,
            words=self.texts[self.words[number]],
            people=alike.people,
            structure=alike.structure,
            replaced_by=self.newer.get(name, ""),
            owners=alike.owners,
            is_imaging_object=alike.is_imaging_object,
        )

    def sorts(self, now: int) -> list[int]:
        """
        Return the sort of each at a moment: what it has alike, its delay over or not.

        It is a number that `alike_of` and `flags_of` know.
        """
        return [
            2 * alike + (0 < visible_at <= now)
            for alike, visible_at in zip(self.alike, self.visible_at, strict=True)
        ]

    def alike_of(self, sort: int) -> Alike:
        """Return what documents of a sort have alike."""
        return self.kinds[sort // 2]

    def flags_of(self, sort: int) -> int:
        """Return the bits that apply to documents of a sort."""
        alike = self.kinds[sort // 2]
        return alike.flags_then if sort % 2 else alike.flags

    def with_others(self, keeps: Sequence[bool], others: Iterable[ListEntry]) -> Self:
        """Return those that are kept together with some more, all in their order."""
        new = self.of(others)
        kinds = {one: number for number, one in enumerate(self.kinds)}
        texts = {one: number for number, one in enumerate(self.texts)}
        alike = [_numbered(kinds, new.kinds[one]) for one in new.alike]
        words = [_numbered(texts, new.texts[one]) for one in new.words]
        ids = [*compress(self.ids, keeps), *new.ids]
        care_at = [*compress(self.care_at, keeps), *new.care_at]
        filed_at = [*compress(self.filed_at, keeps), *new.filed_at]
        order = list(range(len(ids) - len(new)))
        for number in range(len(order), len(ids)):
            # Sorted anew, a tuple would be made for each of all.
            insort(order, number, key=lambda n: (filed_at[n], care_at[n], ids[n]))

        def put(kept: Sequence[int], more: Sequence[int]) -> list[int]:
            both = [*compress(kept, keeps), *more]
            return [both[one] for one in order]

        return type(self)(
            ids=[ids[one] for one in order],
            care_at=[care_at[one] for one in order],
            filed_at=[filed_at[one] for one in order],
            visible_at=put(self.visible_at, new.visible_at),
            is_read=put(self.is_read, new.is_read),
            alike=put(self.alike, alike),
            words=put(self.words, words),
            kinds=list(kinds),
            texts=list(texts),
            newer={**self._newer_of(compress(self.ids, keeps)), **new.newer},
        )

    def _newer_of(self, ids: Iterable[str]) -> dict[str, str]:
        return {name: self.newer[name] for name in ids if name in self.newer}


def _alike(one: ListEntry) -> Alike:
    return Alike(
        one.flags,
        one.flags_then,
        one.status,
        one.kind,
        one.type_code,
        one.people,
        one.structure,
        one.owners,
        one.is_imaging_object,
    )


def _numbered(numbers: dict[T, int], value: T) -> int:
    return numbers.setdefault(value, len(numbers))


@frozen(eq=False)
class ListedDocuments(Sequence[ListEntry]):
    """Some documents of columns, by their numbers; each entry is made when asked for"""

    columns: ListColumns = field(repr=False)
    numbers: Sequence[int] = field(repr=False)

    @classmethod
    def of(cls, entries: Iterable[ListEntry]) -> ListedDocuments:
        """Return entries as columns have them, in the order of their filing."""
        return (
            entries
            if isinstance(entries, ListedDocuments)
            else cls.all(ListColumns.of(entries))
        )

    @classmethod
    def all(cls, columns: ListColumns) -> ListedDocuments:
        """Return all documents of some columns."""
        return cls(columns, range(len(columns)))

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> ListEntry: ...

    @overload
    def __getitem__(self, place: slice) -> ListedDocuments: ...

    def __getitem__(self, place: int | slice) -> ListEntry | ListedDocuments:
        """Return one of them, or some."""
        if isinstance(place, slice):
            return ListedDocuments(self.columns, self.numbers[place])
        return self.columns.entry(self.numbers[place])

    def __eq__(self, other: object) -> bool:
        """Tell whether they are the same entries, in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as Python has it, of what is equal

    def ids(self) -> list[str]:
        """Return their ids, in their order."""
        ids = self.columns.ids
        return [ids[one] for one in self.numbers]

    def by_filing(self) -> ListedDocuments:
        """Return the same, the last filed first."""
        return ListedDocuments(self.columns, sorted(self.numbers, reverse=True))

    def by_care(self) -> ListedDocuments:
        """Return the same, those of the last care first; of one moment, as filed."""
        filed = sorted(self.numbers, reverse=True)
        filed.sort(key=self.columns.care_at.__getitem__, reverse=True)
        return ListedDocuments(self.columns, filed)

    def having(self, fits: Callable[[Alike], bool]) -> ListedDocuments:
        """Return those that fit by what they have alike, which is asked once of each"""
        alike, answers = self.columns.alike, [fits(one) for one in self.columns.kinds]
        return ListedDocuments(
            self.columns, [n for n in self.numbers if answers[alike[n]]]
        )

    def among(self, ids: Collection[str]) -> ListedDocuments:
        """Return those whose ids are among some."""
        known = self.columns.ids
        return ListedDocuments(
            self.columns, [n for n in self.numbers if known[n] in ids]
        )

    def unread(self) -> ListedDocuments:
        """Return those that nobody has opened."""
        is_read = self.columns.is_read
        return ListedDocuments(
            self.columns, [n for n in self.numbers if not is_read[n]]
        )

    def moments(self, *, by_filing: bool = False) -> list[int]:
        """Return when each was filed, or its care was, in their order."""
        column = self.columns.filed_at if by_filing else self.columns.care_at
        return [column[one] for one in self.numbers]

    def counted(self) -> list[tuple[Alike, int]]:
        """Return what some have alike, and how many have it."""
        alike, kinds = self.columns.alike, self.columns.kinds
        counts = Counter([alike[one] for one in self.numbers])
        return [(kinds[number], count) for number, count in counts.items()]


class _TextSearch(Protocol):
    """What searches the texts of documents: a vault."""

    def find_in_texts(
        self, profile_id: str, words: Collection[str], among: Sequence[str]
    ) -> TextsFound:
        """Return which of some documents have words that begin so in their text."""


def found_in_texts(
    vault: _TextSearch,
    profile_id: str,
    entries: ListedDocuments,
    words: Collection[str],
) -> TextsFound:
    """Search the texts of what a reader sees, the last filed first; of nothing else."""
    if not words:
        return TextsFound({})
    return vault.find_in_texts(profile_id, words, entries.by_filing().ids())

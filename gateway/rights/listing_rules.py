"""
Which documents a reader is shown, in which order, and how many there are of what.

First it is asked what the reader may know of; nothing else is then counted, searched,
or offered to choose from. Versions stand behind the newest that the reader sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from attrs import field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.folding import begins_a_word, fold
from gateway.core.listed_columns import Alike, ListColumns, ListedDocuments
from gateway.core.listing import BIT_OF, FLAGS_OF, ListEntry
from gateway.rights.reader_rules import DocumentReader, Sight

_MASKED = BIT_OF[Visibility.MASKED]
_HIDDEN = BIT_OF[Visibility.HIDDEN_FROM_PATIENT]
_NOTHING: Mapping[str, AbstractSet[str]] = MappingProxyType({})


@frozen(kw_only=True)
class WantedDocuments:
    """
    What somebody looks for among the documents; moments as in `ListEntry`.

    ``by`` is the name of an author or a structure. ``begin`` and ``end`` are of the
    care, the end not included. ``fresh``: only what is there since ``fresh_since``.
    ``words`` are folded; every one has to begin a word of the title, the type, a name
    or, by ``in_texts``, of the text.
    """

    kind: str = ""
    by: str = field(default="", repr=False)
    begin: int | None = None
    end: int | None = None
    masked: bool = False
    unread: bool = False
    fresh: bool = False
    fresh_since: int | None = None
    words: tuple[str, ...] = field(default=(), repr=False)
    in_texts: Mapping[str, AbstractSet[str]] = field(default=_NOTHING, repr=False)
    by_filing: bool = False


@frozen(kw_only=True)
class DocumentCounts:
    """
    How many of what is seen fit, by what else could be chosen.

    ``kinds``, ``masked``, ``unread`` and ``fresh`` are what choosing that one would
    give, all else as it is. ``people`` and ``structures`` are of all that the reader
    sees.
    """

    all: int
    """All that the reader sees, whatever is looked for."""
    kinds: Mapping[str, int]
    masked: int
    unread: int
    fresh: int
    people: Mapping[str, int] = field(repr=False)
    structures: Mapping[str, int] = field(repr=False)


@frozen
class FoundDocuments:
    """What is shown: the documents in order, what stands behind each, and the counts"""

    entries: ListedDocuments = field(repr=False)
    older: Mapping[str, ListedDocuments] = field(repr=False)
    counts: DocumentCounts


@frozen
class KnownDocuments:
    """
    What one reader may know of: what stands in the list, and what behind that.

    ``older`` has the last filed first. ``apart`` is how many more there are on request,
    behind something or not.
    """

    entries: ListedDocuments = field(repr=False)
    older: Mapping[str, ListedDocuments] = field(repr=False)
    apart: int = 0

    def names(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Return the authors and the structures, and of how many documents each is."""
        people: Counter[str] = Counter()
        structures: Counter[str] = Counter()
        for alike, count in self.entries.counted():
            for name in alike.people:
                people[name] += count
            if alike.structure:
                structures[alike.structure] += count
        return people, structures


def seen_by(
    reader: DocumentReader, entries: Iterable[ListEntry], now: int, *, old: bool = False
) -> KnownDocuments:
    """
    Return what a reader may know of.

    Without ``old``, what is shown on request only stands behind what replaced it, if
    the reader sees that; else it is not there until it is asked for.
    """
    every = ListedDocuments.of(entries)
    columns = every.columns
    sorts, after = columns.sorts(now), _after(columns)
    newer: list[int | None] = [None] * len(columns)
    for number, other in after.items():
        newer[number] = columns.flags_of(sorts[other])
    answers = _Answers(reader, columns)
    found = [answers[asked] for asked in zip(sorts, newer, strict=True)]
    listed = [number for number in every.numbers if found[number][old]]
    apart = [n for n in every.numbers if found[n][True] and not found[n][old]]
    older: dict[int, list[int]] = {}
    current = set(listed) if apart else set()
    for number in apart:
        head = _newest_after(number, after, current)
        if head is not None:
            older.setdefault(head, []).append(number)
    return KnownDocuments(
        ListedDocuments(columns, listed),
        {
            columns.ids[head]: ListedDocuments(columns, some).by_filing()
            for head, some in older.items()
        },
        len(apart),
    )


def _after(columns: ListColumns) -> Mapping[int, int]:
    """Return the number of what replaced each document that something there did."""
    if not columns.newer:
        return {}
    numbers = {name: number for number, name in enumerate(columns.ids)}
    return {
        numbers[name]: numbers[newer]
        for name, newer in columns.newer.items()
        if newer in numbers
    }


class _Answers(dict[tuple[int, int | None], tuple[bool, bool]]):
    """
    What a reader says without a request and on request, asked once of all alike.

    By their sort, and by the flags of what replaced them, None where nothing did.
    """

    def __init__(self, reader: DocumentReader, columns: ListColumns) -> None:
        super().__init__()
        self._reader, self._columns = reader, columns

    def __missing__(self, asked: tuple[int, int | None]) -> tuple[bool, bool]:
        sort, newer = asked
        alike = self._columns.alike_of(sort)
        sight = Sight(
            FLAGS_OF[self._columns.flags_of(sort)],
            Availability(alike.status),
            alike.type_code,
            None if newer is None else FLAGS_OF[newer],
            alike.owners,
            alike.is_imaging_object,
        )
        self[asked] = (
            self._reader.sees(sight),
            self._reader.sees(sight, on_request=True),
        )
        return self[asked]


def _newest_after(
    number: int, after: Mapping[int, int], current: Collection[int]
) -> int | None:
    """Return the first in the list of those that replaced one, or None."""
    passed = {number}
    newer = after.get(number)
    while newer is not None and newer not in passed:
        if newer in current:
            return newer
        passed.add(newer)
        newer = after.get(newer)
    return None


def find(seen: KnownDocuments, wanted: WantedDocuments, now: int) -> FoundDocuments:
    """Return what fits of what a reader sees, newest first, and the counts."""
    some = _of(seen.entries, wanted)
    if wanted.masked:
        some = _masked(some, now)
    if wanted.unread:
        some = some.unread()
    if wanted.fresh:
        some = _fresh(some, wanted.fresh_since, now)
    kinds: Counter[str] = Counter()
    for alike, count in some.counted():
        kinds[alike.kind] += count
    if wanted.kind:
        some = some.having(lambda alike: alike.kind == wanted.kind)
    people, structures = seen.names()
    older: Mapping[str, ListedDocuments] = {}
    if seen.older:
        shown = set(some.ids())
        older = {name: few for name, few in seen.older.items() if name in shown}
    return FoundDocuments(
        some.by_filing() if wanted.by_filing else some.by_care(),
        older,
        DocumentCounts(
            all=len(seen.entries),
            kinds=kinds,
            masked=len(_masked(some, now)),
            unread=len(some.unread()),
            fresh=len(_fresh(some, wanted.fresh_since, now)),
            people=people,
            structures=structures,
        ),
    )


def _masked(entries: ListedDocuments, now: int) -> ListedDocuments:
    columns = entries.columns
    if not any((one.flags | one.flags_then) & _MASKED for one in columns.kinds):
        return entries[:0]
    sorts = columns.sorts(now)
    masked = {one for one in set(sorts) if columns.flags_of(one) & _MASKED}
    return ListedDocuments(columns, [n for n in entries.numbers if sorts[n] in masked])


def _fresh(entries: ListedDocuments, since: int | None, now: int) -> ListedDocuments:
    if since is None:
        return entries
    columns = entries.columns
    filed_at, visible_at = columns.filed_at, columns.visible_at
    fresh = [
        number
        for number in entries.numbers
        if filed_at[number] > since
        or (visible_at[number] and is_fresh_since(columns.entry(number), since, now))
    ]
    return ListedDocuments(columns, fresh)


def shown_since(one: ListEntry, now: int) -> int:
    """Return since when a document may have been seen: filed, or its delay over."""
    waited = one.flags & _HIDDEN and one.visible_at <= now
    return max(one.filed_at, one.visible_at) if waited else one.filed_at


def is_fresh_since(one: ListEntry, since: int | None, now: int) -> bool:
    """Tell whether a document is there only since a moment; None: since ever."""
    return since is None or shown_since(one, now) > since


def _of(entries: ListedDocuments, wanted: WantedDocuments) -> ListedDocuments:
    """Return those of an author, of a time, and with all words that are looked for."""
    by, begin, end = wanted.by, wanted.begin, wanted.end
    if by:
        entries = entries.having(
            lambda alike: by == alike.structure or by in alike.people
        )
    columns, numbers = entries.columns, entries.numbers
    care_at = columns.care_at
    if begin is not None:
        numbers = [one for one in numbers if care_at[one] >= begin]
    if end is not None:
        numbers = [one for one in numbers if care_at[one] < end]
    for word in wanted.words:
        in_texts = wanted.in_texts.get(word, frozenset())
        numbers = _with_word(columns, numbers, word, in_texts)
    return ListedDocuments(columns, numbers)


def _with_word(
    columns: ListColumns, numbers: Sequence[int], word: str, in_texts: AbstractSet[str]
) -> Sequence[int]:
    """Return those with a word that begins so; each text and name is looked at once."""
    ids, words, alike = columns.ids, columns.words, columns.alike
    said = {
        number: begins_a_word(word, columns.texts[number])
        for number in {words[one] for one in numbers}
    }
    names = _Begun(word)
    named = {
        number: names.any_of(columns.kinds[number])
        for number in {alike[one] for one in numbers}
    }
    return [
        one
        for one in numbers
        if said[words[one]] or named[alike[one]] or ids[one] in in_texts
    ]


class _Begun(dict[str, bool]):
    """Whether a name has a word that begins so, looked for once in each that differs"""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def any_of(self, alike: Alike) -> bool:
        """Tell it of the names that some documents have."""
        return self[alike.structure] or any(self[name] for name in alike.people)

    def __missing__(self, name: str) -> bool:
        self[name] = found = begins_a_word(self._word, fold(name))
        return found

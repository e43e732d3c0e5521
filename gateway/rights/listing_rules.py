"""
Which documents a reader is shown, in which order, and how many there are of what.

First it is asked what the reader may know of; nothing else is then counted, searched,
or offered to choose from. Versions stand behind the newest that the reader sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter
from types import MappingProxyType

from attrs import field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.folding import begins_a_word, fold
from gateway.core.listing import BIT_OF, BY_CARE, FLAGS_OF, ListEntry
from gateway.rights.reader_rules import DocumentReader, Sight

_MASKED = BIT_OF[Visibility.MASKED]
_HIDDEN = BIT_OF[Visibility.HIDDEN_FROM_PATIENT]
_BY_FILING = attrgetter("filed_at", "care_at", "id")
_PEOPLE = attrgetter("people")
_STRUCTURE = attrgetter("structure")
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

    entries: Sequence[ListEntry] = field(repr=False)
    older: Mapping[str, Sequence[ListEntry]] = field(repr=False)
    counts: DocumentCounts


@frozen
class KnownDocuments:
    """
    What one reader may know of: what stands in the list, and what behind that.

    ``apart`` is how many more there are on request, behind something or not.
    """

    entries: Sequence[ListEntry] = field(repr=False)
    older: Mapping[str, Sequence[ListEntry]] = field(repr=False)
    apart: int = 0


def seen_by(
    reader: DocumentReader, entries: Iterable[ListEntry], now: int, *, old: bool = False
) -> KnownDocuments:
    """
    Return what a reader may know of.

    Without ``old``, what is shown on request only stands behind what replaced it, if
    the reader sees that; else it is not there until it is asked for.
    """
    every = {one.id: one for one in entries}
    answers = _Answers(reader)
    listed: list[ListEntry] = []
    apart: list[ListEntry] = []
    for one in every.values():
        after = every.get(one.replaced_by)
        newer = None if after is None else after.flags_at(now)
        alike = (
            one.flags_at(now),
            one.status,
            one.type_code,
            newer,
            one.owners,
            one.is_imaging_object,
        )
        if answers[alike][old]:
            listed.append(one)
        elif answers[alike][True]:
            apart.append(one)
    older: dict[str, list[ListEntry]] = {}
    current = {one.id for one in listed} if apart else set()
    for one in apart:
        head = _newest_after(one, every, current)
        if head:
            older.setdefault(head, []).append(one)
    for some in older.values():
        some.sort(key=_BY_FILING, reverse=True)
    return KnownDocuments(listed, older, len(apart))


_Alike = tuple[int, str, str, int | None, tuple[str, ...], bool]


class _Answers(dict[_Alike, tuple[bool, bool]]):
    """What a reader says without a request and on request, asked once of all alike."""

    def __init__(self, reader: DocumentReader) -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, alike: _Alike) -> tuple[bool, bool]:
        flags, status, type_code, newer, owners, is_imaging_object = alike
        sight = Sight(
            FLAGS_OF[flags],
            Availability(status),
            type_code,
            None if newer is None else FLAGS_OF[newer],
            owners,
            is_imaging_object,
        )
        self[alike] = (
            self._reader.sees(sight),
            self._reader.sees(sight, on_request=True),
        )
        return self[alike]


def _newest_after(
    one: ListEntry, every: Mapping[str, ListEntry], current: Collection[str]
) -> str:
    """Return the first in the list of those that replaced one, or nothing."""
    passed = {one.id}
    after = every.get(one.replaced_by)
    while after is not None and after.id not in passed:
        if after.id in current:
            return after.id
        passed.add(after.id)
        after = every.get(after.replaced_by)
    return ""


def find(seen: KnownDocuments, wanted: WantedDocuments, now: int) -> FoundDocuments:
    """Return what fits of what a reader sees, newest first, and the counts."""
    fitting: list[ListEntry] = []
    kinds: Counter[str] = Counter()
    masked = unread = fresh = 0
    for one in _of(seen.entries, wanted):
        is_masked = bool(one.flags_at(now) & _MASKED)
        is_fresh = is_fresh_since(one, wanted.fresh_since, now)
        if (
            (wanted.masked and not is_masked)
            or (wanted.unread and one.is_read)
            or (wanted.fresh and not is_fresh)
        ):
            continue
        kinds[one.kind] += 1
        if not wanted.kind or one.kind == wanted.kind:
            fitting.append(one)
            masked += is_masked
            unread += not one.is_read
            fresh += is_fresh
    order = _BY_FILING if wanted.by_filing else BY_CARE
    fitting.sort(key=order, reverse=True)
    older = seen.older
    return FoundDocuments(
        fitting,
        {one.id: older[one.id] for one in fitting if one.id in older} if older else {},
        DocumentCounts(
            all=len(seen.entries),
            kinds=kinds,
            masked=masked,
            unread=unread,
            fresh=fresh,
            people=_people(seen.entries),
            structures=Counter(filter(None, map(_STRUCTURE, seen.entries))),
        ),
    )


def _people(entries: Sequence[ListEntry]) -> Mapping[str, int]:
    together = Counter(map(_PEOPLE, entries))  # the same few stand in many documents
    people: Counter[str] = Counter()
    for some, number in together.items():
        for name in some:
            people[name] += number
    return people


def shown_since(one: ListEntry, now: int) -> int:
    """Return since when a document may have been seen: filed, or its delay over."""
    waited = one.flags & _HIDDEN and one.visible_at <= now
    return max(one.filed_at, one.visible_at) if waited else one.filed_at


def is_fresh_since(one: ListEntry, since: int | None, now: int) -> bool:
    """Tell whether a document is there only since a moment; None: since ever."""
    return since is None or shown_since(one, now) > since


def _of(entries: Sequence[ListEntry], wanted: WantedDocuments) -> Iterable[ListEntry]:
    """Return those of an author, of a time, and with all words that are looked for."""
    found: Iterable[ListEntry] = entries
    by, begin, end = wanted.by, wanted.begin, wanted.end
    if by:
        found = [one for one in found if by == one.structure or by in one.people]
    if begin is not None:
        found = [one for one in found if one.care_at >= begin]
    if end is not None:
        found = [one for one in found if one.care_at < end]
    for word in wanted.words:
        said, named = _Begun(word, folded=True), _Begun(word)
        in_texts = wanted.in_texts.get(word, frozenset())
        found = [
            one
            for one in found
            if said[one.words]
            or named[one.structure]
            or any(map(named.__getitem__, one.people))
            or one.id in in_texts
        ]
    return found


class _Begun(dict[str, bool]):
    """Whether a text has a word that begins so, looked for once in each that differs"""

    def __init__(self, word: str, *, folded: bool = False) -> None:
        super().__init__()
        self._word, self._folded = word, folded

    def __missing__(self, text: str) -> bool:
        words = text if self._folded else fold(text)
        self[text] = found = begins_a_word(self._word, words)
        return found

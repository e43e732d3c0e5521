"""The list of documents: what is asked of it, what fits, and how it is said."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from gateway.core.document_kinds import KINDS
from gateway.core.folding import MOST_ASKED
from gateway.core.listed_columns import ListedDocuments, found_in_texts
from gateway.core.listing import (
    MANY_READ,
    ListEntry,
    TextsFound,
    moment_of,
    when_of,
)
from gateway.core.searched_text import Quotation, quotation
from gateway.core.vault import FiledDocument
from gateway.rights.delegation_rules import Act
from gateway.rights.listing_rules import (
    DocumentCounts,
    FoundDocuments,
    KnownDocuments,
    find,
    seen_by,
)
from gateway.rights.own_document_rules import MOST_ERASED
from gateway.store.base.work import UnitOfWork
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import DocumentCard, SeenDocuments
from gateway.web.patient.document_search import (
    MONTHS,
    AskedDocuments,
    NameDigests,
    Typed,
    TypedSealing,
    period_of,
    wanted_of,
    year_begins,
)
from gateway.web.patient.home import last_visit
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.paging import ListPage
from gateway.web.site.visits import Visit

MOST_NAMES: Final = 200
"""NameDigests to choose from in each list, those of most documents."""

MOST_OLDER: Final = 20
"""Versions shown behind the newest; there is a list of all."""


@frozen
class OlderVersion:
    """A version that stands behind the newest."""

    id: str
    at: datetime


@frozen
class ListLine:
    """One document of the list, and how many versions stand behind it."""

    card: DocumentCard
    older: Sequence[OlderVersion]
    older_count: int
    is_in_text: bool
    """Its text has what was searched, or some of it."""
    quotation: Quotation | None = field(repr=False)
    """The place that has it: for the patient alone, whose history needs no line."""


@frozen
class YearOfDocuments:
    """The documents of a page that are of one year, and how many there are in all."""

    year: int
    count: int
    lines: Sequence[ListLine]


@frozen
class NameToChoose:
    """A name among those to choose from: what stands for it, and of how many."""

    digest: str
    name: str = field(repr=False)
    count: int


@frozen(kw_only=True)
class DocumentList:
    """One page of the list, with what could be chosen instead."""

    asked: AskedDocuments
    typed: Typed = field(repr=False)
    by: str = field(repr=False)
    counts: DocumentCounts = field(repr=False)
    total: int
    page: ListPage
    years: Sequence[YearOfDocuments]
    people: Sequence[NameToChoose] = field(repr=False)
    structures: Sequence[NameToChoose] = field(repr=False)
    periods: Sequence[str]
    last_visit: datetime | None
    apart: int
    """How many there are on request alone: replaced versions."""
    unread: int
    """Of how many the text could not be searched yet."""
    is_old: bool
    """Much had to be read that could have been made ahead."""


@frozen
class DocumentListPages:
    """Documents as one reader may know of them; what is hidden is not there."""

    desk: PatientDesk

    def documents(self, visit: Visit) -> Answer:
        """List the documents, those of the last care first."""
        asked = AskedDocuments.read(visit.query)
        with self.desk.database.read() as work:
            made = self._made(work, visit, asked)
        if made.is_old:
            self.desk.have_index_made(visit.profile.id)
        if not made.page.is_there:
            return redirect(asked.page(made.page.pages))
        return self.desk.page(
            visit,
            "documents.html",
            found=made,
            asked=asked,
            whole=AskedDocuments(replaced=asked.replaced).address(),
            KINDS=KINDS,
            recent_periods=[f"{one}m" for one in MONTHS],
            most_asked=MOST_ASKED,
            erased=_count(visit.query.get("erased", "")),
            may_add=visit.may(Act.DOCUMENTS),
        )

    def search(self, visit: Visit) -> Answer:
        """Take what was typed and chosen, and lead to its list."""
        form = visit.form
        said = {name: form.line(name) for name in form.fields if name != "q"}
        with self.desk.database.read() as work:
            sealed = TypedSealing(work, visit).seal(form.line("words"))
        return redirect(AskedDocuments.read({**said, "q": sealed}).address())

    def _made(
        self, work: UnitOfWork, visit: Visit, asked: AskedDocuments
    ) -> DocumentList:
        seen = self.desk.seen(work, visit.profile.id)
        listing = seen.vault.listing(visit.profile.id)
        now = moment_of(work.now)
        known = seen_by(seen.side, listing.entries, now, old=asked.replaced)
        names = NameDigests(work, visit.profile.id)
        typed = TypedSealing(work, visit).opened(asked.sealed)
        by = names.find(asked.by, _names_in(known)) if asked.by else ""
        last = last_visit(work, visit.own.id) if visit.own is not None else None
        zone = self.desk.zone
        period = period_of(asked.when, self.desk.day(work.now), zone)
        texts = found_in_texts(seen.vault, seen.profile_id, known.entries, typed.words)
        wanted = wanted_of(
            asked,
            typed,
            by=by,
            period=period,
            last_visit=last,
            in_texts=texts.by_word,
        )
        found = find(known, wanted, now)
        page = ListPage.asked(visit.query, len(found.entries))
        shown = page.of(found.entries)
        years = _Years.of(found.entries, zone, by_filing=asked.by_filing)
        found_by = _FoundInText(seen, texts, quotes=visit.acting is None)
        return DocumentList(
            asked=asked,
            typed=typed,
            by=by,
            counts=found.counts,
            total=len(found.entries),
            page=page,
            years=list(_by_year(seen, shown, found, years, found_by)),
            people=_to_choose(names, found.counts.people),
            structures=_to_choose(names, found.counts.structures),
            periods=_Years.of(known.entries, zone).names(),
            last_visit=last,
            apart=known.apart,
            unread=texts.unread,
            is_old=listing.read >= MANY_READ or texts.unmade > 0,
        )


@frozen
class _FoundInText:
    """
    Why a document was found, where that is its text.

    Who acts for the patient is not given the place: it would be read of a document that
    they did not open, and no line of the patient's history would say so.
    """

    seen: SeenDocuments
    texts: TextsFound
    quotes: bool

    def of(
        self, documents: Collection[FiledDocument]
    ) -> Mapping[str, tuple[bool, Quotation | None]]:
        """Return whether a text has a word, and the place for who may have it."""
        words = {one.id: self.texts.words_of(one.id) for one in documents}
        having = [one for one in documents if words[one.id] and self.quotes]
        texts = self.seen.vault.texts(having) if having else {}
        quoted = {o.id: quotation(texts.get(o.id, ""), words[o.id]) for o in having}
        return {one.id: (bool(words[one.id]), quoted.get(one.id)) for one in documents}


@frozen
class _Years:
    """
    The years of documents, where the patients are.

    Those of ten thousand are told by where each year begins among their moments.
    """

    first: int
    begins: Sequence[int]
    moments: Sequence[int] = field(repr=False)
    """Of all, in order."""
    by_filing: bool

    @classmethod
    def of(
        cls, entries: ListedDocuments, zone: ZoneInfo, *, by_filing: bool = False
    ) -> _Years:
        moments = sorted(entries.moments(by_filing=by_filing))
        if not moments:
            return cls(1, (), (), by_filing)
        first = when_of(moments[0]).astimezone(zone).year
        last = when_of(moments[-1]).astimezone(zone).year
        begins = [year_begins(year, zone) for year in range(first, last + 1)]
        return cls(first, begins, moments, by_filing)

    def year(self, one: ListEntry) -> int:
        moment = one.filed_at if self.by_filing else one.care_at
        return self.first + bisect_right(self.begins, moment) - 1

    def counts(self) -> dict[int, int]:
        """Return how many documents there are of each year that has some."""
        places = [bisect_left(self.moments, begin) for begin in self.begins]
        between = pairwise([*places, len(self.moments)])
        return {
            self.first + number: end - place
            for number, (place, end) in enumerate(between)
            if end > place
        }

    def names(self) -> list[str]:
        """Return the years there are, the last first, in four digits."""
        return [f"{year:04d}" for year in sorted(self.counts(), reverse=True)]


def _by_year(
    seen: SeenDocuments,
    shown: Sequence[ListEntry],
    fitting: FoundDocuments,
    years: _Years,
    found_by: _FoundInText,
) -> Iterator[YearOfDocuments]:
    counts = years.counts()
    found = {one.id: one for one in seen.each([one.id for one in shown])}
    why = found_by.of(found.values())
    lines: dict[int, list[ListLine]] = {}
    for one in shown:
        if one.id not in found:  # altered: as in every list it is left out
            continue
        behind = fitting.older.get(one.id, ())
        versions = [OlderVersion(o.id, when_of(o.care_at)) for o in behind[:MOST_OLDER]]
        line = ListLine(seen.card(found[one.id]), versions, len(behind), *why[one.id])
        lines.setdefault(years.year(one), []).append(line)
    for year, some in lines.items():
        yield YearOfDocuments(year, counts[year], some)


def _names_in(known: KnownDocuments) -> set[str]:
    return set[str]().union(*known.names())


def _to_choose(names: NameDigests, counts: Mapping[str, int]) -> list[NameToChoose]:
    most = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_NAMES]
    return [
        NameToChoose(names.digest(name), name, counts[name])
        for name in sorted(most, key=str.casefold)
    ]


def _count(said: str) -> int:
    """Return how many documents were deleted just now, 0 where none was."""
    return min(int(said), MOST_ERASED) if said.isdecimal() and len(said) < 3 else 0

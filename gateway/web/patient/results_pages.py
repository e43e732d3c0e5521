"""Results over time: the same test in the newest laboratory documents of a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Final

from attrs import field, frozen

from gateway.core.listing import ListEntry, moment_of, when_of
from gateway.documents.showing.results import LabResult, results_of
from gateway.errors import DamagedError, NotFoundError
from gateway.rights.listing_rules import seen_by
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.document_search import NameDigests
from gateway.web.patient.plotting import HEIGHT, WIDTH, Plot, PlottedValue, plot
from gateway.web.site.answers import Answer
from gateway.web.site.visits import Visit

MOST_DOCUMENTS: Final = 20
"""Laboratory documents that are looked into, the newest: each takes milliseconds."""

LARGEST: Final = 1024 * 1024
"""Bytes of such a document; a larger one is looked at by itself."""

_KIND: Final = "bio"
_MANY: Final = 40
"""Of more values than these the points are drawn smaller."""


@frozen
class DatedResult:
    """A value, when it was taken, and the document that has it."""

    at: datetime
    result: LabResult
    document_id: str


@frozen
class ResultsOfTest:
    """All values of one test in one unit, the oldest first."""

    digest: str
    values: Sequence[DatedResult] = field(repr=False)

    @property
    def last(self) -> DatedResult:
        """The newest value."""
        return self.values[-1]

    @property
    def range(self) -> tuple[Decimal | None, Decimal | None]:
        """The range, where all values have the same: methods differ."""
        ranges = {(one.result.low, one.result.high) for one in self.values}
        return ranges.pop() if len(ranges) == 1 else (None, None)

    @property
    def measured(self) -> Sequence[DatedResult]:
        """Those that are a number; of one that is below or above it nothing is drawn"""
        return [one for one in self.values if one.result.bound is None]

    @property
    def plot(self) -> Plot:
        """The drawing of what was measured."""
        points = [PlottedValue(o.at.timestamp(), o.result.value) for o in self.measured]
        return plot(points, *self.range)

    def rows(self, day: Callable[[datetime], date]) -> list[tuple[DatedResult, bool]]:
        """Return each value, the newest first; True where only the hour tells two."""
        times = {(day(one.at), one.at) for one in self.values}
        often = Counter(found for found, _ in times)
        return [(one, often[day(one.at)] > 1) for one in reversed(self.values)]


@frozen
class _Compared:
    """What was found, and in how many documents nothing could be looked for."""

    tests: Mapping[str, ResultsOfTest]
    skipped: int


@frozen
class ResultsPages:
    """Results of the documents that who looks may see, of nothing else."""

    desk: PatientDesk

    def results(self, visit: Visit) -> Answer:
        """
        List the tests, or show one over time.

        The list names them alone: who reads a value has opened its document.
        """
        with self.desk.database.read() as work:
            seen = self.desk.seen(work, visit.profile.id)
            entries = _documents(work, seen)
            found = _compared(NameDigests(work, visit.profile.id), seen, entries)
        chosen, tests = None, found.tests
        if asked := visit.query.get("test", ""):
            chosen = tests.get(asked)
            if chosen is None:
                raise NotFoundError("not found")
            self._note(visit, [one.document_id for one in chosen.values])
        return self.desk.page(
            visit,
            "results.html",
            tests=sorted(tests.values(), key=_by_name),
            chosen=chosen,
            rows=chosen.rows(self.desk.day) if chosen else [],
            documents=len(entries),
            skipped=found.skipped,
            many=_MANY,
            most=MOST_DOCUMENTS,
            width=WIDTH,
            height=HEIGHT,
        )

    def _note(self, visit: Visit, document_ids: Sequence[str]) -> None:
        """Each document whose value is shown was read by it."""
        chain, names = chain_of(visit.profile.id), list(dict.fromkeys(document_ids))

        def job(work: UnitOfWork) -> None:
            vault = self.desk.open_vault(work)
            for name in names:
                vault.mark_read(name)
                work.note(Action.DOCUMENT_OPENED, "results", name, chain=chain)

        self.desk.write(job)
        self.desk.note_opened(visit, names)


def _by_name(test: ResultsOfTest) -> tuple[bool, str, str]:
    """Those with several values first."""
    result = test.last.result
    return len(test.values) < 2, result.name.casefold(), result.unit


def _documents(work: UnitOfWork, seen: SeenDocuments) -> list[ListEntry]:
    listing = seen.vault.listing(seen.profile_id)
    known = seen_by(seen.side, listing.entries, moment_of(work.now))
    lab = known.entries.having(lambda one: one.kind == _KIND)
    return list(lab.by_care()[:MOST_DOCUMENTS])


def _compared(
    names: NameDigests, seen: SeenDocuments, entries: Sequence[ListEntry]
) -> _Compared:
    found: dict[str, list[DatedResult]] = {}
    looked = 0
    care = {one.id: when_of(one.care_at) for one in entries}
    for document in seen.each([one.id for one in entries]):
        if document.size > LARGEST:
            continue
        try:
            content = seen.vault.content(document)
        except DamagedError:  # its own page says so
            continue
        looked += 1
        for one in results_of(content):
            at = one.at or care[document.id]
            found.setdefault(one.test, []).append(DatedResult(at, one, document.id))
    made = (
        ResultsOfTest(names.digest(test), sorted(values, key=attrgetter("at")))
        for test, values in found.items()
    )
    return _Compared({one.digest: one for one in made}, len(entries) - looked)

"""An extraction of the national directory taken over: differences only, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import Any, Final

from attrs import define, frozen
from sqlalchemy import delete, select, tuple_, update

from gateway.core.directory_extract import (
    ActivityReader,
    BrokenLineError,
    SkillReader,
)
from gateway.errors import ConflictError, InvalidError
from gateway.rights.directory_rules import ExtractRefusal, refusal_of
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.directory.directory import Directory
from gateway.store.directory.staging import COLUMNS, StagedPerson, Staging
from gateway.store.directory.tables import MOST_WORD
from gateway.store.journal import Action
from gateway.store.tables import (
    directory_imports,
    directory_labels,
    directory_people,
    directory_words,
)

BATCH: Final = 1000
"""Persons of one transaction: mail that comes meanwhile waits for no more."""

_MOST_LABELS: Final = 5000
"""Codes that have a name; the terminologies have some hundreds."""


@frozen
class BrokenLine:
    """A line that is not taken, and why; nothing of what it says."""

    number: int
    why: str
    of_skills: bool = False


@define
class DirectoryCounts:
    """What was in an extraction, and what of it was new."""

    lines: int = 0
    refused: int = 0
    people: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    same: int = 0
    altered: int = 0
    """Rows that somebody else wrote, and that are not there any more."""

    @property
    def changes(self) -> int:
        """How many persons are not as they were."""
        return self.added + self.changed + self.gone


class DirectoryImport:
    """
    Takes one extraction: `read` its files, then `apply` it.

    Nothing is kept before `apply`; ended half-way, that is done again and makes what is
    left. A row that somebody else wrote is written anew, or taken away.
    """

    def __init__(self, database: Database, staging: Staging) -> None:
        self.counts = DirectoryCounts()
        self._database = database
        self._staging = staging
        self._labels: dict[tuple[str, str], str] = {}

    def read(self, lines: Iterable[bytes]) -> Iterator[BrokenLine]:
        """
        Read the activities; yield the lines that are not taken.

        Raises:
            InvalidError: the head is not that of the file.
        """
        source = iter(lines)
        reader = ActivityReader(next(source, b""))
        for number, line in enumerate(source, 2):
            self.counts.lines += 1
            try:
                found = reader.read(line)
            except BrokenLineError as error:
                yield self._broken(number, error)
                continue
            self._staging.add(found)
            for kind, code, label in found.labels:
                self._name(kind, code, label)

    def read_skills(self, lines: Iterable[bytes]) -> Iterator[BrokenLine]:
        """
        Read the qualifications; yield the lines that are not taken.

        Raises:
            InvalidError: the head is not that of the file.
        """
        source = iter(lines)
        reader = SkillReader(next(source, b""))
        for number, line in enumerate(source, 2):
            try:
                found = reader.read(line)
            except BrokenLineError as error:
                self.counts.refused += 1
                yield BrokenLine(number, str(error), of_skills=True)
                continue
            self._staging.add_skill(found)
            if found.specialty and found.label:
                self._name("specialty", found.specialty, found.label)

    def _name(self, kind: str, code: str, label: str) -> None:
        if len(self._labels) < _MOST_LABELS:
            self._labels.setdefault((kind, code), label)

    def _broken(self, number: int, error: BrokenLineError) -> BrokenLine:
        self.counts.refused += 1
        if error.national_id:
            self._staging.add_broken(error.national_id)
        return BrokenLine(number, str(error))

    def apply(
        self, day: date, *, by: str, most_gone_percent: int, force: bool = False
    ) -> DirectoryCounts:
        """
        Keep what differs, with a line of the operator's journal; return the counts.

        Raises:
            InvalidError: there is nobody in it.
            ConflictError: it is older than what is held, or too many are gone; with
                ``force`` it is taken all the same.
        """
        self._staging.sort()
        with self._database.read() as work:
            taken = Directory(work).last_import()
            people = directory_people.c
            known = work.connection.execute(
                select(people.national_id)
                .where(people.gone_at.is_(None))
                .execution_options(yield_per=BATCH)
            )
            self._staging.add_known(known.scalars())
        self.counts.people = self._staging.count()
        gone = self._staging.gone()
        last = taken.made_on if taken else None
        self._check(day, last, len(gone), most_gone_percent, force=force)
        with self._database.write() as work:
            number = self._begin(work, day)
        for batch in self._staging.people(BATCH):
            with self._database.read() as work:
                differing = self._differing(work, batch)
            if differing:
                with self._database.write() as work:
                    self._take(work, differing)
        for ids in _batches(gone):
            with self._database.write() as work:
                self._end_of(work, ids)
        with self._database.write() as work:
            self._end(work, number, day, by)
        return self.counts

    def _check(
        self, day: date, last: date | None, gone: int, most: int, *, force: bool
    ) -> None:
        known = self._staging.known_count()
        why = refusal_of(
            people=self.counts.people,
            known=known,
            gone=gone,
            most_percent=most,
            day=day,
            last=last,
        )
        if why is ExtractRefusal.EMPTY:
            raise InvalidError("there is nobody in the file")
        if why is ExtractRefusal.OLDER and not force:
            raise ConflictError(f"the file is of {day}, older than that of {last}")
        if why is ExtractRefusal.MANY_GONE and not force:
            raise ConflictError(
                f"{gone} of {known} persons are not in the file, more than {most} %"
            )

    def _differing(
        self, work: UnitOfWork, batch: Sequence[StagedPerson]
    ) -> list[tuple[StagedPerson, Any]]:
        """Return who is not kept as they are in the file, with their row, or None."""
        held = {
            row.national_id: row
            for row in work.connection.execute(
                select(directory_people).where(
                    directory_people.c.national_id.in_(
                        [one.national_id for one in batch]
                    )
                )
            )
        }
        differing: list[tuple[StagedPerson, Any]] = []
        for person in batch:
            self.counts.refused += person.left_out
            row = held.get(person.national_id)
            if row is None:
                differing.append((person, None))
            elif not work.rows.is_sound(directory_people, row):
                self.counts.altered += 1
                differing.append((person, row))
            elif row.gone_at is None and _values(row) == _said(person):
                self.counts.same += 1
            else:
                differing.append((person, row))
        return differing

    def _take(
        self, work: UnitOfWork, differing: Iterable[tuple[StagedPerson, Any]]
    ) -> None:
        for person, row in differing:
            said = person.columns
            if row is None:
                work.add(directory_people, **said)
                _add_words(work, person.national_id, _words(said["words"]))
                self.counts.added += 1
                continue
            now = {**said, "gone_at": None}
            work.rewrite(directory_people, {**row._mapping, **now}, now)
            _change_words(work, person.national_id, row.words, said["words"])
            self.counts.changed += 1

    def _end_of(self, work: UnitOfWork, ids: Sequence[str]) -> None:
        """Mark persons as gone; a row that the gateway did not write is taken away."""
        columns = directory_people.c
        for row in work.connection.execute(
            select(directory_people).where(columns.national_id.in_(ids))
        ).all():
            if work.rows.is_sound(directory_people, row):
                now = {"gone_at": work.now}
                work.rewrite(directory_people, {**row._mapping, **now}, now)
                self.counts.gone += 1
                continue
            self.counts.altered += 1
            for table in (directory_words, directory_people):
                work.connection.execute(
                    delete(table).where(table.c.national_id == row.national_id)
                )

    def _begin(self, work: UnitOfWork, day: date) -> int:
        number = Directory(work).last_number() + 1
        nothing = dict.fromkeys(
            ("lines", "refused", "people", "added", "changed", "gone"), 0
        )
        work.add_now(
            directory_imports,
            number=number,
            made_on=day.isoformat(),
            imported_at=work.now,
            digest=None,
            **nothing,
        )
        return number

    def _end(self, work: UnitOfWork, number: int, day: date, by: str) -> None:
        self._keep_labels(work)
        counts = self.counts
        said: dict[str, Any] = {
            "lines": counts.lines,
            "refused": counts.refused,
            "people": counts.people,
            "added": counts.added,
            "changed": counts.changed,
            "gone": counts.gone,
        }
        work.change(
            directory_imports,
            directory_imports.c.number == number,
            imported_at=work.now,
            digest=Directory(work).digest(),
            **said,
        )
        subject = str(number)
        work.note(Action.DIRECTORY_IMPORTED, day.isoformat(), subject, by=by, **said)

    def _keep_labels(self, work: UnitOfWork) -> None:
        columns = directory_labels.c
        held = {
            (row.kind, row.code): row.label
            for row in work.connection.execute(select(directory_labels))
        }
        for (kind, code), label in self._labels.items():
            if (kind, code) not in held:
                work.add(directory_labels, kind=kind, code=code, label=label)
            elif held[kind, code] != label:
                work.connection.execute(
                    update(directory_labels)
                    .where(columns.kind == kind, columns.code == code)
                    .values(label=label)
                )


_values = attrgetter(*COLUMNS)


def _said(person: StagedPerson) -> tuple[str, ...]:
    return tuple(person.columns.values())


def _words(words: str) -> set[str]:
    return {one[:MOST_WORD] for one in words.split()}


def _add_words(work: UnitOfWork, national_id: str, words: Iterable[str]) -> None:
    for word in words:
        work.add(directory_words, word=word, national_id=national_id)


def _change_words(work: UnitOfWork, national_id: str, was: str, now: str) -> None:
    before, after = _words(was), _words(now)
    columns = directory_words.c
    if lost := before - after:
        work.connection.execute(
            delete(directory_words).where(
                tuple_(columns.word, columns.national_id).in_(
                    [(word, national_id) for word in sorted(lost)]
                )
            )
        )
    there = work.connection.execute(
        select(columns.word).where(
            columns.word.in_(sorted(after)), columns.national_id == national_id
        )
    )
    _add_words(work, national_id, after - set(there.scalars()))


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while batch := list(islice(left, BATCH)):
        yield batch

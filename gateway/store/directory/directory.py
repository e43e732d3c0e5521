"""Who is in the national directory: by number, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import ColumnElement, or_, select

from gateway.core.directory import DirectoryEntry
from gateway.core.directory_extract import practices_of
from gateway.core.folding import asked_words, fold
from gateway.core.practice import Practice, Professional
from gateway.store.base.work import UnitOfWork
from gateway.store.directory.tables import MOST_WORD
from gateway.store.tables import (
    directory_imports,
    directory_labels,
    directory_people,
    directory_words,
)

_REGULATES: Final = "FON-32"
"""Régulateur libéral, of TRE_R21."""
_WHOLE: Final = 2
"""Letters of a word that is found whole only: half the directory begins with one."""
_AT_ONCE: Final = 500
_LAST: Final = "\U0010ffff"
"""Behind whatever begins with a word, in the order of bytes."""


@frozen(kw_only=True)
class KnownProfessional:
    """A professional of the directory; ``gone_at`` is when they were in it no more."""

    professional: Professional
    gone_at: datetime | None


@frozen(kw_only=True)
class TakenExtract:
    """An extraction that was taken, and what it changed."""

    made_on: date
    imported_at: datetime
    lines: int
    refused: int
    people: int
    added: int
    changed: int
    gone: int


@frozen
class Directory:
    """The national directory within one transaction; empty where none was imported."""

    work: UnitOfWork
    _labels: dict[tuple[str, str], str] = field(factory=dict, init=False, repr=False)

    def find(self, national_id: str) -> Professional | None:
        """
        Return a professional by the national number, None of nobody known or gone.

        Raises:
            AlteredError: their row is not as the gateway wrote it.
        """
        known = self.known(national_id)
        return None if known is None or known.gone_at else known.professional

    def known(self, national_id: str) -> KnownProfessional | None:
        """
        Return a professional by the national number, gone or not.

        Raises:
            AlteredError: their row is not as the gateway wrote it.
        """
        row = self.work.connection.execute(
            select(directory_people).where(
                directory_people.c.national_id == national_id.upper()
            )
        ).first()
        if row is None:
            return None
        self.work.rows.check(directory_people, row)
        return KnownProfessional(professional=_professional(row), gone_at=row.gone_at)

    def names(self, national_ids: Collection[str]) -> Mapping[str, str]:
        """
        Return the names of those that are known, gone or not, by the ids as given.

        A row that somebody else wrote names nobody.
        """
        asked: dict[str, list[str]] = {}
        for one in national_ids:
            asked.setdefault(one.upper(), []).append(one)
        ids, found = iter(asked), {}
        while batch := list(islice(ids, _AT_ONCE)):
            rows = self.work.connection.execute(
                select(directory_people).where(
                    directory_people.c.national_id.in_(batch)
                )
            ).all()
            for row in self._sound(rows):
                name = shown_name(row.family, row.given)
                found.update(dict.fromkeys(asked[row.national_id], name))
        return found

    def search(
        self, words: str, *, town: str = "", profession: str = "", most: int
    ) -> list[Professional]:
        """
        Return at most so many that have all the words, by name; of those not gone.

        A word begins one of the name, or of a town they practise in; one at least is of
        the name. One of two letters is a whole word. ``town`` is words of a town,
        ``profession`` a code of TRE_G15, G16, R94 or R95.
        """
        asked = asked_words(words)
        if not asked or most < 1:
            return []
        people = directory_people.c
        query = (
            select(directory_people)
            .where(
                people.national_id.in_(
                    select(directory_words.c.national_id).where(
                        or_(*(_begins(one) for one in asked))
                    )
                ),
                people.gone_at.is_(None),
                *(
                    or_(_has(people.words, one), _has(people.towns, one))
                    for one in asked
                ),
                *(_has(people.towns, one) for one in fold(town).split()),
            )
            .order_by(people.words, people.national_id)
            .limit(most)
        )
        if profession:
            query = query.where(people.professions.contains(f" {profession} "))
        rows = self.work.connection.execute(query).all()
        return [_professional(row) for row in self._sound(rows)]

    def _sound(self, rows: Sequence[Any]) -> Iterator[Any]:
        """Yield the rows that the gateway wrote."""
        for row in rows:
            if self.work.rows.is_sound(directory_people, row):
                yield row

    def entry(self, professional: Professional) -> DirectoryEntry:
        """Return a professional as lists show them: by name, what they do and where."""
        practices = professional.practices
        said = [
            *(self.label("profession", one.profession) for one in practices),
            *(self.label("specialty", one.specialty) for one in practices),
            *(_place(one) for one in practices),
        ]
        return DirectoryEntry(
            identity=professional.national_id.lower(),
            name=shown_name(professional.family, professional.given),
            about=", ".join(dict.fromkeys(one for one in said if one)),
        )

    def label(self, kind: str, code: str) -> str:
        """Return what the directory calls a ``profession`` or ``specialty``."""
        if not self._labels:
            columns = directory_labels.c
            rows = self.work.connection.execute(
                select(columns.kind, columns.code, columns.label)
            )
            self._labels.update({(row.kind, row.code): row.label for row in rows})
        return self._labels.get((kind, code), "")

    def last_import(self) -> TakenExtract | None:
        """
        Return the extraction that was taken last, None where none was.

        Raises:
            AlteredError: what is kept of it is not as the gateway wrote it.
        """
        row = self._last(directory_imports.c.digest.is_not(None))
        if row is None:
            return None
        self.work.rows.check(directory_imports, row)
        return TakenExtract(
            made_on=date.fromisoformat(row.made_on),
            imported_at=row.imported_at,
            lines=row.lines,
            refused=row.refused,
            people=row.people,
            added=row.added,
            changed=row.changed,
            gone=row.gone,
        )

    def last_number(self) -> int:
        """Return the number of the last import that was begun, 0 of none."""
        row = self._last()
        return 0 if row is None else int(row.number)

    def _last(self, *conditions: ColumnElement[bool]) -> Any:
        columns = directory_imports.c
        query = select(directory_imports).where(*conditions)
        return self.work.connection.execute(
            query.order_by(columns.number.desc()).limit(1)
        ).first()

    def is_as_imported(self) -> bool:
        """
        Tell whether the persons are those that the last import left, all together.

        Nothing is known while one is under way, or where one was ended half-way.
        """
        last = self._last()
        if last is None:
            return self.digest() == hashlib.sha256().digest()
        return last.digest is None or last.digest == self.digest()

    def digest(self) -> bytes:
        """Return a digest over the MACs of all persons, whatever their order."""
        macs = self.work.connection.execute(
            select(directory_people.c.row_mac).execution_options(yield_per=_AT_ONCE)
        )
        whole = hashlib.sha256()
        for mac in sorted(bytes(one or b"") for one in macs.scalars()):
            whole.update(mac)
        return whole.digest()


def shown_name(family: str, given: str) -> str:
    """Return a name as it is shown: the given name first."""
    return f"{given} {family}".strip()


def _place(practice: Practice) -> str:
    return " ".join(one for one in (practice.place, practice.town) if one)


def _professional(row: Any) -> Professional:
    practices = practices_of(row.practices)
    return Professional(
        national_id=row.national_id,
        family=row.family,
        given=row.given,
        practices=practices,
        may_regulate=any(one.function == _REGULATES for one in practices),
    )


def _begins(word: str) -> ColumnElement[bool]:
    column = directory_words.c.word
    asked = word[:MOST_WORD]
    if len(word) <= _WHOLE:
        return column == asked
    return (column >= asked) & (column < f"{asked}{_LAST}")


def _has(column: Any, word: str) -> ColumnElement[bool]:
    """Tell whether a folded text has a word that begins so; no word has a wildcard."""
    if len(word) <= _WHOLE:
        column, word = column + " ", f"{word} "
    found: ColumnElement[bool] = column.contains(f" {word}")
    return found

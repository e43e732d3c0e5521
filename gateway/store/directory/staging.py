"""
An extraction put in order of its persons, in a file that is gone when it is closed.

The lines of a person stand anywhere in it, and half a million are more than memory
should hold. SQLite keeps them in a temporary file of its own, and sorts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Self

from attrs import field, frozen

from gateway.core.directory_extract import (
    MOST_PRACTICES,
    ExtractLine,
    SkillLine,
    practices_text,
)
from gateway.core.folding import fold

_TOGETHER = 2000
_CACHE_KIB = 32 * 1024


COLUMNS: Final = (
    "national_id",
    "family",
    "given",
    "practices",
    "words",
    "towns",
    "professions",
)
"""What of the row of a person an extraction says."""


@frozen
class StagedPerson:
    """
    A person of an extraction, with what of their row it says (`COLUMNS`).

    ``left_out`` is how many of their lines were more than one person has.
    """

    national_id: str
    columns: dict[str, str] = field(repr=False)
    left_out: int


class Staging:
    """The persons of one extraction, and those that are known already."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._lines: list[tuple[Any, ...]] = []
        self._skills: list[tuple[Any, ...]] = []
        for statement in (
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            f"PRAGMA cache_size=-{_CACHE_KIB}",
            "BEGIN",
            "CREATE TABLE lines (id TEXT, family TEXT, given TEXT, practice TEXT,"
            " profession TEXT, town TEXT)",
            "CREATE TABLE broken (id TEXT PRIMARY KEY) WITHOUT ROWID",
            "CREATE TABLE skills (id TEXT, profession TEXT, specialty TEXT)",
            "CREATE TABLE known (id TEXT PRIMARY KEY) WITHOUT ROWID",
        ):
            self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, line: ExtractLine) -> None:
        """Take a line of activities."""
        self._lines.append(
            (
                line.national_id, line.family, line.given, line.practice,
                line.profession, line.town,
            )
        )  # fmt: skip
        if len(self._lines) >= _TOGETHER:
            self._write()

    def add_skill(self, line: SkillLine) -> None:
        """Take a qualification."""
        self._skills.append((line.national_id, line.profession, line.specialty))
        if len(self._skills) >= _TOGETHER:
            self._write()

    def add_broken(self, national_id: str) -> None:
        """Take that a line of somebody could not be read: they stay as they are."""
        self._database.execute("INSERT OR IGNORE INTO broken VALUES (?)", [national_id])

    def add_known(self, national_ids: Iterable[str]) -> None:
        """Take persons that are known already, and are not gone."""
        self._database.executemany(
            "INSERT INTO known VALUES (?)", ((one,) for one in national_ids)
        )

    def _write(self) -> None:
        self._database.executemany(
            "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)", self._lines
        )
        self._database.executemany("INSERT INTO skills VALUES (?, ?, ?)", self._skills)
        self._lines.clear()
        self._skills.clear()

    def sort(self) -> None:
        """Put all in order, once everything was taken."""
        self._write()
        self._database.execute("CREATE INDEX by_person ON lines (id)")
        self._database.execute("CREATE INDEX skills_by_person ON skills (id)")

    def count(self) -> int:
        """Return how many persons there are."""
        (found,) = self._database.execute(
            "SELECT count(*) FROM (SELECT id FROM lines UNION SELECT id FROM broken)"
        ).fetchone()
        return int(found)

    def known_count(self) -> int:
        """Return how many were known."""
        (found,) = self._database.execute("SELECT count(*) FROM known").fetchone()
        return int(found)

    def gone(self) -> list[str]:
        """Return who was known and is not there any more."""
        found = self._database.execute(
            "SELECT id FROM known WHERE id NOT IN (SELECT id FROM lines)"
            " AND id NOT IN (SELECT id FROM broken) ORDER BY id"
        )
        return [one for (one,) in found]

    def people(self, most: int) -> Iterator[list[StagedPerson]]:
        """
        Yield all persons, so many at once, in order.

        Who has a line that could not be read is left out: nothing is known of them.
        """
        rows = self._database.execute(
            "SELECT id, family, given, practice, profession, town FROM lines"
            " WHERE id NOT IN (SELECT id FROM broken) ORDER BY id, rowid"
        )
        batch: list[tuple[str, list[tuple[str, ...]]]] = []
        for national_id, lines in groupby(rows, key=itemgetter(0)):
            batch.append((national_id, list(lines)))
            if len(batch) == most:
                yield self._staged(batch)
                batch = []
        if batch:
            yield self._staged(batch)

    def _staged(
        self, batch: Collection[tuple[str, list[tuple[str, ...]]]]
    ) -> list[StagedPerson]:
        ids = [national_id for national_id, _ in batch]
        skills: dict[str, list[tuple[str, str]]] = {}
        for national_id, profession, specialty in self._database.execute(
            "SELECT id, profession, specialty FROM skills WHERE id BETWEEN ? AND ?"
            " ORDER BY id, rowid",
            (ids[0], ids[-1]),
        ):
            skills.setdefault(national_id, []).append((profession, specialty))
        return [
            _person(national_id, lines, skills.get(national_id, []))
            for national_id, lines in batch
        ]


def _person(
    national_id: str, lines: list[tuple[str, ...]], skills: list[tuple[str, str]]
) -> StagedPerson:
    kept = lines[:MOST_PRACTICES]
    _, family, given, *_ = kept[0]
    values = (
        national_id,
        family,
        given,
        practices_text([line[3] for line in kept], skills),
        _folded([f"{line[1]} {line[2]}" for line in kept]),
        _folded([line[5] for line in kept]),
        _joined([line[4] for line in kept]),
    )
    columns = dict(zip(COLUMNS, values, strict=True))
    return StagedPerson(national_id, columns, len(lines) - len(kept))


def _folded(texts: Iterable[str]) -> str:
    """Return the words of texts, folded, each once and with a space before it."""
    words = " ".join(fold(one) for one in dict.fromkeys(texts)).split()
    return "".join(f" {one}" for one in dict.fromkeys(words))


def _joined(codes: Iterable[str]) -> str:
    return "".join(f" {one}" for one in dict.fromkeys(codes) if one) + " "

"""Versions of the matrix: kept as imported, one in force by its day."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from gateway.core.habilitation import example_matrix
from gateway.errors import AlteredError, ConflictError, InvalidError, NotFoundError
from gateway.store.base.work import Database
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.habilitation.matrices import Matrices
from gateway.store.journal import OPERATOR_CHAINS, Action
from gateway.store.tables import matrices

ROWS = example_matrix().rows
FIRST, SECOND = date(2026, 1, 1), date(2026, 6, 1)


def add(database: Database, version: str, day: date = FIRST, first: int = 0) -> None:
    with database.write() as work:
        Matrices(work).add(version, day, ROWS[first:], by="anne")


def test_a_version_comes_back_as_it_was_imported(database: Database) -> None:
    add(database, "v1")

    with database.read() as work:
        (found,) = Matrices(work).listed()
        assert Matrices(work).get("v1") == found
        lines = [
            one
            for chain in OPERATOR_CHAINS
            for one in work.journal.lines(chain)
            if one.action == Action.MATRIX_IMPORTED.value
        ]
    assert (found.version, found.in_force, found.rows) == ("v1", FIRST, ROWS)
    assert not found.is_example
    (line,) = lines
    assert (line.subject, line.outcome) == ("v1", "2026-01-01")
    assert (line.detail["types"], line.detail["by"]) == (len(ROWS), "anne")


def test_a_version_is_never_imported_again_nor_another_for_its_day(
    database: Database,
) -> None:
    add(database, "v1")

    with pytest.raises(ConflictError, match="v1 was imported already"):
        add(database, "v1", SECOND, 1)
    with pytest.raises(ConflictError, match="version v1 begins on that day"):
        add(database, "v2", FIRST, 1)
    with pytest.raises(InvalidError):
        add(database, "no name", SECOND)

    with database.read() as work:
        assert [one.rows for one in Matrices(work).listed()] == [ROWS]


def test_the_last_to_begin_is_in_force_and_before_the_first_the_one_that_ships(
    database: Database,
) -> None:
    add(database, "v2", SECOND)
    add(database, "v1", FIRST, 1)

    with database.read() as work:
        kept = Matrices(work)
        assert [one.version for one in kept.listed()] == ["v1", "v2"]
        assert kept.in_force(date(2025, 12, 31)) is example_matrix()
        assert kept.in_force(FIRST).version == "v1"
        assert kept.in_force(date(2026, 5, 31)).version == "v1"
        assert kept.in_force(SECOND).version == "v2"
        assert kept.get("example") is example_matrix()
        with pytest.raises(NotFoundError):
            kept.get("v3")


def test_a_version_that_was_altered_is_not_believed(database: Database) -> None:
    CarryingOver(database, STEPS).nothing_to_do()
    add(database, "v1")
    with database.write() as work:
        work.connection.execute(update(matrices).values(in_force="2020-01-01"))

    with database.read() as work, pytest.raises(AlteredError):
        Matrices(work).in_force(FIRST)

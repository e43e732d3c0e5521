"""One snapshot for several questions: what is written meanwhile is in none of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.store.base.engine import SNAPSHOT, is_sqlite
from gateway.store.base.failures import translated
from gateway.store.base.work import Database, UnitOfWork


@contextmanager
def snapshot(database: Database) -> Iterator[UnitOfWork]:
    """
    Open a transaction that only reads, and sees the database as it is at its first
    question.

    On PostgreSQL, each question of an ordinary one sees what was committed before it:
    a tree that grew between two would look altered, and a story would end before its
    outcomes.
    """
    options: dict[str, Any] = {"read_only": True}
    if not is_sqlite(database.engine):
        options["isolation_level"] = SNAPSHOT
    with translated(database.availability):
        reader = database.engine.connect().execution_options(**options)
        with reader as connection, connection.begin():
            yield database.unit(connection)
    database.availability.answered()

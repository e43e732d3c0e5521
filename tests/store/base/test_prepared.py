"""Statements given to the driver: the same rows as by SQLAlchemy, the same errors."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.errors import UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import Database
from gateway.store.tables import recipients, tasks

TASK_COLUMNS = ("kind", "subject", "state", "due_at", "created_at")
INSERT = Prepared(insert(tasks), TASK_COLUMNS)
SUBJECTS = Prepared(
    select(tasks.c.subject, tasks.c.attempts)
    .where(tasks.c.kind == bindparam("of"))
    .order_by(tasks.c.subject)
)
POSTPONE = Prepared(
    update(tasks).where(tasks.c.subject == bindparam("about")), ("attempts", "due_at")
)


def a_task(database: Database, subject: str) -> dict[str, Any]:
    now = database.clock()
    return {
        "kind": "file",
        "subject": subject,
        "state": "ready",
        "due_at": now,
        "created_at": now,
    }


def test_rows_are_kept_as_sqlalchemy_keeps_them_with_the_defaults_of_the_table(
    database: Database,
) -> None:
    row = a_task(database, "theirs")

    with database.write() as work:
        work.connection.execute(insert(tasks), row)
        INSERT.run(work.connection, [{**row, "subject": "ours"}])

    with database.read() as work:
        theirs, ours = work.connection.execute(
            select(tasks).order_by(tasks.c.id)
        ).mappings()
    assert {**ours, "id": 0, "subject": ""} == {**theirs, "id": 0, "subject": ""}


def test_many_rows_are_found_again(database: Database) -> None:
    with database.write() as work:
        INSERT.run(work.connection, [a_task(database, name) for name in "cab"])

    with database.read() as work:
        found = SUBJECTS.rows(work.connection, of="file")

    assert [subject for subject, _ in found] == ["a", "b", "c"]


def test_only_what_is_named_is_changed(database: Database) -> None:
    with database.write() as work:
        INSERT.run(work.connection, [a_task(database, name) for name in "ab"])
        POSTPONE.run(
            work.connection,
            [{"about": "b", "attempts": 3, "due_at": database.clock()}],
        )

    with database.read() as work:
        found = SUBJECTS.rows(work.connection, of="file")

    assert [(subject, attempts) for subject, attempts in found] == [("a", 0), ("b", 3)]


def orphan(database: Database) -> tuple[Prepared, list[dict[str, Any]]]:
    row = {
        "arrival_id": "a" * 32,
        "position": 0,
        "kind": "patient",
        "address": b"sealed",
        "reasons": [],
    }
    return Prepared(insert(recipients), sorted(row)), [row, {**row, "position": 1}]


def test_an_error_is_sqlalchemys_and_shows_no_parameter(database: Database) -> None:
    statement, rows = orphan(database)

    with pytest.raises(IntegrityError) as error, database.engine.begin() as connection:
        statement.run(connection, rows)

    assert "parameters" not in str(error.value)


def test_an_error_in_a_unit_of_work_is_told_as_any_other(database: Database) -> None:
    statement, rows = orphan(database)

    with pytest.raises(UnavailableError), database.write() as work:
        statement.run(work.connection, rows)


def test_what_is_found_has_the_types_of_its_columns(database: Database) -> None:
    with database.write() as work:
        INSERT.run(work.connection, [a_task(database, "thing")])
        by_hand = work.connection.execute(select(tasks)).one()
        found = Prepared(select(tasks)).first(work.connection)

    assert found._asdict() == by_hand._asdict()
    assert found.due_at == database.clock()


def test_constants_of_a_statement_need_not_be_given(database: Database) -> None:
    ready = Prepared(
        select(tasks.c.subject).where(
            tasks.c.state == "ready", tasks.c.kind == bindparam("of")
        )
    )
    with database.write() as work:
        INSERT.run(work.connection, [a_task(database, "thing")])

        assert [row.subject for row in ready.rows(work.connection, of="file")] == [
            "thing"
        ]
        assert ready.first(work.connection, of="relay") is None

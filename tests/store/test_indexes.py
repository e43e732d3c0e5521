"""No query of the daily work reads a whole table; no index is there for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import (
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from gateway.core.envelope import Recipient, RecipientKind
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.quarantine import Quarantine
from gateway.store.base.engine import is_sqlite
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.work import Database
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.sent_copies import SentCopies
from gateway.store.tables import arrivals, metadata
from gateway.store.vault.documents import Documents
from tests.builders_arrivals import ARRIVAL, keep_arrival
from tests.builders_queries import statements
from tests.fakes import SetClock
from tests.mssante.post import ASKS, Post, mail

DELETED_FROM = {"blobs", "folders"}
HELD = "USING INDEX ix_arrivals_held"
"""An index of a few rows only, read whole."""
SMALL = {"tasks", "chain_heads"}
"""Tables of what is under way and of one row for each patient: read whole by some."""


def plan(database: Database, statement: str) -> list[str]:
    """Return the steps of SQLite's plan for a query."""
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        count = statement.count("?")
        rows = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", [1] * count)
        return [row[3] for row in rows.fetchall()]


def read_whole(database: Database, seen: Iterable[str]) -> list[str]:
    """Return the tables that some query reads row by row, with the query."""
    return [
        f"{step}: {statement}"
        for statement in sorted(seen)
        for step in plan(database, statement)
        if (scan := re.match(rf"SCAN (\w+)(?! {HELD})", step))
        and scan[1] in metadata.tables.keys() - SMALL
    ]


@pytest.fixture
def sqlite(database: Database) -> Database:
    if not is_sqlite(database.engine):
        pytest.skip("the plans are SQLite's")
    return database


def test_no_message_costs_more_for_those_before_it(
    sqlite: Database, clock: SetClock
) -> None:
    post = Post.open(sqlite, clock)
    remote = Recipient(kind=RecipientKind.REMOTE, address="dr@peer.mssante.test")

    with statements(sqlite.engine) as seen:
        post.send(mail(ASKS), post.patient(), post.mailbox(), remote)
        post.conversations()
        with sqlite.write() as work:
            Arrivals(work).already_kept(ARRIVAL, "0" * 64)
            Documents(work).of_set(post.profile_id, "1.2.3")
            Quarantine(work).listed()
            Housekeeping(sqlite, timedelta(days=7))._release_messages(work)

    assert len(seen) > 30
    assert read_whole(sqlite, seen) == []


def test_the_versions_of_a_set_are_found_without_the_rest_of_the_vault(
    sqlite: Database,
) -> None:
    with statements(sqlite.engine) as seen, sqlite.read() as work:
        Documents(work).of_set("p" * 32, "1.2.3")

    (step,) = plan(sqlite, *seen)
    assert "ix_documents_profile_set (profile_id=? AND set_id=?)" in step


@pytest.mark.parametrize("old", [False, True])
def test_a_page_of_documents_is_found_in_its_index_alone(
    sqlite: Database, *, old: bool
) -> None:
    """Among ten thousand as among ten: no row is read but those that are shown."""
    with statements(sqlite.engine) as seen, sqlite.read() as work:
        Documents(work).count_for_holder("p" * 32, old=old)
        Documents(work).for_holder("p" * 32, old=old, limit=30, offset=300)

    steps = [step for one in seen for step in plan(sqlite, one)]
    covering = "SEARCH documents USING COVERING INDEX ix_documents_listing"
    assert sum(step.startswith(covering) for step in steps) == 2
    assert not any(step.startswith("SCAN documents") for step in steps)


def test_messages_are_listed_and_counted_without_being_read(sqlite: Database) -> None:
    with statements(sqlite.engine) as seen, sqlite.read() as work:
        reader = InboxReader(work)
        reader.count("p" * 32)
        reader.conversations("p" * 32)
        reader.message_count("p" * 32, "c" * 32)
        reader.unread_count("p" * 32)
        reader.messages("p" * 32, "c" * 32, 30)
        SentCopies(work, "p" * 32).with_losses(["c" * 32])
        Documents(work).of_arrivals("p" * 32, ["a" * 32, "b" * 32])

    assert read_whole(sqlite, seen) == []
    steps = " ".join(step for one in seen for step in plan(sqlite, one))
    for index in (
        "COVERING INDEX ix_inbox_messages_listing",
        "COVERING INDEX ix_inbox_messages_sent",
        "INDEX ix_documents_arrival (arrival_id=? AND profile_id=?)",
    ):
        assert index in steps


def test_messages_without_an_id_are_found_by_their_content(sqlite: Database) -> None:
    nameless = evolve(ARRIVAL, message_id="")

    with statements(sqlite.engine) as seen, sqlite.read() as work:
        Arrivals(work).already_kept(nameless, "0" * 64)

    (step,) = plan(sqlite, *seen)
    assert "ix_arrivals_message (message_id=? AND content_digest=?)" in step


def test_what_is_held_is_found_among_all_that_ever_came(sqlite: Database) -> None:
    keep_arrival(sqlite, ARRIVAL)
    with sqlite.write() as work:
        work.connection.execute(arrivals.update().values(state="quarantined"))

    with statements(sqlite.engine) as seen, sqlite.read() as work:
        held = Quarantine(work).listed()

    assert [one.id for one in held] == [ARRIVAL.id]
    (listing,) = [one for one in seen if "quarantined" in one]
    assert plan(sqlite, listing) == [f"SCAN arrivals {HELD}"]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_deleting_a_row_does_not_look_through_its_children(table: Table) -> None:
    pointing = {
        key.parent.name
        for key in table.foreign_keys
        if key.column.table.name in DELETED_FROM
    }

    assert pointing <= {columns[0] for columns in indexed(table)}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_no_index_is_the_beginning_of_another(table: Table) -> None:
    known = indexed(table)

    doubled = [
        (one, other)
        for one in known
        for other in known
        if one is not other and other[: len(one)] == one
    ]

    assert doubled == []


def indexed(table: Table) -> list[list[str]]:
    """Return the columns of each key and index over all rows."""
    keys = (PrimaryKeyConstraint, UniqueConstraint)
    found: list[PrimaryKeyConstraint | UniqueConstraint | Index] = [
        one for one in table.constraints if isinstance(one, keys)
    ]
    found += [
        one for one in table.indexes if one.dialect_options["sqlite"]["where"] is None
    ]
    return [[column.name for column in one.columns] for one in found]

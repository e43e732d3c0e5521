"""A database of the first release, with a queue in it, is carried over and goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import (
    Boolean,
    MetaData,
    NullPool,
    create_engine,
    func,
    select,
)

from gateway.dmp_bridge.filing.filing import Filing
from gateway.mssante.sending.delivery import Delivering
from gateway.node.vaults import open_vaults
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database
from gateway.store.migrations import is_current, make_config, upgrade
from gateway.store.sealed.identity import identity_of
from gateway.store.tables import inbox_messages, mail_items, metadata
from gateway.store.tasks.tasks import Task, TaskKind
from gateway.store.vault.documents import Documents
from tests.builders_settings import make_settings

DUMP = Path(__file__).with_name("first_release.sql")
DONE, RELAYED, QUEUED = (f"{number:032x}" for number in (1, 2, 3))


@pytest.fixture
def first(database: Database, tmp_path: Path) -> Database:
    """A database as the first release left it: its tables and rows, and no more."""
    metadata.drop_all(database.engine)
    source = tmp_path / "first.db"
    with closing(sqlite3.connect(source)) as file:
        file.executescript(DUMP.read_text("utf-8"))
    with database.engine.begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    _copy(source, database)
    return database


def _copy(source: Path, database: Database) -> None:
    """Put the rows of the dump into the tables of the first revision."""
    before = create_engine(f"sqlite:///{source}", poolclass=NullPool)
    target = MetaData()
    target.reflect(database.engine)
    shapes = MetaData()
    shapes.reflect(before)
    with before.connect() as reader, database.engine.begin() as writer:
        for table in target.sorted_tables:
            if table.name == "alembic_version":
                continue
            flags = [one.name for one in table.c if isinstance(one.type, Boolean)]
            rows = [
                {**row, **{name: bool(row[name]) for name in flags}}
                for row in reader.execute(select(shapes.tables[table.name])).mappings()
            ]
            if rows:
                writer.execute(table.insert(), rows)
        if database.engine.dialect.name == "postgresql":
            for name in ("tasks", "journal"):
                sequence = func.pg_get_serial_sequence(name, "id")
                most = select(func.max(target.tables[name].c.id)).scalar_subquery()
                writer.execute(select(func.setval(sequence, most)))
    before.dispose()


def claimed(database: Database, kind: TaskKind) -> list[Task]:
    with database.write() as work:
        return work.tasks.claim("me", [kind], 10, timedelta(minutes=1))


def test_it_is_brought_to_this_version_and_nothing_of_it_is_lost(
    first: Database,
) -> None:
    assert not is_current(first.engine)

    upgrade(first.engine)

    assert is_current(first.engine)
    with first.read() as work:
        assert identity_of(work.connection).id
        states = {
            one: kept.state
            for one in (DONE, RELAYED, QUEUED)
            if (kept := Arrivals(work).get(one)) is not None
        }
        assert states == {DONE: "ended", RELAYED: "ended", QUEUED: "received"}
        assert work.tasks.counts() == {("file", "ready"): 1, ("notify", "ready"): 1}
        assert work.journal.verify() == []
        messages = select(inbox_messages.c.arrival_id)
        assert list(work.connection.execute(messages).scalars()) == [DONE]
        mails = select(mail_items.c.arrival_id)
        assert DONE in set(work.connection.execute(mails).scalars())


def test_what_waited_in_its_queue_is_done(first: Database, tmp_path: Path) -> None:
    upgrade(first.engine)
    settings = make_settings(tmp_path)
    delivering = Delivering(first, settings)
    step = Filing.from_settings(first, open_vaults(first), settings, delivering.at_once)

    (task,) = claimed(first, TaskKind.FILE)
    job = step(task)
    with first.write() as work:
        assert work.tasks.finish(task, "me")
        job(work)

    with first.read() as work:
        kept = Arrivals(work).get(QUEUED)
        assert kept is not None
        assert [one.outcome for one in kept.recipients] == ["FILED"]
        assert Documents(work).find("2.25.1001") is not None
        messages = select(inbox_messages.c.arrival_id)
        found = set(work.connection.execute(messages).scalars())
        assert found == {DONE, QUEUED}
        assert work.journal.verify() == []

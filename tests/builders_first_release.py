"""A database as the first release left it, with a letter that waits in its queue."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from sqlalchemy import Boolean, Engine, MetaData, NullPool, create_engine, func, select

from gateway.store.migrations import make_config

DUMP = Path(__file__).parent / "store" / "first_release.sql"
DONE, RELAYED, QUEUED = (f"{number:032x}" for number in (1, 2, 3))
"""Its letters; the last one is not filed yet."""


def make_first_release(engine: Engine, scratch: Path, *, mailboxes: int = 0) -> None:
    """
    Fill an empty database with the tables and rows of the first release, and no more.

    ``mailboxes`` are so many more than it has, empty ones, that carrying it over takes
    its time.
    """
    source = scratch / "first.db"
    with closing(sqlite3.connect(source)) as file:
        file.executescript(DUMP.read_text("utf-8"))
        file.executemany(
            "INSERT INTO mailboxes SELECT ?, ?, kind, display_name, reply_to, state, "
            "key_id, used_bytes, uid_validity, created_at FROM mailboxes "
            "WHERE address = 'service@hopital.mssante.test'",
            [
                (f"{number:032x}", f"ward{number}@hopital.mssante.test")
                for number in range(mailboxes)
            ],
        )
        file.commit()
    with engine.begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    _copy(source, engine)


def _copy(source: Path, engine: Engine) -> None:
    """Put the rows of the dump into the tables of the first revision."""
    before = create_engine(f"sqlite:///{source}", poolclass=NullPool)
    target = MetaData()
    target.reflect(engine)
    shapes = MetaData()
    shapes.reflect(before)
    with before.connect() as reader, engine.begin() as writer:
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
        if engine.dialect.name == "postgresql":
            for name in ("tasks", "journal"):
                sequence = func.pg_get_serial_sequence(name, "id")
                most = select(func.max(target.tables[name].c.id)).scalar_subquery()
                writer.execute(select(func.setval(sequence, most)))
    before.dispose()

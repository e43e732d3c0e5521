"""The database's own history: Alembic revisions, forward only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, inspect, text

from gateway.errors import MisuseError
from gateway.store.base.engine import unlimited

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0047"
"""The revision this program works with; Alembic itself is loaded to upgrade only."""


_LOCK: Final = 0x6761746577617900
"""Ours among PostgreSQL's advisory locks: the name of the program, in eight bytes."""


def upgrade(engine: Engine) -> None:
    """
    Bring the database to this version of the program; done already is no error.

    Raises:
        MisuseError: it is of a version this program does not know, a newer one.
    """
    if is_current(engine):
        return
    from alembic import command
    from alembic.util import CommandError

    with engine.connect() as connection, _tables_free(connection), connection.begin():
        unlimited(connection)
        _take_turn(connection)
        if _version_of(connection) == [HEAD]:
            return  # another process was there first
        config = make_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise MisuseError(
                "the database is of a version this program does not know; "
                "run the program that made it, or a newer one"
            ) from error


@contextmanager
def _tables_free(connection: Connection) -> Iterator[None]:
    """
    Let a revision make a table anew while others refer to it, on SQLite.

    It cannot change a constraint otherwise, and would take the old table's rows for
    deleted (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table
    Schema Changes"). Not to be changed within a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def is_current(engine: Engine) -> bool:
    """Tell whether the database has exactly the tables this program expects."""
    # Who only looks waits for nobody: a turn to write may be held for long.
    with engine.connect().execution_options(read_only=True) as connection:
        return _version_of(connection) == [HEAD]


def _version_of(connection: Connection) -> list[str]:
    if not inspect(connection).has_table("alembic_version"):
        return []  # a new database
    found = connection.execute(text("SELECT version_num FROM alembic_version"))
    return list(found.scalars())


def _take_turn(connection: Connection) -> None:
    """
    Wait for another process that upgrades, until this transaction ends.

    SQLite has one writer, which this transaction is from its beginning.
    """
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:number)")
        connection.execute(lock, {"number": _LOCK})


def make_config() -> Config:
    """Return Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files(__package__)))
    return config

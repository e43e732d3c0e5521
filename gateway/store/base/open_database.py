"""Opens the database of the settings, and says in plain words why it cannot."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from gateway.errors import MisuseError, UnavailableError
from gateway.settings.file import Settings
from gateway.store.base.engine import make_engine
from gateway.store.base.work import Database
from gateway.store.migrations import is_current, upgrade
from gateway.store.tables import data_keys


def open_database(settings: Settings, *, upgraded: bool = False) -> Database:
    """
    Open the database, its tables and the master key tried.

    ``upgraded`` brings it to this version of the program first, as `serve` does.

    Raises:
        MisuseError: its tables are of another version, or what is in it was encrypted
            with another master key.
        UnavailableError: it does not answer.
    """
    database = Database.open(settings)
    try:
        _check_answer(database.engine)
        if upgraded:
            upgrade(database.engine)
        _check_version(database)
        _check_master_key(database, settings)
    except BaseException:
        database.close()
        raise
    return database


def check_new_database(url: str) -> None:
    """
    Try the address of a database that is to be filled.

    Raises:
        MisuseError: it is no address, or the database is somebody's already.
        UnavailableError: it does not answer.
    """
    try:
        engine = make_engine(url)
    except (ArgumentError, ImportError) as error:
        raise MisuseError(
            "not the address of a database; write it like "
            "postgresql+psycopg://user@host/name"
        ) from error
    try:
        _check_answer(engine)
        if inspect(engine).get_table_names():
            raise MisuseError("the database has tables already; make a new, empty one")
    finally:
        engine.dispose()


def _check_answer(engine: Engine) -> None:
    try:
        engine.connect().close()
    except DBAPIError as error:
        raise UnavailableError(
            "the database does not answer: check that it runs and that [database] "
            f"url is right ({type(error.orig).__name__})"
        ) from error


def _check_version(database: Database) -> None:
    if not is_current(database.engine):
        raise MisuseError(
            "the tables of the database are not of this version of the program: make "
            "a backup, then start `gateway serve`, which upgrades them"
        )


def _check_master_key(database: Database, settings: Settings) -> None:
    """Refuse a master key that reads nothing: new data would lie beside the old."""
    others = select(data_keys.c.id).where(
        data_keys.c.master_id != database.keys.master_id
    )
    with database.engine.connect() as connection:
        if connection.execute(others.limit(1)).first() is not None:
            raise MisuseError(
                f"{settings.keys.master} is not the master key this database was "
                "encrypted with: put the right file back"
            )

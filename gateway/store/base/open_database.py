"""Opens the database of the settings, and says in plain words why it cannot."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from gateway.errors import MisuseError, UnavailableError
from gateway.settings.file import Settings
from gateway.store.base.engine import make_engine
from gateway.store.base.failures import translated
from gateway.store.base.work import Database
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.migrations import is_current, upgrade
from gateway.store.sealed.identity import check_identity, join
from gateway.store.sealed.wrapping_keys import keks_in_use

_TO_BEGIN = "To begin with an empty one: gateway database create"


def open_database(settings: Settings, *, upgraded: bool = False) -> Database:
    """
    Open the database, its tables and the master key tried.

    ``upgraded`` brings it to this version of the program first, as `serve` does.

    Raises:
        MisuseError: there is nothing of a gateway in it, its tables are of another
            version, what is in it was encrypted with another master key, or the blob
            folder is not its own.
        UnavailableError: it does not answer.
    """
    database = _opened(settings, upgraded=upgraded)
    try:
        check_identity(database)
    except BaseException:
        database.close()
        raise
    return database


def open_unjoined(settings: Settings) -> Database:
    """
    Open the database without comparing it with its blob folder, to join the two.

    Raises:
        MisuseError: as `open_database`, but for the folder.
        UnavailableError: it does not answer.
    """
    return _opened(settings)


def create_database(settings: Settings) -> Database:
    """
    Make the tables in an empty database, and join the blob folder to it; open it.

    Raises:
        MisuseError: the database is somebody's already, or the folder another's.
        UnavailableError: it does not answer.
        OSError: the blob folder cannot be made.
    """
    check_new_database(settings.database_url)
    settings.blobs.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database.open(settings)
    try:
        upgrade(database.engine)
        join(database)
        with database.write() as work:
            work.keys.establish(work.connection, work.now, new=True)
        CarryingOver(database, STEPS).nothing_to_do()
    except BaseException:
        database.close()
        raise
    return database


def _opened(settings: Settings, *, upgraded: bool = False) -> Database:
    _check_file(settings)
    database = Database.open(settings)
    try:
        _check_answer(database.engine)
        with translated(database.availability):
            _check_tables(database.engine)
        if upgraded:
            upgrade(database.engine)
        with translated(database.availability):
            _check_version(database)
            _check_keys(database)
    except BaseException:
        database.close()
        raise
    return database


def _check_file(settings: Settings) -> None:
    """Refuse a SQLite file that is not there: opening it would make it."""
    url = make_url(settings.database_url)
    name = url.database or ""
    if url.get_backend_name() == "sqlite" and name and not Path(name).exists():
        raise MisuseError(
            f"there is no database at {name}: is [database] url right, and its disk "
            f"mounted? {_TO_BEGIN}"
        )


def _check_tables(engine: Engine) -> None:
    with engine.connect().execution_options(read_only=True) as connection:
        has_tables = inspect(connection).has_table("alembic_version")
    if not has_tables:
        raise MisuseError(
            "there is nothing of a gateway in this database: is [database] url right? "
            + _TO_BEGIN
        )


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


def _check_keys(database: Database) -> None:
    """
    Refuse a source without a key that wraps others here; read those of digests.

    A database of before there were versions gets the keys of its digests as rows.
    """
    keys = database.keys
    with database.read() as work:
        for kek_id in keks_in_use(work.connection):
            if not keys.keks.are_at_hand(work.connection, kek_id):
                raise MisuseError(
                    f"{keys.source.name} is not the master key this database was "
                    f"encrypted with ({kek_id}): put the right one back"
                )
        if keys.is_established(work.connection):
            keys.load(work.connection)
            return
    with database.write() as work:
        keys.establish(work.connection, work.now)

"""The SQLAlchemy engine, set up so that a commit is a promise on both databases."""

from __future__ import annotations

import sqlite3
import time
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.json_text import json_writer

if TYPE_CHECKING:
    from psycopg import Connection as Psycopg

_BUSY_MS = 20_000
_TRUSTED_SECONDS = 1.0
_GIVEN_BACK = "given back"
_CURSORS = "cursors"
ANSWER_SECONDS: Final = 30.0
"""How long PostgreSQL may take for an answer, where nothing else is said."""

_CONNECT_SECONDS = 10

_write_json = json_writer()


def _to_json(value: Any) -> str:
    """For psycopg, which keeps each function for good that closes over something."""
    return _write_json(value)


def make_engine(url: str, answer_seconds: float = ANSWER_SECONDS) -> Engine:
    """
    Return an engine for SQLite or PostgreSQL.

    ``answer_seconds`` is how long PostgreSQL may take to answer, 0 for ever: a server
    that is frozen answers the kernel, and would hold a thread as long as it lasts.

    SQLite: write-ahead log with ``synchronous=FULL`` (a commit is an fsync), foreign
    keys on; transactions that may write take the lock when they begin, so that none
    fails half-way. Parameters never show in error texts: they may name a patient.
    """
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,
            json_serializer=_to_json,
            connect_args={"check_same_thread": False},
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "after_cursor_execute", _note_cursor)
        event.listen(engine, "checkin", _close_cursors)
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_to_json,
        pool_size=8,
        max_overflow=8,
    )
    event.listen(engine, "do_connect", partial(_connect_in_time, answer_seconds))
    event.listen(engine, "checkin", _note_when_given_back)
    event.listen(engine, "checkout", partial(_look_at, engine))
    return engine


def _connect_in_time(
    seconds: float, _dialect: Any, _record: Any, args: Any, words: Any
) -> Psycopg[Any]:
    from gateway.store.base.postgres import AnsweringConnection

    words = {"connect_timeout": _CONNECT_SECONDS, **words}
    connection = AnsweringConnection.connect(*args, **words)
    connection.answer_seconds = seconds
    return connection


def unlimited(connection: Connection) -> None:
    """Let a connection wait as long as an answer takes, as migrations must."""
    driver: Any = connection.connection.driver_connection
    if hasattr(driver, "answer_seconds"):
        driver.answer_seconds = 0.0


def _note_when_given_back(_: Any, record: ConnectionPoolEntry) -> None:
    record.info[_GIVEN_BACK] = time.monotonic()


def _look_at(
    engine: Engine, connection: Any, record: ConnectionPoolEntry, _: Any
) -> None:
    """
    Ask a connection that lay idle whether it is alive; another is made if it is not.

    Asking each time costs a letter two questions. Of one in use the driver itself
    notices that it ended.
    """
    idle = time.monotonic() - record.info.get(_GIVEN_BACK, time.monotonic())
    if idle <= _TRUSTED_SECONDS and not connection.closed:
        return
    assert engine.dialect.loaded_dbapi is not None
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def is_sqlite(engine: Engine) -> bool:
    """Tell whether a database is a SQLite file."""
    return engine.dialect.name == "sqlite"


def reading_options(engine: Engine) -> dict[str, Any]:
    """
    Return the options of a connection whose transactions only read, each on a snapshot.

    SQLite gives one by itself; PostgreSQL's own transactions see at each question what
    was committed before it.
    """
    if is_sqlite(engine):
        return {"read_only": True}
    return {"read_only": True, "isolation_level": "REPEATABLE READ"}


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # The driver's own implicit BEGIN is off; ours is explicit, below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # a key that is destroyed leaves no bytes
        "temp_store=MEMORY",
        "cache_size=-16000",
        "wal_autocheckpoint=4000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    # Given to the driver: through SQLAlchemy it takes a third of an empty transaction.
    driver = connection.connection.driver_connection
    try:
        driver.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            None, None, error, sqlite3.Error, hide_parameters=True
        ) from error


def _note_cursor(
    connection: Connection, cursor: Any, _text: Any, _values: Any, _all: Any, _many: Any
) -> None:
    if cursor.description is not None:
        connection.info.setdefault(_CURSORS, WeakSet()).add(cursor)


def _close_cursors(_: Any, record: ConnectionPoolEntry) -> None:
    """
    Close what was read half-way, as where a row could not be opened.

    The error that somebody keeps keeps the cursor; the connection would stay within its
    snapshot, and whoever has it next could not write (``SQLITE_BUSY_SNAPSHOT``).
    """
    for cursor in list(record.info.get(_CURSORS, ())):
        cursor.close()


class Trouble(Enum):
    """What kind of trouble a database tells of."""

    LOST = "lost"
    """The kernel may have lost what was written: EIO, or an fsync that failed."""
    FULL = "full"
    DAMAGED = "damaged"
    """What is kept in it is not what was kept."""
    AWAY = "away"
    """Nobody answers, or not in time."""
    PASSING = "passing"
    """Everything else: a lock, no descriptors left, a file system that is read-only."""


_SQLITE: Final = {
    "SQLITE_FULL": Trouble.FULL,
    "SQLITE_CORRUPT": Trouble.DAMAGED,
    "SQLITE_NOTADB": Trouble.DAMAGED,
    "SQLITE_IOERR": Trouble.LOST,  # nothing more is known of it
    "SQLITE_IOERR_READ": Trouble.LOST,
    "SQLITE_IOERR_SHORT_READ": Trouble.DAMAGED,
    "SQLITE_IOERR_WRITE": Trouble.LOST,
    "SQLITE_IOERR_FSYNC": Trouble.LOST,
    "SQLITE_IOERR_DIR_FSYNC": Trouble.LOST,
    "SQLITE_IOERR_TRUNCATE": Trouble.LOST,
    "SQLITE_IOERR_CLOSE": Trouble.LOST,
    "SQLITE_IOERR_DIR_CLOSE": Trouble.LOST,
    "SQLITE_IOERR_MMAP": Trouble.LOST,
    "SQLITE_IOERR_CORRUPTFS": Trouble.DAMAGED,
}
"""
By SQLite's own extended code (https://www.sqlite.org/rescode.html). The other kinds of
SQLITE_IOERR are of files that could not be opened, locked or asked about.
"""

_POSTGRESQL: Final = {
    "53100": Trouble.FULL,
    "58030": Trouble.LOST,
    "XX001": Trouble.DAMAGED,
    "XX002": Trouble.DAMAGED,
    "57P01": Trouble.AWAY,  # it is being shut down
    "57P02": Trouble.AWAY,
    "57P03": Trouble.AWAY,  # it is starting
}
"""By SQLSTATE (PostgreSQL's documentation, appendix A)."""


def trouble_of(error: DBAPIError) -> Trouble:
    """Return what kind of trouble an error of the database is."""
    cause = error.orig
    if name := getattr(cause, "sqlite_errorname", ""):
        family = "_".join(name.split("_")[:2])
        if family in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
            name = family
        return _SQLITE.get(name, Trouble.PASSING)
    if state := getattr(cause, "sqlstate", None):
        return _POSTGRESQL.get(state, Trouble.PASSING)
    is_lost = error.connection_invalidated or isinstance(error, OperationalError)
    return Trouble.AWAY if is_lost else Trouble.PASSING


def name_of(error: DBAPIError) -> str:
    """Return what an error is called: its text may quote a patient's row."""
    kind = type(error.orig).__name__
    code = getattr(error.orig, "sqlite_errorname", "") or getattr(
        error.orig, "sqlstate", ""
    )
    return f"{kind} {code}" if code else kind

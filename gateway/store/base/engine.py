"""The SQLAlchemy engine, set up so that a commit is a promise on both databases."""

from __future__ import annotations

import json
import sqlite3
import time
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_MS = 20_000
_TRUSTED_SECONDS = 1.0
_GIVEN_BACK = "given back"
_DISK_TEXTS = ("disk i/o error", "database or disk is full", "readonly database")
_DISK_STATES = ("53100", "58030", "58000")  # PostgreSQL: disk full, I/O, system error


_to_json = json.JSONEncoder(separators=(",", ":")).encode


def make_engine(url: str) -> Engine:
    """
    Return an engine for SQLite or PostgreSQL.

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
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_to_json,
        pool_size=8,
        max_overflow=8,
    )
    event.listen(engine, "checkin", _note_when_given_back)
    event.listen(engine, "checkout", partial(_look_at, engine))
    return engine


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


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # The driver's own implicit BEGIN is off; ours is explicit, below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
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


def is_disk_failure(error: DBAPIError) -> bool:
    """Tell whether the database says that its disk is full, broken or read-only."""
    text = str(error.orig).lower()
    state = getattr(error.orig, "sqlstate", None)
    return any(known in text for known in _DISK_TEXTS) or state in _DISK_STATES


def is_disk_full(error: DBAPIError) -> bool:
    """Tell whether that failure is only a lack of room."""
    text = str(error.orig).lower()
    return "is full" in text or getattr(error.orig, "sqlstate", None) == "53100"

"""Destroying keys: what they sealed opens to nobody any more."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Engine, Table, select, update

from gateway.errors import ConflictError, NotFoundError, UnavailableError
from gateway.store.base.engine import is_sqlite
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import OPERATOR, Action
from gateway.store.sealed.generation import next_generation
from gateway.store.tables import data_keys

WAIT_SECONDS: Final = 20.0
"""How long readers may keep the write-ahead log from being cut."""

_PAUSE: Final = 0.05


def destroy_scope(
    work: UnitOfWork, scope: str, *, cause: str, by: str, chain: str = OPERATOR
) -> int:
    """
    Destroy the keys of a scope, of all its epochs; return how many.

    Each row stays, without its key, so that what names it holds; every process drops
    what it has in memory at its next transaction. To be followed by `clear_traces`.

    Raises:
        NotFoundError: the scope never had a key.
        ConflictError: they were destroyed before.
    """
    columns, connection = data_keys.c, work.connection
    ids = connection.execute(
        select(columns.id, columns.destroyed_at)
        .where(columns.scope == scope)
        .with_for_update()
    ).all()
    if not ids:
        raise NotFoundError("there is no such key")
    left = [row.id for row in ids if row.destroyed_at is None]
    if not left:
        raise ConflictError("it was destroyed before")
    connection.execute(
        update(data_keys)
        .where(columns.scope == scope, columns.destroyed_at.is_(None))
        .values(wrapped=None, kek_id=None, destroyed_at=work.now)
    )
    next_generation(connection)
    kind, _, subject = scope.partition(":")
    work.note(
        Action.KEY_DESTROYED,
        kind,
        subject,
        chain=chain,
        keys=len(left),
        cause=cause,
        by=by,
    )
    return len(left)


def clear_traces(
    engine: Engine,
    rewritten: Iterable[Table] = (),
    *,
    wait_seconds: float = WAIT_SECONDS,
) -> None:
    """
    Take the bytes of destroyed keys out of what the database keeps beside its rows.

    SQLite: its file is overwritten where they were (``secure_delete``), and its
    write-ahead log is cut to nothing. PostgreSQL: the dead rows are removed (VACUUM),
    of keys, and of the tables that were ``rewritten`` besides; its own write-ahead log
    goes as its settings say.

    Raises:
        UnavailableError: somebody has been reading for so long that the log stays; the
            keys are destroyed all the same, and the next time clears more.
    """
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    try:
        if is_sqlite(engine):
            _cut_log(driver, time.monotonic() + wait_seconds)
        else:
            driver.autocommit = True
            if hasattr(driver, "answer_seconds"):
                driver.answer_seconds = 0.0
            names = {"data_keys", "blob_grants", *(one.name for one in rewritten)}
            driver.execute(f"VACUUM {', '.join(sorted(names))}")
    finally:
        connection.invalidate()  # it was set up for this alone
        connection.close()


def _cut_log(driver: Any, end: float) -> None:
    driver.execute("PRAGMA busy_timeout=0")  # the waiting is done here
    while True:
        (busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            return
        if time.monotonic() > end:
            raise UnavailableError(
                "the key is destroyed; the write-ahead log could not be cut, because "
                "somebody reads: gateway keys clear"
            )
        time.sleep(_PAUSE)

"""Questions of one SELECT to a SQLite file, answered from where one stands."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from gateway.store.base.prepared import Prepared


class Glance:
    """
    A connection kept for them; without a transaction, each sees what is committed.

    On a write-ahead log a reader waits for no writer, so it takes microseconds: less
    than to hand it to a thread. Where SQLite would have to wait all the same (a file
    just opened after a crash, an exclusive lock), there is no answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._one_by_one = threading.Lock()
        self._connection: Connection | None = None

    def rows(self, question: Prepared, **values: Any) -> list[tuple[Any, ...]] | None:
        """Return what a SELECT finds, or None: it has to be asked elsewhere."""
        with self._one_by_one:
            if self._connection is None:
                return None
            try:
                return question.rows(self._connection, **values)
            except DBAPIError:  # the other way tells of it, if it lasts
                self._drop()
                return None

    def open(self) -> None:
        """Open the connection, unless it is: that may have to wait."""
        with self._one_by_one:
            if self._connection is None:
                connection = self._engine.connect()
                cursor = connection.connection.cursor()
                cursor.execute("PRAGMA busy_timeout=0")
                cursor.close()
                self._connection = connection

    def close(self) -> None:
        """Close the connection."""
        with self._one_by_one:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # it waits for nothing: not for others' use
            connection.close()

"""A connection to PostgreSQL on which no answer is waited for without end."""

from __future__ import annotations

from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

T = TypeVar("T")


class AnsweringConnection(Connection[Any]):
    """
    Gives up an answer that does not come within ``answer_seconds``; 0 waits for ever.

    The connection is closed then: what the server would still say belongs to nobody.
    """

    answer_seconds: float = 0.0

    def wait(self, gen: PQGen[T], *args: Any, **words: Any) -> T:
        """
        Wait for the end of an exchange with the server.

        Raises:
            OperationalError: it took too long, or the server is gone.
        """
        if self.answer_seconds:
            words.setdefault("timeout", self.answer_seconds)
        try:
            return super().wait(gen, *args, **words)
        except OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            raise OperationalError(
                f"no answer within {self.answer_seconds:g} s"
            ) from error

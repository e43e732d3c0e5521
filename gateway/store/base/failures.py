"""What fails of a database, in our own words: lost, full, away, or once alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout

from gateway.errors import UnavailableError
from gateway.store.base.availability import DatabaseHealth
from gateway.store.base.engine import Trouble, name_of, trouble_of


class StorageError(UnavailableError):
    """The kernel may have lost what was written: only a new process sees what is so."""


class StorageFullError(UnavailableError):
    """The disk is full: undone, and may succeed once there is room."""


class AwayError(UnavailableError):
    """The database does not answer; the log has said so, once for all who ask it."""


_KINDS: dict[Trouble, type[UnavailableError]] = {
    Trouble.LOST: StorageError,
    Trouble.FULL: StorageFullError,
    Trouble.AWAY: AwayError,
}


@contextmanager
def translated(availability: DatabaseHealth) -> Iterator[None]:
    """Turn database errors into ours; their text may quote a patient's row."""
    try:
        yield
    except DBAPIError as error:
        cause, trouble = name_of(error), trouble_of(error)
        if trouble is Trouble.AWAY:
            availability.failed(cause)
        elif trouble is Trouble.DAMAGED:
            availability.found_damaged(cause)
        kind = _KINDS.get(trouble, UnavailableError)
        raise kind("try again later", detail=f"database: {cause}") from error
    except SQLAlchemyTimeout as error:
        raise UnavailableError(
            "try again later", detail="database: no connection is free"
        ) from error

"""What all pages share: the database, the one writer, the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from attrs import frozen

from gateway.errors import UnavailableError
from gateway.settings.file import Settings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer

T = TypeVar("T")
_COMMIT_SECONDS = 30

_ACTING: ContextVar[str] = ContextVar("acting", default="")
"""The delegation by which the page that is served acts; empty for the holder's own."""


@contextmanager
def acting_by(delegation_id: str) -> Iterator[None]:
    """Have every line of what is written meanwhile say by which delegation it is."""
    before = _ACTING.set(delegation_id)
    try:
        yield
    finally:
        _ACTING.reset(before)


def who_acts() -> str:
    """Return the delegation by which the page that is served acts, or nothing."""
    return _ACTING.get()


@frozen(kw_only=True)
class Desk:
    """Given to the pages; everything here blocks, and runs on worker threads."""

    database: Database
    writer: Writer
    settings: Settings

    def write(self, job: Callable[[UnitOfWork], T]) -> T:
        """
        Run a job in the next transaction and wait for its commit.

        Raises:
            UnavailableError: it could not be committed in time.
        """
        via = who_acts()

        def by_whom(work: UnitOfWork) -> T:
            with work.acting_by(via):
                return job(work)

        return committed(self.writer.submit(by_whom if via else job))


def committed(future: Future[T]) -> T:
    """
    Wait for a commit; return its result.

    Raises:
        UnavailableError: it was not done in time.
    """
    try:
        return future.result(_COMMIT_SECONDS)
    except TimeoutError as error:
        future.cancel()  # else what the patient is told failed is done later
        raise UnavailableError("try again later", detail="slow commit") from error

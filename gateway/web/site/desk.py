"""What all pages share: the database, the one writer, the settings."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from attrs import frozen

from gateway.errors import UnavailableError
from gateway.settings.file import Settings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer

T = TypeVar("T")
_COMMIT_SECONDS = 30


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
        return committed(self.writer.submit(job))


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

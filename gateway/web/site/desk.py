"""What all pages share: the database, the one writer, the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TypeVar

from attrs import field, frozen

from gateway.core.actors import Who
from gateway.errors import UnavailableError
from gateway.rights.delegation_rules import Capacity
from gateway.rights.visibility_rules import PatientReader, reader_of
from gateway.settings.file import Settings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.tasks.values import TaskKind

T = TypeVar("T")
COMMIT_SECONDS = 30
"""How long a page waits for its commit."""


@frozen
class ActingNow:
    """Who acts in another's place by the page that is served; its lines say so."""

    delegation_id: str
    person: str = field(repr=False)
    capacity: Capacity

    @property
    def who(self) -> Who:
        """What they are to the patient, in the word that lines and facts keep."""
        return _WHO[self.capacity]

    def said(self) -> dict[str, str]:
        """Return it as the detail of a line; the name is sealed there."""
        return {
            "via": self.delegation_id,
            "who": self.who.value,
            "person": self.person,
        }


_WHO = MappingProxyType(
    {
        Capacity.CARER: Who.CARER,
        Capacity.REPRESENTATIVE: Who.REPRESENTATIVE,
        Capacity.PROTECTOR: Who.REPRESENTATIVE,
    }
)

_ACTING: ContextVar[ActingNow | None] = ContextVar("acting", default=None)


@contextmanager
def acting_by(now: ActingNow | None) -> Iterator[None]:
    """Have every line of what is written meanwhile say who did it; None: the holder."""
    before = _ACTING.set(now)
    try:
        yield
    finally:
        _ACTING.reset(before)


def reader_now() -> PatientReader:
    """Return as which reader the page that is served sees the space it is about."""
    now = _ACTING.get()
    return reader_of(Capacity.HOLDER if now is None else now.capacity)


def who_acts() -> ActingNow | None:
    """Return who acts by the page that is served, None where it is the holder."""
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
            # It runs on the writer's thread, which knows nothing of the page.
            with acting_by(via), work.acting_by(via.said() if via else {}):
                return job(work)

        return committed(self.writer.submit(by_whom))

    def have_index_made(self, profile_id: str) -> None:
        """
        Ask for what lists are made from, where much had to be read one by one.

        Nobody waits for it, and it is nobody's act: the next page that misses it asks
        again.
        """
        self.writer.submit(lambda work: work.tasks.ask(TaskKind.INDEX, profile_id))


def committed(future: Future[T]) -> T:
    """
    Wait for a commit; return its result.

    Raises:
        UnavailableError: it was not done in time.
    """
    try:
        return future.result(COMMIT_SECONDS)
    except TimeoutError as error:
        future.cancel()  # else what the patient is told failed is done later
        raise UnavailableError("try again later", detail="slow commit") from error

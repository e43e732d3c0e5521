"""What IMAP sessions share: the store off the loop, and the room large things get."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from attrs import define, field, frozen
from twisted.internet.defer import Deferred, DeferredSemaphore

from gateway.loop import Threads
from gateway.mssante.imap.noting import DoorNotes
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.settings.file import ImapSettings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.trust.space import PeerVerdict

T = TypeVar("T")

LARGE = 1024 * 1024
"""A message above this waits for its turn to be in memory."""

Judge = Callable[[bytes], PeerVerdict]
"""Says who showed a certificate (DER) and whether to believe it, as of now."""


@define
class Room:
    """So many bytes of uploads at once in this process."""

    left: int

    def take(self, size: int) -> bool:
        """Reserve; False when there is not enough, the client then tries later."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def give_back(self, size: int) -> None:
        """End a reservation."""
        self.left += size


@frozen
class MailStore:
    """
    The store as sessions use it: no call blocks the loop.

    ``tokens`` sign in whoever shows no certificate, None where one is required.
    """

    database: Database
    writer: Writer
    worker: Threads
    settings: ImapSettings
    judge: Judge
    tokens: TokenSignIn | None = None
    uploads: Room = field()
    notes: DoorNotes = field()
    large: DeferredSemaphore = field(factory=lambda: DeferredSemaphore(8))
    searches: DeferredSemaphore = field(factory=lambda: DeferredSemaphore(2))

    @uploads.default
    def _room(self) -> Room:
        return Room(8 * self.settings.max_append_bytes)

    @notes.default
    def _notes(self) -> DoorNotes:
        return DoorNotes(self.database, self.writer, self.settings)

    def read(self, job: Callable[[UnitOfWork], T]) -> Deferred[T]:
        """Run a job that reads, in a thread, on one snapshot."""

        def call() -> T:
            with self.database.read() as work:
                return job(work)

        return self.worker.deferred(call)()

    def write(self, job: Callable[[UnitOfWork], T]) -> Deferred[T]:
        """Run a job in the next commit; done when it is on the disk."""
        return self.worker.settled(self.writer.submit(job))

    def call(self, function: Callable[[], T]) -> Deferred[T]:
        """Run anything else that blocks, in a thread."""
        return self.worker.deferred(function)()

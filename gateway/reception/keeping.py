"""Keeps a submission before it is acknowledged: one commit, once; answers by values."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from attrs import define, evolve, field, frozen
from twisted.logger import Logger

from gateway.core.envelope import Arrival, SubmissionForm
from gateway.durable import FsyncError
from gateway.errors import UnavailableError
from gateway.loop import Threads
from gateway.reception.documents_form import write_documents
from gateway.reception.submission import Message, Submission
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.failures import StorageFullError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.journal import Action
from gateway.store.sealed.blobs import Parcel

log = Logger()
T = TypeVar("T")


class Failure(StrEnum):
    """Why nothing was kept; all of it may be tried again later."""

    STORAGE_FULL = "storage full"
    """The disk or its quota is full: it passes once there is room."""
    STORAGE_FAILED = "storage failed"
    """The disk failed: nothing more is kept until a restart."""
    DATABASE_AWAY = "database away"
    """The database did not answer, or not in time: the next may succeed."""


@frozen
class Kept:
    """All of it is on disk, under that id, for the recipients who had it not yet."""

    id: str


@frozen
class Twin:
    """Nothing was kept again: every recipient has it already, in the arrival named."""

    id: str


@frozen
class Failed:
    """Nothing was kept. ``why`` is for the operator, and names no patient."""

    failure: Failure
    why: str


Answer: TypeAlias = Kept | Twin | Failed

Also = Callable[[UnitOfWork, Parcel], None]
"""
What a door has done in the commit that keeps its submission, and not for a twin.

It is given the encrypted bytes, to grant them to somebody else as well; it may run
twice, as every job of the writer, and what it raises undoes the keeping.
"""


@define
class Reception:
    """Keeps what the doors bring; one of these for all doors of a process."""

    database: Database
    writer: Writer
    worker: Threads
    _under_way: dict[str, Future[Kept | Twin]] = field(
        init=False, factory=dict, repr=False
    )
    _lock: threading.Lock = field(init=False, factory=threading.Lock, repr=False)

    @property
    def is_ready(self) -> bool:
        """False after a disk failure: nothing is kept until a restart."""
        return not self.writer.failure

    def keep(self, submission: Submission, also: Also | None = None) -> Future[Answer]:
        """
        Encrypt a submission here, have it committed; the future has the answer.

        This blocks for what is too large for a row: call it in a thread (`take` does).
        A future cancelled before its transaction began leaves nothing behind. It fails
        with what ``also`` raises, and with nothing that is foreseen here.
        """
        answer: Future[Answer] = Future()
        try:
            kept = self._begin(submission, also)
        except UnavailableError as error:
            answer.set_result(self._failed(error))
            return answer

        def tell(done: Future[Kept | Twin]) -> None:
            if answer.set_running_or_notify_cancel():
                self._hand_over(done, answer)

        kept.add_done_callback(tell)
        # Who gave up is told that it failed: then it shall not be done later.
        answer.add_done_callback(lambda told: told.cancelled() and kept.cancel())
        return answer

    async def take(self, size: int, make: Callable[[], Submission | T]) -> Answer | T:
        """
        Keep what ``make`` returns, from the loop; or return it, if it is no submission.

        ``make`` is for the checks that need the content. It runs where the encryption
        does: here when the content, of ``size`` bytes, is small, since to hand it to a
        thread takes longer; else in a thread. Either way the loop is come back to once.
        What it raises comes out here, but for `UnavailableError`, which is a failure.
        The caller may go meanwhile: what was begun goes on all the same.
        """
        loop = self.worker.loop
        answer: asyncio.Future[Answer | T] = loop.create_future()

        def tell(done: Future[Any]) -> None:
            if not answer.done():  # unless nobody waits any more
                self._hand_over(done, answer)

        def run() -> None:
            try:
                made = make()
                done = (
                    self._begin(made) if isinstance(made, Submission) else _done(made)
                )
            except Exception as error:  # goes to who waits
                done = Future()
                done.set_exception(error)
            done.add_done_callback(lambda done: loop.call_soon_threadsafe(tell, done))

        if self.database.folder.keeps_in_row(size):
            run()
        else:
            self.worker.threads.submit(run)
        return await answer

    def _begin(
        self, submission: Submission, also: Also | None = None
    ) -> Future[Kept | Twin]:
        """
        Encrypt a submission and hand it to the writer.

        Raises:
            UnavailableError: the disk refused.
        """
        arrival = _arrival(submission)
        parcel = self._parcel(arrival)
        return self._keep_once(_Keeping(submission, arrival, parcel, also))

    def _parcel(self, arrival: Arrival) -> Parcel:
        try:
            return self.database.prepare(arrival.content, arrival.trace)
        except UnavailableError as error:
            cause = error.__cause__
            if isinstance(cause, OSError):
                if cause.errno in {errno.ENOSPC, errno.EDQUOT}:
                    raise StorageFullError(error.public, detail=str(error)) from error
                if isinstance(cause, FsyncError) or cause.errno == errno.EIO:
                    # An fsync that failed is never tried again: see the writer.
                    self.writer.failure = str(error)
            raise

    def _keep_once(self, keeping: _Keeping) -> Future[Kept | Twin]:
        """Keep it, unless its twin is being kept: then wait, and see (RFC 1047)."""
        name = keeping.name
        with self._lock:
            other = self._under_way.get(name)
            if other is None:
                kept = self.writer.submit(keeping.run)
                self._under_way[name] = kept
                # Before anybody can wait for it: who does finds it gone when done.
                kept.add_done_callback(lambda _: self._under_way.pop(name, None))
                return kept
        later: Future[Kept | Twin] = Future()
        other.add_done_callback(lambda _: self._keep_after(keeping, later))
        return later

    def _keep_after(self, keeping: _Keeping, later: Future[Kept | Twin]) -> None:
        if later.set_running_or_notify_cancel():
            kept = self._keep_once(keeping)
            kept.add_done_callback(lambda done: _copy(done, later))

    def _hand_over(
        self, done: Future[Any], answer: Future[Any] | asyncio.Future[Any]
    ) -> None:
        """Give what was done to who waits; a failure that is foreseen is a value."""
        match done.exception():
            case None:
                answer.set_result(done.result())
            case UnavailableError() as error:
                answer.set_result(self._failed(error))
            case error:
                answer.set_exception(error)

    def _failed(self, error: UnavailableError) -> Failed:
        failure = Failure.DATABASE_AWAY
        if isinstance(error, StorageFullError):
            failure = Failure.STORAGE_FULL
        elif self.writer.failure or isinstance(error.__cause__, OSError):
            failure = Failure.STORAGE_FAILED
        log.warn("a message was not kept: {why}", why=str(error))
        return Failed(failure, str(error))


@frozen
class _Keeping:
    """A submission encrypted, and the job that keeps it."""

    submission: Submission
    arrival: Arrival
    parcel: Parcel
    also: Also | None

    @property
    def name(self) -> str:
        """What two submissions share that are the same."""
        arrival = self.arrival
        if self.submission.id_is_derived:
            return arrival.id
        sender = arrival.reverse_path or arrival.sender.identity
        return f"{sender} {arrival.message_id} {self.parcel.digest}"

    def run(self, work: UnitOfWork) -> Kept | Twin:
        """Keep it for those who have it not, within the writer's transaction."""
        arrivals, arrival = Arrivals(work), self.arrival
        if self.submission.id_is_derived:
            if arrivals.state_of(arrival.id) is not None:
                return self._is_there(work, arrival.id)
        else:
            known = arrivals.already_kept(arrival, self.parcel.digest)
            missing = tuple(
                one for one in arrival.recipients if one.address.lower() not in known
            )
            if not missing:
                first = arrival.recipients[0].address.lower()
                return self._is_there(work, known[first])
            if known:
                arrival = evolve(arrival, recipients=missing)
        arrivals.keep(arrival, self.parcel)
        if self.also is not None:
            self.also(work, self.parcel)
        return Kept(arrival.id)

    def _is_there(self, work: UnitOfWork, arrival_id: str) -> Twin:
        work.note(Action.MESSAGE_REPEATED, "not kept twice", arrival_id)
        work.after_commit(lambda: work.folder.discard(self.parcel.id))
        return Twin(arrival_id)


def _arrival(submission: Submission) -> Arrival:
    """Return a submission as the store keeps it."""
    brought = submission.brings
    if isinstance(brought, Message):
        return Arrival(
            id=submission.id,
            door=submission.door,
            sender=submission.sender,
            recipients=submission.recipients,
            reverse_path=brought.reverse_path,
            content=brought.content,
            message_id=brought.message_id,
            ret=brought.ret,
            envid=brought.envid,
            trace=brought.trace,
        )
    return Arrival(
        id=submission.id,
        door=submission.door,
        sender=submission.sender,
        recipients=submission.recipients,
        reverse_path="",
        content=write_documents(brought),
        message_id=brought.identifier,
        form=SubmissionForm.DOCUMENTS,
    )


def _done(result: Any) -> Future[Any]:
    done: Future[Any] = Future()
    done.set_result(result)
    return done


def _copy(done: Future[T], later: Future[T]) -> None:
    if error := done.exception():
        later.set_exception(error)
    else:
        later.set_result(done.result())

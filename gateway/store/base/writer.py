"""The writer: many small transactions that wait together share one commit."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, TypeVar

from twisted.logger import Logger

from gateway.errors import GatewayError, UnavailableError
from gateway.store.base.failures import StorageError
from gateway.store.base.work import Database, Job, UnitOfWork

log = Logger()
T = TypeVar("T")
_MOST = 64
"""Jobs in one transaction: enough to share an fsync, few enough to stay quick."""

_MOMENT = 0.003
_MOMENTS = 8
"""
Seconds that a commit waits to see whether more comes, where the last had company, and
how often at most. While messages are read the thread would only take turns with the
loop for the interpreter's lock, which costs both; what is read until then shares one
fsync. Of small messages among sixteen, it took a tenth to a fifth off the processor
time that a fixed wait of 4 ms left.
"""


class Writer:
    """
    A thread that commits what waits together: one fsync for many messages.

    A job that fails undoes only itself: those it shared a transaction with are run
    again, so a job may run twice and must not change anything but the database. (A
    savepoint around each would do as well, and costs as much as a job's own writes.)
    Its future tells success only after the commit of the whole. A job that comes alone
    does not wait for others.
    """

    def __init__(
        self, database: Database, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._database = database
        self._pause = pause
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._last = 0
        self._under_way: list[tuple[Job, Future[Any]]] = []
        self._is_over = False
        self.failure = ""
        """Why nothing is accepted any more; empty while all is well."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what was submitted, then end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def submit(self, job: Callable[[UnitOfWork], T]) -> Future[T]:
        """
        Run a job in the next transaction; the future is done after the commit.

        The future fails with `UnavailableError` when the commit did, and at once
        after a disk failure: an fsync that failed is never tried again (the kernel
        may have dropped the pages), so only a restart, which reads what is really on
        the disk, lets messages in again. So it does after `stop`. A future cancelled
        before its transaction began leaves no trace of its job; later it can no longer
        be cancelled.
        """
        future: Future[T] = Future()
        if self.failure:
            future.set_exception(UnavailableError("try again later"))
            return future
        self._jobs.put((job, future))
        # Asked only now: whoever ends the thread refuses what waits when it is over,
        # and what comes after that is refused here.
        if self.failure or self._is_over:
            self._refuse_what_waits()
        return future

    def _run(self) -> None:
        try:
            # A function of its own, so that nothing of the last round is kept while
            # waiting.
            while self._round():
                continue
            self._is_over = True
            self._refuse_what_waits()
        except BaseException as error:
            # Nobody would commit any more: whoever runs this process looks at it.
            self.failure = f"the writer ended: {type(error).__name__}"
            log.failure("the writer ended")
            for _, future in self._under_way:
                with suppress(InvalidStateError):  # done, or cancelled before it began
                    future.set_exception(UnavailableError("try again later"))
            self._refuse_what_waits()
            raise

    def _refuse_what_waits(self) -> None:
        """Refuse what no transaction has; any thread may, several at once."""
        told_to_end = False
        with suppress(queue.Empty):
            while True:
                one = self._jobs.get_nowait()
                if one is None:
                    told_to_end = True
                elif one[1].set_running_or_notify_cancel():
                    one[1].set_exception(UnavailableError("try again later"))
        if told_to_end:
            self._jobs.put(None)

    def _round(self) -> bool:
        first = self._jobs.get()
        if first is None:
            return False
        waiting = self._under_way = [first]
        goes_on = True
        if self._last > 1:
            self._wait_while_more_comes()
        while len(waiting) < _MOST:
            try:
                more = self._jobs.get_nowait()
            except queue.Empty:
                break
            if more is None:
                goes_on = False
                break
            waiting.append(more)
        self._last = len(waiting)
        # From here on a job cannot be cancelled; one cancelled before never begins.
        self._commit([one for one in waiting if one[1].set_running_or_notify_cancel()])
        self._under_way = []
        return goes_on

    def _wait_while_more_comes(self) -> None:
        before = -1
        for _ in range(_MOMENTS):
            now = self._jobs.qsize()
            if now == before or now >= _MOST:
                break
            before = now
            self._pause(_MOMENT)

    def _commit(self, batch: list[tuple[Job, Future[Any]]]) -> None:
        """Run a batch as one; when one of it fails, undo it all and run each alone."""
        if not batch:
            return
        if self.failure:  # what waited behind the fsync that failed
            for _, future in batch:
                future.set_exception(UnavailableError("try again later"))
            return
        try:
            with self._database.write() as work:
                results = [job(work) for job, _ in batch]
        except Exception as error:
            self._failed(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)

    def _failed(self, batch: list[tuple[Job, Future[Any]]], error: Exception) -> None:
        if len(batch) > 1 and not isinstance(error, StorageError):
            for alone in batch:
                self._commit([alone])
            return
        if isinstance(error, StorageError):
            self.failure = str(error)
            log.error("storage failed, accepting nothing more: {why}", why=str(error))
        elif not isinstance(error, GatewayError):
            log.failure("a unit of work could not be committed")
        for _, future in batch:
            future.set_exception(error)

"""The work loop: claims tasks, does the heavy part, commits, says what failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from attrs import frozen
from twisted.logger import Logger

from gateway.errors import ConflictError, GatewayError, InvalidError
from gateway.settings import TaskSettings
from gateway.store.journal import Action
from gateway.store.steps import Steps
from gateway.store.tasks import Task, TaskKind, new_owner
from gateway.store.work import Database, Job, UnitOfWork
from gateway.store.writer import Writer

log = Logger()

_LONGEST_WAIT = 0.25
_SHORTEST_WAIT = 0.01


class LeaseLostError(ConflictError):
    """Another worker took the task over: its result stands, ours is undone."""


@frozen
class WorkLoop:
    """
    One line of work: some kinds of tasks, done by a few threads at a time.

    A batch is claimed, each task's heavy part runs outside any transaction, and its
    job is committed together with striking the task off. The next claim rides on
    that same commit.
    """

    database: Database
    writer: Writer
    steps: Steps
    settings: TaskSettings
    kinds: tuple[TaskKind, ...]
    threads: int
    owner: str
    stopping: threading.Event

    def run(self) -> None:
        """Work until told to stop; what was claimed by then is finished first."""
        wait = _SHORTEST_WAIT
        with ThreadPoolExecutor(self.threads, f"{self.kinds[0]}-step") as pool:
            while not self.stopping.is_set():
                try:
                    claimed = self._claim()
                except GatewayError as error:
                    log.error("no task can be claimed: {why}", why=str(error))
                    claimed, wait = [], _LONGEST_WAIT
                if not claimed:
                    self.stopping.wait(wait)
                    wait = min(wait * 2, _LONGEST_WAIT)
                    continue
                wait = _SHORTEST_WAIT
                if self.threads == 1:
                    waiting = [self.start(task) for task in claimed]
                else:
                    waiting = list(pool.map(self.start, claimed))
                for task, future in zip(claimed, waiting, strict=True):
                    future.add_done_callback(self._reporter(task))

    def _claim(self) -> list[Task]:
        if not self._anything_due():
            return []
        lease = timedelta(seconds=self.settings.lease_seconds)

        def claim(work: UnitOfWork) -> list[Task]:
            return work.tasks.claim(self.owner, self.kinds, self.settings.batch, lease)

        return self.writer.submit(claim).result()

    def _anything_due(self) -> bool:
        with self.database.read() as work:
            return work.tasks.anything_due(self.kinds)

    def start(self, task: Task) -> Future[None]:
        """Do the heavy part now; return what is done when the rest is committed."""
        try:
            job = self.steps[task.kind](task)
        except Exception as error:  # reported, and the task is kept
            failed: Future[None] = Future()
            failed.set_exception(error)
            return failed
        return self.writer.submit(self._finishing(task, job))

    def _finishing(self, task: Task, job: Job) -> Job:
        def finish(work: UnitOfWork) -> None:
            if not work.tasks.finish(task, self.owner):
                raise LeaseLostError("the lease was lost")
            job(work)

        return finish

    def _reporter(self, task: Task) -> Callable[[Future[Any]], None]:
        def report(future: Future[Any]) -> None:
            error = future.exception()
            if error is None or isinstance(error, LeaseLostError):
                return
            if not isinstance(error, GatewayError):
                log.failure(
                    "defect in {kind} of {subject}",
                    failure=_failure(error),
                    kind=task.kind.value,
                    subject=task.subject,
                )
            self.writer.submit(self._failing(task, error))

        return report

    def _failing(self, task: Task, error: BaseException) -> Job:
        settings = self.settings
        text = str(error) if isinstance(error, GatewayError) else type(error).__name__
        hopeless = isinstance(error, InvalidError)
        dead = hopeless or task.attempts + 1 >= settings.max_attempts

        def fail(work: UnitOfWork) -> None:
            if dead:
                work.tasks.bury(task, text)
            else:
                wait = settings.retry_seconds * 2**task.attempts
                work.tasks.postpone(task, text, timedelta(seconds=wait))
            action = Action.TASK_DEAD if dead else Action.TASK_FAILED
            work.note(action, task.kind.value, task.subject, error=text[:200])

        return fail


def _failure(error: BaseException) -> Any:
    from twisted.python.failure import Failure

    return Failure(error)


LOCAL = (TaskKind.FILE, TaskKind.DELIVER, TaskKind.ACKNOWLEDGE)
OUTGOING = (TaskKind.RELAY, TaskKind.NOTIFY)


class Worker:
    """All that one worker process does: local work, and mail that leaves beside it."""

    def __init__(
        self, database: Database, steps: Steps, settings: TaskSettings
    ) -> None:
        self._stopping = threading.Event()
        self._writer = Writer(database)
        owner = new_owner()
        self._lines = [
            WorkLoop(
                database,
                self._writer,
                steps,
                settings,
                tuple(kind for kind in kinds if kind in steps),
                threads,
                owner,
                self._stopping,
            )
            for kinds, threads in ((LOCAL, 1), (OUTGOING, 8))
            if _any_of(kinds, steps)
        ]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start working."""
        self._writer.start()
        for line in self._lines:
            thread = threading.Thread(target=line.run, name=f"work-{line.kinds[0]}")
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Finish what was claimed, then stop."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._writer.stop()

    def wait(self) -> None:
        """Return when the work has stopped by itself, which it does not."""
        for thread in self._threads:
            thread.join()


def _any_of(kinds: Iterable[TaskKind], steps: Steps) -> bool:
    return any(kind in steps for kind in kinds)

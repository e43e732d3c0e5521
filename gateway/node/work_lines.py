"""The lines of work: claim tasks, do the heavy part, commit, say what failed."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from attrs import define, field, frozen
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.errors import GatewayError, InvalidError
from gateway.settings.file import TaskSettings
from gateway.store.base.failures import AwayError
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.journal import Action
from gateway.store.tasks.patience import Patience
from gateway.store.tasks.steps import HeavyJob, Steps, SyncedJob
from gateway.store.tasks.tasks import Condition, Task, TaskKind

log = Logger()

_LONGEST_WAIT: Final = 0.25
_SHORTEST_WAIT: Final = 0.01
_THREADS: Final = 8


def patience_of(settings: TaskSettings) -> Patience:
    """Return how long what fails is tried again, as ``[tasks]`` says."""
    return Patience(
        first=timedelta(seconds=settings.retry_seconds),
        longest=timedelta(seconds=settings.retry_most_seconds),
        give_up=timedelta(hours=settings.give_up_hours),
        max_attempts=settings.max_attempts,
    )


Concern = Callable[[UnitOfWork, Task, bool], None]
"""Tells whom a failed task concerns, in the transaction that notes the failure."""


@frozen
class FailedTask:
    """A task whose step or job raised."""

    task: Task
    error: Exception


@define(eq=False)
class Began:
    """When a line of work began with the batch it has; None while it has none."""

    at: float | None = None

    @contextmanager
    def now(self) -> Iterator[None]:
        """Have a batch for the length of the block."""
        self.at = time.monotonic()
        try:
            yield
        finally:
            self.at = None

    def seconds(self) -> float:
        """Return for how long a batch has been under way."""
        at = self.at
        return 0.0 if at is None else time.monotonic() - at


def _failure_of(sync: Callable[[], None]) -> Exception | None:
    try:
        sync()
    except Exception as error:  # noted, and the tasks are kept
        return error
    return None


@frozen(kw_only=True)
class WorkLine:
    """
    Some kinds of tasks, done until told to stop; what was claimed is finished first.

    The heavy part of each runs outside any transaction; its job is committed together
    with striking the task off.
    """

    database: Database
    writer: Writer
    steps: Steps
    settings: TaskSettings
    kinds: tuple[TaskKind, ...]
    owner: str
    stopping: threading.Event
    concern: Concern
    began: Began = field(init=False, factory=Began, repr=False)

    @abstractmethod
    def run(self) -> None:
        """Work until told to stop."""

    def claimed(self, limit: int) -> list[Task]:
        """Wait until there is something to do; return nothing when told to stop."""
        wait = _SHORTEST_WAIT
        while not self.stopping.is_set():
            try:
                if self._anything_due() and (tasks := self._claim_now(limit)):
                    return tasks
            except GatewayError as error:
                if not isinstance(error, AwayError):  # said once, for all
                    log.error("no task can be claimed: {why}", why=str(error))
                wait = _LONGEST_WAIT
            self.stopping.wait(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
        return []

    def _anything_due(self) -> bool:
        with self.database.read() as work:
            return work.tasks.anything_due(self.kinds, self.which)

    @property
    def which(self) -> Condition | None:
        """Which tasks of its kinds may be claimed now; None for all."""
        return None

    def _claim_now(self, limit: int) -> list[Task]:
        return self.writer.submit(lambda work: self.claim(work, limit)).result()

    def claim(self, work: UnitOfWork, limit: int) -> list[Task]:
        """Take tasks for the length of a lease."""
        return work.tasks.claim(self.owner, self.kinds, limit, self.lease, self.which)

    @property
    def lease(self) -> timedelta:
        """How long a claim is good for."""
        return timedelta(seconds=self.settings.lease_seconds)

    def prepare(self, task: Task) -> Job | FailedTask:
        """Do the heavy part now, up to what the commit has to come after."""
        job = self._begin(task)
        if isinstance(job, SyncedJob) and (error := _failure_of(job.sync)):
            return FailedTask(task, error)
        return job

    def _begin(self, task: Task) -> Job | FailedTask:
        if task.lost > self.settings.max_attempts:  # the first time it was not alone
            text = f"{task.lost} workers ended while they had this"
            return FailedTask(task, InvalidError(text))
        try:
            return self.steps[task.kind](task)
        except Exception as error:  # noted, and the task is kept
            return FailedTask(task, error)

    def finish_alone(self, task: Task, job: Job) -> None:
        """Commit the job of one task, or note that it failed."""

        def finish(work: UnitOfWork) -> None:
            if work.tasks.finish(task, self.owner):  # else another's result stands
                job(work)

        try:
            self.writer.submit(finish).result()
        except Exception as error:  # noted, and the task is kept
            self.fail_alone(FailedTask(task, error))

    def fail_alone(self, failed: FailedTask) -> None:
        """Note a failure; if that cannot be written either, the lease runs out."""
        try:
            self.writer.submit(lambda work: self.fail(work, failed)).result()
        except GatewayError as error:
            if not isinstance(error, AwayError):
                log.error("a failure could not be noted: {why}", why=str(error))

    def fail(self, work: UnitOfWork, failed: FailedTask) -> None:
        """Give a task back to be tried later, or bury it."""
        task, error = failed.task, failed.error
        known = isinstance(error, GatewayError)
        text = str(error) if known else type(error).__name__
        if not known:
            log.failure(
                "defect in {kind} of {subject}",
                failure=Failure(error),
                kind=task.kind.value,
                subject=task.subject,
            )
        age = work.now - task.created_at
        dead = self.patience.has_ended(error, task.attempts + 1, age)
        if dead:
            log.error(
                "task {number} ({kind} of {subject}) is given up: {why}",
                number=task.id,
                kind=task.kind.value,
                subject=task.subject,
                why=text,
            )
            work.tasks.bury(task, text)
        else:
            wait = self.patience.wait_after(task.attempts + 1)
            work.tasks.postpone(task, text, wait)
        action = Action.TASK_DEAD if dead else Action.TASK_FAILED
        work.note(action, task.kind.value, task.subject, error=text[:200])
        self.concern(work, task, dead)

    @property
    def patience(self) -> Patience:
        """How long what fails is tried again."""
        return patience_of(self.settings)


class LocalLine(WorkLine):
    """
    What is done on this machine, on one thread: only one can compute at a time anyway.

    A batch is prepared, then committed as one, and the next claim is part of that
    same transaction: a letter costs a fraction of a commit. Large messages make small
    batches, for what is prepared is in memory until then.
    """

    def run(self) -> None:
        """Work until told to stop."""
        tasks: list[Task] = []
        while tasks or (tasks := self.claimed(self.most)):
            with self.began.now():
                tasks = self._do(tasks)

    @property
    def most(self) -> int:
        """How many tasks are claimed at once."""
        return self.settings.batch

    def _do(self, tasks: list[Task]) -> list[Task]:
        prepared = list(zip(tasks, self.prepare_all(tasks), strict=False))
        left = tasks[len(prepared) :]
        try:
            return self.writer.submit(
                lambda work: self._finish(work, prepared, left)
            ).result()
        except Exception:  # one of them failed, and tells so when it is alone
            for task, done in prepared:
                if isinstance(done, FailedTask):
                    self.fail_alone(done)
                else:
                    self.finish_alone(task, done)
            return left

    def prepare_all(self, tasks: list[Task]) -> list[Job | FailedTask]:
        """Do the heavy part of each, or of the first ones if they are large."""
        done: list[Job | FailedTask] = []
        size = 0
        for task in tasks:
            job = self._begin(task)
            done.append(job)
            size += job.size if isinstance(job, HeavyJob) else 0
            if size > self.settings.batch_bytes:
                break
        return self._synced(tasks, done)

    def _synced(
        self, tasks: list[Task], done: list[Job | FailedTask]
    ) -> list[Job | FailedTask]:
        """Do once what several wait for before their commit."""
        failures = {
            sync: _failure_of(sync)
            for sync in {one.sync for one in done if isinstance(one, SyncedJob)}
        }
        return [
            FailedTask(task, error)
            if isinstance(job, SyncedJob) and (error := failures[job.sync])
            else job
            for task, job in zip(tasks, done, strict=False)
        ]

    def _finish(
        self,
        work: UnitOfWork,
        prepared: list[tuple[Task, Job | FailedTask]],
        left: list[Task],
    ) -> list[Task]:
        """Commit what is prepared; return what is to be done next."""
        held = work.tasks.held([task for task, _ in prepared], self.owner)
        finished = []
        for task, done in prepared:
            if task.id not in held:
                continue  # the lease was lost: another worker's result stands
            if isinstance(done, FailedTask):
                self.fail(work, done)
            else:
                done(work)
                finished.append(task.id)
        work.tasks.strike(finished)
        if left:
            work.tasks.extend(left, self.owner, self.lease)
            return left
        if self.stopping.is_set():
            return []
        return self.claim(work, self.most)


class SlowLine(LocalLine):
    """What takes long on this machine, one after the other, beside all the rest."""

    @property
    def most(self) -> int:
        """One: its lease has to last."""
        return 1


@frozen(kw_only=True)
class NoticeLine(LocalLine):
    """
    Notices for the outside: several leave at once, through the one relay for them.

    No more are claimed than leave side by side: one exchange with a slow relay ends
    within the lease, two would not.
    """

    _pool: ThreadPoolExecutor = field(init=False, repr=False)

    @_pool.default
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_THREADS, "notice-step")

    def run(self) -> None:
        """Work until told to stop."""
        with self._pool:
            super().run()

    @property
    def most(self) -> int:
        """How many leave at once."""
        return min(self.settings.batch, _THREADS)

    def prepare_all(self, tasks: list[Task]) -> list[Job | FailedTask]:
        """Send them side by side."""
        return list(self._pool.map(self.prepare, tasks))

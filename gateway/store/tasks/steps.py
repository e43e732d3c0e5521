"""What a worker does for each kind of task."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from attrs import field, frozen

from gateway.store.base.work import Job, UnitOfWork
from gateway.store.tasks.tasks import Task, TaskKind


@frozen
class HeavyJob:
    """A job that holds on to so many bytes until it is committed."""

    job: Job = field(repr=False)
    size: int

    def __call__(self, work: UnitOfWork) -> None:
        """Do it."""
        self.job(work)


@frozen
class SyncedJob:
    """A job to be committed after ``sync``, which a batch that shares it does once."""

    job: Job = field(repr=False)
    sync: Callable[[], None]
    """Makes durable what the step wrote; equal for all that one call is enough for."""

    def __call__(self, work: UnitOfWork) -> None:
        """Do it."""
        self.job(work)


Step = Callable[[Task], Job]
"""
Does the heavy part outside any transaction (read, parse, encrypt), and returns the
job that writes what came of it. The job runs in one transaction with striking the
task off, so the thing is done once: a crash before the commit leaves the task.

Raises `InvalidError` for what will fail every time (the task goes to the dead letter
at once), anything else for what may succeed later.
"""


@frozen
class LocalStep:
    """A step that waits for nobody outside: one thread does a batch of it quickest."""

    step: Step

    def __call__(self, task: Task) -> Job:
        """Do its heavy part."""
        return self.step(task)


class CourierStep(ABC):
    """A step whose tasks for one destination are best done one after the other."""

    @abstractmethod
    def __call__(self, task: Task) -> Job:
        """Do one task alone."""

    @abstractmethod
    def courier(
        self, stopping: threading.Event
    ) -> AbstractContextManager[Callable[[Task], Job | None]]:
        """
        Return what does several tasks for one destination in turn, on one thread.

        It returns None for a task that was not begun, or given up at once, because of
        ``stopping``.
        """


Steps = Mapping[TaskKind, Step]

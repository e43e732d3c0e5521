"""What stands around a job or a step does what is in it, and no more."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.tasks.steps import HeavyJob, LocalStep, SyncedJob
from gateway.store.tasks.tasks import Task, TaskKind


def test_a_heavy_job_is_done_in_the_transaction_it_is_given(database: Database) -> None:
    given: list[UnitOfWork] = []
    job = HeavyJob(given.append, 100)

    with database.write() as work:
        job(work)

    assert given == [work]
    assert job.size == 100


def test_a_synced_job_leaves_the_sync_to_who_commits_it(database: Database) -> None:
    given: list[UnitOfWork] = []
    synced: list[str] = []
    job = SyncedJob(given.append, lambda: synced.append("synced"))

    with database.write() as work:
        job(work)

    assert given == [work]
    assert synced == []


def test_a_local_step_does_the_heavy_part_of_that_task() -> None:
    task = Task(7, TaskKind.FILE, "a" * 32, 0, datetime(2026, 11, 28, tzinfo=UTC))
    given: list[Task] = []

    def job(_: UnitOfWork) -> None:
        """Do nothing."""

    def step(one: Task) -> Job:
        given.append(one)
        return job

    assert LocalStep(step)(task) is job
    assert given == [task]

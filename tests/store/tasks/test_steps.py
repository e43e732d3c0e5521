"""A job that says how much memory it holds is done like any other."""

from __future__ import annotations

from gateway.store.base.work import Database, UnitOfWork
from gateway.store.tasks.steps import HeavyJob


def test_a_heavy_job_is_done_in_the_transaction_it_is_given(database: Database) -> None:
    given: list[UnitOfWork] = []
    job = HeavyJob(given.append, 100)

    with database.write() as work:
        job(work)

    assert given == [work]
    assert job.size == 100

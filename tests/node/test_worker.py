"""What a worker process does: each kind of task there is."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest

from gateway.node.worker import LEASES, LOCAL, NOTICES, OUTGOING, SLOW, Worker
from gateway.settings.file import OutgoingSettings, TaskSettings
from gateway.store.base.work import Database, Job
from gateway.store.tasks.tasks import Task, TaskKind


def test_each_kind_of_task_is_done_by_one_line_of_work() -> None:
    assert Counter((*LOCAL, *SLOW, *OUTGOING, *NOTICES)) == Counter(TaskKind)


def test_a_batch_that_takes_many_leases_is_told_of(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = threading.Event()
    goes_on = threading.Event()

    def hangs(_: Task) -> Job:
        under_way.set()
        goes_on.wait(60)
        return lambda work: None

    settings = TaskSettings(workers=0, lease_seconds=20.0)
    worker = Worker(
        database,
        {TaskKind.FILE: hangs},
        settings,
        OutgoingSettings(),
        lambda *_: None,
        owner="me",
    )
    with database.write() as work:
        work.tasks.add(TaskKind.FILE, "an arrival")
    worker.start()
    try:
        # Claimed in the store is not yet begun: the step itself tells.
        assert under_way.wait(60)
        assert worker.overdue == ""
        now = time.monotonic
        late = LEASES * timedelta(seconds=settings.lease_seconds).total_seconds()

        with monkeypatch.context() as later:
            later.setattr(time, "monotonic", lambda: now() + late)
            assert worker.overdue == "work-file"
    finally:
        goes_on.set()
        worker.stop()
    assert worker.overdue == ""

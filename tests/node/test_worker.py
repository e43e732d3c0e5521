"""What a worker process does: each kind of task there is."""

from __future__ import annotations

from collections import Counter

from gateway.node.worker import LOCAL, NOTICES, OUTGOING, SLOW
from gateway.store.tasks.tasks import TaskKind


def test_each_kind_of_task_is_done_by_one_line_of_work() -> None:
    assert Counter((*LOCAL, *SLOW, *OUTGOING, *NOTICES)) == Counter(TaskKind)

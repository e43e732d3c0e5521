"""What one worker process does: local work in one line, mail that leaves in another."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from gateway.node.relay_line import RelayLine
from gateway.node.work_lines import (
    Concern,
    LocalLine,
    NoticeLine,
    SlowLine,
    WorkLine,
)
from gateway.settings.file import OutgoingSettings, TaskSettings
from gateway.store.base.work import Database
from gateway.store.base.writer import Writer
from gateway.store.tasks.steps import LocalStep, Steps
from gateway.store.tasks.tasks import TaskKind

LEASES: Final = 5
"""So many times the length of a lease a batch may take before its process is ended."""

LOCAL = (
    TaskKind.FILE,
    TaskKind.DELIVER,
    TaskKind.ACKNOWLEDGE,
    TaskKind.DISCLOSE,
    TaskKind.MASK,
    TaskKind.PACK,
    TaskKind.LIVE,
    TaskKind.REVIEW,
    TaskKind.INDEX,
    TaskKind.RECALL,
    TaskKind.WITHDRAW,
    TaskKind.DIGEST,
    TaskKind.DIGEST_PROFESSIONAL,
    TaskKind.APPOINT,
    TaskKind.REMIND,
    TaskKind.TELL,
    TaskKind.TELL_TREATING,
    TaskKind.UNREAD,
)
SLOW = (TaskKind.TEXT,)
OUTGOING = (TaskKind.RELAY,)
NOTICES = (TaskKind.CODE, TaskKind.NOTIFY)


class Worker:
    """The lines of work of a process: what is done here, and mail that leaves."""

    def __init__(
        self,
        database: Database,
        steps: Steps,
        settings: TaskSettings,
        outgoing: OutgoingSettings,
        concern: Concern,
        *,
        owner: str,
    ) -> None:
        self._stopping = threading.Event()
        self._writer = Writer(database)
        local_notices = isinstance(steps.get(TaskKind.NOTIFY), LocalStep)
        kinds: tuple[tuple[Callable[..., WorkLine], tuple[TaskKind, ...]], ...] = (
            (LocalLine, LOCAL),
            (SlowLine, SLOW),
            (partial(RelayLine, outgoing=outgoing), OUTGOING),
            (LocalLine if local_notices else NoticeLine, NOTICES),
        )
        self._lines = [
            line(
                database=database,
                writer=self._writer,
                steps=steps,
                settings=settings,
                kinds=known,
                owner=owner,
                stopping=self._stopping,
                concern=concern,
            )
            for line, wanted in kinds
            if (known := tuple(kind for kind in wanted if kind in steps))
        ]
        self._threads = [
            threading.Thread(target=one.run, name=f"work-{one.kinds[0]}")
            for one in self._lines
        ]

    @property
    def failure(self) -> str:
        """Why this process does nothing more, or less than it should; else empty."""
        if self._writer.failure or self._stopping.is_set():
            return self._writer.failure
        ended = [one.name for one in self._threads if one.ident and not one.is_alive()]
        return f"ended by itself: {', '.join(ended)}" if ended else ""

    @property
    def overdue(self) -> str:
        """
        The line of work that has a batch for far longer than its lease; else empty.

        Another worker has its tasks by then, and what this one makes of them will not
        count: it does not come to an end by itself.
        """
        return next(
            (
                f"work-{one.kinds[0]}"
                for one in self._lines
                if one.began.seconds() > LEASES * one.lease.total_seconds()
            ),
            "",
        )

    def start(self) -> None:
        """Start working."""
        # What is loaded by now stays: looking through it again and again for garbage
        # took a tenth of the time.
        gc.collect()
        gc.freeze()
        self._writer.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what was claimed, then stop."""
        self._stopping.set()
        self.wait()
        self._writer.stop()

    def wait(self) -> None:
        """Return when the work has stopped by itself, which it does not."""
        for thread in self._threads:
            thread.join()

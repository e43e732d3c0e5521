"""
What a letter costs at each stage, in one process and one thread: counted, not raced.

Run by its path with the gateway of another commit before it on PYTHONPATH, it measures
that one: ``python bench/stages.py FOLDER LETTERS``. Prints JSON, milliseconds of
processor a letter by stage, and the kilobytes that a letter takes on the disk.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.measuring.letters import SENDER, Letter, LetterWriter
from gateway.measuring.node import Node
from gateway.node.steps import make_steps
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task, TaskKind

_BATCH = 32
_DOCUMENT_BYTES = 76_000
_LEASE = timedelta(minutes=10)
_TRACE = b"Received: from a by b with ESMTPS id c\r\n"
_OPERATOR = Sender(
    kind=SenderKind.OPERATOR, identity="300000000000022", subject="CN=smtp.peer"
)
_LINES = (
    ("file", (TaskKind.FILE,)),
    ("deliver, acknowledge", (TaskKind.DELIVER, TaskKind.ACKNOWLEDGE)),
    ("notify", (TaskKind.NOTIFY,)),
)


class Stages:
    """One node of which every part runs here, one after the other."""

    def __init__(self, folder: Path, letters: int) -> None:
        self._spent: dict[str, float] = defaultdict(float)
        self._node = Node.make(folder / "node", workers=0, patients=letters)
        self._database = Database.open(self._node.settings)
        self._steps = make_steps(self._database, self._node.settings)
        writer = LetterWriter(document_bytes=_DOCUMENT_BYTES, seed=7)
        self._letters = writer.write_many(letters, self._node.patients)

    def measure(self) -> dict[str, float]:
        """Keep the letters and do all that follows; return what it cost each."""
        before = self._disk_bytes()
        gc.collect()
        gc.freeze()  # as workers do
        for at in range(0, len(self._letters), _BATCH):
            self._keep(self._letters[at : at + _BATCH])
        for name, kinds in _LINES:
            while tasks := self._claim(kinds):
                self._do(name, tasks)
        taken = self._disk_bytes() - before
        self._database.close()
        count = len(self._letters)
        found = {name: 1000 * spent / count for name, spent in self._spent.items()}
        return {**found, "kB": taken / 1000 / count}

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self._spent[name] += time.process_time() - began

    def _keep(self, letters: list[Letter]) -> None:
        with self._database.read() as work:
            arrivals = [self._arrival(one, Profiles(work)) for one in letters]
        with self._stage("keep: encrypt"):
            parcels = [self._database.prepare(one.content, _TRACE) for one in arrivals]
        with self._stage("keep: transaction"), self._database.write() as work:
            for arrival, parcel in zip(arrivals, parcels, strict=True):
                Arrivals(work).keep(arrival, parcel)

    def _arrival(self, letter: Letter, profiles: Profiles) -> Arrival:
        found = profiles.find_state(letter.recipient.partition("@")[0])
        assert found is not None, "a patient of the node"
        patient = Recipient(
            kind=RecipientKind.PATIENT, address=letter.recipient, target_id=found[0]
        )
        return Arrival(
            id=uuid4().hex,
            door=Door.OPERATOR,
            sender=_OPERATOR,
            reverse_path=SENDER,
            recipients=(patient,),
            content=letter.head + letter.tail,
            message_id=letter.message_id,
            trace=_TRACE,
        )

    def _claim(self, kinds: tuple[TaskKind, ...]) -> list[Task]:
        with self._stage("claims"), self._database.write() as work:
            return work.tasks.claim("bench", kinds, _BATCH, _LEASE)

    def _do(self, name: str, tasks: list[Task]) -> None:
        with self._stage(f"{name}: step"):
            jobs: list[Any] = [self._steps[task.kind](task) for task in tasks]
            # What a batch makes durable at once; earlier commits had no such thing.
            for sync in {job.sync for job in jobs if hasattr(job, "sync")}:
                sync()
        with self._stage(f"{name}: transaction"), self._database.write() as work:
            for job in jobs:
                job(work)
            work.tasks.strike([task.id for task in tasks])

    def _disk_bytes(self) -> int:
        with self._database.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")  # no checkpoint within one
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        files = self._node.folder.rglob("*")
        return sum(one.stat().st_blocks * 512 for one in files if one.is_file())


if __name__ == "__main__":
    print(json.dumps(Stages(Path(sys.argv[1]), int(sys.argv[2])).measure()))

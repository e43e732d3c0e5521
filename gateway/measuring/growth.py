"""Whether filing slows down as the vault fills: an empty one beside a full one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from uuid import uuid4

from attrs import frozen
from sqlalchemy import select

from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.measuring.crowd import Crowd
from gateway.measuring.letters import SENDER, Letter, LetterWriter
from gateway.measuring.node import Node
from gateway.node.steps import make_steps
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import tasks
from gateway.store.tasks.steps import Steps
from gateway.store.tasks.tasks import Task, TaskKind

FEW = 1_000
_BATCH = 8
_OPERATOR = Sender(
    kind=SenderKind.OPERATOR, identity="300000000000022", subject="CN=smtp.peer"
)


@frozen
class Growth:
    """Milliseconds of a filing, commit included, with few and with many documents."""

    few: float
    many: float
    documents: int

    @property
    def ratio(self) -> float:
        """How much longer it takes with many."""
        return self.many / self.few


class Shelf:
    """A vault with so many documents, and what it takes to file one more."""

    def __init__(self, node: Node, documents: int, document_bytes: int) -> None:
        self._database = Database.open(node.settings)
        self._steps: Steps = make_steps(self._database, node.settings)
        self._writer = LetterWriter(document_bytes=document_bytes, seed=documents)
        self._patients = node.patients
        first = self._keep(self._writer.write_many(1, self._patients))
        self._file(first)
        Crowd.like(self._database, first[0].subject).add_to(
            self._database, documents - 1
        )

    def time(self) -> float:
        """File a batch of letters as a worker does; return seconds per letter."""
        letters = self._writer.write_many(_BATCH, self._patients)
        batch = self._keep(letters)
        began = time.perf_counter()
        self._file(batch)
        return (time.perf_counter() - began) / len(batch)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _keep(self, letters: Sequence[Letter]) -> list[Task]:
        ids = []
        with self._database.write() as work:
            for letter in letters:
                content = letter.head + letter.tail
                found = Profiles(work).find_state(letter.recipient.partition("@")[0])
                assert found is not None, "a patient of the node"
                arrival = Arrival(
                    id=uuid4().hex,
                    door=Door.OPERATOR,
                    sender=_OPERATOR,
                    reverse_path=SENDER,
                    recipients=(
                        Recipient(
                            kind=RecipientKind.PATIENT,
                            address=letter.recipient,
                            target_id=found[0],
                        ),
                    ),
                    content=content,
                    message_id=letter.message_id,
                )
                Arrivals(work).keep(arrival, self._database.prepare(content))
                ids.append(arrival.id)
        return [self._task(TaskKind.FILE, one) for one in ids]

    def _task(self, kind: TaskKind, subject: str) -> Task:
        with self._database.read() as work:
            row = work.connection.execute(
                select(tasks.c.id, tasks.c.created_at).where(
                    tasks.c.subject == subject, tasks.c.kind == kind.value
                )
            ).one()
        return Task(row.id, kind, subject, 0, row.created_at)

    def _file(self, batch: Sequence[Task]) -> None:
        jobs = [self._steps[task.kind](task) for task in batch]
        with self._database.write() as work:
            for job in jobs:
                job(work)
            work.tasks.strike([task.id for task in batch])


def measure_growth(
    few: Node, many: Node, documents: int, document_bytes: int, batches: int = 25
) -> Growth:
    """
    File letters by turns in a vault of `FEW` documents and in one of ``documents``.

    By turns, so that whatever else the machine does is the same for both; the medians
    are compared.
    """
    shelves = (
        Shelf(few, FEW, document_bytes),
        Shelf(many, documents, document_bytes),
    )
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(batches):
        for shelf, taken in zip(shelves, times, strict=True):
            taken.append(shelf.time())
    for shelf in shelves:
        shelf.close()
    first, second = (1000 * statistics.median(taken) for taken in times)
    return Growth(first, second, documents)

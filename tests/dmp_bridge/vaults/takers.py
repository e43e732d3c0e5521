"""What takes the texts of files in tests, and the tasks done until none is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from attrs import define
from sqlalchemy import select

from gateway.converting.texts import TextTaker
from gateway.core.rendered import NotTakenError, TakenText, TakesText
from gateway.dmp_bridge.vaults.indexing import Indexing
from gateway.dmp_bridge.vaults.text_taking import TakingTexts
from gateway.store.base.work import Database
from gateway.store.tables import document_texts
from gateway.store.tasks.values import Task, TaskKind

OpenTaker = Callable[[], AbstractContextManager[TakesText]]


@define
class Given:
    """A taker that fails so often, and then answers with one text for every file."""

    text: str = "hypertension"
    fails: int = 0
    asked: int = 0

    def take(self, media_type: str, content: bytes) -> TakenText:
        assert media_type == "application/pdf"
        self.asked += 1
        if self.asked <= self.fails:
            raise NotTakenError("the process that reads it ended")
        return TakenText(self.text)

    def __call__(self) -> AbstractContextManager[TakesText]:
        return nullcontext(self)


def make_list(database: Database, profile_id: str, many: int = 1) -> None:
    """Do the task that makes a patient's list and words once."""
    task = Task(0, TaskKind.INDEX, profile_id, 0, database.clock())
    job = Indexing(database, many)(task)
    with database.write() as work:
        job(work)


def take_texts(
    database: Database,
    profile_id: str,
    open_taker: OpenTaker = TextTaker,
    *,
    tries: int = 3,
    seconds: float = 60,
) -> None:
    """Do the task that takes the texts of a patient's files once."""
    step = TakingTexts(
        database=database,
        open_taker=open_taker,
        tries=tries,
        seconds=seconds,
        characters=20_000,
    )
    job = step(Task(0, TaskKind.TEXT, profile_id, 0, database.clock()))
    with database.write() as work:
        job(work)


def make_searchable(
    database: Database, profile_id: str, open_taker: OpenTaker = TextTaker
) -> None:
    """Have a patient's documents made ready to be searched, with their files."""
    make_list(database, profile_id)
    take_texts(database, profile_id, open_taker)
    make_list(database, profile_id)
    with database.read() as work:
        due = document_texts.c.due_at
        left = work.connection.execute(select(due).where(due.isnot(None))).all()
        assert not left, "all of them were taken"

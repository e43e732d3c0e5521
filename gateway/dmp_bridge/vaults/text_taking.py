"""The step of `TaskKind.TEXT`: the texts of files in documents, taken out of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Final

from attrs import field, frozen
from twisted.logger import Logger

from gateway.core.rendered import NotTakenError, TakesText
from gateway.core.searched_text import plain_text
from gateway.dmp_bridge.vaults.embedded import EmbeddedVault
from gateway.documents.cda.searched import SearchedParts, searched_parts
from gateway.errors import DamagedError, DestroyedError, NotFoundError
from gateway.metrics import TEXTS_NOT_TAKEN
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.journal import Action
from gateway.store.tasks.values import Task, TaskKind
from gateway.store.vault.texts import DocumentTexts

log = Logger()

AT_ONCE: Final = 100
"""Documents of one task; another goes on where it ended."""


@frozen(kw_only=True)
class TakingTexts:
    """
    Takes the texts that are wanted of a patient's documents; the subject is a profile.

    It holds no transaction while a file is read. What is gone before it is written is
    not written.
    """

    database: Database = field(repr=False)
    open_taker: Callable[[], AbstractContextManager[TakesText]]
    tries: int
    """How often it is tried where it is not the file that cannot be read."""
    seconds: float
    """No other document or file of one is begun after so long: a lease has to last."""
    characters: int
    """Of the text of one document."""

    def __call__(self, task: Task) -> Job:
        """Take them; return the job that writes them."""
        until = self._soon()
        taken: dict[str, str | None] = {}
        try:
            with self.database.read() as work:
                due = DocumentTexts(work).due(task.subject, AT_ONCE)
            with self.open_taker() as taker:
                for name in due:
                    if taken and time.monotonic() > until:
                        break
                    taken[name] = self._taken(name, taker)
        except DestroyedError:  # the space ended meanwhile
            return _nothing
        return partial(self._write, task.subject, taken)

    def _taken(self, document_id: str, taker: TakesText) -> str | None:
        """Return the text of a document with its files, None: try again."""
        parts = self._parts(document_id)
        found = [parts.text]
        left = self.characters - len(parts.text)
        until = self._soon()
        for file in parts.files:
            if left <= 0 or time.monotonic() > until:
                break
            try:
                made = taker.take(file.media_type, file.content)
            except NotTakenError as error:
                log.warn(
                    "the text of a file in document {id} was not taken: {why}",
                    id=document_id,
                    why=str(error),
                )
                return None
            text = plain_text(made.text)[:left]
            left -= len(text)
            found.append(text)
        return "\n".join(filter(None, found))

    def _soon(self) -> float:
        return time.monotonic() + self.seconds

    def _parts(self, document_id: str) -> SearchedParts:
        """Return what is searched of a document; nothing of what is gone or damaged."""
        with self.database.read() as work:
            vault = EmbeddedVault(work)
            document = vault.sound_each([document_id]).get(document_id)
            if document is None:
                return SearchedParts()
            try:
                content = vault.content(document)
            except (DamagedError, NotFoundError):
                return SearchedParts()
        return searched_parts(content)

    def _write(
        self, profile_id: str, taken: Mapping[str, str | None], work: UnitOfWork
    ) -> None:
        texts = DocumentTexts(work)
        for name, text in taken.items():
            if text is not None:
                texts.put(name, text)
            elif texts.fail(name, self.tries):
                work.after_commit(partial(_tell, name, self.tries))
        if taken:
            work.tasks.ask(TaskKind.INDEX, profile_id)
        wait = texts.next_due(profile_id)
        if wait is not None:
            work.tasks.ask(TaskKind.TEXT, profile_id, delay=wait)


def ask_again(database: Database, document_id: str, told: Mapping[str, str]) -> int:
    """
    Have texts that were given up be taken once more; return how many there were.

    Args:
        database: A batch of them in a transaction.
        document_id: Of which document; empty for all.
        told: What the line in the journal for each says of who asks, and why.
    """
    count = AT_ONCE
    total = 0
    while count == AT_ONCE:
        with database.write() as work:
            owners = DocumentTexts(work).ask_again(document_id, AT_ONCE)
            for profile_id in sorted(set(owners.values())):
                work.tasks.ask(TaskKind.INDEX, profile_id)
            for one in owners:
                work.note(Action.TASK_RETRIED, TaskKind.TEXT.value, one, **told)
        count = len(owners)
        total += count
    return total


def _nothing(_: UnitOfWork) -> None:
    """There is nothing to be read any more."""


def _tell(document_id: str, tries: int) -> None:
    TEXTS_NOT_TAKEN.inc()
    log.error(
        "the text of document {id} is not searched: after {tries} tries it could not "
        "be taken; it is found by its title",
        id=document_id,
        tries=tries,
    )

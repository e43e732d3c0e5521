"""The step of `TaskKind.INDEX`: what lists and searches are made from, made ahead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from attrs import field, frozen

from gateway.core.listing import MANY_READ
from gateway.core.word_form import MadeWords
from gateway.dmp_bridge.vaults.embedded import EmbeddedVault
from gateway.dmp_bridge.vaults.list_making import ListMaking
from gateway.dmp_bridge.vaults.word_making import MadeTexts, WordMaking
from gateway.errors import DestroyedError
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.inbox.words import MessageWords
from gateway.store.tasks.values import Task, TaskKind
from gateway.store.vault.indexes import LIST, DocumentIndexes
from gateway.store.vault.texts import DocumentTexts


@frozen
class Indexing:
    """
    Makes a patient's index anew where much of it is old; the subject is a profile.

    Of the documents and of the messages, each as they are searched.

    It reads as a page does, and holds nothing meanwhile: what is filed or changed
    before it is written is read from its row.
    """

    database: Database = field(repr=False)
    many: int = MANY_READ
    """From how many documents on that had to be read the list is made anew."""

    def __call__(self, task: Task) -> Job:
        """Read; return the job that writes what was made."""
        profile_id = task.subject
        try:
            with self.database.read() as work:
                vault = EmbeddedVault(work)
                entries, made = ListMaking(work, vault).renewed(profile_id, self.many)
                words = WordMaking(work, vault).made(profile_id, entries)
                messages = MessageWords(work).made(profile_id)
        except DestroyedError:  # the space ended meanwhile
            return _nothing
        listed = {} if made is None else {LIST: made}
        return partial(_write, profile_id, listed, words, messages)


def _write(
    profile_id: str,
    listed: Mapping[int, bytes],
    documents: MadeTexts,
    messages: MadeWords,
    work: UnitOfWork,
) -> None:
    indexes, parts = DocumentIndexes(work), dict(listed)
    words = (documents.words, messages)
    for some in words:
        parts |= some.parts
    if parts:
        indexes.put(profile_id, work.key_for(f"patient:{profile_id}"), parts)
    for some in words:
        for part in some.dropped:
            indexes.drop(profile_id, part)
    texts = DocumentTexts(work)
    texts.want(profile_id, documents.wanted)
    if documents.waiting:
        texts.without_words(profile_id, documents.waiting)
    if documents.wanted:
        work.tasks.hasten(TaskKind.TEXT, profile_id)
    elif documents.waiting:
        work.tasks.ask(TaskKind.TEXT, profile_id)
    if not all(some.is_all for some in words):
        work.tasks.add(TaskKind.INDEX, profile_id)


def _nothing(_: UnitOfWork) -> None:
    """There is nothing to be read any more."""

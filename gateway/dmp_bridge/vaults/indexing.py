"""The step of `TaskKind.INDEX`: what lists and searches are made from, made ahead."""

from __future__ import annotations

from functools import partial

from attrs import field, frozen

from gateway.core.listing import MANY_READ
from gateway.dmp_bridge.vaults.embedded import EmbeddedVault
from gateway.dmp_bridge.vaults.list_making import ListMaking
from gateway.errors import DestroyedError
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.tasks.values import Task
from gateway.store.vault.indexes import LIST, DocumentIndexes


@frozen
class Indexing:
    """
    Makes a patient's index anew where much of it is old; the subject is a profile.

    It reads as a page does, and holds nothing meanwhile: what is filed or changed
    before it is written is read from its row.
    """

    database: Database = field(repr=False)
    many: int = MANY_READ
    """From how many documents on that had to be read it is made anew."""

    def __call__(self, task: Task) -> Job:
        """Read; return the job that writes what was made."""
        profile_id = task.subject
        try:
            with self.database.read() as work:
                making = ListMaking(work, EmbeddedVault(work))
                made = making.renewed(profile_id, self.many)
        except DestroyedError:  # the space ended meanwhile
            return _nothing
        return _nothing if made is None else partial(_write, profile_id, made)


def _write(profile_id: str, made: bytes, work: UnitOfWork) -> None:
    key_id = work.key_for(f"patient:{profile_id}")
    DocumentIndexes(work).put(profile_id, key_id, {LIST: made})


def _nothing(_: UnitOfWork) -> None:
    """All is as it should be, or there is nothing to be read any more."""

"""Walks all documents of the embedded vault, and says which are not what was filed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from gateway.errors import AlteredError, DamagedError, NotFoundError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.sealed.damage import Damage
from gateway.store.vault.documents import Documents
from gateway.store.vault.values import StoredDocument

BATCH: Final = 50
"""Documents read in one transaction: none stays open for as long as all take."""


@frozen
class DamagedDocument:
    """A document whose bytes are not those that were filed; ``id`` is its entryUUID."""

    id: str
    blob: str
    why: str


@frozen
class Checked:
    """How many documents a batch had, which are damaged, and the last one of it."""

    count: int
    damaged: tuple[DamagedDocument, ...]
    last: str


def check_documents(database: Database, after: str = "") -> Iterator[Checked]:
    """
    Read every document, by entryUUID, and compare it with what was filed.

    What is damaged is noted for the doctor, batch by batch. ``after`` is where an
    earlier walk ended.

    Raises:
        UnavailableError: the database or the folder does not answer.
    """
    while True:
        with database.read() as work:
            found = Documents(work).after(after, BATCH)
            damaged = tuple(
                DamagedDocument(one.facts.id, one.blob_id, why)
                for one in found
                if (why := _why_damaged(work, one))
            )
        if not found:
            return
        if damaged:
            with database.write() as work:
                Damage(work).note([one.blob for one in damaged])
        after = found[-1].facts.id
        yield Checked(len(found), damaged, after)


def _why_damaged(work: UnitOfWork, stored: StoredDocument) -> str:
    if stored.fault:
        return stored.fault
    try:
        Documents(work).content(stored)
    except AlteredError:
        return "other bytes than those that were filed"
    except (DamagedError, NotFoundError) as error:
        return str(error)
    return ""

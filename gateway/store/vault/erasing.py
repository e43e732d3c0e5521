"""Deleting a document for good, its bytes and their key with it."""

from __future__ import annotations

from gateway.core.document import Availability
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import documents
from gateway.store.vault.values import StoredDocument


def erase_document(work: UnitOfWork, stored: StoredDocument) -> bool:
    """
    Delete a document for good, its bytes with it; False when it was so already.

    The row stays: checkpoints vouch for how many there were, and for each.
    """
    done = work.change(
        documents,
        documents.c.id == stored.facts.id,
        documents.c.erased_at.is_(None),
        status=Availability.DELETED.value,
        erased_at=work.now,
    )
    if not done:
        return False
    blob_id, folder = stored.blob_id, work.folder
    if work.blobs.release(blob_id, stored.key_id):
        work.after_commit(lambda: folder.discard(blob_id))
    return True

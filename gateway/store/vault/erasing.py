"""The end of a document: withdrawn by its author, or deleted by its patient."""

from __future__ import annotations

from gateway.core.document import Availability
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import documents
from gateway.store.vault.texts import DocumentTexts
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
    DocumentTexts(work).drop(stored.facts.id)
    blob_id, folder = stored.blob_id, work.folder
    if work.blobs.release(blob_id, stored.key_id):
        work.after_commit(lambda: folder.discard(blob_id))
    return True


def withdraw_document(work: UnitOfWork, entry_id: str) -> bool:
    """
    Record that a document was withdrawn; False when it was so already.

    Its bytes stay, for nobody to read; a text that was taken out of it does not.
    """
    deleted = Availability.DELETED.value
    done = work.change(
        documents,
        documents.c.id == entry_id,
        documents.c.status != deleted,
        status=deleted,
    )
    DocumentTexts(work).drop(entry_id)
    return bool(done)

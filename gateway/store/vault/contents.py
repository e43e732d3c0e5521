"""The exact bytes of documents: those that each was filed with, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from contextlib import suppress

from gateway.errors import AlteredError
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.rows import refused
from gateway.store.tables import documents
from gateway.store.vault.values import StoredDocument


def content_of(work: UnitOfWork, stored: StoredDocument) -> bytes:
    """
    Return the exact bytes that were filed.

    Raises:
        AlteredError: these are other bytes than those the document was filed with.
        DamagedError: they do not open, or are gone.
        NotFoundError: there are none that the patient's key opens.
    """
    return _own(stored, work.blobs.get(stored.blob_id, stored.key_id))


def sound_contents(
    work: UnitOfWork, some: Collection[StoredDocument]
) -> dict[str, bytes]:
    """
    Return the bytes of some documents, by their ids, asked for at once.

    Of those that `content_of` refuses there are none.
    """
    found: dict[str, bytes] = {}
    for key_id in {one.key_id for one in some}:
        own = {one.blob_id: one for one in some if one.key_id == key_id}
        for blob_id, content in work.blobs.get_each(own, key_id).items():
            with suppress(AlteredError):
                found[own[blob_id].facts.id] = _own(own[blob_id], content)
    return found


def _own(stored: StoredDocument, content: bytes) -> bytes:
    if hashlib.sha256(content).hexdigest() != stored.facts.sha256:
        raise refused(documents.name, "a content that is not the document's own")
    return content

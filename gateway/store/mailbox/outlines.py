"""The outline a mailbox keeps of each message it has, however many copies there are."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import delete, insert, select

from gateway.message.outline import Outline, Part, from_plain, to_plain
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import mail_items, mail_openings, mail_outlines


@frozen
class MailOutlines:
    """Outlines within one transaction."""

    work: UnitOfWork

    def keep(self, blob_id: str, key_id: str, outline: Outline) -> None:
        """Seal the outline for its mailbox; again is no error."""
        work, columns = self.work, mail_outlines.c
        known = work.connection.execute(
            select(columns.blob_id).where(
                columns.blob_id == blob_id, columns.key_id == key_id
            )
        ).first()
        if known is not None:
            return
        headers = outline.headers
        if headers is not None:
            place = _place("headers", blob_id, key_id)
            headers = work.places.seal(key_id, headers, place)
        structure = to_plain(outline.root)
        work.connection.execute(
            insert(mail_outlines).values(
                blob_id=blob_id,
                key_id=key_id,
                headers=headers,
                structure=work.seal(
                    key_id, structure, _place("structure", blob_id, key_id)
                ),
            )
        )

    def headers(self, blob_id: str, key_id: str, sealed: bytes) -> bytes:
        """Return the header block from what is in the row."""
        place = _place("headers", blob_id, key_id)
        return self.work.places.unseal(key_id, sealed, place)

    def structure(self, blob_id: str, key_id: str, sealed: bytes) -> Part:
        """Return the parts from what is in the row."""
        return from_plain(
            self.work.unseal(key_id, sealed, _place("structure", blob_id, key_id))
        )

    def release_unused(self, blob_id: str, key_id: str) -> None:
        """Let go of a blob and its outline when the mailbox has no copy left."""
        work, item, outline = self.work, mail_items.c, mail_outlines.c
        used = work.connection.execute(
            select(item.uid)
            .where(item.blob_id == blob_id, item.key_id == key_id)
            .limit(1)
        ).first()
        if used is not None:
            return
        work.connection.execute(
            delete(mail_outlines).where(
                outline.blob_id == blob_id, outline.key_id == key_id
            )
        )
        opening = mail_openings.c
        work.connection.execute(
            delete(mail_openings).where(
                opening.blob_id == blob_id, opening.key_id == key_id
            )
        )
        if work.blobs.release(blob_id, key_id):
            work.after_commit(lambda: work.folder.discard(blob_id))


def _place(column: str, blob_id: str, key_id: str) -> str:
    return f"mail_outlines.{column}:{blob_id}:{key_id}"

"""Who opened which message first: one line of the journal for each holder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import insert, select

from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.folders import Folders
from gateway.store.mailbox.selections import in_chunks, uid_condition
from gateway.store.sealed.column_digests import column_digest
from gateway.store.tables import folders, mail_items, mail_openings


@frozen
class Openings:
    """
    The first openings of messages by the holders of a mailbox, in one transaction.

    A copy of a message in another folder is the same message.
    """

    work: UnitOfWork

    def missing(
        self, folder_id: str, uids: Sequence[int], identity: str
    ) -> dict[int, Any]:
        """Return the messages of a folder that a holder has not opened yet, by uid."""
        connection, columns = self.work.connection, mail_items.c
        found: dict[int, Any] = {}
        for some in in_chunks(uids):
            rows = connection.execute(
                select(
                    columns.uid,
                    columns.blob_id,
                    columns.key_id,
                    columns.arrival_id,
                    folders.c.mailbox_id,
                )
                .join(folders, folders.c.id == columns.folder_id)
                .where(columns.folder_id == folder_id, uid_condition(some))
            ).all()
            if not rows:
                continue
            known = connection.execute(
                select(mail_openings.c.holder).where(
                    mail_openings.c.blob_id.in_({row.blob_id for row in rows}),
                    mail_openings.c.key_id == rows[0].key_id,
                )
            )
            before = set(known.scalars())
            found |= {
                row.uid: row
                for row in rows
                if self._holder(row, identity) not in before
            }
        return found

    def keep(self, folder_id: str, uids: Sequence[int], identity: str) -> None:
        """
        Write a line for each message that the holder opens for the first time.

        What was opened before, or is gone, is passed over.
        """
        fresh = self.missing(folder_id, uids, identity)
        if not fresh:
            return
        mailbox_id = next(iter(fresh.values())).mailbox_id
        Folders(self.work).lock(mailbox_id)  # who opens the same now has ended then
        fresh = self.missing(folder_id, list(fresh), identity)
        messages = {row.blob_id: row for row in fresh.values()}
        if not messages:
            return
        self.work.connection.execute(
            insert(mail_openings),
            [
                {
                    "blob_id": row.blob_id,
                    "key_id": row.key_id,
                    "holder": self._holder(row, identity),
                }
                for row in messages.values()
            ],
        )
        for row in messages.values():
            self.work.note(
                Action.MESSAGE_OPENED,
                "imap",
                row.arrival_id or row.blob_id,
                identity=identity,
                mailbox=mailbox_id,
            )

    def _holder(self, row: Any, identity: str) -> str:
        """Return what stands for a holder: another with each message and mailbox."""
        owner = f"{row.mailbox_id}:{row.blob_id}"
        keys = self.work.keys
        return column_digest(keys, "mail_openings.holder", identity, owner=owner)

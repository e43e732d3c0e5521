"""Who opened which message first: one line of the journal for each holder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import frozen
from sqlalchemy import insert, select

from gateway.rights.unread_rules import CopySeen
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.folders import Folders
from gateway.store.mailbox.selections import in_chunks, uid_condition
from gateway.store.sealed.column_digests import column_digest
from gateway.store.tables import folders, mail_items, mail_openings

_DEALT_WITH: Final = frozenset({"\\seen", "\\answered", "\\deleted"})


class OpenedBy(StrEnum):
    """By what a message was opened."""

    IMAP = "imap"
    PAGE = "page"


@frozen
class Opening:
    """Who opened a message first, and when: the identity of a holder."""

    identity: str
    at: datetime


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

    def keep(
        self,
        folder_id: str,
        uids: Sequence[int],
        identity: str,
        way: OpenedBy = OpenedBy.IMAP,
    ) -> None:
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
                way.value,
                row.arrival_id or row.blob_id,
                identity=identity,
                mailbox=mailbox_id,
            )

    def by_whom(
        self, mailbox_id: str, subjects: Collection[str]
    ) -> dict[str, list[Opening]]:
        """
        Return who opened each message of a mailbox, the first before the others.

        ``subjects`` are the names of messages in the journal: the arrival, else the
        blob. One that nobody opened is not there. The lines are those of the journal:
        they outlive the flags that anybody with the mailbox may change.
        """
        found: dict[str, list[Opening]] = {}
        lines = self.work.journal.about(sorted(subjects)) if subjects else []
        for one in lines:
            said = one.detail
            if one.action == Action.MESSAGE_OPENED and said["mailbox"] == mailbox_id:
                opening = Opening(str(said.get("identity", "")), one.at)
                found.setdefault(one.subject, []).append(opening)
        return found

    def seen(self, mailbox_id: str, blob_id: str) -> CopySeen:
        """
        Return what is known of a message in a mailbox: whether a holder opened it.

        One that is marked as read or answered, or as deleted, was dealt with. Of one
        that was removed nothing is known any more.
        """
        items = self.work.connection.execute(
            select(mail_items.c.flags, mail_items.c.key_id)
            .join(folders, folders.c.id == mail_items.c.folder_id)
            .where(mail_items.c.blob_id == blob_id, folders.c.mailbox_id == mailbox_id)
        ).all()
        if not items:
            return CopySeen.UNKNOWN
        if any(not _DEALT_WITH.isdisjoint(one.flags.lower().split()) for one in items):
            return CopySeen.OPENED
        opened = self.work.connection.execute(
            select(mail_openings.c.holder)
            .where(
                mail_openings.c.blob_id == blob_id,
                mail_openings.c.key_id.in_({one.key_id for one in items}),
            )
            .limit(1)
        ).first()
        return CopySeen.UNOPENED if opened is None else CopySeen.OPENED

    def _holder(self, row: Any, identity: str) -> str:
        """Return what stands for a holder: another with each message and mailbox."""
        owner = f"{row.mailbox_id}:{row.blob_id}"
        keys = self.work.keys
        return column_digest(keys, "mail_openings.holder", identity, owner=owner)

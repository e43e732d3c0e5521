"""Reading mailboxes: the messages of a folder, what changed in it, their bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen
from sqlalchemy import and_, literal, select
from twisted.logger import Logger

from gateway.errors import DamagedError, NotFoundError
from gateway.message.line_ends import with_crlf
from gateway.message.outline import Part, read_outline
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folder, Folders
from gateway.store.mailbox.outlines import MailOutlines
from gateway.store.mailbox.selections import in_chunks, uid_condition
from gateway.store.tables import (
    data_keys,
    folders,
    mail_items,
    mail_outlines,
    mailboxes,
)

log = Logger()

LEAST_CHARGE = 1024
"""What a message counts at least against the quota: its rows are not free."""


def charge_of(size: int) -> int:
    """Return what a message of that size counts against the quota."""
    return max(size, LEAST_CHARGE)


@frozen(kw_only=True)
class MailItem:
    """
    One message in one folder; ``flags`` are words separated by spaces.

    ``structure`` is None where it was not asked for, and where neither it nor the
    message that it could be made from again can be read.
    """

    folder_id: str
    uid: int
    mod_seq: int
    flags: str
    internal_date: datetime
    size: int
    blob_id: str
    key_id: str
    headers: bytes | None = field(default=None, repr=False)
    structure: Part | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Changes:
    """
    What happened in a folder since a session looked.

    ``touched`` holds (uid, flags, mod_seq) of messages that are new or whose flags
    changed; ``present`` all the uids left, only when some were removed.
    """

    folder: Folder
    touched: Sequence[tuple[int, str, int]]
    present: Sequence[int] | None = None


OF_ITS_MAILBOX = data_keys.c.scope == literal("mailbox:") + folders.c.mailbox_id
"""A message is in a folder of the mailbox whose key it is under: else it was moved."""


@frozen
class MailReading:
    """The messages of mailboxes within one transaction that reads."""

    work: UnitOfWork

    @property
    def folders(self) -> Folders:
        """The folders they are in."""
        return Folders(self.work)

    def used(self, mailbox_id: str) -> int:
        """
        Return what the messages of a mailbox count against its quota, in bytes.

        Raises:
            NotFoundError: there is no such mailbox.
        """
        used = self.work.connection.execute(
            select(mailboxes.c.used_bytes).where(mailboxes.c.id == mailbox_id)
        ).scalar()
        if used is None:
            raise NotFoundError("no such mailbox")
        return int(used)

    def has_room(self, mailbox_id: str, size: int, quota: int) -> bool:
        """Tell whether a message of that size fits in the quota; raises as `used`."""
        return self.used(mailbox_id) + charge_of(size) <= quota

    def entries(self, folder_id: str) -> list[tuple[int, str]]:
        """Return (uid, flags) of every message of a folder, by uid."""
        columns = mail_items.c
        rows = self.work.connection.execute(
            select(columns.uid, columns.flags)
            .where(columns.folder_id == folder_id)
            .order_by(columns.uid)
        )
        return [(row.uid, row.flags) for row in rows]

    def changes(self, folder_id: str, since: int) -> Changes:
        """
        Return what happened in a folder after it had ``mod_seq`` ``since``.

        Raises:
            NotFoundError: the folder was deleted.
        """
        folder = self.folders.get(folder_id)
        columns = mail_items.c
        touched: list[tuple[int, str, int]] = []
        present: list[int] | None = None
        if folder.mod_seq > since:
            rows = self.work.connection.execute(
                select(columns.uid, columns.flags, columns.mod_seq)
                .where(columns.folder_id == folder_id, columns.mod_seq > since)
                .order_by(columns.uid)
            )
            touched = [(row.uid, row.flags, row.mod_seq) for row in rows]
        if folder.expunge_seq > since:
            uids = select(columns.uid).where(columns.folder_id == folder_id)
            left = self.work.connection.execute(uids.order_by(columns.uid)).scalars()
            present = list(left)
        return Changes(folder=folder, touched=touched, present=present)

    def mod_seqs(self, folder_id: str, *, above: int = 0) -> dict[int, int]:
        """Return uid → ``mod_seq`` of the messages of a folder with a higher one."""
        columns = mail_items.c
        rows = self.work.connection.execute(
            select(columns.uid, columns.mod_seq).where(
                columns.folder_id == folder_id, columns.mod_seq > above
            )
        )
        return {row.uid: row.mod_seq for row in rows}

    def items(
        self,
        folder_id: str,
        uids: Sequence[int] | None = None,
        *,
        outlined: bool = False,
    ) -> Iterator[MailItem]:
        """Yield messages by uid, with headers and structure where ``outlined``."""
        columns = mail_items.c
        query = (
            select(mail_items)
            .join(folders, folders.c.id == columns.folder_id)
            .join(data_keys, data_keys.c.id == columns.key_id)
            .where(columns.folder_id == folder_id, OF_ITS_MAILBOX)
        )
        if outlined:
            outline = mail_outlines.c
            query = query.add_columns(outline.headers, outline.structure).join(
                mail_outlines,
                and_(
                    outline.blob_id == columns.blob_id, outline.key_id == columns.key_id
                ),
            )
        query = query.order_by(columns.uid)
        if uids is None:
            yield from (
                self._item(row, outlined) for row in self.work.connection.execute(query)
            )
            return
        for some in in_chunks(sorted(uids)):
            rows = self.work.connection.execute(query.where(uid_condition(some)))
            yield from (self._item(row, outlined) for row in rows)

    def content(self, item: MailItem) -> bytes:
        """
        Return a message as its ``size`` and its parts count it: lines end with CRLF.

        One that was uploaded with LF alone is kept so. Earlier versions also told it
        so, and what a client was told of a message stays true: its size says which.

        Raises:
            NotFoundError: it was removed since.
            DamagedError: it cannot be read as it was kept.
        """
        kept = self.work.blobs.get(item.blob_id, item.key_id)
        return kept if len(kept) == item.size else with_crlf(kept)

    def _item(self, row: Any, outlined: bool) -> MailItem:
        item = MailItem(
            folder_id=row.folder_id,
            uid=row.uid,
            mod_seq=row.mod_seq,
            flags=row.flags,
            internal_date=row.internal_date,
            size=row.size,
            blob_id=row.blob_id,
            key_id=row.key_id,
        )
        if not outlined:
            return item
        try:
            outlines = MailOutlines(self.work)
            return evolve(
                item,
                headers=row.headers
                and outlines.headers(row.blob_id, row.key_id, row.headers),
                structure=outlines.structure(row.blob_id, row.key_id, row.structure),
            )
        except DamagedError:
            log.error("outline of blob {blob} is damaged", blob=row.blob_id)
            return self._outlined_again(item)

    def _outlined_again(self, item: MailItem) -> MailItem:
        try:
            outline = read_outline(self.content(item))
        except (DamagedError, NotFoundError):
            return item
        return evolve(item, headers=outline.headers, structure=outline.root)

"""Messages in professionals' mailboxes: delivered, copied, flagged, removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import Table, delete, insert, select, update

from gateway.errors import ConflictError, NotFoundError
from gateway.message.flags import DELETED, FlagChange, change_flags, join_flags
from gateway.message.outline import Outline, served_outline
from gateway.store.mailbox.folders import INBOX, Folder
from gateway.store.mailbox.outlines import MailOutlines
from gateway.store.mailbox.reading import MailItem, MailReading, charge_of
from gateway.store.mailbox.selections import in_chunks, uid_condition
from gateway.store.mailbox.vanished import MOST_REMEMBERED, Vanished
from gateway.store.sealed.blobs import Blobs, Parcel
from gateway.store.tables import mail_items, mailboxes


class OverQuotaError(ConflictError):
    """The mailbox has no room for that."""


@frozen(kw_only=True)
class Placed:
    """Where a message was put."""

    folder_id: str
    uid_validity: int
    uid: int


@frozen(kw_only=True)
class Flagged:
    """
    What a change of flags came to, of each message that still is there.

    ``after`` are the flags and ``mod_seqs`` the ``mod_seq`` afterwards, by uid;
    ``refused`` the uids of those that had changed since the client knew them.
    """

    after: dict[int, str]
    mod_seqs: dict[int, int]
    refused: tuple[int, ...] = ()


@frozen
class Mail(MailReading):
    """The messages of mailboxes within one transaction that writes."""

    @property
    def _blobs(self) -> Blobs:
        # Written at once, not at the end of the transaction: several copies of one
        # message in one transaction must see each other.
        work = self.work

        def add(table: Table, **row: Any) -> None:
            work.connection.execute(insert(table).values(**row))

        return Blobs(work.connection, work.keys, work.folder, add)

    def deliver(
        self,
        mailbox_id: str,
        blob_id: str,
        blob_key_id: str,
        content: bytes | Outline,
        *,
        folder: str = INBOX,
        flags: Iterable[str] = (),
        arrival_id: str | None = None,
    ) -> int:
        """
        Put a message that is kept already in a folder; return its UID there.

        The blob is shared with the mailbox's key. The same ``arrival_id`` in the same
        folder is delivered once. A full mailbox takes it too, because the message was
        accepted. Where the outline is known, give it in place of the content, which is
        then not read in the transaction. Deliver to several mailboxes in the order of
        their ids, so that two transactions never wait for each other.

        Raises:
            NotFoundError: no such mailbox or folder, or no such blob for that key.
        """
        key_id = self.folders.lock(mailbox_id)
        known_folders = {one.name: one for one in self.folders.ensure(mailbox_id)}
        target = known_folders.get(folder)
        if target is None:
            raise NotFoundError("no such folder")
        if arrival_id is not None:
            known = self.work.connection.execute(
                select(mail_items.c.uid).where(
                    mail_items.c.folder_id == target.id,
                    mail_items.c.arrival_id == arrival_id,
                )
            ).scalar()
            if known is not None:
                return int(known)
        outline = content if isinstance(content, Outline) else served_outline(content)
        self._blobs.share(blob_id, blob_key_id, key_id)
        MailOutlines(self.work).keep(blob_id, key_id, outline)
        self._charge(mailbox_id, charge_of(outline.size))
        return self._insert(
            target.id,
            key_id=key_id,
            blob_id=blob_id,
            size=outline.size,
            flags=join_flags(flags),
            internal_date=self.work.now,
            arrival_id=arrival_id,
        ).uid

    def deliver_new(
        self, mailbox_id: str, parcel: Parcel, outline: Outline, *, arrival_id: str
    ) -> None:
        """
        Keep a message of the gateway's own in the INBOX of its only recipient.

        A full mailbox still takes it.

        Raises:
            NotFoundError: no such mailbox.
        """
        key_id = self.folders.lock(mailbox_id)
        known = {one.name: one for one in self.folders.ensure(mailbox_id)}
        self._charge(mailbox_id, charge_of(outline.size))
        self._blobs.put(parcel, key_id, self.work.now)
        MailOutlines(self.work).keep(parcel.id, key_id, outline)
        self._insert(
            known[INBOX].id,
            key_id=key_id,
            blob_id=parcel.id,
            size=outline.size,
            flags="",
            internal_date=self.work.now,
            arrival_id=arrival_id,
        )

    def append(
        self,
        folder: Folder,
        parcel: Parcel,
        outline: Outline,
        *,
        flags: Iterable[str],
        internal_date: datetime,
        quota: int,
    ) -> Placed:
        """
        Keep a message a client uploads (RFC 3501 §6.3.11).

        Raises:
            OverQuotaError: the mailbox would hold more than ``quota`` bytes.
            NotFoundError: the folder was deleted.
        """
        key_id = self.folders.lock(folder.mailbox_id)
        self._charge(folder.mailbox_id, charge_of(outline.size), quota)
        self._blobs.put(parcel, key_id, self.work.now)
        MailOutlines(self.work).keep(parcel.id, key_id, outline)
        return self._insert(
            folder.id,
            key_id=key_id,
            blob_id=parcel.id,
            size=outline.size,
            flags=join_flags(flags),
            internal_date=internal_date,
            arrival_id=None,
        )

    def copy(
        self, source: Folder, uids: Sequence[int], target: Folder, *, quota: int
    ) -> list[tuple[int, int]]:
        """
        Copy messages to a folder of the same mailbox; no byte moves.

        Returns (old uid, new uid) in order; messages that are gone are left out.

        Raises:
            OverQuotaError: not enough room; nothing is copied.
            NotFoundError: the target was deleted.
        """
        self.folders.lock(source.mailbox_id)
        items = list(self.items(source.id, uids))
        charge = sum(charge_of(item.size) for item in items)
        self._charge(source.mailbox_id, charge, quota)
        return self._place(items, target)

    def move(
        self,
        source: Folder,
        uids: Sequence[int],
        target: Folder,
        *,
        remember: int = MOST_REMEMBERED,
    ) -> list[tuple[int, int]]:
        """
        Move messages to another folder of the mailbox; as `copy` (RFC 6851).

        ``remember``: as `Vanished.remember` bounds what is kept of removals.
        """
        self.folders.lock(source.mailbox_id)
        items = list(self.items(source.id, uids))
        if not items:
            return []
        placed = self._place(items, target)
        gone = [item.uid for item in items]
        changed = self.folders.advance(source.id, removed=True)
        Vanished(self.work).remember(changed, gone, remember)
        self._delete_rows(source.id, gone)
        return placed

    def expunge(
        self,
        folder: Folder,
        uids: Sequence[int] | None = None,
        *,
        remember: int = MOST_REMEMBERED,
    ) -> list[int]:
        """
        Remove the messages flagged ``\\Deleted``, of some uids or all; return theirs.

        The mailbox's grant to each blob is taken back with its last message there.
        """
        self.folders.lock(folder.mailbox_id)
        items = self.items(folder.id, uids)
        gone = [item for item in items if DELETED in item.flags.split()]
        self._remove(folder, gone, remember)
        return [item.uid for item in gone]

    def empty(self, folder: Folder) -> None:
        """Remove every message of a folder, before the folder itself is removed."""
        self.folders.lock(folder.mailbox_id)
        self._remove(folder, list(self.items(folder.id)), 0)

    def change_flags(
        self,
        folder: Folder,
        uids: Sequence[int],
        change: FlagChange,
        *,
        unchanged_since: int | None = None,
    ) -> Flagged:
        """
        Change flags; return what became of every message that still is there.

        One that changed after ``unchanged_since`` is left alone (RFC 7162 §3.1.3).

        Raises:
            InvalidError: more or longer keywords than a message may have.
            NotFoundError: the folder was deleted.
        """
        self.folders.lock(folder.mailbox_id)
        result = Flagged(after={}, mod_seqs={})
        refused: list[int] = []
        groups: dict[str, list[int]] = {}
        for item in self.items(folder.id, uids):
            if unchanged_since is not None and item.mod_seq > unchanged_since:
                refused.append(item.uid)
                continue
            after = change_flags(item.flags, change)
            result.after[item.uid] = after
            result.mod_seqs[item.uid] = item.mod_seq
            if after != item.flags:
                groups.setdefault(after, []).append(item.uid)
        result = evolve(result, refused=tuple(refused))
        if not groups:
            return result
        advanced = self.folders.advance(folder.id)
        for flags, changed in groups.items():
            result.mod_seqs.update(dict.fromkeys(changed, advanced.mod_seq))
            for some in in_chunks(changed):
                self.work.connection.execute(
                    update(mail_items)
                    .where(mail_items.c.folder_id == folder.id, uid_condition(some))
                    .values(flags=flags, mod_seq=advanced.mod_seq)
                )
        return result

    def _insert(
        self,
        folder_id: str,
        *,
        key_id: str,
        blob_id: str,
        size: int,
        flags: str,
        internal_date: datetime,
        arrival_id: str | None,
    ) -> Placed:
        folder = self.folders.advance(folder_id, uids=1)
        uid = folder.uid_next - 1
        self.work.connection.execute(
            insert(mail_items).values(
                folder_id=folder_id,
                uid=uid,
                mod_seq=folder.mod_seq,
                flags=flags,
                internal_date=internal_date,
                size=size,
                blob_id=blob_id,
                key_id=key_id,
                arrival_id=arrival_id,
            )
        )
        return Placed(folder_id=folder_id, uid_validity=folder.uid_validity, uid=uid)

    def _place(
        self, items: Sequence[MailItem], target: Folder
    ) -> list[tuple[int, int]]:
        if not items:
            return []
        folder = self.folders.advance(target.id, uids=len(items))
        first = folder.uid_next - len(items)
        rows = [
            {
                "folder_id": target.id,
                "uid": uid,
                "mod_seq": folder.mod_seq,
                "flags": item.flags,
                "internal_date": item.internal_date,
                "size": item.size,
                "blob_id": item.blob_id,
                "key_id": item.key_id,
            }
            for uid, item in enumerate(items, first)
        ]
        self.work.connection.execute(insert(mail_items), rows)
        return [(item.uid, uid) for uid, item in enumerate(items, first)]

    def _charge(self, mailbox_id: str, charge: int, quota: int | None = None) -> None:
        columns = mailboxes.c
        used = self.work.connection.execute(
            update(mailboxes)
            .where(columns.id == mailbox_id)
            .values(used_bytes=columns.used_bytes + charge)
            .returning(columns.used_bytes)
        ).scalar_one()
        if quota is not None and charge > 0 and used > quota:
            raise OverQuotaError("the mailbox is full")

    def _remove(self, folder: Folder, gone: Sequence[MailItem], remember: int) -> None:
        if not gone:
            return
        uids = [item.uid for item in gone]
        changed = self.folders.advance(folder.id, removed=True)
        Vanished(self.work).remember(changed, uids, remember)
        self._delete_rows(folder.id, uids)
        self._charge(folder.mailbox_id, -sum(charge_of(item.size) for item in gone))
        for key_id, blob_id in {(item.key_id, item.blob_id) for item in gone}:
            MailOutlines(self.work).release_unused(blob_id, key_id)

    def _delete_rows(self, folder_id: str, uids: Sequence[int]) -> None:
        for some in in_chunks(sorted(uids)):
            self.work.connection.execute(
                delete(mail_items).where(
                    mail_items.c.folder_id == folder_id, uid_condition(some)
                )
            )

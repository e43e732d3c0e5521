"""Folders of professionals' mailboxes: names, numbers, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import case, delete, func, insert, select, update

from gateway.errors import ConflictError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.selections import in_chunks
from gateway.store.tables import (
    folders,
    lasting_subscriptions,
    mail_items,
    mail_vanished,
    mailboxes,
)

INBOX = "INBOX"
DELIMITER = "/"
STANDARD = {
    INBOX: "",
    "Sent": "\\Sent",
    "Drafts": "\\Drafts",
    "Trash": "\\Trash",
    "Junk": "\\Junk",
    "Archive": "\\Archive",
}
"""The folders every mailbox starts with, and their special use (RFC 6154)."""

_MOST_LASTING = 1000


@frozen(kw_only=True)
class Folder:
    """
    A folder as it is now.

    ``mod_seq`` grows with every change in it, ``expunge_seq`` is its value at the last
    removal, ``forgotten_seq`` at the last one of which is not known any more what was
    removed; no session was shown the messages from ``recent_uid`` on.
    """

    id: str
    mailbox_id: str
    name: str
    special_use: str
    subscribed: bool
    uid_validity: int
    uid_next: int
    recent_uid: int
    mod_seq: int
    expunge_seq: int
    forgotten_seq: int

    @property
    def has_recent(self) -> bool:
        """Whether messages came that no session was told of."""
        return self.recent_uid < self.uid_next


@frozen(kw_only=True)
class FolderStatus:
    """
    What STATUS tells (RFC 3501 §6.3.10); sizes are in bytes.

    ``deleted`` are those that an EXPUNGE would remove.
    """

    folder: Folder
    messages: int
    unseen: int
    recent: int
    size: int
    deleted: int
    deleted_size: int


@frozen
class Folders:
    """Folders within one transaction."""

    work: UnitOfWork

    def lock(self, mailbox_id: str) -> str:
        """
        Hold a mailbox until the commit and return its key; one writer at a time.

        Raises:
            NotFoundError: there is no such mailbox.
        """
        key_id = self.work.connection.execute(
            select(mailboxes.c.key_id)
            .where(mailboxes.c.id == mailbox_id)
            .with_for_update()
        ).scalar()
        if key_id is None:
            raise NotFoundError("no such mailbox")
        return str(key_id)

    def ensure(self, mailbox_id: str) -> list[Folder]:
        """Return the folders, after making the standard ones on first use."""
        found = self.listed(mailbox_id)
        if not found:
            self.lock(mailbox_id)
            found = self.listed(mailbox_id)
        if not found:
            for name, use in STANDARD.items():
                self._insert(mailbox_id, name, use)
            found = self.listed(mailbox_id)
        return found

    def listed(self, mailbox_id: str) -> list[Folder]:
        """Return the folders of a mailbox by name, INBOX first."""
        rows = self.work.connection.execute(
            select(folders).where(folders.c.mailbox_id == mailbox_id)
        )
        found = [_folder(row) for row in rows]
        return sorted(found, key=lambda folder: (folder.name != INBOX, folder.name))

    def find(self, mailbox_id: str, name: str) -> Folder | None:
        """Return a folder by its name, or None."""
        return self._one(folders.c.mailbox_id == mailbox_id, folders.c.name == name)

    def get(self, folder_id: str) -> Folder:
        """
        Return a folder by its id.

        Raises:
            NotFoundError: it was deleted.
        """
        found = self._one(folders.c.id == folder_id)
        if found is None:
            raise NotFoundError("no such folder")
        return found

    def create(self, mailbox_id: str, name: str, *, most: int) -> Folder:
        """
        Make a folder.

        Raises:
            ConflictError: it exists already, or there would be more than ``most``.
        """
        self.lock(mailbox_id)
        names = {folder.name for folder in self.listed(mailbox_id)}
        if name in names:
            raise ConflictError("folder exists already")
        if len(names) >= most:
            raise ConflictError("too many folders")
        self._insert(mailbox_id, name, "")
        found = self.find(mailbox_id, name)
        assert found is not None, "just inserted"
        return found

    def remove(self, folder: Folder) -> None:
        """
        Delete a folder that is already empty; a subscription to its name lasts.

        No server may end one of itself (RFC 3501 §6.3.9); beyond a thousand in a
        mailbox they are not added to all the same.
        """
        for table, column in (
            (mail_vanished, mail_vanished.c.folder_id),
            (folders, folders.c.id),
        ):
            self.work.connection.execute(delete(table).where(column == folder.id))
        lasting = self.lasting_subscriptions(folder.mailbox_id)
        if folder.subscribed and len(lasting) < _MOST_LASTING:
            self.work.connection.execute(
                insert(lasting_subscriptions).values(
                    mailbox_id=folder.mailbox_id, name=folder.name
                )
            )

    def lasting_subscriptions(self, mailbox_id: str) -> list[str]:
        """Return the names that are subscribed to and whose folder was deleted."""
        columns = lasting_subscriptions.c
        query = select(columns.name).where(columns.mailbox_id == mailbox_id)
        return list(
            self.work.connection.execute(query.order_by(columns.name)).scalars()
        )

    def _end_lasting(self, mailbox_id: str, name: str) -> bool:
        columns = lasting_subscriptions.c
        ended = self.work.connection.execute(
            delete(lasting_subscriptions).where(
                columns.mailbox_id == mailbox_id, columns.name == name
            )
        )
        return ended.rowcount > 0

    def rename(self, mailbox_id: str, old: str, new: str) -> None:
        """
        Rename a folder and those below it; their messages keep their numbers.

        Raises:
            NotFoundError: there is none of that name, nor below it.
            ConflictError: a folder of the new name exists, or it lies below the old.
        """
        self.lock(mailbox_id)
        names = {folder.name: folder for folder in self.listed(mailbox_id)}
        below = old + DELIMITER
        moved = {
            name: new + name[len(old) :]
            for name in names
            if name == old or name.startswith(below)
        }
        if not moved:
            raise NotFoundError("no such folder")
        if new.startswith(below) or names.keys() & set(moved.values()):
            raise ConflictError("folder exists already")
        if any(len(name) > 255 for name in moved.values()):
            raise ConflictError("name too long")
        for name, changed in moved.items():
            known = self._end_lasting(mailbox_id, changed)
            self.work.connection.execute(
                update(folders)
                .where(folders.c.id == names[name].id)
                .values(name=changed, subscribed=names[name].subscribed or known)
            )

    def subscribe(self, mailbox_id: str, name: str, *, subscribed: bool) -> None:
        """
        Put a name among those a client shows, or take it out.

        Raises:
            NotFoundError: no folder has that name, nor is it subscribed to.
        """
        found = self.find(mailbox_id, name)
        if found is None:
            lasting = name in self.lasting_subscriptions(mailbox_id)
            if not lasting:
                raise NotFoundError("no such folder")
            if not subscribed:
                self._end_lasting(mailbox_id, name)
            return
        self.work.connection.execute(
            update(folders)
            .where(folders.c.id == found.id)
            .values(subscribed=subscribed)
        )

    def claim_recent(self, folder_id: str, before: int) -> range:
        """
        Return the uids below ``before`` that no session was told of as recent.

        They are the caller's now: no other is given them (RFC 3501 §2.3.2).
        """
        columns = folders.c
        first = self.work.connection.execute(
            select(columns.recent_uid).where(columns.id == folder_id).with_for_update()
        ).scalar()
        if first is None or first >= before:
            return range(0)
        self.work.connection.execute(
            update(folders).where(columns.id == folder_id).values(recent_uid=before)
        )
        return range(int(first), before)

    def advance(
        self, folder_id: str, *, uids: int = 0, removed: bool = False
    ) -> Folder:
        """
        Count a change and take ``uids`` new numbers; return the folder after it.

        The row is locked until the commit, so numbers are given in the order of the
        commits and ``uid_next - uids`` is the first of them.

        Raises:
            NotFoundError: it was deleted.
        """
        columns = folders.c
        changed: dict[str, Any] = {
            "uid_next": columns.uid_next + uids,
            "mod_seq": columns.mod_seq + 1,
        }
        if removed:
            changed["expunge_seq"] = columns.mod_seq + 1
        row = self.work.connection.execute(
            update(folders)
            .where(columns.id == folder_id)
            .values(**changed)
            .returning(*columns)
        ).first()
        if row is None:
            raise NotFoundError("no such folder")
        return _folder(row)

    def versions(self, folder_ids: Iterable[str]) -> dict[str, int]:
        """Return folder id → ``mod_seq``; a deleted folder is not in it."""
        found: dict[str, int] = {}
        for some in in_chunks(sorted(folder_ids)):
            rows = self.work.connection.execute(
                select(folders.c.id, folders.c.mod_seq).where(folders.c.id.in_(some))
            )
            found |= {row.id: row.mod_seq for row in rows}
        return found

    def begin_again(self) -> int:
        """
        Give every folder a new validity, above all that were given; return how many.

        After a backup was put back the uids given since would be given again, to other
        messages: a client must not take them for those it knows (RFC 3501 §2.3.1.1).
        """
        rows = self.work.connection.execute(
            select(folders.c.id, folders.c.mailbox_id).order_by(folders.c.name)
        ).all()
        for row in rows:
            self.work.connection.execute(
                update(folders)
                .where(folders.c.id == row.id)
                .values(uid_validity=self._next_validity(row.mailbox_id))
            )
        return len(rows)

    def status(self, folder: Folder) -> FolderStatus:
        """Return the counts of a folder."""
        columns = mail_items.c
        unseen = case((columns.flags.contains("\\Seen", autoescape=True), 0), else_=1)
        is_deleted = columns.flags.contains("\\Deleted", autoescape=True)
        row = self.work.connection.execute(
            select(
                func.count(),
                func.coalesce(func.sum(unseen), 0),
                func.coalesce(
                    func.sum(case((columns.uid >= folder.recent_uid, 1), else_=0)), 0
                ),
                func.coalesce(func.sum(columns.size), 0),
                func.coalesce(func.sum(case((is_deleted, 1), else_=0)), 0),
                func.coalesce(func.sum(case((is_deleted, columns.size), else_=0)), 0),
            ).where(columns.folder_id == folder.id)
        ).one()
        return FolderStatus(
            folder=folder,
            messages=int(row[0]),
            unseen=int(row[1]),
            recent=int(row[2]),
            size=int(row[3]),
            deleted=int(row[4]),
            deleted_size=int(row[5]),
        )

    def _insert(self, mailbox_id: str, name: str, special_use: str) -> None:
        self._end_lasting(mailbox_id, name)  # the folder has it now
        self.work.connection.execute(
            insert(folders).values(
                id=uuid4().hex,
                mailbox_id=mailbox_id,
                name=name,
                special_use=special_use,
                subscribed=True,
                uid_validity=self._next_validity(mailbox_id),
                uid_next=1,
                recent_uid=1,
                mod_seq=1,
                expunge_seq=0,
                forgotten_seq=0,
            )
        )

    def _next_validity(self, mailbox_id: str) -> int:
        # A name made again must not seem to hold its old messages (RFC 3501
        # §2.3.1.1): a validity is the time, and never twice the same in a mailbox.
        columns = mailboxes.c
        seconds = int(self.work.now.timestamp())
        least = columns.uid_validity + 1
        validity = self.work.connection.execute(
            update(mailboxes)
            .where(columns.id == mailbox_id)
            .values(uid_validity=case((least > seconds, least), else_=seconds))
            .returning(columns.uid_validity)
        ).scalar_one()
        return int(validity)

    def _one(self, *conditions: Any) -> Folder | None:
        query = select(folders).where(*conditions)
        row = self.work.connection.execute(query).first()
        return None if row is None else _folder(row)


def _folder(row: Any) -> Folder:
    return Folder(
        id=row.id,
        mailbox_id=row.mailbox_id,
        name=row.name,
        special_use=row.special_use,
        subscribed=row.subscribed,
        uid_validity=row.uid_validity,
        uid_next=row.uid_next,
        recent_uid=row.recent_uid,
        mod_seq=row.mod_seq,
        expunge_seq=row.expunge_seq,
        forgotten_seq=row.forgotten_seq,
    )

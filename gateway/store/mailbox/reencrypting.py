"""
After a theft of a mailbox's key: what the database has is sealed under another one.

First what is new is under the other key, while both are read by. Then each message is
carried over: its grant and its outline are made anew beside the old ones, which stay
until nobody can be reading by them any more. At the end they go, and the old key is
destroyed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import delete, func, insert, select, update

from gateway.errors import ConflictError, DamagedError
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.folders import Folders
from gateway.store.sealed.carried import forget_place, place_in, set_place
from gateway.store.sealed.generation import next_generation
from gateway.store.sealed.rows import BINDINGS
from gateway.store.tables import (
    arrival_documents,
    arrivals,
    blob_grants,
    carried,
    data_keys,
    deliveries,
    folders,
    mail_items,
    mail_openings,
    mail_outlines,
    mailboxes,
    metadata,
    recipients,
)

BATCH: Final = 100
"""Messages, or rows of a story, sealed anew in one transaction."""

_STORY: Final = (
    (arrivals, ("sender", "facts"), ("id",)),
    (recipients, ("address", "orcpt"), ("arrival_id", "position")),
    (deliveries, ("reverse_path", "recipient"), ("id",)),
    (arrival_documents, ("facts",), ("arrival_id", "recipient", "position")),
)
"""What is told of a message under the key of a mailbox once its day is over."""

SEALED_ANEW: Final = (mail_outlines, *(table for table, *_ in _STORY))
"""Whose rows of before lie in the database's files until `clear_traces`."""

_BEGUN: Final = "reencrypted"
"""Where a mailbox is of which that was begun and is not ended, by its id as a step."""


def is_begun(work: UnitOfWork, mailbox_id: str) -> bool:
    """Tell whether a mailbox has its other key already, and is to be carried over."""
    return place_in(work.connection, mailbox_id) == _BEGUN


def note_begun(work: UnitOfWork, mailbox_id: str) -> None:
    """Note that a mailbox has its other key."""
    set_place(work.connection, mailbox_id, _BEGUN)


def mailboxes_under_way(work: UnitOfWork) -> list[str]:
    """Return the addresses of mailboxes of which that was begun and is not ended."""
    query = (
        select(mailboxes.c.address)
        .join(carried, carried.c.step == mailboxes.c.id)
        .where(carried.c.place == _BEGUN)
        .order_by(mailboxes.c.address)
    )
    return list(work.connection.execute(query).scalars())


@frozen
class Reencrypting:
    """A mailbox whose key was followed by another, within one transaction."""

    work: UnitOfWork
    mailbox_id: str
    _ids: Sequence[str] = field(init=False, repr=False)

    @_ids.default
    def _kept(self) -> Sequence[str]:
        columns = data_keys.c
        return list(
            self.work.connection.execute(
                select(columns.id)
                .where(
                    columns.scope == f"mailbox:{self.mailbox_id}",
                    columns.wrapped.is_not(None),
                )
                .order_by(columns.epoch)
            ).scalars()
        )

    @property
    def is_under_way(self) -> bool:
        """Tell whether an earlier key is there still."""
        return len(self._ids) > 1

    def carry(self, most: int = BATCH) -> int:
        """
        Seal so many messages and rows at most anew; return how many.

        Done again until it returns 0, it is resumed wherever it was ended.

        Raises:
            ConflictError: something was altered; it goes on once that is mended.
            UnavailableError: a key is not at hand now.
        """
        Folders(self.work).lock(self.mailbox_id)
        if not self.is_under_way:
            return 0
        try:
            if count := self._messages(most):
                return count
            for table, columns, key in _STORY:
                if count := self._story(table, columns, key, most):
                    return count
        except DamagedError as error:
            raise ConflictError(
                f"something of mailboxes/{self.mailbox_id} was altered, so this stops "
                f"here and goes on once that is mended: {error}"
            ) from error
        return 0

    def _messages(self, most: int) -> int:
        item, new = mail_items.c, self._ids[-1]
        own = select(folders.c.id).where(folders.c.mailbox_id == self.mailbox_id)
        found = self.work.connection.execute(
            select(item.blob_id, item.key_id)
            .where(item.folder_id.in_(own), item.key_id.in_(self._ids[:-1]))
            .distinct()
            .limit(most)
        ).all()
        for blob_id, key_id in found:
            self.work.blobs.share(blob_id, key_id, new)
            self._outline(blob_id, key_id, new)
            self._openings(blob_id, key_id, new)
            self.work.connection.execute(
                update(mail_items)
                .where(item.blob_id == blob_id, item.key_id == key_id)
                .values(key_id=new)
            )
        return len(found)

    def _outline(self, blob_id: str, old: str, new: str) -> None:
        columns, connection = mail_outlines.c, self.work.connection
        both = connection.execute(
            select(mail_outlines).where(
                columns.blob_id == blob_id, columns.key_id.in_([old, new])
            )
        ).all()
        by_key = {row.key_id: row._mapping for row in both}
        if new in by_key or old not in by_key:
            return
        row = by_key[old]
        made = {
            name: self._again(
                row[name],
                (old, f"mail_outlines.{name}:{blob_id}:{old}"),
                (new, f"mail_outlines.{name}:{blob_id}:{new}"),
            )
            for name in ("headers", "structure")
        }
        values = {"blob_id": blob_id, "key_id": new, **made}
        connection.execute(insert(mail_outlines).values(**values))

    def _openings(self, blob_id: str, old: str, new: str) -> None:
        columns, connection = mail_openings.c, self.work.connection
        query = select(columns.key_id, columns.holder).where(
            columns.blob_id == blob_id, columns.key_id.in_([old, new])
        )
        rows = connection.execute(query).all()
        known = {row.holder for row in rows if row.key_id == new}
        for holder in {row.holder for row in rows} - known:
            values = {"blob_id": blob_id, "key_id": new, "holder": holder}
            connection.execute(insert(mail_openings).values(**values))

    def _story(
        self, table: Any, columns: Sequence[str], key: Sequence[str], most: int
    ) -> int:
        new = self._ids[-1]
        rows = self.work.connection.execute(
            select(table)
            .where(table.c.key_id.in_(self._ids[:-1]))
            .limit(most)
            .with_for_update()
        ).all()
        for row in rows:
            kept = dict(row._mapping)
            where = ":".join(str(kept[name]) for name in key)
            values: dict[str, Any] = {"key_id": new}
            for name in columns:
                place = f"{table.name}.{name}:{where}"
                values[name] = self._again(
                    kept[name], (kept["key_id"], place), (new, place)
                )
            self._write(table, kept, values)
        return len(rows)

    def _write(
        self, table: Any, row: Mapping[str, Any], values: Mapping[str, Any]
    ) -> None:
        here = [one == row[one.name] for one in table.primary_key]
        if table in BINDINGS:
            self.work.change(table, *here, **values)
        else:
            self.work.connection.execute(update(table).where(*here).values(**values))

    def _again(
        self, value: bytes | None, old: tuple[str, str], new: tuple[str, str]
    ) -> bytes | None:
        """Seal a value for another key and place; nothing stays nothing."""
        if not value:
            return value
        places = self.work.places
        return places.seal(new[0], places.unseal(old[0], value, old[1]), new[1])

    def end(self, *, by: str) -> int:
        """
        Destroy the keys of before; return how many.

        To be called when `carry` found nothing and nobody reads by the old ones any
        more, and followed by `clear_traces`.

        Raises:
            ConflictError: something is under one of them still; nothing is destroyed.
        """
        work, old = self.work, self._ids[:-1]
        Folders(work).lock(self.mailbox_id)
        forget_place(work.connection, self.mailbox_id)
        if not old:
            return 0
        for key_id in old:
            granted = select(blob_grants.c.blob_id).where(
                blob_grants.c.key_id == key_id
            )
            blob_ids = list(work.connection.execute(granted).scalars())
            for table in (mail_openings, mail_outlines):
                work.connection.execute(delete(table).where(table.c.key_id == key_id))
            for blob_id in work.blobs.release_all(blob_ids, key_id):
                work.after_commit(partial(work.folder.discard, blob_id))
        for table in metadata.sorted_tables:
            if "key_id" in table.c:
                self._check_none(table, old)
        work.connection.execute(
            update(data_keys)
            .where(data_keys.c.id.in_(old))
            .values(wrapped=None, kek_id=None, destroyed_at=work.now)
        )
        next_generation(work.connection)
        work.note(
            Action.KEY_DESTROYED,
            "mailbox",
            self.mailbox_id,
            keys=len(old),
            cause="all is sealed anew",
            by=by,
        )
        return len(old)

    def _check_none(self, table: Any, old: Sequence[str]) -> None:
        left = select(func.count()).where(table.c.key_id.in_(old))
        if count := self.work.connection.execute(left).scalar_one():
            raise ConflictError(
                f"{count} rows of {table.name} are under the old key: run it again, "
                "and if they stay, gateway journal verify"
            )

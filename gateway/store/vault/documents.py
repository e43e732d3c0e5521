"""Filed documents: their entries, sealed, and the blobs of their exact bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)

from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.blobs import Blobs, Parcel
from gateway.store.tables import data_keys, documents
from gateway.store.vault.contents import content_of
from gateway.store.vault.rows import (
    names_digest,
    row_of,
    set_id_digest,
    stored_from,
    stored_or_fault,
    unique_id_digest,
    visibility_columns,
)
from gateway.store.vault.values import NewDocument, StoredDocument

_AT_ONCE = 500
"""Values in one statement."""
_LAST_FIRST = (
    documents.c.filed_at.desc(),
    documents.c.creation_time.desc(),
    documents.c.id.desc(),
)
"""The order of the index of the list, read backwards."""
# Beside its digest the name itself: a row of an earlier version is found by that.
_FIND = Prepared(
    select(documents).where(
        or_(
            documents.c.unique_id == bindparam("digest"),
            documents.c.unique_id == bindparam("name"),
        )
    )
)
_GET = Prepared(select(documents).where(documents.c.id == bindparam("name")))
_KEY = Prepared(select(documents.c.key_id).where(documents.c.id == bindparam("name")))
# Without an order: for its sake SQLite would go through all that the patient has.
_OF_SET = Prepared(
    select(documents).where(
        documents.c.profile_id == bindparam("profile"),
        or_(
            documents.c.set_id == bindparam("digest"),
            documents.c.set_id == bindparam("set"),
        ),
    )
)

# The index has those alone that name one: most documents replace nothing.
_NAMING = Prepared(
    select(documents).where(
        documents.c.profile_id == bindparam("profile"),
        or_(
            documents.c.names == bindparam("digest"),
            documents.c.names == bindparam("name"),
        ),
        text("names != ''"),
    )
)


@frozen
class Documents:
    """Documents within one transaction; what is added is there to be found at once."""

    work: UnitOfWork

    def add(self, document: NewDocument, parcel: Parcel) -> None:
        """Keep a document and its bytes, which only the patient's key opens."""
        work = self.work
        # Not set aside for the end: a message may bring two versions of a document,
        # and other messages of the same patient share the transaction.
        kept = Blobs(work.connection, work.keys, work.folder, work.add_now)
        kept.put(parcel, document.key_id, work.now)
        work.add_now(documents, **row_of(work, document, parcel))

    def find(self, unique_id: str) -> StoredDocument | None:
        """Return the document of a uniqueId, in whichever vault, or None."""
        rows = _FIND.rows(
            self.work.connection,
            digest=unique_id_digest(self.work.keys, unique_id),
            name=unique_id,
        )
        found = (self._stored(row) for row in rows)
        return next((one for one in found if one.facts.unique_id == unique_id), None)

    def get(self, entry_id: str) -> StoredDocument | None:
        """Return the document of an entryUUID in hex, or None."""
        row = _GET.first(self.work.connection, name=entry_id)
        return None if row is None else self._stored(row)

    def after(self, entry_id: str, limit: int) -> list[StoredDocument]:
        """
        Return the next documents of all patients by entryUUID, to walk them all.

        As they stand there, altered or not; of one that cannot be read, why. Those
        whose key was destroyed, or whose patient deleted them, are none any more.
        """
        rows = self.work.connection.execute(
            select(documents)
            .join(data_keys, data_keys.c.id == documents.c.key_id)
            .where(
                documents.c.id > entry_id,
                documents.c.erased_at.is_(None),
                data_keys.c.destroyed_at.is_(None),
            )
            .order_by(documents.c.id)
            .limit(limit)
        )
        return [stored_or_fault(self.work, row) for row in rows]

    def of_set(self, profile_id: str, set_id: str) -> list[StoredDocument]:
        """Return the versions of one set in a patient's vault, oldest filing first."""
        if not set_id:
            return []
        rows = _OF_SET.rows(
            self.work.connection,
            profile=profile_id,
            digest=set_id_digest(self.work.keys, profile_id, set_id),
            set=set_id,
        )
        found = [self._stored(row) for row in rows]
        return sorted((o for o in found if o.facts.set_id == set_id), key=_filing)

    def naming(self, profile_id: str, unique_id: str) -> list[StoredDocument]:
        """Return a patient's documents that say to replace one, oldest filing first."""
        rows = _NAMING.rows(
            self.work.connection,
            profile=profile_id,
            digest=names_digest(self.work.keys, profile_id, unique_id),
            name=unique_id,
        )
        return sorted(map(self._stored, rows), key=_filing)

    def listed(self, profile_id: str) -> list[StoredDocument]:
        """Return a patient's documents, last filed first, whatever their status."""
        columns = documents.c
        rows = self.work.connection.execute(
            select(documents)
            .where(columns.profile_id == profile_id)
            .order_by(*_LAST_FIRST)
        )
        return self._sound(rows)

    def walk(
        self, profile_id: str, place: str, limit: int
    ) -> tuple[list[StoredDocument], str]:
        """
        Return a patient's next documents, first filed first, and the last one's id.

        An empty id says that there are no more. Those that were altered are left out.
        """
        columns = documents.c
        order = (columns.filed_at, columns.creation_time, columns.id)
        further = select(documents).where(columns.profile_id == profile_id)
        if place:
            last = self.work.connection.execute(
                select(*order).where(columns.id == place)
            ).one()
            values = [
                literal(one, of.type) for one, of in zip(last, order, strict=True)
            ]
            further = further.where(tuple_(*order) > tuple_(*values))
        rows = self.work.connection.execute(further.order_by(*order).limit(limit)).all()
        return self._sound(rows), rows[-1].id if len(rows) == limit else ""

    def for_holder(
        self,
        profile_id: str,
        *,
        old: bool,
        limit: int,
        offset: int = 0,
        added: bool = False,
        unopened: bool = False,
    ) -> list[StoredDocument]:
        """Return some of those the patient may know of, last filed first."""
        asked = self._seen(profile_id, old=old, added=added)
        if unopened:
            asked = (*asked, documents.c.read_at.is_(None))
        some = (
            select(documents.c.id)
            .where(*asked)
            .order_by(*_LAST_FIRST)
            .limit(limit)
            .offset(offset)
        ).subquery()
        rows = self.work.connection.execute(
            select(documents)
            .join(some, some.c.id == documents.c.id)
            .order_by(*_LAST_FIRST)
        )
        return self._sound(rows)

    def count_for_holder(
        self, profile_id: str, *, old: bool, added: bool = False
    ) -> int:
        """Return how many documents the patient may know of."""
        return self.work.connection.execute(
            select(func.count())
            .select_from(documents)
            .where(*self._seen(profile_id, old=old, added=added))
        ).scalar_one()

    def ids_for_holder(self, profile_id: str, *, added: bool = False) -> frozenset[str]:
        """Return the ids of all that the patient may know of, read from the index."""
        seen = select(documents.c.id).where(
            *self._seen(profile_id, old=True, added=added)
        )
        return frozenset(self.work.connection.execute(seen).scalars())

    def _seen(
        self, profile_id: str, *, old: bool, added: bool
    ) -> tuple[ColumnElement[bool], ...]:
        """
        Say `patient_sees` of the holder as a question to the database.

        All columns of it are in the index of the list; a test holds both together.
        """
        columns = documents.c
        status = (
            columns.status != Availability.DELETED.value
            if old
            else columns.status == Availability.APPROVED.value
        )
        is_past = and_(
            columns.visible_at.is_not(None), columns.visible_at <= self.work.now
        )
        hidden = case((is_past, columns.hidden_then), else_=columns.hidden_now)
        seen = (columns.profile_id == profile_id, status, hidden.is_(false()))
        return (*seen, columns.arrival_id.is_(None)) if added else seen

    def of_arrivals(
        self, profile_id: str, arrival_ids: Collection[str]
    ) -> list[StoredDocument]:
        """Return what some messages put in a patient's vault, oldest filing first."""
        # Without an order, as for a set: they are found by their arrivals alone.
        found = self._among(
            documents.c.arrival_id, arrival_ids, documents.c.profile_id == profile_id
        )
        return sorted(found, key=_filing)

    def find_each(self, unique_ids: Collection[str]) -> list[StoredDocument]:
        """Return the documents of some uniqueIds, in whichever vaults, in no order."""
        digests = [unique_id_digest(self.work.keys, one) for one in unique_ids]
        found = self._among(documents.c.unique_id, [*digests, *unique_ids])
        asked = set(unique_ids)
        return [one for one in found if one.facts.unique_id in asked]

    def get_each(self, entry_ids: Collection[str]) -> list[StoredDocument]:
        """Return the documents of some entryUUIDs in hex, in no order."""
        return self._among(documents.c.id, entry_ids)

    def sound_each(self, entry_ids: Collection[str]) -> list[StoredDocument]:
        """Return the same, but for those that were altered."""
        return self._sound(self._rows_among(documents.c.id, entry_ids))

    def _among(
        self,
        column: ColumnElement[Any],
        names: Collection[str],
        *conditions: ColumnElement[bool],
    ) -> list[StoredDocument]:
        return [
            self._stored(row) for row in self._rows_among(column, names, *conditions)
        ]

    def _rows_among(
        self,
        column: ColumnElement[Any],
        names: Collection[str],
        *conditions: ColumnElement[bool],
    ) -> list[Any]:
        """Ask once for all; a statement takes some thousands of values at most."""
        asked = list(dict.fromkeys(names))
        return [
            row
            for first in range(0, len(asked), _AT_ONCE)
            for row in self.work.connection.execute(
                select(documents).where(
                    column.in_(asked[first : first + _AT_ONCE]), *conditions
                )
            )
        ]

    def entry(self, stored: StoredDocument) -> dict[str, Any]:
        """Return the JSON of the DocumentEntry as it was filed."""
        entry: dict[str, Any] = self.work.unseal(
            stored.key_id, stored.sealed, f"documents.entry:{stored.facts.id}"
        )
        return entry

    def content(self, stored: StoredDocument) -> bytes:
        """
        Return the exact bytes that were filed.

        Raises:
            AlteredError: these are other bytes than those the document was filed with.
        """
        return content_of(self.work, stored)

    def mark_replaced(
        self, replaced: FiledDocument, by: str, level: BodyLevel, *, deprecate: bool
    ) -> None:
        """Record that the document ``by`` replaced one, of which body level it is."""
        values: dict[str, Any] = {
            "replaced_by": by,
            "replaced_levels": sorted(replaced.replaced_levels | {level}),
        }
        if deprecate:
            values["status"] = Availability.DEPRECATED.value
        self.work.change(documents, documents.c.id == replaced.id, **values)

    def set_visibility(
        self,
        entry_id: str,
        flags: Collection[Visibility],
        *,
        visible_at: datetime | None,
        flags_then: Collection[Visibility],
        masked_by: MaskedBy,
    ) -> None:
        """Give a document other flags, now and from ``visible_at`` on."""
        row = _KEY.first(self.work.connection, name=entry_id)
        if row is None:
            return
        said = visibility_columns(
            self.work,
            entry_id,
            row.key_id,
            flags=flags,
            flags_then=flags_then,
            masked_by=masked_by,
        )
        self.work.change(
            documents, documents.c.id == entry_id, visible_at=visible_at, **said
        )

    def mark_read(self, entry_id: str) -> None:
        """Record when the patient first opened a document; later times change it not"""
        self.work.change(
            documents,
            documents.c.id == entry_id,
            documents.c.read_at.is_(None),
            read_at=self.work.now,
        )

    def _sound(self, rows: Iterable[Any]) -> list[StoredDocument]:
        """Return those of a list that are as they were filed: others are not there."""
        rows_of = self.work.rows
        return [
            stored_from(self.work, row)
            for row in rows
            if rows_of.is_sound(documents, row)
        ]

    def _stored(self, row: Any) -> StoredDocument:
        self.work.rows.check(documents, row)
        return stored_from(self.work, row)


def _filing(stored: StoredDocument) -> tuple[datetime, str]:
    return stored.facts.filed_at, stored.facts.id

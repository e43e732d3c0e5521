"""Seals anew, a batch at a time, what earlier versions bound to less than its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import Table, select, tuple_, update

from gateway.errors import UnavailableError
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.carried import place_in, set_place
from gateway.store.sealed.places import STEP
from gateway.store.sealed.rows import BINDINGS
from gateway.store.tables import (
    arrivals,
    blob_grants,
    conversations,
    deliveries,
    documents,
    drafts,
    inbox_messages,
    loose_drafts,
    mail_outlines,
    notices,
    profile_changes,
    profiles,
    recipients,
    submissions,
)

Row = Mapping[str, Any]


def _of_row(_: UnitOfWork, row: Row) -> str:
    return str(row["key_id"])


def _of_patient(work: UnitOfWork, row: Row) -> str:
    return work.key_for(f"patient:{row['profile_id']}")


def _of_arrival(work: UnitOfWork, row: Row) -> str:
    if row["key_id"]:
        return str(row["key_id"])
    query = select(arrivals.c.key_id).where(arrivals.c.id == row["arrival_id"])
    return str(work.connection.execute(query).scalar_one())


@frozen
class SealedColumns:
    """The sealed columns of a table, what their place is made of, and whose key."""

    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...] = ("id",)
    key_of: Callable[[UnitOfWork, Row], str] = _of_row

    def place(self, column: str, row: Row) -> str:
        """Return where a value of a row belongs."""
        parts = ":".join(str(row[name]) for name in self.key)
        return f"{self.table.name}.{column}:{parts}"


SEALED = (
    SealedColumns(arrivals, ("sender",)),
    SealedColumns(
        recipients, ("address", "orcpt"), ("arrival_id", "position"), _of_arrival
    ),
    SealedColumns(deliveries, ("reverse_path", "recipient")),
    SealedColumns(profiles, ("identity", "contact")),
    SealedColumns(profile_changes, ("detail",), ("profile_id", "id")),
    SealedColumns(notices, ("content",), ("id", "profile_id")),
    SealedColumns(documents, ("entry",)),
    SealedColumns(submissions, ("facts",), key_of=_of_patient),
    SealedColumns(conversations, ("display",), key_of=_of_patient),
    SealedColumns(inbox_messages, ("summary",), ("id", "profile_id")),
    SealedColumns(drafts, ("content",), ("conversation_id",), _of_patient),
    SealedColumns(loose_drafts, ("content",), ("id",), _of_patient),
    SealedColumns(mail_outlines, ("headers", "structure"), ("blob_id", "key_id")),
    SealedColumns(blob_grants, ("wrapped",), ("blob_id", "key_id")),
)
"""Every column that was sealed before values were bound to their whole places."""


def seal_anew(work: UnitOfWork, most: int) -> int:
    """
    Seal so many rows' values at most for their whole places; return how many rows.

    What does not open is left as it is: its key was destroyed, or it was altered.
    """
    where = place_in(work.connection, STEP)
    number, after = _read(where)
    while number < len(SEALED):
        sealed = SEALED[number]
        rows = _next(work, sealed.table, after, most)
        for row in rows:
            if sealed.table in BINDINGS and not work.rows.is_sound(sealed.table, row):
                continue
            _renew(work, sealed, row._mapping)
        if rows:
            last = [
                str(rows[-1]._mapping[one.name]) for one in sealed.table.primary_key
            ]
            set_place(work.connection, STEP, " ".join([str(number), *last]))
            return len(rows)
        number, after = number + 1, []
    return 0


def _read(place: str) -> tuple[int, list[str]]:
    number, *after = place.split(" ")
    return int(number or 0), after


def _next(work: UnitOfWork, table: Table, after: list[str], most: int) -> list[Any]:
    keys = list(table.primary_key)
    query = select(table).order_by(*keys).limit(most).with_for_update()
    if after:
        past = [
            one.type.python_type(value) for one, value in zip(keys, after, strict=True)
        ]
        query = query.where(tuple_(*keys) > tuple_(*past))
    return list(work.connection.execute(query).all())


def _renew(work: UnitOfWork, sealed: SealedColumns, row: Row) -> None:
    values: dict[str, bytes] = {}
    try:
        key_id = sealed.key_of(work, row)
        for column in sealed.columns:
            if (value := row[column]) is not None:
                place = sealed.place(column, row)
                made = work.places.renewed(key_id, value, place)
                if made != value:
                    values[column] = made
    except UnavailableError:
        return
    if not values:
        return
    if sealed.table in BINDINGS:
        work.rewrite(sealed.table, {**row, **values}, values)
    else:
        work.connection.execute(
            update(sealed.table)
            .where(*(one == row[one.name] for one in sealed.table.primary_key))
            .values(**values)
        )

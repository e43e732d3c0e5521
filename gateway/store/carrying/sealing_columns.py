"""
Seals, a batch at a time, what earlier versions wrote in clear.

Row by row in the order of their keys, so that one that cannot be sealed (its key was
destroyed, or it was altered) is passed once and left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Table, and_, not_, select, true, tuple_, update

from gateway.errors import UnavailableError
from gateway.store.arrivals import rows as arrival_rows
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.rows import InboxRows
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.carried import place_in, set_place
from gateway.store.sealed.rows import BINDINGS
from gateway.store.tables import (
    accounts,
    arrival_documents,
    arrivals,
    conversations,
    documents,
    inbox_messages,
    profiles,
)
from gateway.store.vault import rows as document_rows

STEP = "columns"
"""The step of carrying over that seals what stood in clear."""

Seal = Callable[[UnitOfWork, Any], dict[str, Any]]


@frozen
class ClearTable:
    """A table, which of its rows are in clear, and what seals one."""

    table: Table
    is_clear: ColumnElement[bool]
    seal: Seal
    """Returns the columns to write; none when it wrote them itself."""


def _profile(work: UnitOfWork, row: Any) -> dict[str, Any]:
    Profiles(work).seal_clear(row.id)
    return {}


CLEAR = (
    ClearTable(documents, documents.c.facts.is_(None), document_rows.sealed_columns),
    ClearTable(arrivals, arrivals.c.facts.is_(None), arrival_rows.sealed_columns),
    ClearTable(
        arrival_documents,
        arrival_documents.c.facts.is_(None),
        arrival_rows.sealed_outcome,
    ),
    # All of them: what a patient decided stands in other tables.
    ClearTable(profiles, true(), _profile),
    ClearTable(
        accounts,
        accounts.c.called.is_(None),
        lambda work, row: Accounts(work).login_columns(row),
    ),
    ClearTable(
        conversations,
        not_(conversations.c.correspondent.startswith("~")),
        lambda work, row: InboxRows(work).correspondent_column(row),
    ),
    ClearTable(
        inbox_messages,
        inbox_messages.c.message_id != "",
        lambda work, row: InboxRows(work).message_id_columns(row),
    ),
)


def seal_columns(work: UnitOfWork, most: int) -> int:
    """Seal so many rows at most; return how many were looked at, 0 at the end."""
    number, *after = place_in(work.connection, STEP).split(" ")
    place = int(number or 0)
    while place < len(CLEAR):
        clear = CLEAR[place]
        rows = _next(work, clear, after, most)
        for row in rows:
            _seal(work, clear, row)
        if rows:
            last = [str(rows[-1]._mapping[one.name]) for one in clear.table.primary_key]
            set_place(work.connection, STEP, " ".join([str(place), *last]))
            return len(rows)
        place, after = place + 1, []
    return 0


def _next(
    work: UnitOfWork, clear: ClearTable, after: list[str], most: int
) -> list[Any]:
    keys = list(clear.table.primary_key)
    where = clear.is_clear
    if after:
        past = [
            one.type.python_type(value) for one, value in zip(keys, after, strict=True)
        ]
        where = and_(where, tuple_(*keys) > tuple_(*past))
    query = select(clear.table).where(where).order_by(*keys).limit(most)
    return list(work.connection.execute(query.with_for_update()).all())


def _seal(work: UnitOfWork, clear: ClearTable, row: Any) -> None:
    table = clear.table
    if table in BINDINGS and not work.rows.is_sound(table, row):
        return
    try:
        values = clear.seal(work, row)
    except UnavailableError:
        return
    if not values:
        return
    if table in BINDINGS:
        work.rewrite(table, {**row._mapping, **values}, values)
    else:
        mine = (one == row._mapping[one.name] for one in table.primary_key)
        work.connection.execute(update(table).where(*mine).values(**values))

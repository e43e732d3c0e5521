"""Binds the rows that earlier versions wrote without a MAC, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Table, select

from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.rows import BINDINGS, MAC
from gateway.store.tables import mailboxes, profiles

_OWNERS: dict[Table, Callable[[UnitOfWork, str], None]] = {
    profiles: lambda work, row_id: Profiles(work).bind(row_id),
    mailboxes: lambda work, row_id: Mailboxes(work).bind(row_id),
}
"""Whose rows vouch for sets beside: they are bound by who knows these."""


def bind_rows(work: UnitOfWork, most: int) -> int:
    """
    Bind so many rows at most as they are now; return how many, 0 when all are bound.

    What was altered before is bound as it is: from here on it would show.
    """
    for table in BINDINGS:
        found = work.connection.execute(
            select(table).where(table.c[MAC].is_(None)).limit(most).with_for_update()
        ).all()
        for row in found:
            if table in _OWNERS:
                _OWNERS[table](work, row.id)
            else:
                work.rewrite(table, dict(row._mapping), {})
        if found:
            return len(found)
    return 0

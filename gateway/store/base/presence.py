"""Which processes live, by what each writes into the database every few seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update

from gateway.store.base.work import UnitOfWork
from gateway.store.tables import presences

_FORGOTTEN: Final = timedelta(days=1)


def note_presence(work: UnitOfWork, owner: str) -> None:
    """Write that a process lives, and forget those that did not for long."""
    connection = work.connection
    seen = update(presences).where(presences.c.id == owner).values(seen_at=work.now)
    if not connection.execute(seen).rowcount:
        connection.execute(insert(presences).values(id=owner, seen_at=work.now))
        old = presences.c.seen_at < work.now - _FORGOTTEN
        connection.execute(delete(presences).where(old))


def end_presence(work: UnitOfWork, owner: str) -> None:
    """Forget a process that ends."""
    work.connection.execute(delete(presences).where(presences.c.id == owner))


def silent_owners(work: UnitOfWork, owners: set[str], silence: timedelta) -> set[str]:
    """Return those that wrote nothing for longer than ``silence``, or never did."""
    alive = work.connection.execute(
        select(presences.c.id).where(
            presences.c.id.in_(owners), presences.c.seen_at >= work.now - silence
        )
    ).scalars()
    return owners - set(alive)

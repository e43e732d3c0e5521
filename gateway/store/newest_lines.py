"""The last lines of one chain of the journal, without reading all of it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Entry
from gateway.store.tables import chain_heads, journal

_LOOKED_BACK = 5_000


def newest_lines(
    work: UnitOfWork, chain: str, actions: Iterable[str], most: int
) -> list[Entry]:
    """
    Return the last lines of one chain about some actions, the newest first.

    Looked for among the last 5,000 lines of the chain: what is older is not told.
    """
    columns = journal.c
    head = select(chain_heads.c.seq).where(chain_heads.c.chain == chain)
    rows = work.connection.execute(
        select(journal)
        .where(
            columns.chain == chain,
            columns.seq > head.scalar_subquery() - _LOOKED_BACK,
            columns.action.in_([str(one) for one in actions]),
        )
        .order_by(columns.seq.desc())
        .limit(most)
    )
    return [work.journal.entry(row) for row in rows]

"""How many keys there are of each kind, for an operator."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from sqlalchemy import case, func, select

from gateway.store.base.work import UnitOfWork
from gateway.store.tables import data_keys

KINDS = ("patient", "mailbox", "transit", "journal", "label")


@frozen
class KeyCounts:
    """The keys of one kind of scope."""

    kind: str
    number: int
    """Those that open something."""
    destroyed: int
    epoch: int
    """The greatest."""
    most_seals: int
    """Counted of the one that sealed most."""

    def as_json(self) -> dict[str, Any]:
        """Return them as commands print them."""
        return {
            "of": self.kind,
            "open": self.number,
            "destroyed": self.destroyed,
            "epoch": self.epoch,
            "mostSeals": self.most_seals,
        }


def kinds_of(work: UnitOfWork) -> list[KeyCounts]:
    """Return the counts of each kind, those without any key too."""
    columns = data_keys.c
    kind = case(
        *((columns.scope.startswith(f"{one}:"), one) for one in KINDS), else_="other"
    ).label("kind")
    rows = work.connection.execute(
        select(
            kind,
            func.count(columns.wrapped),
            func.count(columns.destroyed_at),
            func.max(columns.epoch),
            func.max(columns.seals),
        ).group_by(kind)
    )
    found = {row[0]: KeyCounts(*row) for row in rows}
    return [found.get(one, KeyCounts(one, 0, 0, 0, 0)) for one in KINDS]

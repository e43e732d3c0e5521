"""How often something may be tried in a while, by a name that is kept as a digest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen
from sqlalchemy import insert, select, update

from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import unknown_logins

LONGEST: Final = timedelta(days=1)
"""The longest span that can be counted over: what is older is forgotten."""


@frozen
class Tries:
    """
    Tries of one kind by one name, within one transaction.

    Counted the same whether what was named is there or not, beside the logins that
    nobody has.
    """

    work: UnitOfWork
    kind: str
    name: str = field(repr=False)

    def take(self, most: int, span: timedelta) -> datetime | None:
        """
        Count a try; return from when it may be done where there were ``most`` before.

        The span begins with the first try, and begins anew when it is over.
        """
        assert span <= LONGEST, "tries are forgotten that would count"
        columns, now = unknown_logins.c, self.work.now
        digests = self.work.digests(Label.LOGIN, f"{self.kind}:{self.name}")
        row = self.work.connection.execute(
            select(unknown_logins).where(columns.digest.in_(digests)).with_for_update()
        ).first()
        if row is None:
            self.work.connection.execute(
                insert(unknown_logins).values(
                    digest=digests[0], failures=1, tried_at=now
                )
            )
            return None
        end: datetime = row.tried_at + span
        values = {"failures": row.failures + 1}
        if now >= end:
            values = {"failures": 1, "tried_at": now}
        elif row.failures >= most:
            return end
        self.work.connection.execute(
            update(unknown_logins).where(columns.digest == row.digest).values(**values)
        )
        return None

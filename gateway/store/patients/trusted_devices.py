"""Browsers in which a patient asked for no code any more, each until its day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import ColumnElement, delete, select

from gateway.store.base.work import UnitOfWork
from gateway.store.patients.web_sessions import new_cookie
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import trusted_devices


@frozen
class TrustedDevices:
    """
    Those of one account, within one transaction.

    A browser shows two cookies: that by which it is known (`Devices`), which lasts, and
    one that was made when it was trusted. Whoever left the first in a browser before it
    was trusted has not the second.
    """

    work: UnitOfWork
    account_id: str

    def trust(self, device_id: str, life: timedelta) -> str:
        """Trust a browser that is known for so long; return the cookie that says so."""
        self.end(trusted_devices.c.device_id == device_id)
        now, cookie = self.work.now, new_cookie()
        self.work.add_now(
            trusted_devices,
            id=uuid4().hex,
            account_id=self.account_id,
            device_id=device_id,
            digest=self._digests(cookie)[0],
            created_at=now,
            expires_at=now + life,
        )
        return cookie

    def is_trusted(self, device_id: str, cookie: str) -> bool:
        """
        Tell whether the browser with a cookie is one of them now.

        Raises:
            AlteredError: its row is not as the gateway wrote it.
        """
        columns = trusted_devices.c
        row = self.work.connection.execute(
            select(trusted_devices).where(
                columns.account_id == self.account_id,
                columns.device_id == device_id,
                columns.digest.in_(self._digests(cookie)),
                columns.expires_at > self.work.now,
            )
        ).first()
        if row is None:
            return False
        self.work.rows.check(trusted_devices, row)
        return True

    def until(self) -> Mapping[str, datetime]:
        """Return until when they are trusted, by the ids of the browsers."""
        columns = trusted_devices.c
        rows = self.work.connection.execute(
            select(columns.device_id, columns.expires_at).where(
                columns.account_id == self.account_id,
                columns.expires_at > self.work.now,
            )
        )
        return {row.device_id: row.expires_at for row in rows}

    def end(self, *which: ColumnElement[bool]) -> bool:
        """End some of them, or all; False where there was none."""
        mine = trusted_devices.c.account_id == self.account_id
        return bool(end_trust(self.work, mine, *which))

    def _digests(self, cookie: str) -> tuple[str, ...]:
        # With the account in it: one account's cookie opens no other.
        text = f"trusted:{self.account_id}:{cookie}"
        return self.work.digests(Label.SESSION, text)


def end_trust(work: UnitOfWork, *which: ColumnElement[bool]) -> int:
    """Have some browsers be trusted no more; return how many there were."""
    rows: list[Any] = list(
        work.connection.execute(select(trusted_devices.c.id).where(*which)).scalars()
    )
    for row_id in rows:
        work.ended(trusted_devices, {"id": row_id})
    if rows:
        work.connection.execute(
            delete(trusted_devices).where(trusted_devices.c.id.in_(rows))
        )
    return len(rows)

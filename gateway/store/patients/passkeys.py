"""
Passkeys of patients: what proves that somebody has one, sealed, and how often they used
it. Nothing that is kept here can be used as one (WebAuthn §1.1).
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import ColumnElement, delete, select

from gateway.errors import ConflictError
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.digest_keys import Label
from gateway.store.tables import accounts, passkeys

HANDLE_BYTES: Final = 32
"""Of what stands for an account in a passkey: by chance, it says nothing of whom."""


@frozen(kw_only=True)
class NewPasskey:
    """
    A passkey that was just made, as its authenticator says.

    ``public_key`` is a COSE key (RFC 9052 §7), ``counter`` the number of signatures
    that it says it made, 0 where it does not count.
    """

    credential: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    counter: int


@frozen(kw_only=True)
class Passkey(NewPasskey):
    """One that is kept; ``handle`` stands for its account, in it and here."""

    id: str
    account_id: str
    name: str = field(repr=False)
    handle: bytes = field(repr=False)
    added_at: datetime
    used_at: datetime | None


@frozen
class Passkeys:
    """Passkeys within one transaction."""

    work: UnitOfWork

    def find(self, credential: bytes, *, hold: bool = False) -> Passkey | None:
        """
        Return the passkey that says to be this credential, or None.

        ``hold``: nobody else uses it until the commit.

        Raises:
            AlteredError: its row is not as the gateway wrote it.
        """
        digests = self._digests(credential)
        query = select(passkeys).where(passkeys.c.credential.in_(digests))
        if hold:
            query = query.with_for_update()
        row = self.work.connection.execute(query).first()
        return None if row is None else self._opened(row)

    def hold(self, account_id: str) -> list[Passkey]:
        """Return those of an account; no other is added to them until the commit."""
        self.work.connection.execute(
            select(accounts.c.id).where(accounts.c.id == account_id).with_for_update()
        )
        return self.listed(account_id)

    def listed(self, account_id: str) -> list[Passkey]:
        """Return those of an account, the oldest first."""
        rows = self.work.connection.execute(
            select(passkeys)
            .where(passkeys.c.account_id == account_id)
            .order_by(passkeys.c.created_at, passkeys.c.id)
        )
        return [self._opened(row) for row in rows]

    def handle_of(self, account_id: str) -> bytes:
        """Return what stands for an account in its passkeys: new where it has none."""
        known = self.listed(account_id)
        return known[0].handle if known else secrets.token_bytes(HANDLE_BYTES)

    def add(
        self,
        account_id: str,
        key_id: str,
        made: NewPasskey,
        *,
        name: str,
        handle: bytes,
    ) -> None:
        """
        Keep a passkey of an account, sealed with its patient's key.

        Raises:
            ConflictError: it is there already, whoever has it.
        """
        self.work.hold_digests()
        if self.find(made.credential) is not None:
            raise ConflictError("this passkey is there already")
        passkey_id = uuid4().hex
        said = {
            "credential": _text(made.credential),
            "public_key": _text(made.public_key),
            "counter": made.counter,
            "handle": _text(handle),
            "name": name,
            "used_at": "",
        }
        self.work.add_now(
            passkeys,
            id=passkey_id,
            account_id=account_id,
            credential=self._digests(made.credential)[0],
            key_id=key_id,
            said=self._sealed(passkey_id, key_id, said),
            created_at=self.work.now,
        )

    def used(self, passkey: Passkey, counter: int) -> None:
        """Keep that a passkey was used now, and the number that it counts."""
        here = passkeys.c.id == passkey.id
        row = self.work.connection.execute(select(passkeys).where(here)).one()
        now = self.work.now.isoformat()
        said = {**self._said(row), "counter": counter, "used_at": now}
        sealed = self._sealed(row.id, row.key_id, said)
        self.work.change(passkeys, here, said=sealed)

    def remove(self, account_id: str, passkey_id: str) -> str | None:
        """Take a passkey away; return its name, None where the account has none such"""
        mine = {one.id: one for one in self.listed(account_id)}
        if passkey_id not in mine:
            return None
        remove_passkeys(self.work, passkeys.c.id == passkey_id)
        return mine[passkey_id].name

    def carry(self, account_id: str) -> None:
        """Have the passkeys of an account be found by the keys of digests of now."""
        columns = passkeys.c
        for one in self.listed(account_id):
            digest = self._digests(one.credential)[0]
            self.work.change(
                passkeys,
                columns.id == one.id,
                columns.credential != digest,
                credential=digest,
            )

    def _opened(self, row: Any) -> Passkey:
        self.work.rows.check(passkeys, row)
        said = self._said(row)
        used_at = said["used_at"]
        return Passkey(
            id=row.id,
            account_id=row.account_id,
            name=said["name"],
            credential=b64decode(said["credential"]),
            public_key=b64decode(said["public_key"]),
            counter=said["counter"],
            handle=b64decode(said["handle"]),
            added_at=row.created_at,
            used_at=datetime.fromisoformat(used_at) if used_at else None,
        )

    def _said(self, row: Any) -> dict[str, Any]:
        place = f"passkeys.said:{row.id}"
        said: dict[str, Any] = self.work.unseal(row.key_id, row.said, place)
        return said

    def _sealed(self, passkey_id: str, key_id: str, said: dict[str, Any]) -> bytes:
        return self.work.seal(key_id, said, f"passkeys.said:{passkey_id}")

    def _digests(self, credential: bytes) -> tuple[str, ...]:
        return self.work.digests(Label.LOGIN, f"passkey:{credential.hex()}")


def remove_passkeys(work: UnitOfWork, *which: ColumnElement[bool]) -> int:
    """Take passkeys away, none of which opens anything more; return how many."""
    rows = list(work.connection.execute(select(passkeys.c.id).where(*which)).scalars())
    for row_id in rows:
        work.ended(passkeys, {"id": row_id})
    if rows:
        work.connection.execute(delete(passkeys).where(passkeys.c.id.in_(rows)))
    return len(rows)


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")

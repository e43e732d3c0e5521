"""Professionals' mailboxes: who holds them, and whether they exist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import BindParameter, bindparam, delete, insert, select, update

from gateway.errors import ConflictError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.tables import mailbox_holders, mailboxes

_NAME: BindParameter[str] = bindparam("name")
_BY_ADDRESS = Prepared(select(mailboxes).where(mailboxes.c.address == _NAME))
_BY_ID = Prepared(select(mailboxes).where(mailboxes.c.id == _NAME))
_HOLDERS = Prepared(
    select(mailbox_holders.c.identity).where(mailbox_holders.c.mailbox_id == _NAME)
)
_HELD_BY = (
    select(mailboxes)
    .join(mailbox_holders, mailbox_holders.c.mailbox_id == mailboxes.c.id)
    .where(mailbox_holders.c.identity == _NAME, mailboxes.c.state == "open")
    .order_by(mailboxes.c.address)
)


@frozen(kw_only=True)
class Mailbox:
    """
    A mailbox (BAL): ``kind`` is PER, ORG, APP or CAB.

    ``holders`` are the certificate identities that may use it: an IDNPS, or the
    Struct_IdNat of an organisation.
    """

    id: str
    address: str
    kind: str
    display_name: str
    reply_to: str
    state: str
    key_id: str
    used_bytes: int
    holders: frozenset[str]
    created_at: datetime


@frozen
class Mailboxes:
    """Mailboxes within one transaction; who opens them to whom is in the journal."""

    work: UnitOfWork
    told: Mapping[str, str] = MappingProxyType({})
    """Who makes the changes, and why, for the lines of the journal."""

    def add(
        self,
        address: str,
        *,
        kind: str,
        holders: list[str],
        display_name: str = "",
        reply_to: str = "",
    ) -> str:
        """
        Open a mailbox; return its id.

        Raises:
            ConflictError: the address exists already.
        """
        address = address.lower()
        if self.find(address) is not None:
            raise ConflictError("this mailbox exists already")
        mailbox_id = uuid4().hex
        self.work.connection.execute(
            insert(mailboxes).values(
                id=mailbox_id,
                address=address,
                kind=kind,
                display_name=display_name,
                reply_to=reply_to.lower(),
                state="open",
                key_id=self.work.key_for(f"mailbox:{mailbox_id}"),
                used_bytes=0,
                created_at=self.work.now,
            )
        )
        for holder in holders:
            self._hold(mailbox_id, holder)
        self.work.note(
            Action.MAILBOX_ADDED,
            "open",
            mailbox_id,
            kind=kind,
            holders=sorted(holders),
            **self.told,
        )
        return mailbox_id

    def add_holder(self, mailbox_id: str, identity: str) -> None:
        """Let a certificate identity use the mailbox; again is no error."""
        self._hold(mailbox_id, identity)
        self._note(mailbox_id, "holder added", holder=identity)

    def remove_holder(self, mailbox_id: str, identity: str) -> None:
        """Take the right back; none is no error."""
        self._release(mailbox_id, identity)
        self._note(mailbox_id, "holder removed", holder=identity)

    def _hold(self, mailbox_id: str, identity: str) -> None:
        self._release(mailbox_id, identity)
        self.work.connection.execute(
            insert(mailbox_holders).values(mailbox_id=mailbox_id, identity=identity)
        )

    def _release(self, mailbox_id: str, identity: str) -> None:
        self.work.connection.execute(
            delete(mailbox_holders).where(
                mailbox_holders.c.mailbox_id == mailbox_id,
                mailbox_holders.c.identity == identity,
            )
        )

    def _note(self, mailbox_id: str, outcome: str, **detail: str) -> None:
        self.work.note(
            Action.MAILBOX_CHANGED, outcome, mailbox_id, **detail, **self.told
        )

    def find(self, address: str) -> Mailbox | None:
        """Return the mailbox of an address, in any case of letters, or None."""
        return self._one(_BY_ADDRESS, address.lower())

    def get(self, mailbox_id: str) -> Mailbox | None:
        """Return a mailbox by its id, or None."""
        return self._one(_BY_ID, mailbox_id)

    def held_by(self, identity: str) -> list[Mailbox]:
        """Return the open mailboxes a certificate identity may use, by address."""
        rows = self.work.connection.execute(_HELD_BY, {"name": identity})
        return [self._mailbox(row) for row in rows]

    def listed(self) -> list[Mailbox]:
        """Return all mailboxes, by address."""
        rows = self.work.connection.execute(
            select(mailboxes).order_by(mailboxes.c.address)
        )
        return [self._mailbox(row) for row in rows]

    def set_state(self, mailbox_id: str, state: str) -> None:
        """Open or close a mailbox; a closed one keeps its messages."""
        self.work.connection.execute(
            update(mailboxes).where(mailboxes.c.id == mailbox_id).values(state=state)
        )
        self._note(mailbox_id, state)

    def _one(self, query: Prepared, name: str) -> Mailbox | None:
        row = query.first(self.work.connection, name=name)
        return None if row is None else self._mailbox(row)

    def _mailbox(self, row: Any) -> Mailbox:
        holders = _HOLDERS.rows(self.work.connection, name=row.id)
        return Mailbox(
            id=row.id,
            address=row.address,
            kind=row.kind,
            display_name=row.display_name,
            reply_to=row.reply_to,
            state=row.state,
            key_id=row.key_id,
            used_bytes=row.used_bytes,
            holders=frozenset(one.identity for one in holders),
            created_at=row.created_at,
        )

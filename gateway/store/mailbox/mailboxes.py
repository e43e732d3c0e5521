"""Professionals' mailboxes: who holds them, and whether they exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from attrs import frozen
from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, select

from gateway.errors import AlteredError, ConflictError
from gateway.rights.author_rules import is_person_id
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.sealed.rows import SETS
from gateway.store.tables import mailbox_holders, mailboxes

_NAME: BindParameter[str] = bindparam("name")
_BY_ADDRESS = Prepared(select(mailboxes).where(mailboxes.c.address == _NAME))
_BY_ID = Prepared(select(mailboxes).where(mailboxes.c.id == _NAME))
_HOLDERS = Prepared(
    select(mailbox_holders).where(mailbox_holders.c.mailbox_id == _NAME)
)
_HELD_BY = (
    select(mailboxes)
    .join(mailbox_holders, mailbox_holders.c.mailbox_id == mailboxes.c.id)
    .where(mailbox_holders.c.identity == _NAME, mailboxes.c.state == "open")
    .order_by(mailboxes.c.address)
)

PERSONAL: Final = "PER"
"""The kind of a mailbox of one person."""


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
        self.work.add_now(
            mailboxes,
            id=mailbox_id,
            address=address,
            kind=kind,
            display_name=display_name,
            reply_to=reply_to.lower(),
            state="open",
            key_id=self.work.key_for(f"mailbox:{mailbox_id}"),
            used_bytes=0,
            uid_validity=0,
            created_at=self.work.now,
            sets=self._sets(mailbox_id),
        )
        for holder in holders:
            self._hold(mailbox_id, holder)
        self.bind(mailbox_id)
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
        row = self._held(mailbox_id)
        self._hold(mailbox_id, identity)
        self._bind(row)
        self._note(mailbox_id, "holder added", holder=identity)

    def remove_holder(self, mailbox_id: str, identity: str) -> None:
        """Take the right back; none is no error."""
        row = self._held(mailbox_id)
        self._release(mailbox_id, identity)
        self._bind(row)
        self._note(mailbox_id, "holder removed", holder=identity)

    def _held(self, mailbox_id: str) -> Any:
        """Hold a mailbox before its holders change, who are bound anew then."""
        row = self.work.connection.execute(
            select(mailboxes).where(mailboxes.c.id == mailbox_id).with_for_update()
        ).one()
        self._mailbox(row)
        return row

    def _bind(self, row: Any) -> None:
        values = {SETS: self._sets(row.id)}
        self.work.rewrite(mailboxes, {**row._mapping, **values}, values)

    def bind(self, mailbox_id: str) -> None:
        """Vouch for a mailbox of an earlier version, and for its holders."""
        here = mailboxes.c.id == mailbox_id
        query = select(mailboxes).where(here).with_for_update()
        self._bind(self.work.connection.execute(query).one())

    def _sets(self, mailbox_id: str) -> dict[str, str]:
        rows = self._holders(mailbox_id)
        made = self.work.rows.set_mac(mailbox_holders, mailbox_id, rows)
        return {mailbox_holders.name: made}

    def _holders(self, mailbox_id: str) -> list[dict[str, Any]]:
        rows = _HOLDERS.rows(self.work.connection, name=mailbox_id)
        return [row._asdict() for row in rows]

    def _hold(self, mailbox_id: str, identity: str) -> None:
        self._release(mailbox_id, identity)
        self.work.add_now(mailbox_holders, mailbox_id=mailbox_id, identity=identity)

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
        return [one for row in rows if (one := self._sound(row)) is not None]

    def persons(self, address: str) -> frozenset[str]:
        """Return who holds the mailbox of one person that has an address, or nobody."""
        found = self.find(address) if "@" in address else None
        is_of_one = found is not None and found.kind == PERSONAL
        return found.holders if found is not None and is_of_one else frozenset()

    def known_as(self, names: Iterable[str]) -> frozenset[str]:
        """
        Return names, and by which others the same people go here.

        An address of a mailbox of one person stands for who holds it, and who holds
        one goes by its address: whoever a patient keeps off by one name is kept off by
        each. All in lower case; a structure's number, and an address of elsewhere,
        stand for themselves alone.

        Raises:
            AlteredError: a mailbox of theirs is not as it was opened: nobody passes a
                block by that.
        """
        return self._with_others(names, self._at(names))

    def _with_others(
        self, names: Iterable[str], boxes: Sequence[Mailbox]
    ) -> frozenset[str]:
        """Return names with those of the same people; ``boxes`` are at the names."""
        given = {one for one in names if one}
        own = [one for one in boxes if one.kind == PERSONAL]
        # A block is kept in lower case, a holder as the certificate has it.
        people = given | {one.upper() for one in given}
        people.update(who for box in own for who in box.holders)
        people = {one for one in people if is_person_id(one)}
        held = [one for one in self._held_by_each(people) if one.kind == PERSONAL]
        addresses = {one.address for one in held}
        return frozenset(one.lower() for one in given | people | addresses)

    def names_of_sender(self, *names: str) -> frozenset[str]:
        """
        Return every name by which a patient may have blocked who sends.

        ``names`` are the address it is sent from and what is proven. Whoever writes
        from the mailbox of a structure writes for it, by whatever certificate.
        """
        boxes = self._at(names)
        places = {
            one.lower()
            for box in boxes
            if box.kind != PERSONAL
            for one in box.holders
            if not is_person_id(one)
        }
        return self._with_others(names, boxes) | places

    def kept_off(self, blocked: Collection[str]) -> frozenset[str]:
        """
        Return every name of whom a patient blocked, as `names_of_sender` has them.

        With a structure its mailboxes are blocked; with one of these nothing else is.
        """
        if not blocked:
            return frozenset()
        places = {
            one.upper() for one in blocked if "@" not in one and not is_person_id(one)
        }
        theirs = [one for one in self._held_by_each(places) if one.kind != PERSONAL]
        return self.known_as(blocked) | {one.address for one in theirs}

    def _at(self, names: Iterable[str]) -> list[Mailbox]:
        """Return the mailboxes of those names that are addresses; two questions."""
        addresses = {one.lower() for one in names if "@" in one}
        return self._each(mailboxes.c.address.in_(addresses)) if addresses else []

    def _held_by_each(self, identities: Collection[str]) -> list[Mailbox]:
        """Return the open mailboxes that some of them may use; two questions."""
        if not identities:
            return []
        theirs = select(mailbox_holders.c.mailbox_id).where(
            mailbox_holders.c.identity.in_(identities)
        )
        return self._each(mailboxes.c.id.in_(theirs), mailboxes.c.state == "open")

    def _each(self, *conditions: ColumnElement[bool]) -> list[Mailbox]:
        """Return some mailboxes; `AlteredError` for one that is not as it was."""
        rows = self.work.connection.execute(select(mailboxes).where(*conditions)).all()
        holders: dict[str, list[dict[str, Any]]] = {one.id: [] for one in rows}
        if rows:
            held = mailbox_holders.c.mailbox_id.in_(holders)
            found = select(mailbox_holders).where(held)
            for one in self.work.connection.execute(found):
                holders[one.mailbox_id].append(one._asdict())
        return [self._mailbox(one, holders[one.id]) for one in rows]

    def listed(self) -> list[Mailbox]:
        """Return all mailboxes, by address."""
        rows = self.work.connection.execute(
            select(mailboxes).order_by(mailboxes.c.address)
        )
        return [self._mailbox(row) for row in rows]

    def set_state(self, mailbox_id: str, state: str) -> None:
        """Open or close a mailbox; a closed one keeps its messages."""
        self.work.change(mailboxes, mailboxes.c.id == mailbox_id, state=state)
        self._note(mailbox_id, state)

    def _one(self, query: Prepared, name: str) -> Mailbox | None:
        row = query.first(self.work.connection, name=name)
        return None if row is None else self._mailbox(row)

    def _sound(self, row: Any) -> Mailbox | None:
        """Return a mailbox that is as it was opened; another is not there."""
        try:
            return self._mailbox(row)
        except AlteredError:
            return None

    def _mailbox(
        self, row: Any, holders: list[dict[str, Any]] | None = None
    ) -> Mailbox:
        holders = self._holders(row.id) if holders is None else holders
        self.work.rows.check(mailboxes, row)
        self.work.rows.check_set(mailbox_holders, row.id, holders, row.sets)
        return Mailbox(
            id=row.id,
            address=row.address,
            kind=row.kind,
            display_name=row.display_name,
            reply_to=row.reply_to,
            state=row.state,
            key_id=row.key_id,
            used_bytes=row.used_bytes,
            holders=frozenset(one["identity"] for one in holders),
            created_at=row.created_at,
        )

"""What became of the copies of messages that patients wrote, where it went wrong."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from attrs import field, frozen
from sqlalchemy import and_, bindparam, func, or_, select

from gateway.core.copies import HEARD, LOST, Copy, CopyReason
from gateway.store.arrivals.deliveries import PENDING
from gateway.store.arrivals.rows import facts_of
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.tables import SENT
from gateway.store.tables import (
    arrivals,
    deliveries,
    inbox_messages,
    receipts,
    recipients,
)

_LATE = and_(deliveries.c.state == PENDING, deliveries.c.warned_at.is_not(None))
_TOLD = (
    select(func.max(receipts.c.status))
    .where(
        receipts.c.arrival_id == recipients.c.arrival_id,
        receipts.c.recipient == recipients.c.position,
        receipts.c.status.in_(["delayed", "stopped"]),
        recipients.c.outcome == "",
    )
    .scalar_subquery()
)
"""What is told of a copy that has no outcome; stopped comes after delayed."""
_ASTRAY = (
    select(recipients, _TOLD.label("told"))
    .select_from(recipients)
    .outerjoin(
        deliveries,
        and_(
            deliveries.c.arrival_id == recipients.c.arrival_id,
            deliveries.c.position == recipients.c.position,
        ),
    )
    .where(
        recipients.c.arrival_id.in_(bindparam("arrivals", expanding=True)),
        or_(
            recipients.c.outcome.in_([*sorted(LOST), Copy.RELAYED]),
            _LATE,
            _TOLD.is_not(None),
        ),
    )
    .order_by(recipients.c.arrival_id, recipients.c.position)
)


class Fate(StrEnum):
    """Why a copy is not where it was sent."""

    REFUSED = "refused"  # for good, here or by the other operator
    EXPIRED = "expired"  # tried as long as it is tried
    FAULT = "fault"  # something failed here, for so long that an operator ended it
    DELAYED = "delayed"  # for longer than the sender should be without news
    STOPPED = "stopped"  # by a fault here, until an operator acts
    UNCONFIRMED = "unconfirmed"  # passed on long ago, and nothing was heard since


@frozen
class StrayCopy:
    """One recipient's copy that did not arrive, or not yet."""

    address: str = field(repr=False)
    fate: Fate


@frozen
class SentCopies:
    """
    Copies of the messages that a patient sent, within one transaction.

    A row that somebody else wrote is left out, and so is the message of another sender.
    """

    work: UnitOfWork
    profile_id: str

    def astray(self, arrival_ids: Collection[str]) -> dict[str, list[StrayCopy]]:
        """
        Return the copies of some messages that did not arrive, or not surely yet.

        By the messages; one that arrived everywhere is not there.
        """
        rows = [
            row
            for row in self.work.connection.execute(
                _ASTRAY, {"arrivals": list(arrival_ids)}
            )
            if row.outcome != Copy.RELAYED or _is_unconfirmed(row.reasons)
        ]
        sent = self._sent({row.arrival_id for row in rows})
        found: dict[str, list[StrayCopy]] = {}
        for row in rows:
            key_id = sent.get(row.arrival_id)
            if key_id and self.work.rows.is_sound(recipients, row):
                address = self._address(row, row.key_id or key_id)
                copy = StrayCopy(address, _fate(row.outcome, row.told))
                found.setdefault(row.arrival_id, []).append(copy)
        return found

    def _sent(self, arrival_ids: Collection[str]) -> dict[str, str]:
        """Return which of some messages the patient sent, and the key of each."""
        if not arrival_ids:
            return {}
        rows = self.work.connection.execute(
            select(arrivals).where(arrivals.c.id.in_(arrival_ids))
        )
        return {
            row.id: row.key_id
            for row in rows
            if self.work.rows.is_sound(arrivals, row) and self._is_own(row)
        }

    def _is_own(self, row: Any) -> bool:
        """Tell whether the patient sent it; once nobody is left to know, it is."""
        sender = facts_of(self.work, row)["sender"]
        return bool(sender.get("identity", self.profile_id) == self.profile_id)

    def _address(self, row: Any, key_id: str) -> str:
        place = f"recipients.address:{row.arrival_id}:{row.position}"
        if not row.address:  # its sender had no key left
            return ""
        return str(self.work.unseal(key_id, row.address, place))

    def with_losses(self, conversation_ids: Collection[str]) -> frozenset[str]:
        """Return the conversations whose last message by the patient was lost."""
        own = inbox_messages.c
        last = (
            select(own.conversation_id, func.max(own.serial).label("serial"))
            .where(
                own.conversation_id.in_(conversation_ids),
                SENT,
                own.deleted_at.is_(None),
            )
            .group_by(own.conversation_id)
            .subquery()
        )
        found = self.work.connection.execute(
            select(own.conversation_id, recipients)
            .select_from(inbox_messages)
            .join(
                last,
                and_(
                    own.conversation_id == last.c.conversation_id,
                    own.serial == last.c.serial,
                    SENT,
                ),
            )
            .join(recipients, recipients.c.arrival_id == own.arrival_id)
            .where(recipients.c.outcome.in_(sorted(LOST)))
        )
        return frozenset(
            row.conversation_id
            for row in found
            if self.work.rows.is_sound(recipients, row)
        )


def _is_unconfirmed(reasons: Collection[str]) -> bool:
    return CopyReason.UNCONFIRMED in reasons and HEARD.isdisjoint(reasons)


def _fate(outcome: str, told: str | None) -> Fate:
    match outcome:
        case Copy.BOUNCED:
            return Fate.REFUSED
        case Copy.EXPIRED:
            return Fate.EXPIRED
        case Copy.GIVEN_UP:
            return Fate.FAULT
        case Copy.RELAYED:
            return Fate.UNCONFIRMED
        case _:
            return Fate.STOPPED if told == "stopped" else Fate.DELAYED

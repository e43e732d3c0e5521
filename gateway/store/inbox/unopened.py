"""Messages that nobody opened for days: found a batch at a time, and told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_

from gateway.core.copies import Copy
from gateway.core.envelope import RecipientKind
from gateway.errors import InvalidError
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.rights.unread_rules import LATE_BY, CopySeen, is_unopened
from gateway.store.arrivals.receipts import Receipt, Receipts
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.rows import serial_of
from gateway.store.inbox.tables import SENT
from gateway.store.inbox.values import Direction, InboxMessage
from gateway.store.mailbox.openings import Openings
from gateway.store.tables import (
    conversations,
    inbox_messages,
    profiles,
    receipts,
    recipients,
    tasks,
)
from gateway.store.tasks.values import TaskKind, TaskState

KIND: Final = "UNR"
"""What is told of it, among the receipts of the message."""

_AGAIN: Final = timedelta(days=1)
_GOES_ON: Final = "the look at what nobody opened goes on"
_MESSAGE = inbox_messages.c
_OPEN: Final = sorted(one.value for one in ProfileState if may_sign_in(one))


@frozen
class Spot:
    """
    How far the messages were looked through: those received first, then those sent.

    ``text`` is what a task keeps of it; an empty one is the beginning.
    """

    direction: Direction = Direction.IN
    conversation_id: str = ""
    serial: int = 0

    @property
    def text(self) -> str:
        """The words of it."""
        return f"{self.direction.value}:{self.conversation_id}:{self.serial}"

    @classmethod
    def read(cls, text: str) -> Spot:
        """
        Return the place that a text names.

        Raises:
            InvalidError: it names none.
        """
        if not text:
            return cls()
        try:
            direction, conversation_id, serial = text.split(":")
            return cls(Direction(direction), conversation_id, int(serial))
        except ValueError as error:
            raise InvalidError("no place among the messages") from error


@frozen(kw_only=True)
class Waiting:
    """A message that may have waited for too long."""

    id: str
    profile_id: str
    arrival_id: str
    blob_id: str
    conversation_id: str
    serial: int
    direction: Direction
    at: datetime
    shown_at: datetime


@frozen
class Unopened:
    """Within one transaction; whether it is told is for the rights to say."""

    work: UnitOfWork

    def after(self, place: Spot, days: int, most: int) -> list[Waiting]:
        """
        Return so many messages after a place that were not opened for ``days``.

        Of those that patients sent it is not looked whether they were opened. What was
        told already is left out, as is what belongs to who cannot sign in.
        """
        until = self.work.now - timedelta(days=days)
        since = until - LATE_BY
        query = (
            self._received(place, since, until)
            if place.direction is Direction.IN
            else self._sent(place, since, until)
        )
        return self._read(query.limit(most))

    def still(self, some: Iterable[Waiting]) -> set[str]:
        """
        Return the ids of those that nobody opened, deleted or took back meanwhile.

        They stay so until the commit; what somebody changes at this moment is left out.
        """
        rows = self.work.connection.execute(
            select(_MESSAGE.id)
            .where(
                _MESSAGE.id.in_([one.id for one in some]),
                or_(_MESSAGE.read_at.is_(None), SENT),
                _there(),
            )
            .order_by(_MESSAGE.id)
            .with_for_update(skip_locked=True)
        )
        return set(rows.scalars())

    def _received(self, place: Spot, since: datetime, until: datetime) -> Select[Any]:
        """The listing index has every column that is looked at: no message is read."""
        order = (_MESSAGE.profile_id, _MESSAGE.conversation_id, _MESSAGE.serial)
        told = (
            select(receipts.c.id)
            .join(
                recipients,
                and_(
                    recipients.c.arrival_id == receipts.c.arrival_id,
                    recipients.c.position == receipts.c.recipient,
                ),
            )
            .where(
                receipts.c.arrival_id == _MESSAGE.arrival_id,
                receipts.c.kind == KIND,
                recipients.c.target_id == _MESSAGE.profile_id,
            )
        )
        query = select(inbox_messages).where(
            _MESSAGE.read_at.is_(None),
            _MESSAGE.direction == Direction.IN.value,
            _there(),
            or_(
                and_(
                    _MESSAGE.hidden_until.is_(None),
                    _MESSAGE.serial.between(serial_of(since), serial_of(until)),
                ),
                _MESSAGE.hidden_until.between(since, until),
            ),
            _can_sign_in(),
            ~told.exists(),
        )
        if place.conversation_id:
            reached = select(conversations.c.profile_id).where(
                conversations.c.id == place.conversation_id
            )
            profile_id = self.work.connection.execute(reached).scalar() or ""
            here = (profile_id, place.conversation_id, place.serial)
            query = query.where(tuple_(*order) > tuple_(*here))
        return query.order_by(*order)

    def _sent(self, place: Spot, since: datetime, until: datetime) -> Select[Any]:
        order = (_MESSAGE.conversation_id, _MESSAGE.serial)
        told = select(receipts.c.id).where(
            receipts.c.arrival_id == _MESSAGE.arrival_id, receipts.c.kind == KIND
        )
        return (
            select(inbox_messages)
            .where(
                SENT,
                _there(),
                _MESSAGE.serial.between(serial_of(since), serial_of(until)),
                tuple_(*order) > tuple_(place.conversation_id, place.serial),
                _can_sign_in(),
                ~told.exists(),
            )
            .order_by(*order)
        )

    def _read(self, query: Select[Any]) -> list[Waiting]:
        return [
            Waiting(
                id=row.id,
                profile_id=row.profile_id,
                arrival_id=row.arrival_id,
                blob_id=row.blob_id,
                conversation_id=row.conversation_id,
                serial=row.serial,
                direction=Direction(row.direction),
                at=row.at,
                shown_at=max(row.at, row.hidden_until or row.at),
            )
            for row in self.work.connection.execute(query)
        ]

    def copies(self, arrival_id: str, blob_id: str) -> tuple[CopySeen, ...]:
        """Return what is known of each copy of a message that a patient sent."""
        rows = self.work.connection.execute(
            select(recipients).where(recipients.c.arrival_id == arrival_id)
        ).all()
        return tuple(self._seen(row, blob_id) for row in rows)

    def _seen(self, row: Any, blob_id: str) -> CopySeen:
        is_here = row.kind == RecipientKind.MAILBOX.value
        arrived = row.outcome == Copy.DELIVERED.value
        if not (is_here and arrived and self.work.rows.is_sound(recipients, row)):
            return CopySeen.UNKNOWN
        return Openings(self.work).seen(row.target_id, blob_id)

    def record(self, arrival_id: str, position: int, *, state: str) -> None:
        """Record that it was told, in the transaction that tells it."""
        told = Receipt(kind=KIND, recipient=position, status="unopened", state=state)
        Receipts(self.work).record(arrival_id, told)

    def was_told(self, arrival_id: str, position: int) -> bool:
        """Tell whether it was told of one recipient's copy."""
        return any(
            one.kind == KIND and one.recipient == position
            for one in Receipts(self.work).of(arrival_id)
        )

    def among(self, messages: Sequence[InboxMessage]) -> Collection[str]:
        """
        Return those of a patient's own messages that it was told of, by arrival.

        Only where it is still so: what was opened since is not among them.
        """
        own = {
            one.arrival_id: one.blob_id
            for one in messages
            if one.direction is Direction.OUT and one.arrival_id and one.blob_id
        }
        if not own:
            return frozenset()
        told = self.work.connection.execute(
            select(receipts.c.arrival_id)
            .where(receipts.c.arrival_id.in_(sorted(own)), receipts.c.kind == KIND)
            .distinct()
        )
        return frozenset(
            one for one in told.scalars() if is_unopened(self.copies(one, own[one]))
        )


def wake_unread(work: UnitOfWork, days: int) -> int:
    """
    Have a task look through the messages each day, unless one does; return how many.

    ``days``: 0 where nobody is told.
    """
    known = select(tasks.c.id).where(tasks.c.kind == TaskKind.UNREAD.value)
    if not days or work.connection.execute(known.limit(1)).first() is not None:
        return 0
    work.tasks.add(TaskKind.UNREAD, "")
    return 1


def go_on(work: UnitOfWork, task_id: int, place: Spot) -> None:
    """
    Have a task look at the next messages, or begin anew a day later.

    Unless another one does so already, as after two nodes asked at the same moment.
    Should both leave it to the other, `wake_unread` asks again.
    """
    other = select(tasks.c.id).where(
        tasks.c.kind == TaskKind.UNREAD.value,
        tasks.c.state == TaskState.READY.value,
        tasks.c.id != task_id,
    )
    if work.held.get(_GOES_ON) or work.connection.execute(other.limit(1)).first():
        return
    work.held[_GOES_ON] = True  # what this transaction adds is not in the table yet
    if place == Spot():
        work.tasks.add(TaskKind.UNREAD, "", delay=_AGAIN)
    else:
        work.tasks.add(TaskKind.UNREAD, place.text)


def _there() -> ColumnElement[bool]:
    """Neither deleted nor taken back, and of a message that is known."""
    return and_(
        _MESSAGE.deleted_at.is_(None),
        _MESSAGE.blob_id.is_not(None),
        _MESSAGE.arrival_id.is_not(None),
    )


def _can_sign_in() -> ColumnElement[bool]:
    return (
        select(profiles.c.id)
        .where(profiles.c.id == _MESSAGE.profile_id, profiles.c.state.in_(_OPEN))
        .exists()
    )

"""Copies on their way to other operators."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import exists, not_, select, update

from gateway.errors import DestroyedError
from gateway.store.arrivals.arrivals import KeptArrival, RecipientOutcome
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import arrivals, deliveries, tasks
from gateway.store.tasks.tasks import Condition, TaskKind, TaskState

PENDING = "pending"
"""The state of a copy that is still to be sent; all other states are ends."""
_SENT, _FAILED = "sent", "failed"

_MOST_LOOKED_AT = 200
"""Of the last copies for a domain a report without a Message-ID may be about one."""

_NO_HOST = "-"
"""In place of the host when none was reached."""


@frozen(kw_only=True)
class Delivery:
    """
    One recipient's copy; ``state`` is a word of `gateway.mssante.sending.retry`.

    ``last_status`` (RFC 3463), ``last_host`` and ``last_reply`` tell how the last try
    ended; empty before the first.
    """

    id: str
    arrival_id: str
    position: int
    domain: str
    reverse_path: str = field(repr=False)
    recipient: str = field(repr=False)
    notify: str
    orcpt: str = field(repr=False)
    ret: str
    envid: str
    state: str
    attempts: int
    created_at: datetime
    warned_at: datetime | None
    last_status: str
    last_host: str
    last_reply: str
    blob_id: str
    key_id: str


def is_bound_for(domains: Collection[str]) -> Condition:
    """Return the condition that a task is about a copy for one of some domains."""
    return exists().where(
        deliveries.c.id == tasks.c.subject, deliveries.c.domain.in_(list(domains))
    )


def is_not_bound_for(domains: Collection[str]) -> Condition:
    """Return the condition that a task is not about a copy for one of some domains."""
    return not_(is_bound_for(domains))


@frozen
class Deliveries:
    """Outgoing copies within one transaction."""

    work: UnitOfWork

    def add(self, kept: KeptArrival, one: RecipientOutcome) -> str:
        """
        Queue one recipient's copy, with the task that sends it; return its id.

        There is one for each arrival and recipient; asked again, it changes nothing and
        returns the same id.
        """
        known = self.work.connection.execute(
            select(deliveries.c.id).where(
                deliveries.c.arrival_id == kept.id,
                deliveries.c.position == one.position,
            )
        ).scalar()
        if known is not None:
            return str(known)
        work, delivery_id = self.work, uuid4().hex
        recipient = one.recipient
        options = {
            "notify": recipient.notify,
            "ret": kept.ret,
        }
        work.add(
            deliveries,
            id=delivery_id,
            arrival_id=kept.id,
            position=one.position,
            domain=recipient.address.rpartition("@")[2].lower(),
            reverse_path=self.work.seal(
                kept.key_id,
                kept.reverse_path,
                f"deliveries.reverse_path:{delivery_id}",
            ),
            recipient=self.work.seal(
                kept.key_id,
                [recipient.address, recipient.orcpt, kept.envid],
                f"deliveries.recipient:{delivery_id}",
            ),
            options=options,
            state=PENDING,
            attempts=0,
            created_at=work.now,
            last_reply="",
            blob_id=kept.blob_id,
            key_id=kept.key_id,
        )
        work.tasks.add(TaskKind.RELAY, delivery_id)
        return delivery_id

    def get(self, delivery_id: str) -> Delivery | None:
        """Return a copy, or None."""
        row = self.work.connection.execute(
            select(deliveries).where(deliveries.c.id == delivery_id)
        ).first()
        return None if row is None else self._delivery(row)

    def domains(self, delivery_ids: Sequence[str]) -> dict[str, str]:
        """Return the domain each copy is for, of those that are there."""
        rows = self.work.connection.execute(
            select(deliveries.c.id, deliveries.c.domain).where(
                deliveries.c.id.in_(delivery_ids)
            )
        )
        return {str(row.id): str(row.domain) for row in rows}

    def settle(
        self,
        delivery: Delivery,
        state: str,
        *,
        status: str,
        host: str,
        reply: str,
        again_after: timedelta | None = None,
        warned: bool = False,
        confirm_by: datetime | None = None,
    ) -> bool:
        """
        Record what a try came to, when to try again if so, and by when the peer's own
        word of what was relayed is waited for.

        Return False, and change nothing, when the copy was settled meanwhile.
        """
        work, columns = self.work, deliveries.c
        values: dict[str, Any] = {
            "state": state,
            "attempts": delivery.attempts + 1,
            "last_reply": f"{status} {host or _NO_HOST} {reply}"[:500],
        }
        if warned:
            values["warned_at"] = work.now
        if confirm_by is not None:
            values["confirm_by"] = confirm_by
        settled = work.connection.execute(
            update(deliveries)
            .where(
                columns.id == delivery.id,
                columns.state == delivery.state,
                columns.attempts == delivery.attempts,
            )
            .values(**values)
        )
        if not settled.rowcount:
            return False
        if again_after is not None:
            work.tasks.add(TaskKind.RELAY, delivery.id, delay=again_after)
        return True

    def heard(self, arrival_id: str, position: int, *, arrived: bool | None) -> None:
        """
        Wait no more for word of a copy.

        ``arrived`` ends one that we still send: its peer took it in a try whose answer
        was lost, or answers sooner than we could note that it took it. None leaves it.
        """
        of_copy = (
            deliveries.c.arrival_id == arrival_id,
            deliveries.c.position == position,
        )
        connection = self.work.connection
        connection.execute(update(deliveries).where(*of_copy).values(confirm_by=None))
        if arrived is not None:
            connection.execute(
                update(deliveries)
                .where(*of_copy, deliveries.c.state == PENDING)
                .values(state=_SENT if arrived else _FAILED)
            )

    def unconfirmed(self, most: int) -> list[Delivery]:
        """Return the copies of which nothing was heard by the time set for them."""
        rows = self.work.connection.execute(
            select(deliveries)
            .where(deliveries.c.confirm_by <= self.work.now)
            .order_by(deliveries.c.confirm_by)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        return [self._delivery(row) for row in rows]

    def held_since(self, arrival_id: str, before: datetime) -> frozenset[int]:
        """
        Return the recipients whose copies an operator holds, of those that were to
        leave ``before`` a time and have not.
        """
        rows = self.work.connection.execute(
            select(deliveries.c.position)
            .join(tasks, tasks.c.subject == deliveries.c.id)
            .where(
                deliveries.c.arrival_id == arrival_id,
                deliveries.c.state == PENDING,
                deliveries.c.created_at <= before,
                tasks.c.kind == TaskKind.RELAY.value,
                tasks.c.state == TaskState.HELD.value,
            )
        )
        return frozenset(rows.scalars())

    def latest_for(self, domain: str) -> list[Delivery]:
        """Return the last copies that left, or leave, for a domain, newest first."""
        rows = self.work.connection.execute(
            select(deliveries)
            .where(deliveries.c.domain == domain)
            .order_by(deliveries.c.created_at.desc(), deliveries.c.id)
            .limit(_MOST_LOOKED_AT)
        )
        return [self._delivery(row) for row in rows]

    def any_pending(self, arrival_id: str) -> bool:
        """
        Tell whether a copy of a message is still to be sent.

        Holds the arrival until the commit: of two copies that end at once, the second
        waits for the first, and sees it.
        """
        self.work.connection.execute(
            select(arrivals.c.id).where(arrivals.c.id == arrival_id).with_for_update()
        )
        found = self.work.connection.execute(
            select(deliveries.c.id)
            .where(deliveries.c.arrival_id == arrival_id, deliveries.c.state == PENDING)
            .limit(1)
        ).first()
        return found is not None

    def of(self, arrival_id: str) -> list[Delivery]:
        """Return the copies of a message that left or leave."""
        rows = self.work.connection.execute(
            select(deliveries)
            .where(deliveries.c.arrival_id == arrival_id)
            .order_by(deliveries.c.position)
        )
        return [self._delivery(row) for row in rows]

    def give_to_owner(self, delivery_id: str) -> None:
        """
        Seal a copy's addresses under the key that its message has now.

        To be called when the message was given to its owners; where it is still under
        the day's key, nobody here is left to know them.
        """
        columns = deliveries.c
        row = self.work.connection.execute(
            select(deliveries, arrivals.c.key_id.label("of_message"))
            .join(arrivals, arrivals.c.id == columns.arrival_id)
            .where(columns.id == delivery_id)
        ).first()
        values: dict[str, Any] = {"reverse_path": b"", "recipient": b""}
        if row is not None and row.of_message != row.key_id:
            values = {
                name: self.work.seal(
                    row.of_message,
                    self._opened(row, name, empty),
                    f"deliveries.{name}:{delivery_id}",
                )
                for name, empty in (("reverse_path", ""), ("recipient", ["", ""]))
            }
            values["key_id"] = row.of_message
        self.work.connection.execute(
            update(deliveries).where(columns.id == delivery_id).values(**values)
        )

    def _opened(self, row: Any, column: str, empty: Any) -> Any:
        """Return a sealed value; the empty one when nobody here is left to know it."""
        sealed = getattr(row, column)
        if not sealed:
            return empty
        place = f"deliveries.{column}:{row.id}"
        try:
            return self.work.unseal(row.key_id, sealed, place)
        except DestroyedError:
            return empty

    def _delivery(self, row: Any) -> Delivery:
        address, orcpt, *envid = self._opened(row, "recipient", ["", ""])
        status, _, rest = row.last_reply.partition(" ")
        host, _, reply = rest.partition(" ")
        return Delivery(
            id=row.id,
            arrival_id=row.arrival_id,
            position=row.position,
            domain=row.domain,
            reverse_path=self._opened(row, "reverse_path", ""),
            recipient=address,
            notify=row.options["notify"],
            orcpt=orcpt,
            ret=row.options["ret"],
            # Of a copy of an earlier version it is not sealed with the address.
            envid=envid[0] if envid else row.options["envid"],
            state=row.state,
            attempts=row.attempts,
            created_at=row.created_at,
            warned_at=row.warned_at,
            last_status=status,
            last_host="" if host == _NO_HOST else host,
            last_reply=reply,
            blob_id=row.blob_id or "",
            key_id=row.key_id,
        )

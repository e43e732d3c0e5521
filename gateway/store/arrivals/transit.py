"""The end of a day of transit: its key is destroyed once nothing needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import exists, or_, select, update

from gateway.core.envelope import Recipient, RecipientKind
from gateway.errors import AlteredError, UnavailableError
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.deliveries import PENDING, Deliveries
from gateway.store.arrivals.outcomes import outcome_of, told_columns
from gateway.store.arrivals.rows import facts_of, sealed_columns, sealed_facts
from gateway.store.arrivals.values import KeptArrival
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.sealed.destroying import clear_traces, destroy_scope
from gateway.store.tables import (
    arrival_documents,
    arrivals,
    blob_grants,
    data_keys,
    deliveries,
    inbox_messages,
    mailboxes,
    recipients,
)

_BATCH: Final = 200
_AGAIN: Final = timedelta(days=1)
"""A day that is still needed is looked at again after this: each look reads it all."""

_PREFIX: Final = "transit:"
_DAY: Final = timedelta(days=1)


@frozen
class TransitDays:
    """
    Destroys the keys of days of transit that are over.

    ``transit`` is how long the operator can read a message after its end
    (`Housekeeping` takes the grants back). Before a key goes, what the stories of its
    day need is sealed under the keys of those they are about.
    """

    database: Database
    transit: timedelta
    _looked: dict[str, datetime] = field(factory=dict, repr=False)

    def run(self) -> dict[str, int]:
        """Destroy the keys of days that nothing needs; return how many days."""
        days = [day for day in self._over() if self._end(*day)]
        if days:
            with suppress(UnavailableError):  # somebody reads: the next time clears it
                clear_traces(self.database.engine, wait_seconds=1.0)
        return {"days of transit": len(days)}

    def _over(self) -> list[tuple[str, list[str]]]:
        """Return the days that ended long ago, with their keys."""
        columns, days = data_keys.c, dict[str, list[str]]()
        with self.database.read() as work:
            rows = work.connection.execute(
                select(columns.scope, columns.id).where(
                    columns.scope.startswith(_PREFIX), columns.wrapped.is_not(None)
                )
            ).all()
            now = work.now
        for scope, key_id in rows:
            is_over = _end_of(scope) < now - self.transit
            if is_over and self._looked.get(scope, now - _AGAIN) <= now - _AGAIN:
                days.setdefault(scope, []).append(key_id)
        return sorted(days.items())

    def _end(self, scope: str, keys: list[str]) -> bool:
        with self.database.read() as work:
            self._looked[scope] = work.now
            if _is_needed(work, keys, work.now - self.transit):
                return False
        self._hand_over(keys)
        with self.database.write() as work:
            if _is_needed(work, keys, work.now - self.transit) or _is_named(work, keys):
                return False
            destroy_scope(work, scope, cause="its transit is over", by="gateway")
        del self._looked[scope]
        return True

    def _hand_over(self, keys: list[str]) -> None:
        """Seal what is left under the day's keys under those of its owners."""
        after = ""
        while ids := self._named_after(arrivals, keys, after):
            with self.database.write() as work:
                for arrival_id in ids:
                    with suppress(AlteredError):  # said; it keeps its day, and its key
                        give_to_owners(work, arrival_id)
            after = ids[-1]
        after = ""
        while ids := self._named_after(deliveries, keys, after):
            with self.database.write() as work:
                for delivery_id in ids:
                    Deliveries(work).give_to_owner(delivery_id)
            after = ids[-1]

    def _named_after(self, table: Any, keys: list[str], after: str) -> Sequence[str]:
        with self.database.read() as work:
            return (
                work.connection.execute(
                    select(table.c.id)
                    .where(table.c.key_id.in_(keys), table.c.id > after)
                    .order_by(table.c.id)
                    .limit(_BATCH)
                )
                .scalars()
                .all()
            )


def give_to_owners(work: UnitOfWork, arrival_id: str) -> None:
    """
    Seal what a message's story needs under the keys of those it is about.

    Each recipient's address under that recipient's own key, or the sender's where the
    recipient is elsewhere; who sent it under the sender's, or that of the first
    recipient here. What is about nobody here is kept no longer.

    Raises:
        AlteredError: the message is not as it was kept; nothing is changed.
    """
    kept = Arrivals(work).get(arrival_id)
    if kept is None:
        return
    owners = {one.position: _owner(work, one.recipient) for one in kept.recipients}
    sender = _sender(work, kept)
    here = [key for key in (sender, *owners.values()) if key]
    _give_message(work, kept, here[0] if here else None)
    for one in kept.recipients:
        key = owners[one.position] or sender
        place = f"{arrival_id}:{one.position}"
        work.change(
            recipients,
            recipients.c.arrival_id == arrival_id,
            recipients.c.position == one.position,
            key_id=key,
            address=_sealed(
                work, key, one.recipient.address, f"recipients.address:{place}"
            ),
            orcpt=_sealed(work, key, one.recipient.orcpt, f"recipients.orcpt:{place}"),
        )
    _give_outcomes(work, kept, {at: key or sender for at, key in owners.items()})


def _give_message(work: UnitOfWork, kept: KeptArrival, key: str | None) -> None:
    mine = arrivals.c.id == kept.id
    row = work.connection.execute(select(arrivals).where(mine)).one()
    values = {} if row.facts is not None else sealed_columns(work, row)
    facts = facts_of(work, row)
    values |= {
        "sender": _sealed(work, key, kept.reverse_path, f"arrivals.sender:{kept.id}"),
        "facts": sealed_facts(work, kept.id, key, facts) if key else b"",
        "key_id": key or kept.key_id,
    }
    work.change(arrivals, mine, **values)


def _give_outcomes(
    work: UnitOfWork, kept: KeptArrival, keys: Mapping[int, str | None]
) -> None:
    """Do so with what became of documents of recipients that are no patients."""
    columns = arrival_documents.c
    rows = work.connection.execute(
        select(arrival_documents).where(
            columns.arrival_id == kept.id, columns.key_id == kept.key_id
        )
    ).all()
    for row in rows:
        key = keys.get(row.recipient)
        said = outcome_of(work, row)
        told = told_columns(work, kept.id, key, said) if key else {"facts": b""}
        mine = (one == row._mapping[one.name] for one in arrival_documents.primary_key)
        work.connection.execute(update(arrival_documents).where(*mine).values(**told))


def _sealed(work: UnitOfWork, key: str | None, text: str, place: str) -> bytes:
    return work.seal(key, text, place) if key else b""


def _owner(work: UnitOfWork, recipient: Recipient) -> str | None:
    if recipient.kind is RecipientKind.REMOTE or not recipient.target_id:
        return None
    scope = f"{recipient.kind.value}:{recipient.target_id}"
    return work.keys.find(work.connection, scope)


def _sender(work: UnitOfWork, kept: KeptArrival) -> str | None:
    """Return the key of who sent it from here: a patient, or a mailbox."""
    connection, keys = work.connection, work.keys
    wrote = select(inbox_messages.c.profile_id).where(
        inbox_messages.c.arrival_id == kept.id, inbox_messages.c.direction == "out"
    )
    if (patient := connection.execute(wrote).scalar()) is not None:
        return keys.find(connection, f"patient:{patient}")
    of_address = mailboxes.c.address == kept.reverse_path.lower()
    mailbox = connection.execute(select(mailboxes.c.id).where(of_address)).scalar()
    return None if mailbox is None else keys.find(connection, f"mailbox:{mailbox}")


def _end_of(scope: str) -> datetime:
    day = date.fromisoformat(scope.removeprefix(_PREFIX))
    return datetime.combine(day, time(), UTC) + _DAY


def _is_needed(work: UnitOfWork, keys: list[str], before: datetime) -> bool:
    """Tell whether a queue, quarantine or arrival still needs what a key opens."""
    came, left = arrivals.c, deliveries.c
    needs = (
        exists().where(
            came.key_id.in_(keys),
            or_(
                came.ended_at.is_(None),
                came.ended_at >= before,
                came.blob_id.is_not(None),
                came.state == "quarantined",
            ),
        ),
        exists().where(
            left.key_id.in_(keys),
            or_(
                left.state == PENDING,
                left.blob_id.is_not(None),
                left.confirm_by.is_not(None),
            ),
        ),
        exists().where(blob_grants.c.key_id.in_(keys)),
    )
    return any(work.connection.execute(select(one)).scalar() for one in needs)


def _is_named(work: UnitOfWork, keys: list[str]) -> bool:
    """Tell whether something is still sealed with a key: it came in at this moment."""
    left = (
        exists().where(arrivals.c.key_id.in_(keys), arrivals.c.sender != b""),
        exists().where(deliveries.c.key_id.in_(keys), deliveries.c.recipient != b""),
    )
    return any(work.connection.execute(select(one)).scalar() for one in left)

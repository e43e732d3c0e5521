"""Messages received, their recipients, and what became of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from attrs import asdict, frozen
from sqlalchemy import BindParameter, and_, bindparam, select, update

from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
    SubmissionForm,
)
from gateway.store.arrivals.outcomes import key_of_outcomes, outcome_of, told_columns
from gateway.store.arrivals.rows import (
    content_digest,
    facts_of,
    message_digest,
    sealed_facts,
)
from gateway.store.arrivals.values import (
    UNDER_WAY,
    ArrivalState,
    DocumentOutcome,
    KeptArrival,
    RecipientOutcome,
)
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.sealed.blobs import Parcel
from gateway.store.sealed.rows import BINDINGS, MAC, refused
from gateway.store.tables import arrival_documents, arrivals, recipients
from gateway.store.tasks.tasks import TaskKind

__all__ = ["ArrivalState", "DocumentOutcome", "KeptArrival", "RecipientOutcome"]

_ID: BindParameter[str] = bindparam("arrival")
_OF_RECIPIENT = [
    one.label(f"recipient_{one.name}")
    if one.name in {"arrival_id", "ended_at", MAC}
    else one
    for one in recipients.c
]
_RECIPIENT_MAC = f"recipient_{MAC}"
_RECIPIENT_VALUES = attrgetter(
    *(
        f"recipient_{name}" if name in {"arrival_id", "ended_at"} else name
        for name in BINDINGS[recipients].columns
    )
)
_GET = Prepared(
    select(arrivals, *_OF_RECIPIENT)
    .join(recipients, recipients.c.arrival_id == arrivals.c.id)
    .where(arrivals.c.id == _ID)
    .order_by(recipients.c.position)
)
"""A row for each recipient, the message's own columns in each: one question of two."""
_GET_STATE = Prepared(select(arrivals.c.state).where(arrivals.c.id == _ID))
_SET_STATE = Prepared(
    update(arrivals).where(arrivals.c.id == _ID), ("state", "ended_at")
)
_ONE = (recipients.c.arrival_id == _ID, recipients.c.position == bindparam("at"))
_UNDECIDED = Prepared(select(recipients).where(*_ONE).with_for_update())
_DECIDE = Prepared(
    update(recipients).where(*_ONE),
    ("outcome", "reasons", "deliver", "hidden", "hidden_until", "ended_at", MAC),
)

_SAME = Prepared(
    select(arrivals.c.id).where(
        arrivals.c.message_id.in_([bindparam("id"), bindparam("clear_id")]),
        arrivals.c.content_digest.in_([bindparam("digest"), bindparam("clear")]),
    )
)
"""Asked for each message received; in clear too, as an earlier version kept them."""
_KEYS = Prepared(
    select(
        recipients.c.position,
        recipients.c.kind,
        recipients.c.target_id,
        arrivals.c.key_id,
    )
    .join(arrivals, arrivals.c.id == recipients.c.arrival_id)
    .where(arrivals.c.id == _ID)
)
_KEPT_SO_FAR = "arrivals kept"
_COUNT = "recipients"
"""Their number, among the options: one that is taken away is missed."""
_FORM = "form"
"""Its place among the options; rows of messages have none."""


@frozen
class Arrivals:
    """Messages within one transaction."""

    work: UnitOfWork

    def transit_key(self) -> str:
        """Return the id of today's transit key; yesterday's can be destroyed whole."""
        return self.work.key_for(f"transit:{self.work.now:%Y-%m-%d}")

    def keep(self, arrival: Arrival, parcel: Parcel) -> None:
        """
        Keep what came in, its journal line and its task: all or nothing.

        ``parcel`` is made of the content with the trace before it.
        """
        key_id = self.transit_key()
        self.work.blobs.put(parcel, key_id, self.work.now)
        pending = [_pending(place, to) for place, to in enumerate(arrival.recipients)]
        self._add(arrival, parcel, key_id, ArrivalState.RECEIVED, pending)
        self.work.tasks.add(TaskKind.FILE, arrival.id)

    def keep_to_relay(self, arrival: Arrival, parcel: Parcel) -> KeptArrival:
        """Keep what the gateway wrote for another operator; relaying sends it."""
        key_id = self.transit_key()
        self.work.blobs.put(parcel, key_id, self.work.now)
        pending = [_pending(place, to) for place, to in enumerate(arrival.recipients)]
        return self._add(arrival, parcel, key_id, ArrivalState.RELAYING, pending)

    def keep_ended(
        self, arrival: Arrival, parcel: Parcel, outcomes: Sequence[RecipientOutcome]
    ) -> None:
        """Keep what the gateway wrote, and delivered; its bytes are the mailbox's."""
        key_id = self.transit_key()
        self._add(arrival, parcel, key_id, ArrivalState.ENDED, outcomes)

    def _add(
        self,
        arrival: Arrival,
        parcel: Parcel,
        key_id: str,
        state: ArrivalState,
        outcomes: Sequence[RecipientOutcome],
    ) -> KeptArrival:
        work, ended = self.work, state not in UNDER_WAY
        received_at = _moment_of_reception(work)
        kept = KeptArrival(
            id=arrival.id,
            message_id=arrival.message_id,
            door=arrival.door,
            state=state.value,
            received_at=received_at,
            sender=arrival.sender,
            reverse_path=arrival.reverse_path,
            ret=arrival.ret,
            envid=arrival.envid,
            size=parcel.size,
            blob_id="" if ended else parcel.id,
            key_id=key_id,
            recipients=tuple(outcomes),
            form=arrival.form,
        )
        work.add(
            arrivals,
            id=arrival.id,
            message_id=message_digest(work.keys, arrival.message_id),
            content_digest=content_digest(
                work.keys, parcel.digest or digest_of(arrival.content)
            ),
            door=arrival.door.value,
            state=state.value,
            received_at=received_at,
            ended_at=work.now if ended else None,
            sender=work.seal(
                key_id, arrival.reverse_path, f"arrivals.sender:{arrival.id}"
            ),
            sender_facts={},
            facts=sealed_facts(
                work,
                arrival.id,
                key_id,
                _facts(arrival.message_id, asdict(arrival.sender), arrival.envid),
            ),
            options=_options(arrival, len(outcomes)),
            size=parcel.size,
            blob_id=kept.blob_id or None,
            key_id=key_id,
        )
        for one in outcomes:
            recipient = one.recipient
            work.add(
                recipients,
                arrival_id=arrival.id,
                position=one.position,
                kind=recipient.kind.value,
                target_id=recipient.target_id or None,
                address=work.seal(
                    key_id,
                    recipient.address,
                    f"recipients.address:{arrival.id}:{one.position}",
                ),
                notify=recipient.notify,
                orcpt=work.seal(
                    key_id,
                    recipient.orcpt,
                    f"recipients.orcpt:{arrival.id}:{one.position}",
                ),
                outcome=one.outcome,
                reasons=list(one.reasons),
                ended_at=work.now if one.outcome else None,
            )
        work.note(
            Action.MESSAGE_ACCEPTED,
            "kept",
            arrival.id,
            door=arrival.door.value,
            size=len(arrival.content),
            recipients=len(arrival.recipients),
            sender=arrival.sender.kind.value,
            identity=arrival.sender.identity,
            certificate=arrival.sender.fingerprint,
        )
        return kept

    def already_kept(self, arrival: Arrival, digest: str) -> dict[str, str]:
        """
        Return the addresses that have this very message already, and in which arrival.

        A peer that lost our answer sends again (RFC 1047): same Message-ID, same bytes,
        same return path; without one, same sender. What it then repeats is acknowledged
        and not kept twice. ``digest`` is that of the content (`Parcel`).
        """
        keys = self.work.keys
        found = _SAME.rows(
            self.work.connection,
            id=message_digest(keys, arrival.message_id),
            clear_id=arrival.message_id,
            digest=content_digest(keys, digest),
            clear=digest,
        )
        known: dict[str, str] = {}
        for (row_id,) in found:
            kept = self.get(row_id)
            if kept is not None and _is_of_same_sender(kept, arrival):
                for one in kept.recipients:
                    known[one.recipient.address.lower()] = row_id
        return known

    def get(self, arrival_id: str) -> KeptArrival | None:
        """Return a message with its recipients, or None."""
        work = self.work
        rows = _GET.rows(work.connection, arrival=arrival_id)
        if not rows:
            return None
        row = rows[0]
        self._check(rows)
        said = facts_of(work, row)
        facts = said["sender"]
        return KeptArrival(
            id=row.id,
            message_id=said["message_id"],
            door=Door(row.door),
            state=row.state,
            received_at=row.received_at,
            sender=Sender(**{**facts, "kind": SenderKind(facts["kind"])}),
            reverse_path=work.unseal(
                row.key_id, row.sender, f"arrivals.sender:{row.id}"
            ),
            ret=row.options["ret"],
            envid=said["envid"],
            size=row.size,
            blob_id=row.blob_id or "",
            key_id=row.key_id,
            recipients=tuple(self._recipient(one) for one in rows),
            form=SubmissionForm(row.options.get(_FORM, SubmissionForm.MESSAGE)),
        )

    def _check(self, rows: Sequence[Any]) -> None:
        """
        Accept a message and its recipients as they were kept, one row for each.

        Raises:
            AlteredError: they are not so, or one of them is gone.
        """
        first, check = rows[0], self.work.rows
        check.check(arrivals, first)
        for row in rows:
            mac = getattr(row, _RECIPIENT_MAC)
            check.check_values(recipients, _RECIPIENT_VALUES(row), mac)
        if len(rows) != first.options.get(_COUNT, len(rows)):
            raise refused(recipients.name, "a recipient is missing, or one too many")

    def state_of(self, arrival_id: str) -> ArrivalState | None:
        """Return where a message is, or None when there is no such message."""
        row = _GET_STATE.first(self.work.connection, arrival=arrival_id)
        return None if row is None else ArrivalState(row.state)

    def _recipient(self, row: Any) -> RecipientOutcome:
        work, key_id = self.work, row.key_id
        return RecipientOutcome(
            position=row.position,
            recipient=Recipient(
                kind=RecipientKind(row.kind),
                target_id=row.target_id or "",
                address=work.unseal(
                    key_id,
                    row.address,
                    f"recipients.address:{row.id}:{row.position}",
                ),
                notify=row.notify,
                orcpt=work.unseal(
                    key_id, row.orcpt, f"recipients.orcpt:{row.id}:{row.position}"
                ),
            ),
            outcome=row.outcome,
            reasons=tuple(row.reasons),
            deliver=row.deliver,
            hidden=tuple(row.hidden),
            hidden_until=row.hidden_until,
        )

    def content(self, kept: KeptArrival) -> bytes:
        """
        Return the exact bytes of a message.

        Raises:
            NotFoundError: it ended long ago, and only its recipients have it still.
        """
        return self.work.blobs.get(kept.blob_id, kept.key_id)

    def find(self, message_id: str) -> list[str]:
        """Return the ids of the messages with a Message-ID (with or without <>)."""
        bare, keys = message_id.strip().strip("<>"), self.work.keys
        names = [bare, f"<{bare}>"]
        names += [message_digest(keys, one) for one in names]
        rows = self.work.connection.execute(
            select(arrivals.c.id)
            .where(arrivals.c.message_id.in_(names))
            .order_by(arrivals.c.received_at)
        )
        return list(rows.scalars())

    def decide_recipient(
        self,
        arrival_id: str,
        position: int,
        outcome: str,
        reasons: Iterable[str],
        *,
        deliver: bool = True,
        hidden: Iterable[str] = (),
        hidden_until: datetime | None = None,
    ) -> None:
        """Record what became of one recipient's copy."""
        work = self.work
        place = {"arrival": arrival_id, "at": position}
        row = _UNDECIDED.first(work.connection, **place)
        if row is None:
            return
        work.rows.check(recipients, row)
        decided = {
            "outcome": outcome,
            "reasons": list(reasons),
            "deliver": deliver,
            "hidden": list(hidden),
            "hidden_until": hidden_until,
            "ended_at": work.now,
        }
        bound = work.bound(recipients, {**row._asdict(), **decided})
        _DECIDE.run(work.connection, [{**place, **decided, MAC: bound[MAC]}])

    def record_documents(
        self, arrival_id: str, outcomes: Sequence[DocumentOutcome]
    ) -> None:
        """Record what became of the documents of a message."""
        key_of = self._keys_of(arrival_id)
        for one in outcomes:
            self.work.add(
                arrival_documents,
                arrival_id=arrival_id,
                recipient=one.recipient,
                position=one.position,
                outcome=one.outcome,
                reasons=list(one.reasons),
                error=one.error,
                entry_id=one.entry_id or None,
                **told_columns(self.work, arrival_id, key_of[one.recipient], one),
            )

    def _keys_of(self, arrival_id: str) -> dict[int, str]:
        """Return the key for what is told of documents, by the recipient's place."""
        return {
            row.position: key_of_outcomes(
                self.work, row.kind, row.target_id, row.key_id
            )
            for row in _KEYS.rows(self.work.connection, arrival=arrival_id)
        }

    def documents(
        self, arrival_id: str, target_id: str | None = None
    ) -> list[DocumentOutcome]:
        """Return what became of the documents of a message, for one profile or all."""
        columns = arrival_documents.c
        query = select(arrival_documents).where(columns.arrival_id == arrival_id)
        if target_id is not None:
            query = query.join(
                recipients,
                and_(
                    recipients.c.arrival_id == columns.arrival_id,
                    recipients.c.position == columns.recipient,
                    recipients.c.target_id == target_id,
                ),
            )
        rows = self.work.connection.execute(
            query.order_by(columns.recipient, columns.position)
        )
        return [outcome_of(self.work, row) for row in rows]

    def set_state(self, arrival_id: str, state: ArrivalState) -> None:
        """Move a message to another state."""
        ended = state not in UNDER_WAY
        _SET_STATE.run(
            self.work.connection,
            [
                {
                    "arrival": arrival_id,
                    "state": state.value,
                    "ended_at": self.work.now if ended else None,
                }
            ],
        )


def _moment_of_reception(work: UnitOfWork) -> datetime:
    """
    Return when a message was received, to the microsecond, no two alike.

    What one transaction keeps has the time of that transaction: each further message
    is a microsecond later, so that their order can be told ever after.
    """
    before: int = work.held.get(_KEPT_SO_FAR, 0)
    work.held[_KEPT_SO_FAR] = before + 1
    return work.now + timedelta(microseconds=before)


def _facts(message_id: str, sender: dict[str, Any], envid: str) -> dict[str, Any]:
    """Return what would tell who wrote: sealed beside the envelope."""
    return {"message_id": message_id, "sender": sender, "envid": envid}


def _options(arrival: Arrival, count: int) -> dict[str, Any]:
    """Return what is kept in clear beside the envelope."""
    options = {"ret": arrival.ret, _COUNT: count}
    if arrival.form is not SubmissionForm.MESSAGE:
        options[_FORM] = arrival.form.value
    return options


def _is_of_same_sender(kept: KeptArrival, arrival: Arrival) -> bool:
    if kept.reverse_path or arrival.reverse_path:
        return kept.reverse_path == arrival.reverse_path
    return kept.sender.identity == arrival.sender.identity


def _pending(position: int, recipient: Recipient) -> RecipientOutcome:
    return RecipientOutcome(position=position, recipient=recipient)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()

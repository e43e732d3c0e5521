"""What was told to the sender of a message: each receipt once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import insert, select

from gateway.store.base.work import UnitOfWork
from gateway.store.tables import inbox_messages, profiles, receipts


@frozen(kw_only=True)
class Receipt:
    """
    One receipt: ``kind`` DSN, MDN, ERR or UNR, about one recipient by position.

    ``status`` is the word of the receipt (delivered, failed, relayed, delayed,
    processed, displayed, error, unopened), ``code`` its MDN error code, ``state``
    sent, shown (to a patient, on the page) or withheld; ``detail`` says why it was
    withheld.
    """

    kind: str
    recipient: int
    status: str
    code: str = ""
    state: str = "sent"
    detail: str = ""
    at: datetime | None = None


@frozen
class Receipts:
    """Receipts within one transaction."""

    work: UnitOfWork

    def record(self, arrival_id: str, receipt: Receipt) -> None:
        """
        Record a receipt, in the transaction that sends it.

        It is written at once: two tasks about one message may share a transaction, and
        the second must see what the first has said.
        """
        self.work.connection.execute(
            insert(receipts).values(
                id=uuid4().hex,
                arrival_id=arrival_id,
                kind=receipt.kind,
                recipient=receipt.recipient,
                status=receipt.status,
                code=receipt.code,
                state=receipt.state,
                detail=receipt.detail[:200],
                at=self.work.now,
            )
        )

    def of(self, arrival_id: str) -> list[Receipt]:
        """Return the receipts of a message, oldest first."""
        rows: Any = self.work.connection.execute(
            select(receipts)
            .where(receipts.c.arrival_id == arrival_id)
            .order_by(receipts.c.at, receipts.c.recipient, receipts.c.kind)
        )
        return [
            Receipt(
                kind=row.kind,
                recipient=row.recipient,
                status=row.status,
                code=row.code,
                state=row.state,
                detail=row.detail,
                at=row.at,
            )
            for row in rows
        ]

    def was_read(self, arrival_id: str, profile_id: str) -> bool:
        """Tell whether the patient has opened the message."""
        columns = inbox_messages.c
        found = self.work.connection.execute(
            select(columns.id).where(
                columns.arrival_id == arrival_id,
                columns.profile_id == profile_id,
                columns.read_at.is_not(None),
            )
        ).first()
        return found is not None

    def profile_state(self, profile_id: str) -> str:
        """Return where a patient's profile stands, empty when it is gone."""
        row = self.work.connection.execute(
            select(profiles).where(profiles.c.id == profile_id)
        ).first()
        if row is None:
            return ""
        self.work.rows.check(profiles, row)
        return str(row.state)

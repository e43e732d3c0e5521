"""What became of the documents of messages, as their patient is told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from attrs import frozen
from sqlalchemy import and_, select

from gateway.store.arrivals.values import DocumentOutcome
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import arrival_documents, recipients


@frozen
class Outcomes:
    """The outcomes of one patient's documents, within one transaction."""

    work: UnitOfWork
    profile_id: str

    def of(self, arrival_ids: Collection[str]) -> dict[str, list[DocumentOutcome]]:
        """
        Return what became of the documents of some messages, by the messages.

        Those of one message stand in its order; a message that brought none is not
        there. As many as are shown on a page: they are asked for at once.
        """
        columns = arrival_documents.c
        rows = self.work.connection.execute(
            select(arrival_documents)
            .join(
                recipients,
                and_(
                    recipients.c.arrival_id == columns.arrival_id,
                    recipients.c.position == columns.recipient,
                    recipients.c.target_id == self.profile_id,
                ),
            )
            .where(columns.arrival_id.in_(arrival_ids))
            .order_by(columns.arrival_id, columns.recipient, columns.position)
        )
        found: dict[str, list[DocumentOutcome]] = {}
        for row in rows:
            found.setdefault(row.arrival_id, []).append(outcome_of(row))
        return found


def outcome_of(row: Any) -> DocumentOutcome:
    """Return the outcome that a row of ``arrival_documents`` holds."""
    return DocumentOutcome(
        recipient=row.recipient,
        position=row.position,
        unique_id=row.unique_id,
        outcome=row.outcome,
        reasons=tuple(row.reasons),
        error=row.error,
        detail=row.detail,
        entry_id=row.entry_id or "",
    )

"""What became of the documents of messages, as their patient is told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from attrs import frozen
from sqlalchemy import select

from gateway.core.envelope import RecipientKind
from gateway.errors import DestroyedError
from gateway.store.arrivals.values import DocumentOutcome
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.keys import KeyRing
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
        mine = self._mine(arrival_ids)
        rows = self.work.connection.execute(
            select(arrival_documents)
            .where(columns.arrival_id.in_({arrival_id for arrival_id, _ in mine}))
            .order_by(columns.arrival_id, columns.recipient, columns.position)
        )
        found: dict[str, list[DocumentOutcome]] = {}
        for row in rows:
            if (row.arrival_id, row.recipient) in mine:
                outcome = outcome_of(self.work, row)
                found.setdefault(row.arrival_id, []).append(outcome)
        return found

    def _mine(self, arrival_ids: Collection[str]) -> set[tuple[str, int]]:
        """
        Return where the patient is a recipient of some messages.

        A row of a recipient that somebody else wrote is left out.
        """
        rows = self.work.connection.execute(
            select(recipients).where(
                recipients.c.arrival_id.in_(arrival_ids),
                recipients.c.target_id == self.profile_id,
            )
        )
        return {
            (row.arrival_id, row.position)
            for row in rows
            if self.work.rows.is_sound(recipients, row)
        }


def unique_id_digest(keys: KeyRing, unique_id: str) -> str:
    """Return what stands for the uniqueId of a document that came; of none, nothing."""
    return column_digest(keys, "arrival_documents.unique_id", unique_id)


def key_of_outcomes(
    work: UnitOfWork, kind: str, target_id: str | None, transit: str
) -> str:
    """
    Return under which key is told what became of a recipient's documents: a patient's
    own, who reads it for years, else that of the arrival.
    """
    if kind == RecipientKind.PATIENT and target_id:
        return work.key_for(f"patient:{target_id}")
    return transit


def told_columns(
    work: UnitOfWork, arrival_id: str, key_id: str, said: DocumentOutcome
) -> dict[str, Any]:
    """Return the columns that say which document it was, and what of it was wrong."""
    place = _place(arrival_id, said.recipient, said.position)
    told = {
        "unique_id": said.unique_id,
        "detail": said.detail[:400],
        "informed": said.informed,
    }
    return {
        "unique_id": unique_id_digest(work.keys, said.unique_id),
        "detail": "",
        "facts": work.seal(key_id, told, place),
        "key_id": key_id,
    }


def _place(arrival_id: str, recipient: int, position: int) -> str:
    return f"arrival_documents.facts:{arrival_id}:{recipient}:{position}"


def _told(work: UnitOfWork, row: Any) -> dict[str, Any]:
    """Return what a row says; nothing, once nobody is left to know it."""
    nothing = {"unique_id": "", "detail": ""}
    if not row.facts:
        return nothing
    place = _place(row.arrival_id, row.recipient, row.position)
    try:
        told: dict[str, Any] = work.unseal(row.key_id, row.facts, place)
    except DestroyedError:
        return nothing
    return told


def outcome_of(work: UnitOfWork, row: Any) -> DocumentOutcome:
    """Return the outcome that a row of ``arrival_documents`` holds."""
    if row.facts is None:  # of an earlier version
        told = {"unique_id": row.unique_id, "detail": row.detail}
    else:
        told = _told(work, row)
    return DocumentOutcome(
        recipient=row.recipient,
        position=row.position,
        unique_id=told["unique_id"],
        outcome=row.outcome,
        reasons=tuple(row.reasons),
        error=row.error,
        detail=told["detail"],
        entry_id=row.entry_id or "",
        informed=told.get("informed", False),  # not of an earlier version
    )

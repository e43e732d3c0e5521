"""
The row of what came in: who sent it is sealed, with the key of its day of transit.

The certificate, the Message-ID and the ENVID name a hospital, beside an arrival that
names a patient by an opaque id. A message that comes again is found by keyed digests of
its Message-ID and its content; the digest of a text itself would confirm a guess of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, select, update

from gateway.store.arrivals.outcomes import key_of_outcomes, outcome_of, told_columns
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import arrival_documents, arrivals, recipients


def message_digest(keys: KeyRing, message_id: str) -> str:
    """Return what stands for a Message-ID; for none, nothing."""
    return column_digest(keys, "arrivals.message_id", message_id)


def content_digest(keys: KeyRing, sha256: str) -> str:
    """Return what stands for the SHA-256 of a message's bytes."""
    return column_digest(keys, "arrivals.content_digest", sha256)


def sealed_facts(
    work: UnitOfWork, arrival_id: str, key_id: str, facts: Mapping[str, Any]
) -> bytes:
    """Return sealed what would tell who sent an arrival."""
    return work.seal(key_id, facts, f"arrivals.facts:{arrival_id}")


def facts_of(work: UnitOfWork, row: Any) -> dict[str, Any]:
    """Return what a row says of who sent: ``message_id``, ``sender``, ``envid``."""
    if row.facts is None:
        return _said(row)
    facts: dict[str, Any] = work.unseal(
        row.key_id, row.facts, f"arrivals.facts:{row.id}"
    )
    return facts


def _said(row: Any) -> dict[str, Any]:
    """Return what an earlier version wrote in clear."""
    return {
        "message_id": row.message_id,
        "sender": dict(row.sender_facts),
        "envid": row.options["envid"],
    }


def seal_arrivals(work: UnitOfWork, most: int) -> int:
    """Seal what earlier rows say in clear, of so many at most; return of how many."""
    rows = work.connection.execute(
        select(arrivals)
        .where(arrivals.c.facts.is_(None))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        options = {name: one for name, one in row.options.items() if name != "envid"}
        work.connection.execute(
            update(arrivals)
            .where(arrivals.c.id == row.id)
            .values(
                message_id=message_digest(work.keys, row.message_id),
                content_digest=content_digest(work.keys, row.content_digest),
                sender_facts={},
                options=options,
                facts=sealed_facts(work, row.id, row.key_id, _said(row)),
            )
        )
    return len(rows)


def seal_outcomes(work: UnitOfWork, most: int) -> int:
    """Seal what was said of documents in clear, of so many at most; return how many."""
    mine = arrival_documents.c
    rows = work.connection.execute(
        select(
            arrival_documents,
            recipients.c.kind,
            recipients.c.target_id,
            arrivals.c.key_id.label("transit"),
        )
        .join(arrivals, arrivals.c.id == mine.arrival_id)
        .join(
            recipients,
            and_(
                recipients.c.arrival_id == mine.arrival_id,
                recipients.c.position == mine.recipient,
            ),
        )
        .where(mine.facts.is_(None))
        .limit(most)
    ).all()
    for row in rows:
        key_id = key_of_outcomes(work, row.kind, row.target_id, row.transit)
        told = told_columns(work, row.arrival_id, key_id, outcome_of(work, row))
        work.connection.execute(
            update(arrival_documents)
            .where(
                mine.arrival_id == row.arrival_id,
                mine.recipient == row.recipient,
                mine.position == row.position,
            )
            .values(**told)
        )
    return len(rows)

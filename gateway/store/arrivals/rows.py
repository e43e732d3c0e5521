"""
The row of what came in: who sent it is sealed, with the key of its day of transit.

The certificate, the Message-ID and the ENVID name a hospital, beside an arrival that
names a patient by an opaque id. A message that comes again is found by keyed digests of
its Message-ID and its content; the digest of a text itself would confirm a guess of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from gateway.store.arrivals.outcomes import key_of_outcomes, outcome_of, told_columns
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import arrivals, recipients


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


def sealed_columns(work: UnitOfWork, row: Any) -> dict[str, Any]:
    """Return the columns of a row, sealed, that an earlier version wrote in clear."""
    return {
        "message_id": message_digest(work.keys, row.message_id),
        "content_digest": content_digest(work.keys, row.content_digest),
        "sender_facts": {},
        "options": {name: one for name, one in row.options.items() if name != "envid"},
        "facts": sealed_facts(work, row.id, row.key_id, _said(row)),
    }


def sealed_outcome(work: UnitOfWork, row: Any) -> dict[str, Any]:
    """Return the same of what became of a document that came."""
    found = work.connection.execute(
        select(recipients.c.kind, recipients.c.target_id, arrivals.c.key_id)
        .join(arrivals, arrivals.c.id == recipients.c.arrival_id)
        .where(
            recipients.c.arrival_id == row.arrival_id,
            recipients.c.position == row.recipient,
        )
    ).one()
    key_id = key_of_outcomes(work, found.kind, found.target_id, found.key_id)
    return told_columns(work, row.arrival_id, key_id, outcome_of(work, row))

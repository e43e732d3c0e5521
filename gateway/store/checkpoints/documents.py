"""The documents of all vaults as a number and a sum, which a checkpoint vouches for."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from gateway.checkpoints.checkpoint import VaultCount
from gateway.store.journal import Action
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import documents, journal

FILING: Final = (Action.DOCUMENT_FILED.value, Action.DOCUMENT_KEPT.value)
"""The lines that put a document into a vault; their subject is its id."""

_MODULUS: Final = 1 << 256

COLUMNS: Final = (
    documents.c.id,
    documents.c.profile_id,
    documents.c.blob_id,
    documents.c.filed_at,
)
"""What is committed to: whose it is, and which bytes. Nothing of these changes."""


def is_filing() -> ColumnElement[bool]:
    """Return the condition for lines that put a document into a vault."""
    return journal.c.action.in_(FILING)


def documents_of(ids: Iterable[str]) -> Any:
    """Return the statement for some documents' rows."""
    return select(*COLUMNS).where(documents.c.id.in_(list(ids)))


def commitment(
    keys: KeyRing, id_: str, profile: str, blob: str, filed_at: datetime
) -> int:
    """
    Return the keyed commitment to a document, as a number.

    Their sum, modulo 2**256, is the same in every order, so that a document more is
    one addition. Without the key nobody makes rows with the sum of others.
    """
    content = b"".join(
        struct.pack(">I", len(part)) + part
        for part in (
            id_.encode(),
            profile.encode(),
            blob.encode(),
            filed_at.isoformat().encode(),
        )
    )
    return int.from_bytes(keys.mac(Label.VAULT, content), "big")


def added(count: VaultCount, commitments: Iterable[int]) -> VaultCount:
    """Return number and sum with some documents more."""
    total, number = int.from_bytes(count.sum, "big"), count.documents
    for one in commitments:
        total, number = (total + one) % _MODULUS, number + 1
    return VaultCount(number, total.to_bytes(32, "big"))

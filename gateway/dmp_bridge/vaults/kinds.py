"""Which kinds of documents the embedded vault holds, and how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import define, field

from gateway.rights.habilitation_rules import DocumentKind, kind_of
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.vault.documents import Documents
from gateway.store.vault.values import StoredDocument

_AT_ONCE = 500


@define
class KindsKept:
    """The documents of all patients by kind; those that cannot be read are counted."""

    kinds: Counter[DocumentKind] = field(factory=Counter)
    unreadable: int = 0


def kinds_kept(database: Database) -> KindsKept:
    """Return what there is, whatever its status; whose it is stays out of it."""
    kept = KindsKept()
    with database.read() as work:
        for stored in _all(work):
            if stored.fault:
                kept.unreadable += 1
            else:
                kept.kinds[kind_of(stored.facts)] += 1
    return kept


def kind_kept(work: UnitOfWork, document_id: str) -> DocumentKind | None:
    """Return what kind a document is of; None: it is gone, or cannot be read."""
    stored = Documents(work).get(document_id)
    return None if stored is None or stored.fault else kind_of(stored.facts)


def _all(work: UnitOfWork) -> Iterator[StoredDocument]:
    documents, last = Documents(work), ""
    while found := documents.after(last, _AT_ONCE):
        yield from found
        last = found[-1].facts.id

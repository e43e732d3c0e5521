"""Which accesses of operators who looks at a space may know of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.rights.visibility_rules import sees_secrets
from gateway.store.accesses.reading import AccessReader
from gateway.store.accesses.values import Access
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Entry
from gateway.web.patient.document_cards import SeenDocuments

ACCESS: Final = "access"
"""Where a line names the access of an operator that it is about."""


def untold_lines(
    work: UnitOfWork, seen: SeenDocuments, entries: Iterable[Entry]
) -> set[int]:
    """
    Return the numbers of lines about accesses that who looks knows nothing of.

    They are told on a later day; or a representative may not see all that was named.

    Raises:
        AlteredError: an access is not as it was written, or is gone.
    """
    named = {one.seq: one.kept[ACCESS] for one in entries if ACCESS in one.kept}
    known = AccessReader(work).each(set(named.values()))
    told = {
        one.id
        for one in known.values()
        if one.is_told(work.now) and (sees_secrets(seen.reader) or _sees_all(seen, one))
    }
    return {seq for seq, access_id in named.items() if access_id not in told}


def _sees_all(seen: SeenDocuments, access: Access) -> bool:
    named = () if access.said is None else access.said.named
    is_of_documents = bool(named) and not access.arrival_id
    return is_of_documents and all(seen.find(one.id) for one in named)

"""The list of a patient's documents: what was made ahead, and what has to be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import compress
from typing import Protocol

from attrs import field, frozen

from gateway.core.document import DocumentEntry
from gateway.core.listed_columns import ListColumns, ListedDocuments
from gateway.core.listing import ListEntry, Listing
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.vaults.list_form import (
    NOTHING,
    digest_of,
    from_bytes,
    marks_in,
    to_bytes,
)
from gateway.documents.xds.listed import list_entry
from gateway.store.base.work import UnitOfWork
from gateway.store.vault.indexes import DocumentIndexes


class _Reading(Protocol):
    """What is needed of the vault to read documents one by one."""

    def sound_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return the documents of some ids; altered ones are left out."""

    def entry(self, document: FiledDocument) -> DocumentEntry:
        """Return the entry of one."""


@frozen
class ListMaking:
    """
    Lists of patients' documents, within one transaction.

    An entry that was made ahead counts while its document's row is the one it was made
    of: whatever was changed since then, by whomever, is read from the row itself.
    """

    work: UnitOfWork
    vault: _Reading = field(repr=False)

    def listing(self, profile_id: str) -> Listing:
        """Return the list as things are now."""
        columns, read, _ = self._made(profile_id)
        return Listing(ListedDocuments.all(columns), read)

    def renewed(
        self, profile_id: str, many: int
    ) -> tuple[Sequence[ListEntry], bytes | None]:
        """
        Return the list, and what is to be kept in place of what was made.

        None where so ``many`` did not have to be read: what was made is enough.
        """
        columns, read, rows = self._made(profile_id)
        every = list(ListedDocuments.all(columns))
        return every, to_bytes(every, rows) if read >= many else None

    def _made(self, profile_id: str) -> tuple[ListColumns, int, str]:
        """Return the list, how many were read for it, and what rows are known by."""
        indexes = DocumentIndexes(self.work)
        rows = indexes.rows(profile_id)
        content = indexes.get(profile_id)
        kept = (None if content is None else from_bytes(content)) or NOTHING
        if kept.rows == digest_of(rows):
            return kept.columns, 0, rows
        marks = marks_in(rows)
        still = kept.still(marks)
        missing = marks.keys() - compress(kept.columns.ids, still)
        found = self.vault.sound_each(missing) if missing else {}
        read = [list_entry(one, self.vault.entry(one)) for one in found.values()]
        return kept.columns.with_others(still, read), len(read), rows

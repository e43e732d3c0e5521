"""The list of a patient's documents: what was made ahead, and what has to be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from attrs import field, frozen

from gateway.core.document import DocumentEntry
from gateway.core.listing import BY_CARE, ListEntry, Listing
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.vaults.list_form import from_bytes, to_bytes
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
        entries, read, _ = self._made(profile_id)
        return Listing([*entries, *read], len(read))

    def renewed(
        self, profile_id: str, many: int
    ) -> tuple[Sequence[ListEntry], bytes | None]:
        """
        Return the list, and what is to be kept in place of what was made.

        None where so ``many`` did not have to be read: what was made is enough.
        """
        entries, read, marks = self._made(profile_id)
        # In the order of the list: what is nearly so is soon put in order.
        every = sorted([*entries, *read], key=BY_CARE)
        return every, to_bytes(marks, every) if len(read) >= many else None

    def _made(
        self, profile_id: str
    ) -> tuple[list[ListEntry], list[ListEntry], Mapping[str, str]]:
        indexes = DocumentIndexes(self.work)
        marks = indexes.marks(profile_id)
        kept = indexes.get(profile_id)
        entries = [] if kept is None else from_bytes(kept, marks)
        missing = marks.keys() - {one.id for one in entries}
        found = self.vault.sound_each(missing) if missing else {}
        read = [list_entry(one, self.vault.entry(one)) for one in found.values()]
        return entries, read, marks

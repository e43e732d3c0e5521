"""Which lines of a patient's chain are told to the patient in full, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from gateway.checkpoints.leaf import Leaf
from gateway.core.document import Availability
from gateway.core.texts.history import deed_text
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.rights.visibility_rules import PatientReader, patient_sees
from gateway.store.accesses.reading import AccessReader
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import Action, line_place

_ACCESS: Final = "access"
"""What a line names that is about an operator's access."""

_OF_ALL: Final = "all"
"""What a line about a document says where it is about all of them."""


@frozen
class HistoryTold:
    """
    Opens the lines that the page of history shows; every other stays closed.

    What is hidden from the patient has lines as well. They are closed among those on
    how the service works, of which each filing and message has some: that there is a
    closed line tells nothing.
    """

    work: UnitOfWork
    vault: Vault
    profile_id: str

    def __call__(self, leaves: Sequence[Leaf]) -> Mapping[int, Mapping[str, Any]]:
        """Return what is told of lines, by their numbers; of the others nothing is."""
        known = [
            (leaf, said)
            for leaf in leaves
            if (said := deed_text(leaf.action, leaf.outcome)) is not None
        ]
        documents = self.vault.get_each({leaf.subject for leaf, _ in known})
        delivered = {
            leaf.subject for leaf, _ in known if leaf.action == Action.MESSAGE_DELIVERED
        }
        shown = InboxReader(self.work).seen_arrivals(self.profile_id, delivered)
        hidden = delivered - shown
        untold = self._untold(leaves)
        return {
            leaf.seq: {
                "fr": said.text.fr,
                "en": said.text.en,
                **self._opened(leaf),
            }
            for leaf, said in known
            if leaf.subject not in hidden
            and leaf.seq not in untold
            and self._may_be_told(leaf, documents.get(leaf.subject))
        }

    def _untold(self, leaves: Sequence[Leaf]) -> frozenset[int]:
        """Return the lines about accesses of which the patient learns later."""
        named = {
            leaf.seq: str(leaf.detail[_ACCESS])
            for leaf in leaves
            if _ACCESS in leaf.detail
        }
        known = AccessReader(self.work).each(set(named.values()))
        told = {one.id for one in known.values() if one.is_told(self.work.now)}
        return frozenset(seq for seq, access in named.items() if access not in told)

    def _may_be_told(self, leaf: Leaf, document: FiledDocument | None) -> bool:
        if document is None:
            is_about_one = leaf.action.startswith("document:")
            return not is_about_one or leaf.outcome == _OF_ALL
        if document.profile_id != self.profile_id:
            return False
        # One that was withdrawn was seen until then, and its lines stay.
        is_gone = document.status is Availability.DELETED
        status = Availability.APPROVED if is_gone else document.status
        return patient_sees(
            document.visibility(self.work.now),
            status,
            PatientReader.HOLDER,
            on_request=True,
        )

    def _opened(self, leaf: Leaf) -> Mapping[str, Any]:
        """Return what is sealed in a line: names of persons and structures."""
        place = line_place(leaf.action, leaf.subject)
        said = self.work.journal.opens(place, leaf.detail)
        return {name: one for name, one in said.items() if name not in leaf.detail}

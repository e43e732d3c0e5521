"""The documents of a message that is taken back: what was made of them, their end."""

from __future__ import annotations

from collections import Counter
from typing import Final

from attrs import frozen

from gateway.core.document import Availability
from gateway.core.keeping import MessageFile
from gateway.core.reasons import Reason
from gateway.core.recalls import BroughtBefore
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.withdrawing import withdraw
from gateway.store.base.work import UnitOfWork
from gateway.store.downloads.downloads import Downloads
from gateway.store.inbox.reading import InboxReader
from gateway.store.journal import Action, chain_of

_MOST_FILES: Final = 200
"""Files of one message that are asked for; a message brings fewer (`[xdm]`)."""


@frozen
class BroughtDocuments:
    """What the recall of a message asks of the vault."""

    vaults: VaultAccess

    def look(
        self, work: UnitOfWork, profile_id: str, arrival_id: str, message_id: str
    ) -> BroughtBefore:
        """
        Return what became of a message's documents in a patient's vault.

        ``message_id`` is the patient's message, of which files may be kept; empty where
        there is none.
        """
        there = self._there(work, profile_id, arrival_id)
        came = [one.filed_at for one in there]
        copies = 0
        if message_id:
            message = InboxReader(work).received_by(profile_id, arrival_id)
            came += [message.at] if message and not message.recalled_at else []
            files = [MessageFile(message_id, place) for place in range(_MOST_FILES)]
            found = self.vaults.within(work).find_each([one.unique_id for one in files])
            copies = sum(
                one.profile_id == profile_id and one.status is not Availability.DELETED
                for one in found.values()
            )
        done = _done(work, profile_id, there)
        return BroughtBefore(
            documents=len(there),
            opened=sum(one.read_at is not None for one in there),
            copies=copies,
            consulted=done[Action.DOCUMENT_CONSULTED],
            sent=done[Action.DOCUMENT_SENT],
            may_be_taken_away=bool(came)
            and Downloads(work).was_taken_since(profile_id, min(came)),
        )

    def withdraw(
        self, work: UnitOfWork, profile_id: str, arrival_id: str, **who: str
    ) -> int:
        """Withdraw what a message brought, each with its line; return how many."""
        vault, withdrawn = self.vaults.within(work), 0
        for document in self._there(work, profile_id, arrival_id):
            if not withdraw(work, vault, document):
                continue
            withdrawn += 1
            work.note(
                Action.DOCUMENT_WITHDRAWN,
                Reason.WITHDRAWN.value,
                document.id,
                chain=chain_of(profile_id),
                arrival=arrival_id,
                document=document.unique_id,
                **who,
            )
        return withdrawn

    def _there(
        self, work: UnitOfWork, profile_id: str, arrival_id: str
    ) -> list[FiledDocument]:
        brought = self.vaults.within(work).brought_by(profile_id, [arrival_id])
        return [one for one in brought if one.status is not Availability.DELETED]


def _done(
    work: UnitOfWork, profile_id: str, there: list[FiledDocument]
) -> Counter[str]:
    """Return to how many of some documents of this vault each thing was done."""
    lines = work.journal.about([one.id for one in there]) if there else []
    chain = chain_of(profile_id)
    return Counter(
        action
        for action, _ in {
            (line.action, line.subject) for line in lines if line.chain == chain
        }
    )

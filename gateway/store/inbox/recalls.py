"""Taking a message back from a patient's inbox: its text, its files and its bytes."""

from __future__ import annotations

from attrs import frozen

from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.rows import InboxRows
from gateway.store.inbox.values import InboxMessage


@frozen
class Recalls:
    """Within one transaction; whether it may be is for the rights to say."""

    work: UnitOfWork

    def find(self, profile_id: str, arrival_id: str) -> InboxMessage | None:
        """Return what a patient received of a message, hidden or deleted or not."""
        return InboxReader(self.work).received_by(profile_id, arrival_id)

    def take_back(self, profile_id: str, message: InboxMessage) -> None:
        """
        Empty a message and give its bytes back; its place in the thread stays.

        What the patient deleted is empty already, and stays deleted.
        """
        if not message.deleted:
            InboxRows(self.work).take_back(profile_id, message)

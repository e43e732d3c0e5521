"""What is put into a space whose pages are measured: documents, and messages."""

from __future__ import annotations

from attrs import frozen

from gateway.core.copies import Copy
from gateway.core.document import DocumentEntry
from gateway.core.envelope import Arrival, Door
from gateway.measuring.page_documents import RESULTS, SpaceDocuments
from gateway.measuring.page_messages import CONTENT, FILES, TEXT, is_own, message
from gateway.node.vaults import open_vaults
from gateway.store.arrivals.arrivals import Arrivals, DocumentOutcome
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import AttachedFile

_BATCH = 250
_FILES = tuple(
    AttachedFile(one.name, one.media_type, len(one.content)) for one in FILES
)


@frozen
class Holdings:
    """What a patient has: documents, and messages, half of them of one correspondent"""

    documents: int
    messages: int


FEW = Holdings(10, 10)
MANY = Holdings(10_000, 2_000)


@frozen
class SpaceFilling:
    """Puts things into the space of one patient, as the doors and the worker do."""

    database: Database
    documents: SpaceDocuments

    @property
    def profile_id(self) -> str:
        """Whose space it is."""
        return self.documents.profile_id

    def fill(self, holdings: Holdings) -> None:
        """Put so much into it, and make what its searches need."""
        brought = sum(not is_own(number) for number in range(holdings.messages))
        self.file_letters(holdings.documents - brought)
        for first in range(0, holdings.messages, _BATCH):
            self._add_messages(range(first, min(first + _BATCH, holdings.messages)))
        self.documents.make_searchable()

    def file_letters(self, count: int) -> None:
        """File so many letters that no message brought."""
        for first in range(0, count, _BATCH):
            with self.database.write() as work:
                for _ in range(first, min(first + _BATCH, count)):
                    self._file(work, self.documents.letter)

    def _file(
        self, work: UnitOfWork, content: bytes, arrival_id: str = ""
    ) -> DocumentEntry:
        deposit = self.documents.deposit(content, arrival_id)
        open_vaults(self.database).within(work).file(deposit)
        return deposit.entry

    def _add_messages(self, numbers: range) -> None:
        """Receive messages, as the door and the worker do; some are the patient's."""
        made = [message(self.profile_id, number) for number in numbers]
        came = [one for one in made if one.door is not Door.WEB]
        own = [one for one in made if one.door is Door.WEB]
        parcels = [self.database.prepare(CONTENT) for _ in came]
        with self.database.write() as work:
            for arrival, parcel in zip(came, parcels, strict=True):
                Arrivals(work).keep(arrival, parcel)
        with self.database.write() as work:
            for arrival in came:
                self._receive(work, arrival)
        with self.database.write() as work:
            found = InboxReader(work).conversations(self.profile_id, _BATCH)
            thread = max(found, key=lambda one: one.messages)
            for arrival in own:
                self._send(work, thread.id, arrival)
        with self.database.write() as work:
            for arrival in own:
                Arrivals(work).decide_recipient(arrival.id, 0, Copy.BOUNCED, [])

    def _receive(self, work: UnitOfWork, arrival: Arrival) -> None:
        """Take in a message with a document, one that was there, and one unreadable."""
        kept = Arrivals(work).get(arrival.id)
        assert kept is not None, "just kept"
        filed = self._file(work, RESULTS, arrival.id)
        outcomes = [
            (filed.unique_id, "FILED", filed.entry_uuid),
            (self._file(work, RESULTS).unique_id, "DUPLICATE", ""),
            ("1.2.3", "DOC_INVALID", ""),
        ]
        Arrivals(work).record_documents(
            arrival.id,
            [
                DocumentOutcome(
                    recipient=0,
                    position=position,
                    unique_id=unique_id,
                    outcome=outcome,
                    entry_id=entry_id,
                )
                for position, (unique_id, outcome, entry_id) in enumerate(outcomes)
            ],
        )
        Inbox(work).receive(
            self.profile_id,
            arrival.id,
            correspondent=arrival.reverse_path,
            display_name="Dr_Claire_MARTIN",
            subject="Suite",
            text=TEXT,
            attachments=_FILES,
            blob_id=kept.blob_id,
            from_key=kept.key_id,
            message_id=kept.message_id,
            mailbox_kind="PER",
            received_at=kept.received_at,
            proven="CHU",
        )

    def _send(self, work: UnitOfWork, thread: str, arrival: Arrival) -> None:
        """Keep a message of the patient, as when it is written."""
        parcel = self.database.prepare(CONTENT)
        Arrivals(work).keep(arrival, parcel)
        Inbox(work).send(
            thread,
            self.profile_id,
            arrival.id,
            subject="Question",
            text=TEXT,
            attachments=_FILES,
            parcel=parcel,
            message_id=arrival.message_id,
        )

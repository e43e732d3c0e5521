"""
The port: what a vault does, in plain values.

It knows neither a transaction nor a row. Each adapter says itself how it comes to its
transaction or its connection (`access`, `embedded`).

A vault that is reached by network cannot answer inside our transaction. It would take
what it is given into an outbox there (a task ``SUBMIT``, with the states waiting, done,
refused with a code, and given up), while our own register of entries goes on answering
for duplicates, versions and the patient's pages. There is none yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from attrs import field, frozen

from gateway.core.document import (
    BodyLevel,
    DocumentEntry,
    SubmissionSet,
    Visibility,
)
from gateway.core.listing import Listing, TextsFound
from gateway.core.vault import FiledDocument, MaskedBy, to_entry_id

PreparedContent = NewType("PreparedContent", object)
"""What a vault made of a content ahead of its filing; only that vault looks inside."""


class Deposited(StrEnum):
    """What came of a filing: the same one twice is one."""

    FILED = "filed"
    ALREADY_FILED = "already filed"


@frozen(kw_only=True)
class Deposit:
    """
    A document to file: read, and decided upon.

    ``entry`` says its status (a version that comes late is not current), its flags,
    and the uniqueId it replaces, ``deprecates`` the uniqueIds of those that are no
    longer current once it is filed. ``names`` is the uniqueId that the document says to
    replace, there or not, ``superseded_by`` the uniqueIds of those that replaced it
    before it came. ``visible_at`` is when the patient may see it although it is hidden
    now, ``flags_then`` are its flags from then on. ``people`` and ``structures``
    identify its authors, the first one first. ``sha256`` is that of the content, in
    hex. Without ``prepared`` the vault prepares the content itself.
    """

    profile_id: str
    arrival_id: str = ""
    submission_id: str
    entry: DocumentEntry
    content: bytes = field(repr=False)
    prepared: PreparedContent | None = field(default=None, repr=False)
    sha256: str
    set_id: str = ""
    version: int | None = None
    body_level: BodyLevel
    people: tuple[str, ...] = field(default=(), repr=False)
    structures: tuple[str, ...] = ()
    deprecates: tuple[str, ...] = ()
    names: str = ""
    superseded_by: tuple[str, ...] = ()
    visible_at: datetime | None = None
    flags_then: frozenset[Visibility] = frozenset()
    masked_by: MaskedBy = MaskedBy.NOBODY

    @property
    def entry_id(self) -> str:
        """The id by which the vault and the journal know it."""
        return to_entry_id(self.entry.entry_uuid)


@frozen
class Walked:
    """Some of a patient's documents, and where to go on; ``place`` empty: no further"""

    documents: Sequence[FiledDocument]
    place: str


class Vault(Protocol):
    """The documents of all patients; what is filed is there to be found at once."""

    def find(self, unique_id: str) -> FiledDocument | None:
        """Return what is filed under a uniqueId, in whichever patient's vault."""

    def get(self, entry_uuid: str) -> FiledDocument | None:
        """Return what is filed under an entryUUID, in any of its forms."""

    def find_each(self, unique_ids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return what is filed under some uniqueIds, by these; asked at once."""

    def get_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return what is filed under some entryUUIDs, by its id; asked at once."""

    def versions(self, profile_id: str, set_id: str) -> Sequence[FiledDocument]:
        """Return a patient's versions of one set, first filed first; none of none."""

    def naming(self, profile_id: str, unique_id: str) -> Sequence[FiledDocument]:
        """Return what a patient has that says to replace this one, first filed first"""

    def brought_by(
        self, profile_id: str, arrival_ids: Collection[str]
    ) -> Sequence[FiledDocument]:
        """Return what some messages put in a patient's vault, first filed first."""

    def listed(self, profile_id: str) -> Sequence[FiledDocument]:
        """
        Return all documents of a patient, last filed first, whatever their status.

        Who may see which of them is for the rights to say.
        """

    def walk(self, profile_id: str, place: str, limit: int) -> Walked:
        """
        Return the next documents of a patient, first filed first, whatever they are.

        Begun with an empty place. One that was altered is left out, as in every list.
        """

    def for_holder(
        self,
        profile_id: str,
        *,
        old: bool,
        limit: int,
        offset: int = 0,
        added: bool = False,
        unopened: bool = False,
    ) -> Sequence[FiledDocument]:
        """
        Return some of the documents that their patient may know of, last filed first.

        Those for which `patient_sees` says yes to the holder, ``old`` being "on
        request"; as fast for ten thousand documents as for ten. ``added``: those alone
        that no message brought; ``unopened``: those alone that nobody has opened yet.
        """

    def count_for_holder(
        self, profile_id: str, *, old: bool, added: bool = False
    ) -> int:
        """Return how many they are."""

    def ids_for_holder(self, profile_id: str, *, added: bool = False) -> frozenset[str]:
        """
        Return the ids of all that the patient may know of, old versions with them.

        ``added``: of those alone that no message brought.
        """

    def listing(self, profile_id: str) -> Listing:
        """
        Return what a list needs to know of all a patient's documents, as they are now.

        Who may see which of them is for a reader to say (`rights/reader_rules`).
        """

    def find_in_texts(
        self, profile_id: str, words: Collection[str], among: Sequence[str]
    ) -> TextsFound:
        """
        Return which of some documents have words that begin so in their text.

        ``words`` are folded. No text is opened of a document that is not ``among``
        those that may be found.
        """

    def texts(self, documents: Collection[FiledDocument]) -> Mapping[str, str]:
        """Return the texts that documents are searched by, as far as they are there."""

    def sound_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return the documents of some ids, by these; altered ones are left out."""

    def entry(self, document: FiledDocument) -> DocumentEntry:
        """Return its entry, with the status and the visibility that it has now."""

    def content(self, document: FiledDocument) -> bytes:
        """Return the exact bytes that were filed."""

    def submit(self, profile_id: str, submission: SubmissionSet) -> str:
        """
        Open a SubmissionSet for the documents of one message; return its id.

        Raises:
            NotFoundError: there is no such patient.
        """

    def file(self, deposit: Deposit) -> Deposited:
        """
        File a document once; those it deprecates become Deprecated.

        Raises:
            ConflictError: its uniqueId is filed with another content, or for another
                patient; or what it replaces is not in this patient's vault.
            NotFoundError: there is no such patient.
        """

    def discard(self, prepared: PreparedContent) -> None:
        """Do away with what was prepared and is not filed after all."""

    def withdraw(self, document: FiledDocument) -> bool:
        """Take a document from everybody's sight; False when it was so already."""

    def erase(self, document: FiledDocument) -> bool:
        """
        Delete a document and its bytes, for good; False when it was so already.

        That it was there is still known, by its id and its uniqueId.
        """

    def change_visibility(
        self,
        document: FiledDocument,
        flags: frozenset[Visibility],
        *,
        visible_at: datetime | None = None,
        flags_then: frozenset[Visibility] = frozenset(),
        masked_by: MaskedBy = MaskedBy.NOBODY,
    ) -> None:
        """Give a document other flags, now and from ``visible_at`` on."""

    def mark_read(self, document_id: str) -> None:
        """Record when the patient first opened a document; later times change it not"""

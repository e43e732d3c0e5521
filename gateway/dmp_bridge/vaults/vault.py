"""What a vault does for the filing step; one adapter each for where documents go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from gateway.core.document import (
    Availability,
    ClinicalDocument,
    DocumentEntry,
    SubmissionSet,
    Visibility,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.blobs import Parcel
from gateway.store.vault.documents import StoredDocument

_URN = "urn:uuid:"


def to_id(entry_uuid: str) -> str:
    """
    Return the 32 hex digits by which an entry is kept.

    >>> to_id("urn:uuid:0A0B0C0D-0000-4000-8000-000000000001")
    '0a0b0c0d000040008000000000000001'
    """
    return entry_uuid.strip().lower().removeprefix(_URN).replace("-", "")


class Deposited(StrEnum):
    """What came of a filing: the same one twice is one."""

    FILED = "filed"
    ALREADY_FILED = "already filed"


@frozen(kw_only=True)
class Deposit:
    """
    A document to file: read, decided upon and encrypted.

    ``replaces`` is the uniqueId it stands in for, ``deprecates`` those that are no
    longer current once it is filed. ``visible_at`` is when the patient may see it
    although it is hidden now; ``visibility_then`` are its flags from then on.
    """

    profile_id: str
    key_id: str
    arrival_id: str = ""
    submission_id: str
    document: ClinicalDocument
    entry: DocumentEntry
    parcel: Parcel
    sha256: str
    replaces: str = ""
    deprecates: tuple[str, ...] = ()
    visible_at: datetime | None = None
    visibility_then: frozenset[Visibility] = frozenset()
    masked_by: str = ""

    @property
    def status(self) -> Availability:
        """The status it is filed with: a version that comes late is not current."""
        return self.entry.availability_status

    @property
    def entry_id(self) -> str:
        """The entryUUID in hex, by which the vault and the journal know it."""
        return to_id(self.entry.entry_uuid)


@frozen(kw_only=True)
class FiledDocument:
    """A document read back: its entry as it is now, and its exact bytes."""

    entry: DocumentEntry
    content: bytes = field(repr=False)


class Vault(Protocol):
    """The documents of all patients, within one transaction."""

    def submit(self, profile_id: str, key_id: str, submission: SubmissionSet) -> str:
        """Open a SubmissionSet for the documents of one message; return its id."""

    def file(self, deposit: Deposit) -> Deposited:
        """
        File a document once; those it replaces become Deprecated.

        Raises:
            ConflictError: its uniqueId is filed with another content, or for another
                patient.
        """

    def withdraw(self, stored: StoredDocument) -> bool:
        """Take a document from everybody's sight; False when it was so already."""

    def find(self, unique_id: str) -> StoredDocument | None:
        """Return what is filed under a uniqueId, in whichever patient's vault."""

    def find_entry(self, entry_uuid: str) -> StoredDocument | None:
        """Return what is filed under an entryUUID, with or without ``urn:uuid:``."""

    def versions(self, profile_id: str, set_id: str) -> Iterable[StoredDocument]:
        """Return the versions of one set that a patient's vault holds."""

    def listed(self, profile_id: str) -> list[DocumentEntry]:
        """Return all entries of a patient, last filed first, old versions too."""

    def get(self, stored: StoredDocument) -> FiledDocument:
        """Return a document with the exact bytes that were filed."""


VaultOpener = Callable[[UnitOfWork], Vault]
"""Opens a vault on a transaction."""

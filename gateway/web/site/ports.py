"""What the pages of every audience need from other parts: given, never imported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.core.directory import DirectoryEntry
from gateway.core.document import DocumentEntry
from gateway.core.listing import Listing, TextsFound
from gateway.core.rendered import MediaUrl, Medium, Rendering
from gateway.core.vault import FiledDocument
from gateway.documents.printed_page import PrintedPage
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profile
from gateway.store.patients.web_sessions import WebSession
from gateway.web.site.limits import FilesRight
from gateway.web.site.visits import ActingFor


class Visitors(Protocol):
    """The people a site is for; blocking, so called on worker threads."""

    @property
    def after_acting(self) -> str:
        """Where who acted for somebody is told that this is over."""

    def find(self, cookie: str) -> tuple[WebSession | None, Profile | None, datetime]:
        """Return the session of a cookie, its person when open, and the time."""

    def acting(self, own: Profile, delegation_id: str) -> ActingFor | None:
        """Return for whom somebody acts by a delegation, if it is theirs and holds."""

    def whose(self, cookie: str) -> Profile | None:
        """Return the person of a session that ended not long ago, of itself."""

    def right_to_files(self, cookie: str) -> FilesRight:
        """Return what of a form with files is taken of whoever has a cookie now."""

    def note_refusal(self, person: Profile, subject: str) -> None:
        """Leave a trace of somebody who asked for what is not theirs, or not there."""


class NameDirectory(Protocol):
    """
    Professionals and places by name, whether the patient met them or not.

    What is known here stands behind it, and the national directory once imported.
    """

    def search(self, work: UnitOfWork, text: str, most: int) -> list[DirectoryEntry]:
        """Return at most so many that have all the words of a text, by name."""

    def names(self, work: UnitOfWork, identities: Collection[str]) -> Mapping[str, str]:
        """Return the names of those that are known, by what identifies them."""


class DocumentPages(Protocol):
    """
    Turns the exact bytes of a filed document into what is shown of it.

    Blocking, so called on worker threads; never raises for odd content: what cannot
    be shown is a download.
    """

    def render(
        self, content: bytes, *, media_url: MediaUrl, language: str
    ) -> Rendering:
        """Say how a document is shown."""

    def body(self, content: bytes) -> Medium | None:
        """Return the file of an N1 if it is what it says, an N3's PDF copy, or None."""

    def pdf(self, content: bytes, sheet: PrintedPage) -> bytes | None:
        """Return a document as it is shown as a PDF, under a sheet's head, or None."""

    def picture(self, content: bytes, number: int) -> Medium | None:
        """Return a picture that a file was converted to, the first is 1, or None."""

    def medium(self, content: bytes, media_id: str) -> Medium | None:
        """Return an image or file embedded in an N3, or None."""


class DocumentVault(Protocol):
    """The documents of all patients, to be read in one transaction."""

    def find(self, unique_id: str) -> FiledDocument | None:
        """Return what is filed under a uniqueId, in whichever patient's vault."""

    def get(self, entry_uuid: str) -> FiledDocument | None:
        """Return what is filed under an entryUUID, in whichever patient's vault."""

    def find_each(self, unique_ids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return what is filed under some uniqueIds, by these."""

    def get_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return what is filed under some entryUUIDs, by its id; asked at once."""

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
        """Return some of those the patient may know of, last filed first"""

    def count_for_holder(
        self, profile_id: str, *, old: bool, added: bool = False
    ) -> int:
        """Return how many they are."""

    def listing(self, profile_id: str) -> Listing:
        """Return what a list needs to know of all documents of a patient."""

    def find_in_texts(
        self, profile_id: str, words: Collection[str], among: Sequence[str]
    ) -> TextsFound:
        """Return which of some documents have words that begin so in their text."""

    def texts(self, documents: Collection[FiledDocument]) -> Mapping[str, str]:
        """Return the texts that documents are searched by, as far as they are there."""

    def sound_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return the documents of some ids, by these; altered ones are left out."""

    def brought_by(
        self, profile_id: str, arrival_ids: Collection[str]
    ) -> Sequence[FiledDocument]:
        """Return what some messages put in a patient's vault, first filed first."""

    def ids_for_holder(self, profile_id: str, *, added: bool = False) -> frozenset[str]:
        """
        Return the ids of all that the patient may know of, old versions with them.

        ``added``: of those alone that no message brought.
        """

    def entry(self, document: FiledDocument) -> DocumentEntry:
        """Return its entry, with the status and the visibility that it has now."""

    def content(self, document: FiledDocument) -> bytes:
        """Return the exact bytes that were filed."""

    def mark_read(self, document_id: str) -> None:
        """Record when the patient first opened a document; later times change it not"""


OpenVault = Callable[[UnitOfWork], DocumentVault]
"""Opens the vault in a transaction."""

"""What the patients' pages need from the side of documents, given by the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.core.keeping import FileToKeep, KeptDocument, MessageFile
from gateway.core.rendered import MediaUrl, Medium, Rendering
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.profiles import Profile

Trusts = Callable[[str], bool]
"""Tells whether a mail domain, in lower case, is in the space of trust today."""


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

    def medium(self, content: bytes, media_id: str) -> Medium | None:
        """Return an image or file embedded in an N3, or None."""


class OwnDocuments(Protocol):
    """Makes files of messages documents of the patient's own; each file once."""

    def find(self, work: UnitOfWork, profile_id: str, source: MessageFile) -> str:
        """Return the id of the document a file was kept as, or an empty text."""

    def prepare(
        self, profile: Profile, file: FileToKeep
    ) -> Callable[[UnitOfWork], KeptDocument]:
        """
        Do the heavy work outside the transaction; return the job that files.

        Raises:
            InvalidError: the file or its title cannot make a document.
        """

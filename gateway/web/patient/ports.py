"""What the patients' pages alone need from other parts, given by the node."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from gateway.core.keeping import FileToKeep, KeptDocument, Source
from gateway.core.papers import PaperKind, PaperToWrite
from gateway.core.vault import FiledDocument
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.mask_runs import MaskRun
from gateway.store.patients.profiles import Profile

Trusts = Callable[[str], bool]
"""Tells whether a mail domain, in lower case, is in the space of trust today."""


class OwnDocuments(Protocol):
    """Makes files documents of the patient's own, each once; and deletes such."""

    def find_each(
        self, work: UnitOfWork, profile_id: str, sources: Collection[Source]
    ) -> Mapping[Source, str]:
        """Return the ids of the documents that files were kept as, by the files."""

    def next_of(self, work: UnitOfWork, profile_id: str, source: Source) -> Source:
        """Return what a file is kept as now: its document may have been deleted."""

    def prepare(
        self, profile: Profile, file: FileToKeep
    ) -> Callable[[UnitOfWork], KeptDocument]:
        """
        Do the heavy work outside the transaction; return the job that files.

        Raises:
            InvalidError: the file or its title cannot make a document.
        """

    def erase(
        self, work: UnitOfWork, profile_id: str, document_ids: Collection[str]
    ) -> int:
        """
        Delete documents that the patient added, for good; return how many there were.

        Raises:
            ConflictError: one is not the patient's own, or they are too many; nothing
                is deleted.
        """


class Masks(Protocol):
    """Hides documents from professionals, and shows them again."""

    def change(
        self,
        work: UnitOfWork,
        profile_id: str,
        document_ids: Collection[str],
        *,
        masks: bool,
    ) -> int:
        """
        Mask documents with their versions, or show them; return how many changed.

        Raises:
            NotFoundError: one is not in this patient's vault.
        """

    def begin(self, work: UnitOfWork, profile_id: str, *, masks: bool) -> MaskRun:
        """Mask all documents there are, or undo that."""

    def last(self, work: UnitOfWork, profile_id: str) -> MaskRun | None:
        """Return the last time that was asked, or None."""


class PaperNow(Protocol):
    """A paper of a patient as it stands."""

    @property
    def document(self) -> FiledDocument | None:
        """The current version, None where there is none."""

    @property
    def last_number(self) -> int:
        """The number of the last version there was, 0 of none."""

    @property
    def confirmed_at(self) -> datetime | None:
        """When the patient last said that directives still hold."""

    @property
    def review_at(self) -> datetime | None:
        """When the patient is reminded of directives."""


class Papers(Protocol):
    """Files one's own papers, each as a document of the patient in versions."""

    def now(self, work: UnitOfWork, profile_id: str, kind: PaperKind) -> PaperNow:
        """Return a paper as it stands."""

    def said(
        self, work: UnitOfWork, document: FiledDocument, kind: PaperKind
    ) -> Mapping[str, str]:
        """Return what the form of a version said; nothing of one that is a file."""

    def prepare(
        self, profile: Profile, paper: PaperToWrite, *, masks: bool
    ) -> Callable[[UnitOfWork], str]:
        """
        Do the heavy work outside the transaction; return the job that files a version.

        The job raises `ConflictError` where the paper was changed meanwhile.

        Raises:
            InvalidError: the texts or the file cannot make a document.
        """

    def confirm(self, work: UnitOfWork, profile_id: str) -> bool:
        """Keep that directives still hold; False where there are none."""

    def take_back(self, work: UnitOfWork, profile_id: str, kind: PaperKind) -> bool:
        """Take a paper back with all its versions; False where there is none."""

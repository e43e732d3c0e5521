"""What the professionals' pages need from other parts, given by the node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.core.practice import Professional
from gateway.rights.administrator_rules import AdministratorFault
from gateway.rights.listing_rules import WantedDocuments
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.record_act_rules import NoAct, RecordAct
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import (
    Acted,
    DoneThere,
    NotRead,
    OpenRecord,
    Prospect,
    ReadDocument,
    ReadingList,
)
from gateway.store.consultations.values import (
    Consultation,
    Episode,
    KeptAgreement,
    NamedProfessional,
)
from gateway.trust.space import PeerVerdict

JudgePeer = Callable[[bytes], PeerVerdict]
"""Says who showed a certificate, in DER, and whether to believe it, as of now."""


class People(Protocol):
    """The national directory of professionals, as far as it was imported."""

    def find(self, national_id: str) -> Professional | None:
        """Return the professional of a national number, or None."""


OpenPeople = Callable[[UnitOfWork], People]
"""Opens the directory in a transaction."""


class VaultReader(Protocol):
    """
    The vaults as professionals may read them: it decides, keeps, and tells the patient.

    What it refuses has been kept when it is returned, so the caller commits in both
    cases. `listed`, `part` and `record` only read.
    """

    def find(
        self, work: UnitOfWork, who: ReadingProfessional, wanted: WantedPatient
    ) -> Prospect | NotRead:
        """Find a patient, and tell by which ways somebody could read."""

    def open(
        self, work: UnitOfWork, who: ReadingProfessional, request: ReadingRequest
    ) -> Consultation | NotRead:
        """Open a consultation, or say why not."""

    def listed(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        wanted: WantedDocuments = ...,
        *,
        old: bool = False,
        in_texts: bool = False,
        episode_id: str = "",
    ) -> ReadingList | NotRead:
        """Return what somebody sees of the vault now."""

    def note_listed(
        self, work: UnitOfWork, who: ReadingProfessional, listed: ReadingList
    ) -> None:
        """Keep what a list did not show, as proof."""

    def document(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
    ) -> ReadDocument | NotRead | None:
        """Open one document, with its line in the history; None: not there."""

    def part(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
    ) -> ReadDocument | NotRead | None:
        """Return a document that was opened in this consultation, without a line."""

    def record(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> OpenRecord | NotRead:
        """Return whose record it is that somebody has open, and as what; it reads."""

    def check(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> NotRead | None:
        """Ask again whether a consultation may go on; end it where it may not."""

    def end(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> bool:
        """End a consultation of one's own; False where none goes on."""

    def agree_for(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        colleague: NamedProfessional,
    ) -> KeptAgreement | NotRead:
        """Keep that the patient agrees to be read once by a colleague."""

    def own(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 100,
    ) -> list[Consultation]:
        """Return what somebody opened, the last first."""

    def deeds(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        some: Sequence[Consultation],
        *,
        most: int,
    ) -> Mapping[str, Sequence[DoneThere]]:
        """Return what somebody did in consultations of their own, the first first."""

    def current(self, work: UnitOfWork, who: ReadingProfessional) -> list[Consultation]:
        """Return the consultations of somebody that go on, the last first."""

    def note_objection(
        self, work: UnitOfWork, who: ReadingProfessional, wanted: WantedPatient
    ) -> NotRead:
        """Keep that the patient does not want to be read by who asks."""


class RecordActs(Protocol):
    """
    What a professional does in a record that is open; each thing is told the patient.

    What is refused has been kept when it is returned, so the caller commits in both
    cases.
    """

    def act(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
        act: RecordAct,
        *,
        asked: bool = False,
    ) -> NoAct | NotRead | None:
        """
        Announce, withdraw, mask or show a document; return why not, or None.

        Raises:
            NotFoundError: it was not opened, or is not there for who asks any more.
        """

    def mask(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
        *,
        masks: bool,
        asked: bool,
        told: frozenset[bool] = ...,
    ) -> Acted | NoAct | NotRead:
        """
        Mask one of several documents that are listed, or show it; or return why not.

        Raises:
            NotFoundError: it is not there for who asks.
        """

    def replace(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        document_id: str,
    ) -> bool:
        """Keep that a new version is brought; False, with why, where it is not."""

    def block(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        consultation_id: str,
        identity: str,
        called: str = "",
        *,
        asked: bool = False,
    ) -> AdministratorFault | NotRead | None:
        """Block somebody as the patient's administrator; return why not, or None."""

    def open_episode(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> Episode | NotRead:
        """Open a follow-up by the structure of who asks; again is no error."""

    def close_episode(
        self, work: UnitOfWork, who: ReadingProfessional, consultation_id: str
    ) -> bool | NotRead:
        """End it, with what was agreed to for it; False: none was open."""

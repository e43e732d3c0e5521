"""What a professional files by a page: for whom, and what became of each document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from gateway.core.codes import (
    FACILITIES,
    PROFESSIONALS,
    DocumentType,
    coded,
    document_types,
)
from gateway.core.document import Visibility
from gateway.core.envelope import (
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.person import Participant, Structure
from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.senders import text_for_sender
from gateway.core.vault import MaskedBy
from gateway.documents.cda.professional_document import (
    SOLO_PRACTICE,
    ProfessionalFile,
    make_professional_document,
)
from gateway.documents.cda.writing import Head
from gateway.reception.submission import (
    Said,
    Submission,
    SubmittedDocument,
    SubmittedDocuments,
)
from gateway.rights.author_rules import is_structure_id
from gateway.rights.record_act_rules import RecordAct
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.values import DocumentOutcome, KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import NotRead, ReadDocument
from gateway.store.journal import BROUGHT_BY_MAIL, Action, Entry
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.values import Profile
from gateway.store.sealed.blobs import Parcel
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit

MOST_SHOWN: Final = 50
"""Of one's own filings, the last."""

_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+")
_NAMESPACE: Final = UUID("5c2c8c59-3b0a-5d43-9a44-7d1a60f6a0d1")


@frozen(kw_only=True)
class Replaced:
    """
    The document of one's own that a new version takes the place of.

    ``record`` is the one in which it was opened. ``visibility`` is a flag that the new
    one had better have, if there is one.
    """

    id: str
    record: str
    unique_id: str
    set_id: str
    version: int | None
    kind: str
    title: str = field(repr=False)
    visibility: Visibility | None


@frozen(kw_only=True)
class ToFile:
    """What was asked for and is in order: the PDFs, each with its title."""

    once: str
    kind: DocumentType
    visibility: Visibility | None
    informed: bool
    replaces: Replaced | None = None
    files: tuple[tuple[str, bytes], ...] = field(repr=False)


@frozen(kw_only=True)
class ShownFiling:
    """
    One document of a filing: ``state`` is waiting, filed, known or refused.

    ``text`` says more of it, empty where its state says all.
    """

    title: str = field(repr=False)
    state: str
    text: str = ""
    entry_id: str = ""
    """What it is in the vault; empty where it is not filed."""
    kind: str = ""
    """Its type; empty where it could not be read."""


@frozen(kw_only=True)
class ShownFilings:
    """
    What was filed at once for one patient, and what became of each document.

    ``kind`` is the type of all, empty for what came by mail: each has its own.
    """

    at: datetime
    kind: str
    by_mail: bool
    patient: str = field(repr=False)
    documents: tuple[ShownFiling, ...]


@frozen
class ProfessionalFiling:
    """Filing by pages; blocking."""

    desk: ProfessionalDesk

    def of_record(self, visit: ProfessionalVisit, record: str) -> Profile | None:
        """Return the patient of a record that one has open, None where it is not."""
        with self.desk.database.read() as work:
            found = self.desk.reading.record(work, self.desk.reader(visit), record)
        return None if isinstance(found, NotRead) else found.profile

    def replaced(
        self, visit: ProfessionalVisit, record: str, document_id: str
    ) -> Replaced | None:
        """
        Return a document that one opened in a record and may replace, or None.

        Whether it is replaced is decided by the rules of filing, as for any sender.
        """
        with self.desk.database.read() as work:
            who = self.desk.reader(visit)
            one = self.desk.reading.part(work, who, record, document_id)
        if not isinstance(one, ReadDocument) or RecordAct.REPLACE not in one.acts:
            return None
        document, entry = one.document, one.entry
        by_sender = document.masked_by is MaskedBy.SENDER
        # A mask of the patient's own comes with the version, whatever its author asks.
        kept = frozenset() if by_sender else frozenset({Visibility.MASKED})
        return Replaced(
            id=document.id,
            record=record,
            unique_id=document.unique_id,
            set_id=document.set_id,
            version=document.version,
            kind=document.type_code,
            title=entry.title or entry.type_code.label,
            visibility=next(iter(sorted(entry.visibility - kept)), None),
        )

    def note_unreplaced(
        self, visit: ProfessionalVisit, record: str, document_id: str
    ) -> None:
        """Keep why a document that one opened is not theirs to replace."""
        who, acts = self.desk.reader(visit), self.desk.acts
        self.desk.write(lambda work: acts.replace(work, who, record, document_id))

    def keep(self, visit: ProfessionalVisit, profile: Profile, to_file: ToFile) -> None:
        """
        Keep documents as their author brought them; whether each is filed comes later.

        The form sent twice is kept once.

        Raises:
            InvalidError: a PDF cannot be filed as a document.
            UnavailableError: nothing could be kept now.
        """
        account = visit.held_session.account
        name = f"{account.id}:{profile.id}:{to_file.once}"
        submission = Submission(
            id=hashlib.sha256(name.encode()).hexdigest()[:32],
            id_is_derived=True,
            door=Door.PROFESSIONAL,
            sender=Sender(
                kind=SenderKind.PERSON,
                identity=visit.professional.national_id,
                fingerprint=visit.held_session.sign_in.certificate,
            ),
            recipients=(self._recipient(profile),),
            brings=SubmittedDocuments(
                identifier=_oid(uuid5(_NAMESPACE, f"submission:{name}")),
                documents=tuple(
                    SubmittedDocument(
                        content=_document(visit, profile, to_file, n, f"{name}:{n}"),
                        said=_said(to_file),
                    )
                    for n in range(len(to_file.files))
                ),
            ),
        )

        before, who = to_file.replaces, self.desk.reader(visit)

        def note(work: UnitOfWork, _: Parcel) -> None:
            if before is not None:
                self.desk.acts.replace(work, who, before.record, before.id)
            work.note(
                Action.DOCUMENTS_BROUGHT,
                "kept",
                account.id,
                owner=f"professional:{account.id}",
                arrival=submission.id,
                type=to_file.kind.code,
                document=[title for title, _ in to_file.files],
            )

        self.desk.keep(submission, note)

    def _recipient(self, profile: Profile) -> Recipient:
        domain = self.desk.settings.domains.patient
        return Recipient(
            kind=RecipientKind.PATIENT,
            address=f"{profile.ins.matricule}@{domain}",
            target_id=profile.id,
        )

    def own(self, visit: ProfessionalVisit) -> list[ShownFilings]:
        """Return what somebody filed by pages, the last first, as it stands now."""
        with self.desk.database.read() as work:
            lines = work.journal.last_about(
                visit.held_session.account.id,
                Action.DOCUMENTS_BROUGHT,
                outcome="kept",
                most=MOST_SHOWN,
            )
            found = [self.shown(work, one, visit.language) for one in lines]
        return [one for one in found if one is not None]

    def shown(
        self, work: UnitOfWork, line: Entry, language: str
    ) -> ShownFilings | None:
        """Return what a line says was brought, as it stands now; None: it is gone."""
        arrivals = Arrivals(work)
        kept = arrivals.get(line.detail["arrival"])
        if kept is None:
            return None
        place = int(line.detail.get("recipient", 0))
        outcomes = [
            one for one in arrivals.documents(kept.id) if one.recipient == place
        ]
        code = line.detail.get("type", "")
        said = [
            _Brought(one["title"], _name_of(one["type"], language))
            if isinstance(one, Mapping)
            else _Brought(one, _name_of(code, language))
            for one in line.detail.get("document", [])
        ]
        return ShownFilings(
            at=kept.received_at,
            kind=_name_of(code, language),
            by_mail=line.outcome == BROUGHT_BY_MAIL,
            patient=_patient(work, kept, place),
            documents=tuple(_shown_outcomes(said, outcomes, language)),
        )


@frozen
class _Brought:
    """What was said of a document when it came."""

    title: str = field(repr=False)
    kind: str


def _name_of(code: str, language: str) -> str:
    """Return what a type is called; of a code that is not known, the code."""
    kind = document_types().get(code)
    if kind is None:
        return code
    return kind.english if language == "en" else kind.label


def _shown_outcomes(
    said: Sequence[_Brought], outcomes: Sequence[DocumentOutcome], language: str
) -> list[ShownFiling]:
    """
    Return what became of each document, and of what was found hidden in one.

    No more is said of a reason than any sender is told.
    """
    if not outcomes:
        return [
            ShownFiling(title=one.title, state="waiting", kind=one.kind) for one in said
        ]
    shown = []
    for number, one in enumerate(outcomes):
        whose = said[number] if len(outcomes) == len(said) else _Brought("", "")
        reason = Reason(one.outcome)
        effect = REASON_TEXTS[reason].effect
        states = {Effect.FILED: "filed", Effect.ALREADY_FILED: "known"}
        text = text_for_sender(reason)[language == "en"]
        shown.append(
            ShownFiling(
                title=whose.title,
                kind=whose.kind,
                state=states.get(effect, "refused"),
                text=text,
                entry_id=one.entry_id,
            )
        )
    return shown


def _patient(work: UnitOfWork, kept: KeptArrival, place: int) -> str:
    """Return the number of the patient, which who filed knows; empty once it is gone"""
    profile = Profiles(work).find_open(
        profile_id=kept.recipients[place].recipient.target_id
    )
    return profile.ins.matricule if profile else ""


def _said(to_file: ToFile) -> Said:
    flag, replaced = to_file.visibility, to_file.replaces
    return Said(
        confidentiality=(flag.value,) if flag else (),
        replaces=replaced.unique_id if replaced else "",
        informed=PatientInformed(by=InformedBy.SPOKEN) if to_file.informed else None,
    )


def _document(
    visit: ProfessionalVisit, profile: Profile, to_file: ToFile, number: int, name: str
) -> bytes:
    title, content = to_file.files[number]
    practice = visit.practice
    return make_professional_document(
        ProfessionalFile(
            head=_head(to_file, title, name),
            author=author_of(visit),
            facility=(
                coded(FACILITIES, practice.sector) if practice.sector else SOLO_PRACTICE
            ),
            done_at=visit.now,
            content=content,
        ),
        ins=profile.ins,
        traits=profile.traits,
        written_at=visit.now,
    )


def _head(to_file: ToFile, title: str, name: str) -> Head:
    """
    Return the header of a document; a new version goes on with its set.

    Where the names of what it replaces are no plain OIDs (another program's), it begins
    a set of its own, and what it replaces is said beside it.
    """
    head = Head(
        unique_id=_oid(uuid5(_NAMESPACE, f"document:{name}")),
        set_id=_oid(uuid5(_NAMESPACE, f"set:{name}")),
        kind=to_file.kind,
        title=title,
    )
    before = to_file.replaces
    if before is None or not _OID.fullmatch(before.unique_id):
        return head
    head = evolve(head, replaces=before.unique_id)
    if before.version is None or not _OID.fullmatch(before.set_id):
        return head
    return evolve(head, set_id=before.set_id, version=before.version + 1)


def author_of(visit: ProfessionalVisit) -> Participant:
    """Return who signed in as an author, of the structure they chose to work in."""
    person, practice = visit.professional, visit.practice
    structure = None
    if is_structure_id(practice.structure):
        structure = Structure(identifier=practice.structure, name=practice.place)
    return Participant(
        root=PROFESSIONALS,
        identifier=person.national_id,
        family=person.family,
        given=person.given,
        structure=structure,
    )


def _oid(unique: UUID) -> str:
    """Return a UUID as an OID (ITU-T X.667)."""
    return f"2.25.{unique.int}"

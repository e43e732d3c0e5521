"""What a professional files by a page: for whom, each file kept alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from gateway.core.codes import FACILITIES, PROFESSIONALS, DocumentType, coded
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
from gateway.core.vault import MaskedBy
from gateway.documents.cda.professional_document import (
    SOLO_PRACTICE,
    ProfessionalFile,
    make_professional_document,
)
from gateway.documents.cda.writing import Head
from gateway.errors import InvalidError, UnavailableError
from gateway.reception.keeping import Also, Failed
from gateway.reception.submission import (
    Said,
    Submission,
    SubmittedDocument,
    SubmittedDocuments,
)
from gateway.rights.author_rules import is_structure_id
from gateway.rights.record_act_rules import RecordAct
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.answers import NotRead, ReadDocument
from gateway.store.journal import Action
from gateway.store.patients.values import Profile
from gateway.store.sealed.blobs import Parcel
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.offered_files import FileProblem, FormFile
from gateway.web.professional.record_pages import record_of
from gateway.web.professional.visits import ProfessionalVisit

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
    """What was asked for and is in order; of the files some may be unfit."""

    once: str
    kind: DocumentType
    visibility: Visibility | None
    informed: bool
    replaces: Replaced | None = None
    files: tuple[FormFile, ...] = field(repr=False)


@frozen
class ProfessionalFiling:
    """Filing by pages; blocking."""

    desk: ProfessionalDesk

    def of_record(self, visit: ProfessionalVisit, record: str) -> Profile | None:
        """Return the patient of a record that one has open, None where it is not."""
        found = record_of(self.desk, visit, record)
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

    def keep(
        self, visit: ProfessionalVisit, profile: Profile, to_file: ToFile
    ) -> tuple[FormFile, ...]:
        """
        Keep the files that are fit, each as a submission of its own.

        Returned are all of them; one that was not kept has its problem. Whether one is
        filed comes later, and depends on no other. What was sent before in the same
        form, and is the same, is not kept again. Once any is kept, what the form was
        answered stands in the journal, for the page that tells it.

        Raises:
            UnavailableError: nothing could be kept now.
        """
        begun: list[tuple[Submission, Also]] = []
        place: dict[int, int] = {}
        files = list(to_file.files)
        for number, file in enumerate(files):
            if file.problem is not None:
                continue
            try:
                submission = self._submission(visit, profile, to_file, file)
            except InvalidError:
                files[number] = evolve(file, problem=FileProblem.UNFIT)
                continue
            place[number] = len(begun)
            begun.append((submission, self._note(visit, to_file, file, submission.id)))
        answers = self.desk.keep_each(begun)
        arrivals: dict[int, str] = {}
        for number, at in place.items():
            answer = answers[at]
            if isinstance(answer, Failed):
                unkept = evolve(files[number], problem=FileProblem.NOT_KEPT)
                files[number] = unkept
            else:
                arrivals[number] = answer.id
        if arrivals:
            self._note_answered(visit, to_file, files, arrivals)
        elif begun:
            raise UnavailableError("try again later", detail="no file was kept")
        return tuple(files)

    def _submission(
        self,
        visit: ProfessionalVisit,
        profile: Profile,
        to_file: ToFile,
        file: FormFile,
    ) -> Submission:
        """
        Return a file as what its author submits.

        Raises:
            InvalidError: it cannot be made into a document.
        """
        account = visit.held_session.account
        said = (*_names_of(to_file), file.title, file.digest)
        same = hashlib.sha256("\0".join(said).encode()).hexdigest()
        name = f"{account.id}:{profile.id}:{to_file.once}:{same}"
        return Submission(
            id=hashlib.sha256(name.encode()).hexdigest()[:32],
            id_is_derived=True,
            door=Door.PROFESSIONAL,
            sender=Sender(
                kind=SenderKind.PERSON,
                identity=visit.professional.national_id,
                fingerprint=visit.held_session.sign_in.certificate,
                structure=visit.practice.structure,
            ),
            recipients=(self._recipient(profile),),
            brings=SubmittedDocuments(
                identifier=_oid(uuid5(_NAMESPACE, f"submission:{name}")),
                documents=(
                    SubmittedDocument(
                        content=_document(visit, profile, to_file, file, name),
                        said=_said(to_file),
                    ),
                ),
            ),
        )

    def _note(
        self, visit: ProfessionalVisit, to_file: ToFile, file: FormFile, arrival: str
    ) -> Also:
        before, who = to_file.replaces, self.desk.reader(visit)
        account = visit.held_session.account

        def note(work: UnitOfWork, _: Parcel) -> None:
            if before is not None:
                self.desk.acts.replace(work, who, before.record, before.id)
            work.note(
                Action.DOCUMENTS_BROUGHT,
                "kept",
                account.id,
                owner=f"professional:{account.id}",
                arrival=arrival,
                type=to_file.kind.code,
                form=form_id(visit, to_file.once),
                document=[file.title],
            )

        return note

    def _note_answered(
        self,
        visit: ProfessionalVisit,
        to_file: ToFile,
        files: Sequence[FormFile],
        arrivals: Mapping[int, str],
    ) -> None:
        account = visit.held_session.account
        each = [
            {
                "title": one.name if one.problem else one.title,
                "problem": one.problem.value if one.problem else "",
                "arrival": arrivals.get(number, ""),
                "cut": one.is_cut,
            }
            for number, one in enumerate(files)
        ]

        def note(work: UnitOfWork) -> None:
            work.note(
                Action.FILING_ANSWERED,
                "answered",
                account.id,
                owner=f"professional:{account.id}",
                type=to_file.kind.code,
                form=form_id(visit, to_file.once),
                document=each,
            )

        self.desk.write(note)

    def _recipient(self, profile: Profile) -> Recipient:
        domain = self.desk.settings.domains.patient
        return Recipient(
            kind=RecipientKind.PATIENT,
            address=f"{profile.ins.matricule}@{domain}",
            target_id=profile.id,
        )


def _said(to_file: ToFile) -> Said:
    flag, replaced = to_file.visibility, to_file.replaces
    return Said(
        confidentiality=(flag.value,) if flag else (),
        replaces=replaced.unique_id if replaced else "",
        informed=PatientInformed(by=InformedBy.UNSAID) if to_file.informed else None,
    )


def form_id(visit: ProfessionalVisit, once: str) -> str:
    """Return by what the answer to a form is known to who sent it, and to no other."""
    name = f"form:{visit.held_session.account.id}:{once}"
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _names_of(to_file: ToFile) -> tuple[str, ...]:
    """Return what is said of all files of a form, to tell it from another answer."""
    return (
        to_file.kind.code,
        to_file.visibility.value if to_file.visibility else "",
        "informed" if to_file.informed else "",
        to_file.replaces.unique_id if to_file.replaces else "",
    )


def _document(
    visit: ProfessionalVisit,
    profile: Profile,
    to_file: ToFile,
    file: FormFile,
    name: str,
) -> bytes:
    practice = visit.practice
    return make_professional_document(
        ProfessionalFile(
            head=_head(to_file, file.title, name),
            author=author_of(visit),
            facility=(
                coded(FACILITIES, practice.sector) if practice.sector else SOLO_PRACTICE
            ),
            done_at=visit.now,
            content=file.content,
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

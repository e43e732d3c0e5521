"""
Making documents of the plain PDFs of a message whose subject has a tag.

The author is the holder of the certificate, the patient the one it is addressed to.
What is made is opened and judged as any other document; what is not made is told in
words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid5

from attrs import evolve, field, frozen

from gateway.core.codes import FACILITIES, PROFESSIONALS, coded
from gateway.core.document import Visibility
from gateway.core.envelope import RecipientKind, Sender, SenderKind
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.keeping import MAX_TITLE
from gateway.core.person import Coded, Participant, Structure
from gateway.core.practice import Professional
from gateway.core.subject_tag import SubjectTag, TagFault, read_tag
from gateway.core.texts.faults import MIME_FAULTS, Words, say
from gateway.core.texts.mail_filing import FLAG_WORDS, MADE, NOT_FILED
from gateway.dmp_bridge.filing.depositing import oid_of
from gateway.dmp_bridge.filing.found import FoundDocument, OpenedSubmission
from gateway.dmp_bridge.filing.opening import Opener
from gateway.documents.cda.professional_document import (
    SOLO_PRACTICE,
    ProfessionalFile,
    make_professional_document,
)
from gateway.documents.cda.writing import Head
from gateway.documents.pdf_password import needs_password
from gateway.errors import InvalidError
from gateway.message.parts import Attachment
from gateway.message.reading import Ambiguity, MessageParts
from gateway.reception.submission import Said
from gateway.rights.author_rules import is_structure_id
from gateway.rights.mail_filing_rules import (
    MailFilingFacts,
    NoMailFiling,
    refuse_mail_filing,
)
from gateway.settings.file import FilingSettings
from gateway.store.arrivals.arrivals import KeptArrival
from gateway.store.base.work import Database
from gateway.store.directory.directory import Directory
from gateway.store.patients.profiles import Profile, Profiles
from gateway.trust.names import DistinguishedName

_NAMESPACE: Final = UUID("3b1f6d1c-93d7-5c3d-8a39-55a1a0b6f2d4")
_PDF: Final = b"%PDF-"
_PDF_TYPES: Final = frozenset({"application/pdf", "application/x-pdf"})
_SUFFIX: Final = ".pdf"


@frozen
class KnownPeople:
    """
    Whom a message is from and for, as far as a document made of it has to name them.

    ``patient`` is None unless the message is for exactly one who has a profile here.
    """

    patient: Profile | None = None
    professional: Professional | None = None
    patients: int = 0


@frozen(kw_only=True)
class Wrapping:
    """Makes documents within the limits of the settings; may be shared by threads."""

    database: Database = field(repr=False)
    opener: Opener = field(repr=False)
    is_on: bool = False
    most: int
    max_bytes: int

    @classmethod
    def from_settings(
        cls, database: Database, opener: Opener, settings: FilingSettings
    ) -> Wrapping:
        """Take what ``[filing]`` says of PDFs that come by mail."""
        return cls(
            database=database,
            opener=opener,
            is_on=settings.pdf_by_mail,
            most=settings.pdf_by_mail_most,
            max_bytes=settings.pdf_by_mail_bytes,
        )

    def _known(self, kept: KeptArrival) -> KnownPeople:
        """Return whom a message is from and for, if documents may be made of it."""
        ids = {
            one.recipient.target_id
            for one in kept.recipients
            if one.recipient.kind is RecipientKind.PATIENT
        }
        if not self.is_on or kept.sender.kind is not SenderKind.PERSON or len(ids) != 1:
            return KnownPeople(patients=len(ids))
        with self.database.read() as work:
            return KnownPeople(
                patient=Profiles(work).get(ids.pop()),
                professional=Directory(work).find(kept.sender.identity),
                patients=1,
            )

    def with_tagged(
        self, opened: OpenedSubmission, kept: KeptArrival
    ) -> tuple[FoundDocument, ...]:
        """
        Return the documents of a submission, and those made of its tagged PDFs.

        Raises:
            UnavailableError: the people cannot be read now.
        """
        parts = opened.parts
        tag = read_tag(parts.headers.subject) if parts else None
        if parts is None or tag is None:
            return opened.documents
        return (*opened.documents, *self._tagged(parts, tag, opened, kept))

    def _tagged(
        self,
        parts: MessageParts,
        tag: SubjectTag | TagFault,
        opened: OpenedSubmission,
        kept: KeptArrival,
    ) -> Iterator[FoundDocument]:
        known = self._known(kept)
        pdfs = [leaf for leaf in parts.leaves if _is_offered_as_pdf(leaf)]
        author = author_of(kept.sender, known.professional)
        refused = refuse_mail_filing(
            MailFilingFacts(
                is_on=self.is_on,
                sender=kept.sender.kind,
                by_certificate=bool(kept.sender.fingerprint),
                is_named=author is not None,
                patients=known.patients,
                fault=tag if isinstance(tag, TagFault) else None,
                documents=len(opened.documents),
                pdfs=len(pdfs),
                most_pdfs=self.most,
            )
        )
        if refused is not None:
            yield _refused(tag, refused, is_on=self.is_on)
            return
        assert isinstance(tag, SubjectTag), "a fault of it is refused"
        assert author is not None, "a name that is missing is refused"
        if known.patient is None:
            return  # the rules say of each document that nobody has this address
        making = _Making(self, parts, tag, author, known, kept)
        for leaf in pdfs:
            yield from making.documents_of(leaf, is_only=len(pdfs) == 1)


def author_of(sender: Sender, professional: Professional | None) -> Participant | None:
    """
    Return the holder of a person's certificate as an author, or None without a name.

    The number is that of the certificate, and so is the name, unless the directory
    knows the person. The structure is that of the directory, where the person has
    exactly one: which of several a document is from cannot be told.
    """
    if sender.kind is not SenderKind.PERSON:
        return None
    family, given = _name_in(sender.subject)
    structure = None
    if professional is not None:
        family, given = professional.family or family, professional.given or given
        places = {
            one.structure: one.place
            for one in professional.practices
            if is_structure_id(one.structure)
        }
        if len(places) == 1:
            ((identifier, name),) = places.items()
            structure = Structure(identifier=identifier, name=name)
    if not family:
        return None
    return Participant(
        root=PROFESSIONALS,
        identifier=sender.identity,
        family=family,
        given=given,
        structure=structure,
    )


def _name_in(subject: str) -> tuple[str, str]:
    """Return the family and given name of a certificate's subject, maybe empty."""
    try:
        name = DistinguishedName.parse(subject)
    except InvalidError:
        return "", ""
    return next(iter(name.values("SN")), ""), next(iter(name.values("GN")), "")


def _refused(
    tag: SubjectTag | TagFault, why: NoMailFiling | TagFault, *, is_on: bool
) -> FoundDocument:
    """
    Return what is told of a message none of whose PDFs is filed.

    A tag that is not understood may have asked to hide the document: the message is
    kept back with it.
    """
    return FoundDocument(
        error=say(NOT_FILED[why]),
        closed=is_on and isinstance(tag, TagFault),
        said=said_by(tag) if isinstance(tag, SubjectTag) else Said(),
    )


def said_by(tag: SubjectTag) -> Said:
    """Return what a tag says of each document, as METADATA.XML would say it."""
    return Said(
        confidentiality=tuple(
            flag.value for flag in Visibility if flag in tag.visibility
        ),
        informed=PatientInformed(by=InformedBy.UNSAID) if tag.informed else None,
    )


@frozen
class _Making:
    """The making of the documents of one message."""

    wrapping: Wrapping
    parts: MessageParts
    tag: SubjectTag
    author: Participant
    known: KnownPeople
    kept: KeptArrival

    def documents_of(
        self, leaf: Attachment, *, is_only: bool
    ) -> Iterator[FoundDocument]:
        """Yield the document of a PDF, with what hides in it; or why there is none."""
        words = self._objection(leaf)
        if words is not None:
            yield self._not_made(say(words, path=leaf.path, media_type=leaf.media_type))
            return
        try:
            content = self._make(leaf, is_only=is_only)
        except InvalidError as error:
            yield self._not_made(str(error))
            return
        made, *inside = self.wrapping.opener.made(content, said_by(self.tag))
        remarks = (self._said_of(leaf), *made.remarks)
        yield evolve(made, remarks=remarks, made_from=leaf.path)
        yield from inside

    def _objection(self, leaf: Attachment) -> Words | None:
        if (fault := self.parts.fault_of(leaf.path)) is not None:
            return MIME_FAULTS[fault.kind]
        if leaf.is_damaged:
            return MIME_FAULTS[Ambiguity.ENCODING]
        if leaf.size > self.wrapping.max_bytes:
            return NOT_FILED["TOO_LARGE"]
        content = leaf.content()
        if not content.startswith(_PDF):
            return NOT_FILED["NOT_PDF"]
        return NOT_FILED["ENCRYPTED"] if needs_password(content) else None

    def _not_made(self, error: str) -> FoundDocument:
        return FoundDocument(error=error, said=said_by(self.tag))

    def _make(self, leaf: Attachment, *, is_only: bool) -> bytes:
        patient, kept = self.known.patient, self.kept
        assert patient is not None, "asked before"
        # The same for the same message: a task that is done twice makes one document.
        identity = f"{kept.id}:{leaf.path}"
        return make_professional_document(
            ProfessionalFile(
                head=Head(
                    unique_id=oid_of(uuid5(_NAMESPACE, f"document:{identity}")),
                    set_id=oid_of(uuid5(_NAMESPACE, f"set:{identity}")),
                    kind=self.tag.kind,
                    title=self._title(leaf, is_only=is_only),
                ),
                author=self.author,
                facility=self._facility(),
                done_at=kept.received_at,
                content=leaf.content(),
            ),
            ins=patient.ins,
            traits=patient.traits,
            written_at=kept.received_at,
        )

    def _title(self, leaf: Attachment, *, is_only: bool) -> str:
        """Return the title: of the subject, of the file, or the name of the type."""
        stem = leaf.name[: -len(_SUFFIX)] if _is_named_pdf(leaf) else leaf.name
        name = stem.replace("_", " ")
        choices = [self.tag.title, name] if is_only else [name, self.tag.title]
        shown = (
            " ".join("".join(c if c.isprintable() else " " for c in one).split())
            for one in (*choices, self.tag.kind.label)
        )
        return next(one for one in shown if one)[:MAX_TITLE].rstrip()

    def _facility(self) -> Coded:
        """Return the kind of place where the person practises, if it is one."""
        professional = self.known.professional
        sectors = (
            {one.sector for one in professional.practices} if professional else set()
        )
        sectors.discard("")
        return coded(FACILITIES, sectors.pop()) if len(sectors) == 1 else SOLO_PRACTICE

    def _said_of(self, leaf: Attachment) -> str:
        """Return what was made of a PDF, without a word of its patient or title."""
        flags = [FLAG_WORDS[one] for one in Visibility if one in self.tag.visibility]
        kind = self.tag.kind
        french = ", ".join((kind.label, *(one[0] for one in flags)))
        english = ", ".join((kind.english, *(one[1] for one in flags)))
        words = MADE[0].format(french), MADE[1].format(english)
        return say(words, path=leaf.path)


def _is_offered_as_pdf(leaf: Attachment) -> bool:
    """Tell whether a part is a PDF, or says it is one: by type, name or first bytes."""
    is_said = leaf.media_type in _PDF_TYPES or _is_named_pdf(leaf)
    return is_said or leaf.starts_with(_PDF)


def _is_named_pdf(leaf: Attachment) -> bool:
    return leaf.name.lower().endswith(_SUFFIX)

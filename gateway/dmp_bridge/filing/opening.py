"""Opening a submission: every document it brings, read, or why it could not be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from attrs import evolve, field, frozen

from gateway.core.document import ClinicalDocument
from gateway.core.envelope import SubmissionForm
from gateway.core.ins import Ins, InsAuthority
from gateway.documents.cda.body import read_body
from gateway.documents.cda.file import CdaFile, open_cda
from gateway.documents.cda.header import MAX_ID, read_header
from gateway.documents.cda.schema import CdaSchema
from gateway.documents.xdm.archive import ArchiveLimits, open_archive
from gateway.documents.xdm.package import PackagedDocument, open_package
from gateway.documents.xds.comparing import differences
from gateway.documents.xds.entry import sha1_hex
from gateway.documents.xds.values import EntryAction, EntryFacts, SubmissionFacts
from gateway.errors import InvalidError
from gateway.message.parts import Attachment
from gateway.message.reading import (
    DEFAULT_MIME_LIMITS,
    MessageParts,
    MimeLimits,
    find_attachments,
    read_parts,
)
from gateway.reception.documents_form import read_documents
from gateway.reception.submission import Said
from gateway.safe_xml import MAX_BYTES
from gateway.settings.file import Settings

_PACKAGE_NAME: Final = "ihe_xdm.zip"
_PACKAGE_FOLDER: Final = b"ihe_xdm/"
_STYLESHEET_TYPES: Final = {"application/xslt+xml", "text/xsl"}
_SAYS_NOTHING: Final = Said()


@frozen(kw_only=True)
class FoundDocument:
    """
    One document of a submission, not yet believed.

    ``error`` says what the sender has to correct, and names no patient; what has one
    is not filed. ``document`` is there whenever it could be read all the same: whose
    it is decides whether the message may be shown. ``sha256`` and ``sha1`` are those
    of the content in hex, of one without error. ``deflated`` is the content as its
    package has it, empty for what came otherwise. ``said`` is what the sender says
    beside it: in METADATA.XML, or to a door that is no mail. It is empty for a CDA
    attached directly and for a package that could not be opened. ``remarks`` says what
    the sender should correct although the document may be filed.
    """

    content: bytes = field(default=b"", repr=False)
    sha256: str = ""
    sha1: str = ""
    deflated: bytes = field(default=b"", repr=False)
    document: ClinicalDocument | None = None
    said: Said = Said()
    error: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def readable(self) -> ClinicalDocument | None:
        """The document, if nothing is wrong with it."""
        return None if self.error else self.document

    @property
    def asks_withdrawal(self) -> bool:
        """Whether it is sent again, with its own id, to be withdrawn."""
        return self.said.action is EntryAction.DELETE

    @property
    def to_correct(self) -> str:
        """What the sender is told to correct: what is wrong, or else the remarks."""
        return self.error or "; ".join(self.remarks)

    @property
    def unique_id(self) -> str:
        """The uniqueId, as the document or else its sender gives it, to its limit."""
        if self.document is not None:
            return self.document.unique_id
        return self.said.unique_id[:MAX_ID]


@frozen(kw_only=True)
class OpenedSubmission:
    """
    The documents of a submission; of a message also the address in From, if just one.

    ``parts`` is the message itself, None where there is none or it could not be read.
    """

    from_address: str = field(repr=False)
    documents: tuple[FoundDocument, ...]
    parts: MessageParts | None = None


@frozen(kw_only=True)
class Opener:
    """Opens submissions within the limits of the settings; may be shared by threads."""

    limits: ArchiveLimits = field(factory=ArchiveLimits)
    message_limits: MimeLimits = DEFAULT_MIME_LIMITS
    max_document_bytes: int = MAX_BYTES
    schema: CdaSchema | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Opener:
        """
        Take the limits of ``[xdm]`` and ``[cda]``, and load the schema if one is named.

        Raises:
            MisuseError: the schema cannot be loaded.
        """
        xdm = settings.xdm
        return cls(
            limits=ArchiveLimits(
                archive_bytes=settings.smtp.max_message_bytes,
                entries=xdm.max_entries,
                entry_bytes=xdm.max_entry_bytes,
                total_bytes=xdm.max_total_bytes,
                ratio=xdm.max_ratio,
            ),
            message_limits=MimeLimits(
                max_decoded_bytes=settings.smtp.max_decoded_bytes
            ),
            max_document_bytes=settings.cda.max_bytes,
            schema=(
                CdaSchema(settings.folder / settings.cda.schema)
                if settings.cda.schema
                else None
            ),
        )

    def open(
        self, content: bytes, form: SubmissionForm = SubmissionForm.MESSAGE
    ) -> OpenedSubmission:
        """Return what a submission brings; what is wrong with a document is in it."""
        match form:
            case SubmissionForm.MESSAGE:
                return self._message(content)
            case SubmissionForm.DOCUMENTS:
                return self._submitted(content)

    def _submitted(self, content: bytes) -> OpenedSubmission:
        """Return documents that came without a message, in their order."""
        try:
            brought = read_documents(content)
        except InvalidError as error:
            return _unread("submission", error)
        return OpenedSubmission(
            from_address="",
            documents=tuple(
                self._described(one.content, one.said, "what is said of it")
                for one in brought.documents
            ),
        )

    def _message(self, content: bytes) -> OpenedSubmission:
        """
        Return what a message brings.

        Every IHE_XDM.ZIP and every XML attachment counts, in the order of the message.
        Other files are attachments of the message and nothing more: the PDF beside a
        CDA is there to be read (Référentiel socle MSSanté #2, ECO.2.1.5).
        """
        try:
            parts = read_parts(content, self.message_limits)
        except InvalidError as error:
            return _unread("message", error)
        documents = tuple(self._documents(parts))
        if documents and parts.ambiguous is not None:
            # Two programs could see two different documents in it: none is filed.
            text = "message that can be read in more than one way"
            documents = tuple(evolve(one, error=text) for one in documents)
        return OpenedSubmission(
            from_address=_from_address(parts), documents=documents, parts=parts
        )

    def _documents(self, parts: MessageParts) -> Iterator[FoundDocument]:
        found = find_attachments(parts)
        archives = [one for one in found.archives if _is_package(one)]
        sheets = [
            one for one in parts.attachments if one.media_type in _STYLESHEET_TYPES
        ]
        documents = list(
            {one.start: one for one in (*found.documents, *sheets)}.values()
        )
        for attachment in sorted([*archives, *documents], key=lambda one: one.start):
            if attachment in archives:
                yield from self._package(attachment)
            else:
                yield self._attached(attachment)

    def _package(self, attachment: Attachment) -> Iterator[FoundDocument]:
        try:
            content = attachment.content()
            package = open_package(content, self.limits)
        except InvalidError as error:
            yield from self._salvaged(attachment, str(error))
            return
        by_id = {one.unique_id: one for one in package.submissions}
        submission = next(iter(by_id.values())) if by_id else None
        for packaged in package.documents:
            said = said_in_metadata(packaged.facts, submission)
            yield self._described(
                packaged.content,
                said,
                "METADATA.XML",
                packaged=packaged,
                remarks=(*package.remarks, *packaged.facts.remarks),
            )

    def _described(
        self,
        content: bytes,
        said: Said,
        by: str,
        *,
        packaged: PackagedDocument | None = None,
        remarks: tuple[str, ...] = (),
    ) -> FoundDocument:
        """Read a document that its sender described, and compare the two."""
        found = self._read(content, said, packaged=packaged, remarks=remarks)
        if found.readable is None:
            return found
        error = _contradiction(found.readable, said, by)
        return evolve(found, error=error) if error else found

    def _salvaged(self, attachment: Attachment, error: str) -> Iterator[FoundDocument]:
        """
        Read what can be read of a package that is wrong; nothing of it is filed.

        The message may be delivered with it, unless a document in it names somebody
        else: that is looked at even here.
        """
        try:
            archive = open_archive(attachment.content(), self.limits)
            contents = [
                archive.read(name)
                for name in archive.names
                if name.lower().endswith(".xml")
            ]
        except InvalidError:
            contents = []
        read = (self._read(content) for content in contents)
        found = [evolve(one, error=error) for one in read if one.document is not None]
        yield from found or [FoundDocument(error=error)]

    def _attached(self, attachment: Attachment) -> FoundDocument:
        try:
            content = attachment.content()
        except InvalidError as error:
            return FoundDocument(error=str(error))
        return self._read(content)

    def _read(
        self,
        content: bytes,
        said: Said = _SAYS_NOTHING,
        *,
        packaged: PackagedDocument | None = None,
        remarks: tuple[str, ...] = (),
    ) -> FoundDocument:
        """Return a document, its body decoded once to be sure that it can be read."""
        document = None
        try:
            file = open_cda(content, max_bytes=self.max_document_bytes)
            document = read_header(file)
            self._validate(file)
            # What is to be withdrawn was filed once, and nobody will read it again.
            is_kept = said.action is not EntryAction.DELETE
            body = read_body(file) if is_kept else None
        except InvalidError as error:
            return FoundDocument(
                content=content, document=document, error=str(error), said=said
            )
        if body is not None and body.media_type != document.media_type:
            document = evolve(document, media_type=body.media_type)
        return FoundDocument(
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            sha1=packaged.facts.hash if packaged else sha1_hex(content),
            deflated=packaged.deflated if packaged else b"",
            document=document,
            said=said,
            remarks=(
                *remarks,
                *document.remarks,
                *(body.remarks if body else ()),
                *(differences(document, packaged.facts) if packaged else ()),
            ),
        )

    def _validate(self, file: CdaFile) -> None:
        errors = self.schema.errors(file) if self.schema is not None else ()
        if errors:
            raise InvalidError(f"schema: {'; '.join(errors)}")


def said_in_metadata(facts: EntryFacts, submission: SubmissionFacts | None) -> Said:
    """Return what a METADATA.XML says of a document that counts for its filing."""
    return Said(
        unique_id=facts.unique_id,
        patient_id=facts.patient_id,
        type_code=facts.type_code,
        confidentiality=tuple(coded.code for coded in facts.confidentiality),
        action=facts.action,
        replaces=facts.replaced_uuid,
        author=submission.author if submission else None,
        content_type=submission.content_type if submission else None,
    )


def _contradiction(document: ClinicalDocument, said: Said, by: str) -> str:
    """
    Say where a document and what its sender says of it contradict each other.

    The patient is compared by the filing rules, which then set the whole submission
    aside. An identifier without extension may be written with an empty one.
    """
    if said.unique_id and said.unique_id.removesuffix("^") != document.unique_id:
        return f"{by} and the document give different uniqueId"
    coded = said.type_code
    if coded is not None and coded.code != document.type_code.code:
        return f"{by} and the document give different typeCode"
    return ""


def ins_in_cx(cx: str) -> Ins | str | None:
    """
    Return whom a patientId names: an INS, the text that is none, or None.

    None is a local identifier; a text stands where an INS was announced, by its
    authority or its type, and is malformed.
    """
    try:
        return Ins.from_cx(cx)
    except InvalidError:
        parts = cx.split("^")
        authority = parts[3].split("&")[1:2] if len(parts) > 3 else []
        known = {one.value for one in InsAuthority}
        announced = bool(known.intersection(authority))
        return cx if announced else None


def _unread(what: str, error: InvalidError) -> OpenedSubmission:
    return OpenedSubmission(
        from_address="", documents=(FoundDocument(error=f"{what}: {error}"),)
    )


def _is_package(archive: Attachment) -> bool:
    """Tell a package from any other ZIP: by its name, or the folder in it."""
    if archive.name.lower() == _PACKAGE_NAME:
        return True
    try:
        return _PACKAGE_FOLDER in archive.content().lower()
    except InvalidError:
        return False


def _from_address(parts: MessageParts) -> str:
    try:
        found = parts.headers.mailboxes("from")
    except InvalidError:
        return ""
    return found[0].address.key if len(found) == 1 else ""

"""Opening a submission: every document it brings, read, or why it could not be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import evolve, field, frozen

from gateway.core.envelope import SubmissionForm
from gateway.core.texts import faults
from gateway.core.texts.details import BOTH
from gateway.core.texts.faults import say, where
from gateway.dmp_bridge.filing.found import FoundDocument, OpenedSubmission
from gateway.dmp_bridge.filing.places import Item, ItemKind, SearchLimits
from gateway.dmp_bridge.filing.said import contradiction, said_in_metadata
from gateway.dmp_bridge.filing.searching import search, search_within
from gateway.dmp_bridge.filing.sender_names import address_in_from
from gateway.documents.cda.body import files_within, read_body
from gateway.documents.cda.file import CdaFile, open_cda
from gateway.documents.cda.finding import (
    holds_cda,
    is_in_odd_encoding,
    is_wide,
    patients_of,
    visibility_in,
)
from gateway.documents.cda.header import read_header
from gateway.documents.cda.schema import CdaSchema
from gateway.documents.kinds import HEAD_BYTES, Kind, kind_of
from gateway.documents.xdm.archive import Archive, ArchiveLimits
from gateway.documents.xdm.package import (
    Package,
    PackagedDocument,
    names_of,
    read_package,
)
from gateway.documents.xds.comparing import differences
from gateway.documents.xds.entry import sha1_hex
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError
from gateway.message.pasted import find_pasted
from gateway.message.reading import (
    DEFAULT_MIME_LIMITS,
    MimeLimits,
    read_parts,
)
from gateway.reception.documents_form import read_documents
from gateway.reception.submission import Said
from gateway.safe_xml import MAX_BYTES
from gateway.settings.file import Settings

_NOT_TEXT: Final = frozenset(Kind) - {Kind.OTHER}
_SAYS_NOTHING: Final = Said()


@frozen(kw_only=True)
class Opener:
    """Opens submissions within the limits of the settings; may be shared by threads."""

    limits: ArchiveLimits = field(factory=ArchiveLimits)
    message_limits: MimeLimits = DEFAULT_MIME_LIMITS
    depth: int = 5
    total_bytes: int = 200 * 1024 * 1024
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
            depth=xdm.max_nesting,
            total_bytes=xdm.max_opened_bytes,
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
                _each_with_inside(
                    self._described(one.content, one.said, "what is said of it")
                    for one in brought.documents
                )
            ),
        )

    def _message(self, content: bytes) -> OpenedSubmission:
        """
        Return what a message brings.

        Whatever it holds is looked at, at any depth within the limits (`searching`):
        each CDA and each package counts, in the order of the message. Other files are
        attachments of the message and nothing more: the PDF beside a CDA is there to be
        read (Référentiel socle MSSanté #2, ECO.2.1.5).
        """
        try:
            parts = read_parts(content, self.message_limits)
        except InvalidError as error:
            return _unread("message", error)
        return OpenedSubmission(
            from_address=address_in_from(parts),
            documents=tuple(self._read_all(search(parts, self._search_limits))),
            parts=parts,
        )

    def made(self, content: bytes, said: Said) -> list[FoundDocument]:
        """Return a document that was made here, read as any other is."""
        return _each_with_inside([self._read(content, said)])

    @property
    def _search_limits(self) -> SearchLimits:
        return SearchLimits(
            archive=self.limits,
            message=self.message_limits,
            depth=self.depth,
            total_bytes=self.total_bytes,
        )

    def _read_all(
        self, items: Iterable[Item], found: Sequence[FoundDocument] = ()
    ) -> list[FoundDocument]:
        """
        Return what was found before, and what the items are.

        A METADATA.XML that is in no sound package is told only if it names a patient
        whom no document names: its documents are found beside it. From whom it hides
        them, they are hidden although none of them is filed.
        """
        documents, metadata = list(found), []
        hidden: tuple[str, ...] = ()
        for item in items:
            if item.kind is ItemKind.METADATA:
                patients = patients_of(item.content)
                metadata.append(FoundDocument(error=item.error, patients=patients))
                hidden += visibility_in(item.content)
            else:
                documents += self._found(item)
        if hidden:
            documents = [_hidden(one, hidden, metadata[0].error) for one in documents]
        known = {patient.ins for one in documents for patient in one.about}
        documents += (
            one
            for one in metadata
            if not known.issuperset(patient.ins for patient in one.patients)
        )
        return documents

    def _found(self, item: Item) -> Iterator[FoundDocument]:
        match item.kind:
            case ItemKind.CLOSED | ItemKind.METADATA:
                yield FoundDocument(error=item.error, closed=True)
            case ItemKind.DOCUMENT:
                found = _with_error(self._read(item.content), item.error)
                yield found if found.document else _with_place(found, item)
                yield from found.inside
            case ItemKind.PACKAGE if item.archive is None:
                yield _with_place(FoundDocument(error=item.error), item)
            case ItemKind.PACKAGE:
                yield from self._package(item, item.archive)

    def _package(self, item: Item, archive: Archive) -> Iterator[FoundDocument]:
        """
        Return the documents of a package, and what else stands in it.

        Of one that is wrong nothing is filed. The message may be delivered with it,
        unless a document in it names somebody else, or its METADATA.XML does: that is
        looked at even here.
        """
        error = item.error
        known: frozenset[str] = frozenset()
        found: list[FoundDocument] = []
        try:
            package = self._read_package(archive)
        except InvalidError as wrong:
            error = error or str(wrong)
        else:
            pairs = list(self._packaged(package))
            found = [document for _, document in pairs]
            read = [packaged for packaged, one in pairs if one.document is not None]
            known = names_of(archive, read)
            found = _each_with_inside(found)
        found = self._read_all(item.beside(known), found)
        for one in found or [FoundDocument(error=error)]:
            told = _with_error(one, error)
            yield told if told.document else _with_place(told, item)

    def _packaged(
        self, package: Package
    ) -> Iterator[tuple[PackagedDocument, FoundDocument]]:
        by_id = {one.unique_id: one for one in package.submissions}
        submission = next(iter(by_id.values())) if by_id else None
        for packaged in package.documents:
            said = said_in_metadata(packaged.facts, submission)
            remarks = (*package.remarks, *packaged.facts.remarks)
            yield (
                packaged,
                self._described(
                    packaged.content,
                    said,
                    "METADATA.XML",
                    packaged=packaged,
                    remarks=remarks,
                ),
            )

    def _read_package(self, archive: Archive) -> Package:
        """Read a package; the search opens archives of more files than one may have."""
        if len(archive.names) > self.limits.entries:
            raise InvalidError("archive with too many entries")
        return read_package(archive)

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
        return _with_error(found, contradiction(found.readable, said, by))

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
            if document is None:
                return _unreadable(content, str(error), said)
            return FoundDocument(
                content=content,
                document=document,
                error=str(error),
                said=said,
                inside=self._inside(_pasted(content)),
            )
        inside = self._inside(files_within(body)) if body else ()
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
            error=next((one.error for one in inside if one.closed), ""),
            inside=inside,
        )

    def _inside(self, files: Iterable[bytes]) -> tuple[FoundDocument, ...]:
        """Return the documents in the files of a body, which are never filed."""
        items = search_within(files, self._search_limits, faults.IN_A_DOCUMENT)
        return tuple(self._read_all(items))

    def _validate(self, file: CdaFile) -> None:
        errors = self.schema.errors(file) if self.schema is not None else ()
        if errors:
            raise InvalidError(f"schema: {'; '.join(errors)}")


def _unread(what: str, error: InvalidError) -> OpenedSubmission:
    return OpenedSubmission(
        from_address="", documents=(FoundDocument(error=f"{what}: {error}"),)
    )


def _with_place(found: FoundDocument, item: Item) -> FoundDocument:
    """Return what is no document with where it was found, unless it says it itself."""
    place = where(item.place.path, item.place.media_type)
    if found.error.startswith("partie "):
        return found
    said = found.error.split(BOTH)
    return evolve(found, error=BOTH.join(f"{one} ({place})" for one in said))


def _with_error(found: FoundDocument, error: str) -> FoundDocument:
    """Return a document that is not to be filed, if there is an error."""
    return evolve(found, error=error) if error else found


def _each_with_inside(found: Iterable[FoundDocument]) -> list[FoundDocument]:
    return [one for outer in found for one in (outer, *outer.inside)]


def _hidden(found: FoundDocument, codes: tuple[str, ...], error: str) -> FoundDocument:
    """Return a document that its METADATA.XML hides, though it says so beside it."""
    if found.said.confidentiality:
        return found
    said = evolve(found.said, confidentiality=codes)
    return evolve(found, said=said, error=found.error or error)


def _pasted(content: bytes) -> list[bytes]:
    """Return what base64 in a damaged document gives, as far as it is sound."""
    try:
        return list(find_pasted(content))
    except InvalidError:
        return []


def _unreadable(content: bytes, error: str, said: Said) -> FoundDocument:
    """
    Return what cannot be filed, with whom it is about as far as that can be told.

    A CDA that says so nowhere is closed: it may be anybody's. So is XML of which not
    even the start can be read.
    """
    if kind_of(content[:HEAD_BYTES], b"") in _NOT_TEXT:
        error = say(faults.NOT_CDA)
    if not holds_cda(content):
        closed = is_in_odd_encoding(content)
        return FoundDocument(content=content, error=error, closed=closed, said=said)
    asked = (*said.confidentiality, *visibility_in(content))
    said = evolve(said, confidentiality=asked)
    patients = patients_of(content)
    if is_wide(content):
        error = say(faults.OTHER_CHARSET)
    return FoundDocument(
        content=content,
        error=error,
        patients=patients,
        closed=not patients,
        said=said,
    )

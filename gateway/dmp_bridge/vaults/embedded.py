"""The vault that is part of the gateway: entries and bytes in its own database."""

from __future__ import annotations

from typing import Any

from attrs import evolve, field, frozen

from gateway.core.codes import VISIBILITY, coded
from gateway.core.document import Availability, DocumentEntry, SubmissionSet, Visibility
from gateway.dmp_bridge.vaults.vault import Deposit, Deposited, FiledDocument, to_id
from gateway.documents.times import to_utc_digits
from gateway.documents.xds.entry_json import entry_from_json, entry_to_json
from gateway.errors import ConflictError
from gateway.store.base.work import UnitOfWork
from gateway.store.vault.documents import Documents, NewDocument, StoredDocument


@frozen
class EmbeddedVault:
    """Documents of all patients, in the database of the gateway."""

    work: UnitOfWork
    # What was looked up since the last filing: deciding and filing ask the same.
    _found: dict[str, StoredDocument | None] = field(factory=dict, repr=False)

    @property
    def _documents(self) -> Documents:
        return Documents(self.work)

    def submit(self, profile_id: str, key_id: str, submission: SubmissionSet) -> str:
        """Open a SubmissionSet for the documents of one message; return its id."""
        submission_id = to_id(submission.entry_uuid)
        self._documents.add_submission(
            submission_id,
            profile_id,
            key_id,
            submission.unique_id,
            _submission_to_json(submission),
        )
        return submission_id

    def file(self, deposit: Deposit) -> Deposited:
        """File a document once; those it replaces become Deprecated."""
        known = self.find(deposit.entry.unique_id)
        if known is not None:
            same = (known.profile_id, known.sha256) == (
                deposit.profile_id,
                deposit.sha256,
            )
            if same:
                return Deposited.ALREADY_FILED
            raise ConflictError("this uniqueId is filed already, for another content")
        new = _new_document(deposit)
        self._documents.add(new, deposit.parcel)
        replaced = dict.fromkeys((deposit.replaces, *deposit.deprecates))
        for unique_id in filter(None, replaced):
            before = self.find(unique_id)
            if before is None or before.profile_id != deposit.profile_id:
                raise ConflictError("the document to replace is not in this vault")
            self._documents.mark_replaced(
                before,
                new.id,
                new.body_level,
                deprecate=unique_id in deposit.deprecates,
            )
        self._found.clear()
        return Deposited.FILED

    def withdraw(self, stored: StoredDocument) -> bool:
        """Take a document from everybody's sight; False when it was so already."""
        if stored.status is Availability.DELETED:
            return False
        self._documents.mark_withdrawn(stored)
        self._found.clear()
        return True

    def find(self, unique_id: str) -> StoredDocument | None:
        """Return what is filed under a uniqueId, in whichever patient's vault."""
        if unique_id not in self._found:
            self._found[unique_id] = self._documents.find(unique_id)
        return self._found[unique_id]

    def find_entry(self, entry_uuid: str) -> StoredDocument | None:
        """Return what is filed under an entryUUID, with or without ``urn:uuid:``."""
        return self._documents.get(to_id(entry_uuid))

    def versions(self, profile_id: str, set_id: str) -> list[StoredDocument]:
        """Return the versions of one set that a patient's vault holds."""
        return self._documents.of_set(profile_id, set_id)

    def listed(self, profile_id: str) -> list[DocumentEntry]:
        """Return all entries of a patient, last filed first, old versions too."""
        return [self.entry(stored) for stored in self._documents.listed(profile_id)]

    def get(self, stored: StoredDocument) -> FiledDocument:
        """Return a document with the exact bytes that were filed."""
        return FiledDocument(
            entry=self.entry(stored), content=self._documents.content(stored)
        )

    def entry(self, stored: StoredDocument) -> DocumentEntry:
        """Return an entry with the status and the visibility it has now."""
        filed = entry_from_json(self._documents.entry(stored))
        flags = stored.visibility(self.work.now)
        return evolve(
            filed,
            availability_status=stored.status,
            confidentiality=(
                *(code for code in filed.confidentiality if code.scheme != VISIBILITY),
                *(
                    coded(VISIBILITY, flag.value)
                    for flag in Visibility
                    if flag in flags
                ),
            ),
        )


def _new_document(deposit: Deposit) -> NewDocument:
    document, entry = deposit.document, deposit.entry
    writers = [author for author in document.authors if not author.is_patient]
    people = [author.identifier for author in writers if author.identifier]
    structures = [
        author.structure.identifier
        for author in writers
        if author.structure and author.structure.identifier
    ]
    return NewDocument(
        id=deposit.entry_id,
        profile_id=deposit.profile_id,
        key_id=deposit.key_id,
        unique_id=entry.unique_id,
        set_id=document.set_id,
        version=document.version,
        body_level=document.body_level,
        status=deposit.status,
        type_code=entry.type_code.code,
        class_code=entry.class_code.code,
        creation_time=entry.creation_time,
        mime_type=entry.mime_type,
        sha1=entry.hash,
        sha256=deposit.sha256,
        flags=entry.visibility,
        visible_at=deposit.visible_at,
        flags_then=deposit.visibility_then,
        masked_by=deposit.masked_by,
        author_id=people[0] if people else "",
        structure_id=structures[0] if structures else "",
        owners=tuple(dict.fromkeys([*people, *structures])),
        entry=entry_to_json(entry),
        submission_id=deposit.submission_id,
        arrival_id=deposit.arrival_id,
    )


def _submission_to_json(submission: SubmissionSet) -> dict[str, Any]:
    """Use the attribute names of ITI TF-3 §4.2.3.3."""
    author, content_type = submission.author, submission.content_type
    return {
        "uniqueId": submission.unique_id,
        "entryUUID": submission.entry_uuid,
        "patientId": submission.patient_id,
        "sourceId": submission.source_id,
        "submissionTime": to_utc_digits(submission.submission_time),
        "contentTypeCode": {
            "code": content_type.code,
            "codingScheme": content_type.scheme,
            "label": content_type.label,
        },
        "author": {
            "authorPerson": author.person,
            "authorInstitution": author.institution,
            "authorRole": author.role,
            "authorSpecialty": author.specialty,
        },
        "title": submission.title,
    }

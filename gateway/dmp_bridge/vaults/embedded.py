"""The vault that is part of the gateway: entries and bytes in its own database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from gateway.core.codes import VISIBILITY, coded
from gateway.core.document import DocumentEntry, SubmissionSet, Visibility
from gateway.core.listing import Listing, TextsFound
from gateway.core.vault import FiledDocument, MaskedBy, to_entry_id
from gateway.dmp_bridge.vaults.list_making import ListMaking
from gateway.dmp_bridge.vaults.vault import Deposit, Deposited, PreparedContent, Walked
from gateway.dmp_bridge.vaults.word_making import WordMaking
from gateway.documents.times import to_utc_digits
from gateway.documents.xds.entry_json import entry_from_json, entry_to_json
from gateway.errors import ConflictError, NotFoundError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.blobs import Parcel
from gateway.store.tasks.values import TaskKind
from gateway.store.vault.contents import sound_contents
from gateway.store.vault.documents import Documents
from gateway.store.vault.erasing import erase_document, withdraw_document
from gateway.store.vault.submissions import Submissions
from gateway.store.vault.values import NewDocument, StoredDocument


@frozen
class EmbeddedVaults:
    """The way to the embedded vault: `VaultAccess` on the gateway's own database."""

    database: Database = field(repr=False)

    def prepare(
        self, content: bytes, *, sha256: str = "", deflated: bytes = b""
    ) -> PreparedContent:
        """Encrypt a content under a new key and, when large, put it on the disk."""
        parcel = self.database.prepare(content, sha256=sha256, deflated=deflated)
        return PreparedContent(parcel)

    def within(self, work: UnitOfWork) -> EmbeddedVault:
        """Return the vault, which does what it does in this transaction."""
        return EmbeddedVault(work)


@frozen
class EmbeddedVault:
    """Documents of all patients, in the database of the gateway."""

    work: UnitOfWork
    # What was looked up since the last change: deciding and filing ask the same.
    _found: dict[str, FiledDocument | None] = field(factory=dict, repr=False)
    # By id, for what never changes of a row: its keys, its bytes, its sealed entry.
    _rows: dict[str, StoredDocument] = field(factory=dict, repr=False)

    @property
    def _documents(self) -> Documents:
        return Documents(self.work)

    def find(self, unique_id: str) -> FiledDocument | None:
        """Return what is filed under a uniqueId, in whichever patient's vault."""
        if unique_id not in self._found:
            self._found[unique_id] = self._known(self._documents.find(unique_id))
        return self._found[unique_id]

    def get(self, entry_uuid: str) -> FiledDocument | None:
        """Return what is filed under an entryUUID, in any of its forms."""
        return self._known(self._documents.get(to_entry_id(entry_uuid)))

    def find_each(self, unique_ids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return what is filed under some uniqueIds, by these; asked at once."""
        found = self._all_known(self._documents.find_each(unique_ids))
        return {one.unique_id: one for one in found}

    def get_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return what is filed under some entryUUIDs, by its id; asked at once."""
        ids = [to_entry_id(one) for one in entry_uuids]
        return {one.id: one for one in self._all_known(self._documents.get_each(ids))}

    def versions(self, profile_id: str, set_id: str) -> Sequence[FiledDocument]:
        """Return a patient's versions of one set, first filed first; none of none."""
        return self._all_known(self._documents.of_set(profile_id, set_id))

    def naming(self, profile_id: str, unique_id: str) -> Sequence[FiledDocument]:
        """Return what a patient has that says to replace this one, first filed first"""
        return self._all_known(self._documents.naming(profile_id, unique_id))

    def brought_by(
        self, profile_id: str, arrival_ids: Collection[str]
    ) -> Sequence[FiledDocument]:
        """Return what some messages put in a patient's vault, first filed first."""
        return self._all_known(self._documents.of_arrivals(profile_id, arrival_ids))

    def listed(self, profile_id: str) -> Sequence[FiledDocument]:
        """Return all documents of a patient, last filed first, whatever their status"""
        return self._all_known(self._documents.listed(profile_id))

    def walk(self, profile_id: str, place: str, limit: int) -> Walked:
        """Return the next documents of a patient, first filed first."""
        found, last = self._documents.walk(profile_id, place, limit)
        return Walked(self._all_known(found), last)

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
        """Return some of those the patient may know of, last filed first."""
        return self._all_known(
            self._documents.for_holder(
                profile_id,
                old=old,
                limit=limit,
                offset=offset,
                added=added,
                unopened=unopened,
            )
        )

    def count_for_holder(
        self, profile_id: str, *, old: bool, added: bool = False
    ) -> int:
        """Return how many they are."""
        return self._documents.count_for_holder(profile_id, old=old, added=added)

    def ids_for_holder(self, profile_id: str, *, added: bool = False) -> frozenset[str]:
        """Return the ids of all that the patient may know of."""
        return self._documents.ids_for_holder(profile_id, added=added)

    def listing(self, profile_id: str) -> Listing:
        """Return what a list needs to know of all documents, as they are now."""
        return ListMaking(self.work, self).listing(profile_id)

    def find_in_texts(
        self, profile_id: str, words: Collection[str], among: Sequence[str]
    ) -> TextsFound:
        """Return which of some documents have words that begin so in their text."""
        return WordMaking(self.work, self).find(profile_id, words, among)

    def texts(self, documents: Collection[FiledDocument]) -> Mapping[str, str]:
        """Return the texts that documents are searched by, as far as they are there."""
        return WordMaking(self.work, self).texts(documents)

    def sound_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return the documents of some ids, by these; altered ones are left out."""
        ids = [to_entry_id(one) for one in entry_uuids]
        return {one.id: one for one in self._all_known(self._documents.sound_each(ids))}

    def entry(self, document: FiledDocument) -> DocumentEntry:
        """Return its entry, with the status and the visibility that it has now."""
        filed = entry_from_json(self._documents.entry(self._row(document)))
        flags = document.visibility(self.work.now)
        return evolve(
            filed,
            availability_status=document.status,
            confidentiality=(
                *(code for code in filed.confidentiality if code.scheme != VISIBILITY),
                *(
                    coded(VISIBILITY, flag.value)
                    for flag in Visibility
                    if flag in flags
                ),
            ),
        )

    def content(self, document: FiledDocument) -> bytes:
        """Return the exact bytes that were filed."""
        return self._documents.content(self._row(document))

    def sound_contents(
        self, documents: Collection[FiledDocument]
    ) -> Mapping[str, bytes]:
        """Return the bytes of some, by their ids; altered ones are left out."""
        return sound_contents(self.work, [self._row(one) for one in documents])

    def submit(self, profile_id: str, submission: SubmissionSet) -> str:
        """Open a SubmissionSet for the documents of one message; return its id."""
        submission_id = to_entry_id(submission.entry_uuid)
        Submissions(self.work).add(
            submission_id,
            profile_id,
            self._key_of(profile_id),
            submission.unique_id,
            _submission_to_json(submission),
        )
        return submission_id

    def file(self, deposit: Deposit) -> Deposited:
        """File a document once; those it deprecates become Deprecated."""
        known = self.find(deposit.entry.unique_id)
        if known is not None:
            same = (known.profile_id, known.sha256) == (
                deposit.profile_id,
                deposit.sha256,
            )
            if same:
                return Deposited.ALREADY_FILED
            raise ConflictError("this uniqueId is filed already, for another content")
        named = dict.fromkeys((deposit.entry.replaces, *deposit.deprecates))
        replaced = [self._own(deposit.profile_id, one) for one in filter(None, named)]
        later = [self._own(deposit.profile_id, one) for one in deposit.superseded_by]
        new = _new_document(deposit, self._key_of(deposit.profile_id), later)
        self._documents.add(new, self._parcel(deposit))
        for before in replaced:
            self._documents.mark_replaced(
                before,
                new.id,
                new.body_level,
                deprecate=before.unique_id in deposit.deprecates,
            )
        self._found.clear()
        return Deposited.FILED

    def discard(self, prepared: PreparedContent) -> None:
        """Remove the file of a large content, once it is certain that nobody has it."""
        parcel = _parcel_of(prepared)
        if parcel.inline is None:
            folder = self.work.folder
            self.work.after_commit(lambda: folder.discard(parcel.id))

    def withdraw(self, document: FiledDocument) -> bool:
        """Take a document from everybody's sight; False when it was so already."""
        self._found.clear()
        self._forget_words(document)
        return withdraw_document(self.work, document.id)

    def erase(self, document: FiledDocument) -> bool:
        """Delete a document and its bytes, for good; False when it was so already."""
        row = self._row(document)
        self._found.clear()
        self._forget_words(document)
        return erase_document(self.work, row)

    def change_visibility(
        self,
        document: FiledDocument,
        flags: frozenset[Visibility],
        *,
        visible_at: datetime | None = None,
        flags_then: frozenset[Visibility] = frozenset(),
        masked_by: MaskedBy = MaskedBy.NOBODY,
    ) -> None:
        """Give a document other flags, now and from ``visible_at`` on."""
        self._found.clear()
        self._documents.set_visibility(
            document.id,
            flags,
            visible_at=visible_at,
            flags_then=flags_then,
            masked_by=masked_by,
        )

    def mark_read(self, document_id: str) -> None:
        """Record when the patient first opened a document; later times change it not"""
        self._found.clear()
        self._documents.mark_read(document_id)

    def _forget_words(self, document: FiledDocument) -> None:
        """Have its words, made ahead, taken out of those of the patient."""
        self.work.tasks.ask(TaskKind.INDEX, document.profile_id)

    def _known(self, stored: StoredDocument | None) -> FiledDocument | None:
        if stored is None:
            return None
        self._rows[stored.facts.id] = stored
        return stored.facts

    def _all_known(self, rows: Iterable[StoredDocument]) -> list[FiledDocument]:
        found = list(rows)
        self._rows.update((stored.facts.id, stored) for stored in found)
        return [stored.facts for stored in found]

    def _row(self, document: FiledDocument) -> StoredDocument:
        """Return the row of a document that another transaction may have found"""
        if document.id not in self._rows:
            self.get(document.id)
        return self._rows[document.id]

    def _own(self, profile_id: str, unique_id: str) -> FiledDocument:
        before = self.find(unique_id)
        if before is None or before.profile_id != profile_id:
            raise ConflictError("the document to replace is not in this vault")
        return before

    def _key_of(self, profile_id: str) -> str:
        profile = Profiles(self.work).get(profile_id)
        if profile is None:
            raise NotFoundError("no such patient")
        return profile.key_id

    def _parcel(self, deposit: Deposit) -> Parcel:
        if deposit.prepared is not None:
            return _parcel_of(deposit.prepared)
        return self.work.folder.prepare(deposit.content)


def _parcel_of(prepared: PreparedContent) -> Parcel:
    assert isinstance(prepared, Parcel), "prepared by this vault"
    return prepared


def _new_document(
    deposit: Deposit, key_id: str, later: Sequence[FiledDocument]
) -> NewDocument:
    entry = deposit.entry
    return NewDocument(
        id=deposit.entry_id,
        profile_id=deposit.profile_id,
        key_id=key_id,
        unique_id=entry.unique_id,
        set_id=deposit.set_id,
        version=deposit.version,
        body_level=deposit.body_level,
        status=entry.availability_status,
        type_code=entry.type_code.code,
        creation_time=entry.creation_time,
        mime_type=entry.mime_type,
        sha1=entry.hash,
        sha256=deposit.sha256,
        flags=entry.visibility,
        visible_at=deposit.visible_at,
        flags_then=deposit.flags_then,
        masked_by=deposit.masked_by,
        owners=tuple(dict.fromkeys([*deposit.people, *deposit.structures])),
        entry=entry_to_json(entry),
        submission_id=deposit.submission_id,
        arrival_id=deposit.arrival_id,
        names=deposit.names,
        replaced_by=later[-1].id if later else "",
        replaced_levels=frozenset(one.body_level for one in later),
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

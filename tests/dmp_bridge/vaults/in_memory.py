"""A vault of dictionaries: that one can be written shows that the port is enough."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from gateway.core.codes import VISIBILITY, coded
from gateway.core.document import (
    Availability,
    DocumentEntry,
    SubmissionSet,
    Visibility,
)
from gateway.core.listing import Listing, TextsFound
from gateway.core.vault import FiledDocument, MaskedBy, to_entry_id
from gateway.core.word_form import words_in
from gateway.dmp_bridge.vaults.vault import Deposit, Deposited, PreparedContent, Walked
from gateway.documents.cda.searched import searched_parts
from gateway.documents.xds.listed import list_entry
from gateway.errors import ConflictError, NotFoundError
from gateway.rights.visibility_rules import PatientReader, patient_sees


@frozen
class InMemoryVault:
    """Documents by their id, in the order of filing; without transactions."""

    clock: Callable[[], datetime]
    patients: frozenset[str]
    _documents: dict[str, FiledDocument] = field(factory=dict)
    _deposits: dict[str, Deposit] = field(factory=dict)

    def find(self, unique_id: str) -> FiledDocument | None:
        return next(
            (o for o in self._documents.values() if o.unique_id == unique_id), None
        )

    def get(self, entry_uuid: str) -> FiledDocument | None:
        return self._documents.get(to_entry_id(entry_uuid))

    def versions(self, profile_id: str, set_id: str) -> list[FiledDocument]:
        return [one for one in self._of(profile_id) if set_id and one.set_id == set_id]

    def naming(self, profile_id: str, unique_id: str) -> list[FiledDocument]:
        naming = [
            one.entry_id for one in self._deposits.values() if one.names == unique_id
        ]
        return [one for one in self._of(profile_id) if unique_id and one.id in naming]

    def find_each(self, unique_ids: Collection[str]) -> dict[str, FiledDocument]:
        found = {one: self.find(one) for one in unique_ids}
        return {one: document for one, document in found.items() if document}

    def get_each(self, entry_uuids: Collection[str]) -> dict[str, FiledDocument]:
        found = [self.get(one) for one in entry_uuids]
        return {document.id: document for document in found if document}

    def brought_by(
        self, profile_id: str, arrival_ids: Collection[str]
    ) -> list[FiledDocument]:
        return [one for one in self._of(profile_id) if one.arrival_id in arrival_ids]

    def listed(self, profile_id: str) -> list[FiledDocument]:
        return self._of(profile_id)[::-1]

    def walk(self, profile_id: str, place: str, limit: int) -> Walked:
        all_of = self._of(profile_id)
        ids = [one.id for one in all_of]
        first = ids.index(place) + 1 if place else 0
        found = all_of[first : first + limit]
        return Walked(found, found[-1].id if len(found) == limit else "")

    def for_holder(
        self,
        profile_id: str,
        *,
        old: bool,
        limit: int,
        offset: int = 0,
        added: bool = False,
        unopened: bool = False,
    ) -> list[FiledDocument]:
        found = self._for_holder(profile_id, old=old, added=added)
        if unopened:
            found = [one for one in found if one.read_at is None]
        return found[offset : offset + limit]

    def count_for_holder(
        self, profile_id: str, *, old: bool, added: bool = False
    ) -> int:
        return len(self._for_holder(profile_id, old=old, added=added))

    def ids_for_holder(self, profile_id: str, *, added: bool = False) -> frozenset[str]:
        found = self._for_holder(profile_id, old=True, added=added)
        return frozenset(one.id for one in found)

    def _for_holder(
        self, profile_id: str, *, old: bool, added: bool
    ) -> list[FiledDocument]:
        return [
            one
            for one in self.listed(profile_id)
            if patient_sees(
                one.visibility(self.clock()),
                one.status,
                PatientReader.HOLDER,
                on_request=old,
            )
            and not (added and one.arrival_id)
        ]

    def listing(self, profile_id: str) -> Listing:
        every = self._of(profile_id)
        return Listing([list_entry(one, self.entry(one)) for one in every])

    def find_in_texts(
        self, profile_id: str, words: Collection[str], among: Sequence[str]
    ) -> TextsFound:
        texts = {one: words_in([self._searched(one)]) for one in among}
        return TextsFound(
            {
                word: {
                    name
                    for name, own in texts.items()
                    if any(one.startswith(word) for one in own)
                }
                for word in words
            }
        )

    def texts(self, documents: Collection[FiledDocument]) -> dict[str, str]:
        return {one.id: self._searched(one.id) for one in documents}

    def _searched(self, name: str) -> str:
        return searched_parts(self._deposits[name].content).text

    def sound_each(self, entry_uuids: Collection[str]) -> dict[str, FiledDocument]:
        return self.get_each(entry_uuids)

    def entry(self, document: FiledDocument) -> DocumentEntry:
        entry = self._deposits[document.id].entry
        flags = document.visibility(self.clock())
        codes = [code for code in entry.confidentiality if code.scheme != VISIBILITY]
        codes += [coded(VISIBILITY, one.value) for one in Visibility if one in flags]
        return evolve(
            entry, availability_status=document.status, confidentiality=tuple(codes)
        )

    def content(self, document: FiledDocument) -> bytes:
        if self._documents[document.id].erased_at is not None:
            raise NotFoundError("not found")
        return self._deposits[document.id].content

    def submit(self, profile_id: str, submission: SubmissionSet) -> str:
        self._check(profile_id)
        return to_entry_id(submission.entry_uuid)

    def file(self, deposit: Deposit) -> Deposited:
        self._check(deposit.profile_id)
        entry = deposit.entry
        if (known := self.find(entry.unique_id)) is not None:
            if (known.profile_id, known.sha256) == (deposit.profile_id, deposit.sha256):
                return Deposited.ALREADY_FILED
            raise ConflictError("filed already, for another content")
        for name in dict.fromkeys(filter(None, (entry.replaces, *deposit.deprecates))):
            before = self.find(name)
            if before is None or before.profile_id != deposit.profile_id:
                raise ConflictError("not in this vault")
            self._documents[before.id] = evolve(
                before,
                replaced_by=deposit.entry_id,
                replaced_levels=before.replaced_levels | {deposit.body_level},
                status=(
                    Availability.DEPRECATED
                    if name in deposit.deprecates
                    else before.status
                ),
            )
        for name in deposit.superseded_by:
            later = self.find(name)
            if later is None or later.profile_id != deposit.profile_id:
                raise ConflictError("not in this vault")
        self._deposits[deposit.entry_id] = deposit
        self._documents[deposit.entry_id] = self._filed(deposit)
        return Deposited.FILED

    def discard(self, prepared: PreparedContent) -> None:
        """Nothing is ever prepared."""

    def withdraw(self, document: FiledDocument) -> bool:
        known = self._documents[document.id]
        self._documents[document.id] = evolve(known, status=Availability.DELETED)
        return known.status is not Availability.DELETED

    def erase(self, document: FiledDocument) -> bool:
        known = self._documents[document.id]
        if known.erased_at is not None:
            return False
        self._documents[document.id] = evolve(
            known, status=Availability.DELETED, erased_at=self.clock()
        )
        self._deposits[document.id] = evolve(self._deposits[document.id], content=b"")
        return True

    def change_visibility(
        self,
        document: FiledDocument,
        flags: frozenset[Visibility],
        *,
        visible_at: datetime | None = None,
        flags_then: frozenset[Visibility] = frozenset(),
        masked_by: MaskedBy = MaskedBy.NOBODY,
    ) -> None:
        self._documents[document.id] = evolve(
            self._documents[document.id],
            flags=flags,
            visible_at=visible_at,
            flags_then=flags_then,
            masked_by=masked_by,
        )

    def mark_read(self, document_id: str) -> None:
        known = self._documents[document_id]
        self._documents[document_id] = evolve(
            known, read_at=known.read_at or self.clock()
        )

    def _of(self, profile_id: str) -> list[FiledDocument]:
        return [one for one in self._documents.values() if one.profile_id == profile_id]

    def _check(self, profile_id: str) -> None:
        if profile_id not in self.patients:
            raise NotFoundError("no such patient")

    def _filed(self, deposit: Deposit) -> FiledDocument:
        entry = deposit.entry
        later = [one for name in deposit.superseded_by if (one := self.find(name))]
        return FiledDocument(
            id=deposit.entry_id,
            profile_id=deposit.profile_id,
            unique_id=entry.unique_id,
            set_id=deposit.set_id,
            version=deposit.version,
            body_level=deposit.body_level,
            status=entry.availability_status,
            type_code=entry.type_code.code,
            creation_time=entry.creation_time,
            mime_type=entry.mime_type,
            size=entry.size,
            sha1=entry.hash,
            sha256=deposit.sha256,
            flags=entry.visibility,
            visible_at=deposit.visible_at,
            flags_then=deposit.flags_then,
            masked_by=deposit.masked_by,
            owners=frozenset((*deposit.people, *deposit.structures)),
            submission_id=deposit.submission_id,
            arrival_id=deposit.arrival_id,
            replaced_by=later[-1].id if later else "",
            replaced_levels=frozenset(one.body_level for one in later),
            filed_at=self.clock(),
            read_at=None,
        )

"""What a patient is told of a document, read from its entry, in plain words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from attrs import evolve, field, frozen

from gateway.core.codes import type_label
from gateway.core.document import (
    Availability,
    DocumentEntry,
    Visibility,
)
from gateway.core.document_kinds import kind_of
from gateway.core.listed_columns import ListedDocuments
from gateway.core.listing import moment_of
from gateway.core.papers import paper_of
from gateway.core.texts.patients import Whereabouts
from gateway.core.vault import FiledDocument
from gateway.documents.xds.forms import unescape
from gateway.documents.xds.naming import full_name, person_name, structure_name
from gateway.rights.listing_rules import seen_by
from gateway.rights.own_document_rules import is_own
from gateway.rights.reader_rules import PatientSide
from gateway.rights.visibility_rules import (
    PatientReader,
    patient_sees,
    sees_secrets,
    sees_version,
)
from gateway.web.site.ports import DocumentVault


@frozen(kw_only=True)
class DocumentCard:
    """One document as it is listed and headed; empty texts where nothing is known."""

    id: str
    title: str = field(repr=False)
    type: str
    english_type: str
    kind: str
    """Its picture and colour in the lists (`kinds`)."""
    created_at: datetime
    service_at: datetime | None
    filed_at: datetime
    authors: tuple[str, ...] = field(repr=False)
    structure: str
    named: str = field(repr=False)
    """Whom the document names as its patient: name, date of birth, INS."""
    signed_by: str = field(repr=False)
    """Who answers for it, where that is none of its authors."""
    size: int
    is_new: bool
    is_replaced: bool
    is_masked: bool
    replaced_by: str
    arrival_id: str
    is_own: bool
    """The patient put it there; no message brought it."""
    is_erased: bool = False
    paper: str = ""
    """Which of the patient's own papers it is, by its word; empty for none."""

    @property
    def day(self) -> datetime:
        """The day it is of: what a patient said of an own one, else when it was made"""
        if self.is_own and self.service_at is not None:
            return self.service_at
        return self.created_at

    @property
    def care_at(self) -> datetime:
        """When the care was, or else when the document was written."""
        return self.service_at or self.created_at


@frozen
class SeenDocuments:
    """The documents of one patient that who looks may know of, at one moment."""

    vault: DocumentVault
    profile_id: str
    now: datetime
    reader: PatientReader = PatientReader.HOLDER
    _known: dict[bool, ListedDocuments] = field(
        factory=dict, init=False, repr=False, eq=False
    )

    @property
    def side(self) -> PatientSide:
        """Who looks, as lists ask for it."""
        return PatientSide(self.reader)

    def each(self, document_ids: Collection[str]) -> list[FiledDocument]:
        """Return some of them in the order that is asked for; others are left out."""
        found = self.vault.sound_each(document_ids)
        return [
            found[name]
            for name in document_ids
            if name in found
            and found[name].profile_id == self.profile_id
            and self._is_seen(found[name], on_request=True)
        ]

    def listed(
        self, limit: int, offset: int = 0, *, replaced: bool = False
    ) -> list[FiledDocument]:
        """Return some of them, last filed first; old versions on request."""
        if not sees_secrets(self.reader):
            return self._some(self.known(replaced=replaced), limit, offset)
        found = self.vault.for_holder(
            self.profile_id, old=replaced, limit=limit, offset=offset
        )
        return [one for one in found if self._is_seen(one, on_request=replaced)]

    def unopened(self, limit: int) -> list[FiledDocument]:
        """Return the last filed of those that were not opened yet."""
        if not sees_secrets(self.reader):
            return self._some(self.known().unread(), limit)
        found = self.vault.for_holder(
            self.profile_id, old=False, limit=limit, unopened=True
        )
        return [one for one in found if self._is_seen(one, on_request=False)]

    def count(self, *, replaced: bool = False) -> int:
        """Return how many they are."""
        if not sees_secrets(self.reader):
            return len(self.known(replaced=replaced))
        return self.vault.count_for_holder(self.profile_id, old=replaced)

    def added(self, limit: int, offset: int = 0) -> list[FiledDocument]:
        """Return some of those that no message brought, last filed first."""
        if not sees_secrets(self.reader):
            return self._some(self._known_added(), limit, offset)
        some = self.vault.for_holder(
            self.profile_id, old=False, limit=limit, offset=offset, added=True
        )
        return [one for one in some if self._is_seen(one, on_request=False)]

    def count_added(self) -> int:
        """Return how many they are."""
        if not sees_secrets(self.reader):
            return len(self._known_added())
        return self.vault.count_for_holder(self.profile_id, old=False, added=True)

    def known(self, *, replaced: bool = False) -> ListedDocuments:
        """
        Return all of them as lists know them, last filed first; opened are none.

        For who must not know of secrets: what is kept from representatives is sealed,
        so that the database can neither leave it out nor count it.
        """
        if replaced not in self._known:
            every = self.vault.listing(self.profile_id).entries
            now = moment_of(self.now)
            found = seen_by(self.side, every, now, old=replaced).entries
            self._known[replaced] = found.by_filing()
        return self._known[replaced]

    def _known_added(self) -> ListedDocuments:
        added = self.vault.ids_for_holder(self.profile_id, added=True)
        return self.known().among(added)

    def _some(
        self, some: ListedDocuments, limit: int, offset: int = 0
    ) -> list[FiledDocument]:
        return self.each(some[offset : offset + limit].ids())

    def brought_by(self, arrival_ids: Collection[str]) -> dict[str, list[DocumentCard]]:
        """Return those that some messages brought, by the messages."""
        found: dict[str, list[DocumentCard]] = {}
        for document in self.vault.brought_by(self.profile_id, arrival_ids):
            if self._is_seen(document, on_request=True):
                found.setdefault(document.arrival_id, []).append(self.card(document))
        return found

    def find(self, document_id: str) -> FiledDocument | None:
        """Return one of them, or None: another patient's is not there either."""
        found = self.vault.get(document_id)
        if found is None or found.profile_id != self.profile_id:
            return None
        return found if self._is_seen(found, on_request=True) else None

    def place(self, document: FiledDocument | None) -> Whereabouts:
        """Say where a document of the vault is for this patient."""
        if document is None or document.profile_id != self.profile_id:
            return Whereabouts.ABSENT
        if self._is_seen(document, on_request=True):
            return Whereabouts.SEEN
        if document.status is not Availability.DELETED:
            return Whereabouts.HIDDEN
        was = evolve(document, status=Availability.APPROVED)
        was_seen = self._is_seen(was, on_request=False)
        return Whereabouts.WITHDRAWN if was_seen else Whereabouts.HIDDEN

    def is_withdrawn(self, document_id: str) -> bool:
        """Tell whether one was there to be seen until its author withdrew it."""
        return self.place(self.vault.get(document_id)) is Whereabouts.WITHDRAWN

    def card(self, document: FiledDocument) -> DocumentCard:
        """Return what is shown of one."""
        entry = self.vault.entry(document)
        people = [person_name(author.person) for author in entry.authors]
        structures = [structure_name(author) for author in entry.authors]
        kind = entry.type_code.label
        signed_by = person_name(entry.legal_authenticator)
        return DocumentCard(
            id=document.id,
            title=entry.title or kind,
            type=kind,
            kind=kind_of(entry),
            english_type=type_label(entry.type_code, "en"),
            created_at=document.creation_time,
            service_at=entry.service_start_time,
            filed_at=document.filed_at,
            authors=tuple(dict.fromkeys(name for name in people if name)),
            structure=next((name for name in structures if name), ""),
            named=_named(entry),
            signed_by="" if signed_by in people else signed_by,
            size=document.size,
            is_new=document.read_at is None,
            is_replaced=document.status is Availability.DEPRECATED,
            is_masked=Visibility.MASKED in document.visibility(self.now),
            replaced_by=document.replaced_by,
            arrival_id=document.arrival_id,
            is_own=is_own(document, entry),
            paper=(paper_of(entry) or "") if is_own(document, entry) else "",
            is_erased=document.erased_at is not None,
        )

    def _is_seen(self, document: FiledDocument, *, on_request: bool) -> bool:
        flags = document.visibility(self.now)
        if not patient_sees(flags, document.status, self.reader, on_request=on_request):
            return False
        newer = None
        if document.replaced_by and not sees_secrets(self.reader):
            newer = self.vault.get(document.replaced_by)
        after = None if newer is None else newer.visibility(self.now)
        return sees_version(flags, after, self.reader)


def _named(entry: DocumentEntry) -> str:
    """
    Return the identity that the document gives, in one line; it may be a wrong one.

    It stands in ``sourcePatientInfo`` (PID-5 of type L, PID-7) and ``patientId``.
    """
    said = [line.split("|", 1) for line in entry.source_patient_info if "|" in line]
    names = [value.split("^") for name, value in said if name == "PID-5"]
    legal = next((name for name in names if name[-1] == "L"), [""])
    parts = [unescape(part) for part in (*legal, "", "")]
    born = next((value for name, value in said if name == "PID-7"), "")
    number, _, authority = entry.patient_id.partition("^")
    ins = f"INS {unescape(number)}" if authority.endswith("NH") else ""
    day = "/".join(part for part in (born[6:8], born[4:6], born[:4]) if part)
    shown = (full_name("", parts[1] or parts[2], parts[0]), day, ins)
    return ", ".join(part for part in shown if part)

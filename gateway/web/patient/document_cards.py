"""What a patient is told of a document, read from its entry, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from gateway.core.document import Availability, Visibility
from gateway.rights.visibility_rules import PatientReader, patient_sees
from gateway.store.base.work import UnitOfWork
from gateway.store.vault.documents import Documents, StoredDocument

ENDINGS = MappingProxyType(
    {
        "application/pdf": "pdf",
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/gif": "gif",
        "image/tiff": "tif",
        "text/rtf": "rtf",
        "text/plain": "txt",
    }
)
"""The file name ending of each type that is given out of a document."""


@frozen(kw_only=True)
class DocumentCard:
    """One document as it is listed and headed; empty texts where nothing is known."""

    id: str
    title: str = field(repr=False)
    type: str
    created_at: datetime
    service_at: datetime | None
    filed_at: datetime
    authors: tuple[str, ...] = field(repr=False)
    structure: str
    size: int
    is_new: bool
    is_replaced: bool
    is_masked: bool
    replaced_by: str
    arrival_id: str
    is_own: bool
    """The patient put it there; no message brought it."""


def seen_by_holder(stored: StoredDocument, now: datetime, *, on_request: bool) -> bool:
    """Tell whether the patient may know of a document, by the rules of visibility."""
    return patient_sees(
        stored.visibility(now),
        stored.status,
        PatientReader.HOLDER,
        on_request=on_request,
    )


def facts_of(work: UnitOfWork, stored: StoredDocument) -> DocumentCard:
    """Return what is shown of a document the patient may see."""
    entry = Documents(work).entry(stored)
    people = [_person(author) for author in entry.get("author") or ()]
    structures = [_structure(author) for author in entry.get("author") or ()]
    kind = _label(entry.get("typeCode"))
    return DocumentCard(
        id=stored.id,
        title=str(entry.get("title") or kind or ""),
        type=kind,
        created_at=stored.creation_time,
        service_at=_moment(entry.get("serviceStartTime")),
        filed_at=stored.filed_at,
        authors=tuple(dict.fromkeys(name for name in people if name)),
        structure=next((name for name in structures if name), ""),
        size=stored.size,
        is_new=stored.read_at is None,
        is_replaced=stored.status is Availability.DEPRECATED,
        is_masked=Visibility.MASKED in stored.visibility(work.now),
        replaced_by=stored.replaced_by,
        arrival_id=stored.arrival_id,
        is_own=not stored.arrival_id and _all_patients(entry.get("author") or ()),
    )


def listed(
    work: UnitOfWork, profile_id: str, *, replaced: bool = False
) -> list[DocumentCard]:
    """Return the documents a patient sees, last filed first; old versions on demand."""
    return [
        facts_of(work, stored)
        for stored in Documents(work).listed(profile_id)
        if seen_by_holder(stored, work.now, on_request=replaced)
    ]


def of_message(
    work: UnitOfWork, profile_id: str, arrival_id: str
) -> list[DocumentCard]:
    """Return the documents a message brought, of those the patient sees."""
    return [
        facts_of(work, stored)
        for stored in Documents(work).of_arrival(profile_id, arrival_id)
        if seen_by_holder(stored, work.now, on_request=True)
    ]


def find(work: UnitOfWork, profile_id: str, document_id: str) -> StoredDocument | None:
    """Return a document of this patient that the patient may see, or None."""
    stored = Documents(work).get(document_id)
    if stored is None or stored.profile_id != profile_id:
        return None
    return stored if seen_by_holder(stored, work.now, on_request=True) else None


def file_name(title: str, ending: str) -> str:
    """
    Return a file name for a document: its title, as far as file systems take it.

    >>> file_name("Lettre: 1/2", "pdf"), file_name("...", "xml")
    ('Lettre_ 1_2.pdf', 'document.xml')
    """
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*\x7f]', "_", title)[:80].strip(" .")
    return f"{stem or 'document'}.{ending}"


def _label(code: Mapping[str, Any] | None) -> str:
    return str(code.get("label") or "") if code else ""


def _person(author: Mapping[str, Any]) -> str:
    """Return ``Prefix Given FAMILY`` of an XCN, the HL7 v2 form of a person."""
    parts = (str(author.get("authorPerson") or "") + "^^^^^^").split("^")
    family, given, prefix = parts[1], parts[2], parts[5]
    if given.isupper():
        given = given.title()
    return " ".join(part.strip() for part in (prefix, given, family) if part.strip())


def _all_patients(authors: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether all authors are patients: their XCN are of the type NH."""
    ends = [str(one.get("authorPerson") or "").split("^")[12:] for one in authors]
    return bool(ends) and all(end == ["NH"] for end in ends)


def _structure(author: Mapping[str, Any]) -> str:
    institution = author.get("authorInstitution") or ""
    return str(institution).split("^", 1)[0].strip()


def _moment(digits: Any) -> datetime | None:
    text = str(digits or "")
    if len(text) != 14 or not text.isdigit():
        return None
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)

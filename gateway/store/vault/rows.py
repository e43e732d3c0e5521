"""
The row of a document: what it says in clear, sealed, or as a digest.

In clear are opaque ids, times, sizes, the status, and whether the patient may see it:
what a list is ordered, counted and cut by. What tells of an illness, or of whom the
patient sees, is sealed with the patient's key; the identifiers by which a document is
found are digests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.vault import FiledDocument, MaskedBy
from gateway.errors import DamagedError
from gateway.store.base.work import UnitOfWork
from gateway.store.sealed.blobs import Parcel
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.keys import KeyRing
from gateway.store.vault.values import NewDocument, StoredDocument

_HIDDEN = Visibility.HIDDEN_FROM_PATIENT
_EMPTY: Final[Mapping[str, Any]] = {
    "version": None,
    "body_level": "",
    "type_code": "",
    "class_code": "",
    "mime_type": "",
    "sha1": "",
    "sha256": "",
    "author_id": "",
    "structure_id": "",
    "owners": [],
    "flags": [],
    "flags_then": [],
    "masked_by": "",
}
"""What an earlier version wrote in clear, and is sealed now."""


def unique_id_digest(keys: KeyRing, unique_id: str) -> str:
    """
    Return what stands for a uniqueId.

    The same in whichever vault: it must not be filed twice, so it is never there twice.
    """
    return column_digest(keys, "documents.unique_id", unique_id)


def set_id_digest(keys: KeyRing, profile_id: str, set_id: str) -> str:
    """Return what stands for a setId in one patient's vault."""
    return column_digest(keys, "documents.set_id", set_id, owner=profile_id)


def names_digest(keys: KeyRing, profile_id: str, unique_id: str) -> str:
    """Return what stands for the uniqueId that a document says to replace."""
    return column_digest(keys, "documents.names", unique_id, owner=profile_id)


def row_of(work: UnitOfWork, document: NewDocument, parcel: Parcel) -> dict[str, Any]:
    """Return the row of a document about to be filed."""
    profile_id = document.profile_id
    facts = {
        "unique_id": document.unique_id,
        "set_id": document.set_id,
        "names": document.names,
        "version": document.version,
        "body_level": document.body_level.value,
        "type_code": document.type_code,
        "mime_type": document.mime_type,
        "sha1": document.sha1,
        "sha256": document.sha256,
        "owners": list(document.owners),
    }
    return {
        **_EMPTY,
        "id": document.id,
        "profile_id": profile_id,
        "unique_id": unique_id_digest(work.keys, document.unique_id),
        "set_id": set_id_digest(work.keys, profile_id, document.set_id),
        "names": names_digest(work.keys, profile_id, document.names),
        "status": document.status.value,
        "creation_time": document.creation_time,
        "size": parcel.size,
        "visible_at": document.visible_at,
        "facts": _sealed_facts(work, document.id, document.key_id, facts),
        **visibility_columns(
            work,
            document.id,
            document.key_id,
            flags=document.flags,
            flags_then=document.flags_then,
            masked_by=document.masked_by,
        ),
        "entry": work.seal(
            document.key_id,
            document.entry,
            f"documents.entry:{document.id}",
            packed=True,  # two rows share a page then
        ),
        "submission_id": document.submission_id,
        "arrival_id": document.arrival_id or None,
        "replaced_by": document.replaced_by or None,
        "replaced_levels": sorted(document.replaced_levels),
        "blob_id": parcel.id,
        "key_id": document.key_id,
        "filed_at": work.next_moment(),
    }


def visibility_columns(
    work: UnitOfWork,
    document_id: str,
    key_id: str,
    *,
    flags: Collection[Visibility],
    flags_then: Collection[Visibility],
    masked_by: MaskedBy,
) -> dict[str, Any]:
    """Return the columns that say who may see a document, now and then."""
    said = {
        "flags": sorted(flags),
        "flags_then": sorted(flags_then),
        "masked_by": masked_by.value,
    }
    return {
        "hidden_now": _HIDDEN in flags,
        "hidden_then": _HIDDEN in flags_then,
        "visibility": _sealed_visibility(work, document_id, key_id, said),
        "flags": [],
        "flags_then": [],
        "masked_by": "",
    }


def _sealed_facts(
    work: UnitOfWork, document_id: str, key_id: str, facts: Mapping[str, Any]
) -> bytes:
    return work.seal(key_id, facts, f"documents.facts:{document_id}")


def _sealed_visibility(
    work: UnitOfWork, document_id: str, key_id: str, said: Mapping[str, Any]
) -> bytes:
    return work.seal(key_id, said, f"documents.visibility:{document_id}")


def stored_from(work: UnitOfWork, row: Any) -> StoredDocument:
    """
    Return what a row says.

    Raises:
        DamagedError: what is sealed in it was altered, or is another row's.
        UnavailableError: the patient's key is not there, or not any more.
    """
    facts, visibility = _opened(work, row)
    return StoredDocument(
        facts=_filed(row, facts, visibility),
        key_id=row.key_id,
        blob_id=row.blob_id,
        sealed=row.entry,
    )


def stored_or_fault(work: UnitOfWork, row: Any) -> StoredDocument:
    """Return the same; of a row that was altered, what it says in clear and why."""
    try:
        return stored_from(work, row)
    except DamagedError as error:
        unknown = {**_said(row), "body_level": BodyLevel.N1.value}
        return StoredDocument(
            facts=_filed(row, unknown, unknown),
            key_id=row.key_id,
            blob_id=row.blob_id,
            sealed=row.entry,
            fault=str(error),
        )


def _opened(work: UnitOfWork, row: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    key_id = row.key_id
    return (
        _said(row)
        if row.facts is None
        else work.unseal(key_id, row.facts, f"documents.facts:{row.id}"),
        _said(row)
        if row.visibility is None
        else work.unseal(key_id, row.visibility, f"documents.visibility:{row.id}"),
    )


def _said(row: Any) -> dict[str, Any]:
    """Return what an earlier version wrote in clear."""
    return {
        "unique_id": row.unique_id,
        "set_id": row.set_id,
        "names": row.names,
        "version": row.version,
        "body_level": row.body_level,
        "type_code": row.type_code,
        "mime_type": row.mime_type,
        "sha1": row.sha1,
        "sha256": row.sha256,
        "owners": row.owners,
        "flags": row.flags,
        "flags_then": row.flags_then,
        "masked_by": row.masked_by,
    }


def _filed(
    row: Any, facts: Mapping[str, Any], visibility: Mapping[str, Any]
) -> FiledDocument:
    return FiledDocument(
        id=row.id,
        profile_id=row.profile_id,
        unique_id=facts["unique_id"],
        set_id=facts["set_id"],
        version=facts["version"],
        body_level=BodyLevel(facts["body_level"]),
        status=Availability(row.status),
        type_code=facts["type_code"],
        creation_time=row.creation_time,
        mime_type=facts["mime_type"],
        size=row.size,
        sha1=facts["sha1"],
        sha256=facts["sha256"],
        flags=_flags(visibility["flags"]),
        visible_at=row.visible_at,
        flags_then=_flags(visibility["flags_then"]),
        masked_by=MaskedBy(visibility["masked_by"]),
        owners=frozenset(facts["owners"]),
        submission_id=row.submission_id,
        arrival_id=row.arrival_id or "",
        replaced_by=row.replaced_by or "",
        replaced_levels=frozenset(BodyLevel(level) for level in row.replaced_levels),
        filed_at=row.filed_at,
        read_at=row.read_at,
        erased_at=row.erased_at,
    )


def _flags(values: Iterable[str]) -> frozenset[Visibility]:
    return frozenset(Visibility(value) for value in values)


def sealed_columns(work: UnitOfWork, row: Any) -> dict[str, Any]:
    """Return the columns of a row, sealed, that an earlier version wrote in clear."""
    said = _said(row)
    visibility = {name: said.pop(name) for name in ("flags", "flags_then", "masked_by")}
    sealed: dict[str, Any] = {
        **_EMPTY,
        "unique_id": unique_id_digest(work.keys, row.unique_id),
        "set_id": set_id_digest(work.keys, row.profile_id, row.set_id),
        "names": names_digest(work.keys, row.profile_id, row.names),
        "facts": _sealed_facts(work, row.id, row.key_id, said),
    }
    if row.visibility is None:  # else it was changed meanwhile, and sealed then
        sealed["visibility"] = _sealed_visibility(work, row.id, row.key_id, visibility)
    return sealed

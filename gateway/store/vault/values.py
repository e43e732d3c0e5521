"""A document as the store takes it, and as it gives it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from gateway.core.document import Availability, BodyLevel, Visibility

PATIENT = "patient"
SENDER = "sender"
"""Who had a document masked (``masked_by``)."""


@frozen(kw_only=True)
class NewDocument:
    """
    A document about to be filed; ``id`` is its entryUUID in hex.

    ``flags`` are its visibility flags; with ``visible_at``, the end of
    INVISIBLE_PATIENT (CSP R. 1111-53), ``flags_then`` replace them from that moment.
    ``owners`` holds the identifiers of all authors and their structures. ``entry`` is
    the JSON of its DocumentEntry, sealed before it is kept.
    """

    id: str
    profile_id: str
    key_id: str
    unique_id: str
    set_id: str = ""
    version: int | None = None
    body_level: BodyLevel
    status: Availability = Availability.APPROVED
    type_code: str
    class_code: str
    creation_time: datetime
    mime_type: str
    sha1: str
    sha256: str
    flags: frozenset[Visibility] = frozenset()
    visible_at: datetime | None = None
    flags_then: frozenset[Visibility] = frozenset()
    masked_by: str = ""
    author_id: str = field(default="", repr=False)
    structure_id: str = ""
    owners: tuple[str, ...] = field(default=(), repr=False)
    entry: Mapping[str, Any] = field(repr=False)
    submission_id: str
    arrival_id: str = ""


@frozen(kw_only=True)
class StoredDocument:
    """
    A document as it is kept; its entry stays sealed until `Documents.entry` is asked.

    ``replaced_levels`` are the body levels of the documents that replaced it.
    """

    id: str
    profile_id: str
    key_id: str
    blob_id: str
    unique_id: str
    set_id: str
    version: int | None
    body_level: BodyLevel
    status: Availability
    type_code: str
    class_code: str
    creation_time: datetime
    mime_type: str
    size: int
    sha1: str
    sha256: str
    flags: frozenset[Visibility]
    visible_at: datetime | None
    flags_then: frozenset[Visibility]
    masked_by: str
    author_id: str = field(repr=False)
    structure_id: str
    owners: frozenset[str] = field(repr=False)
    sealed: bytes = field(repr=False)
    submission_id: str
    arrival_id: str
    replaced_by: str
    replaced_levels: frozenset[BodyLevel]
    filed_at: datetime
    read_at: datetime | None

    def visibility(self, now: datetime) -> frozenset[Visibility]:
        """Return the flags that apply now: the announcement's delay may be over."""
        if self.visible_at is not None and self.visible_at <= now:
            return self.flags_then
        return self.flags

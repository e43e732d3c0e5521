"""What a vault knows of the documents in it, in values that every room may read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from gateway.core.document import Availability, BodyLevel, Visibility

_URN = "urn:uuid:"


class MaskedBy(StrEnum):
    """Who had a document masked from professionals."""

    NOBODY = ""
    PATIENT = "patient"
    EVERYTHING = "all"
    """The patient, with all others: undone with them."""
    SENDER = "sender"


@frozen(kw_only=True)
class FiledDocument:
    """
    A document that is in a patient's vault; ``id`` is its entryUUID in 32 hex digits.

    ``flags`` are its visibility flags; with ``visible_at``, the end of
    INVISIBLE_PATIENT (CSP R. 1111-53), ``flags_then`` replace them from that moment.
    ``owners`` holds the identifiers of all its authors and their structures, who may
    replace it. ``sha1`` and ``sha256`` are of its exact bytes, in hex, and ``size`` is
    their number. ``arrival_id`` is the message it came by, empty for what the patient
    put there. ``replaced_by`` is the id of the document that replaced it,
    ``replaced_levels`` the body levels of all that did. ``read_at`` is when the
    patient first opened it, ``erased_at`` when the patient deleted it with its bytes.
    """

    id: str
    profile_id: str
    unique_id: str
    set_id: str
    version: int | None
    body_level: BodyLevel
    status: Availability
    type_code: str
    creation_time: datetime
    mime_type: str
    size: int
    sha1: str
    sha256: str
    flags: frozenset[Visibility]
    visible_at: datetime | None
    flags_then: frozenset[Visibility]
    masked_by: MaskedBy
    owners: frozenset[str] = field(repr=False)
    submission_id: str
    arrival_id: str
    replaced_by: str
    replaced_levels: frozenset[BodyLevel]
    filed_at: datetime
    read_at: datetime | None
    erased_at: datetime | None = None

    def visibility(self, now: datetime) -> frozenset[Visibility]:
        """Return the flags that apply now: the announcement's delay may be over."""
        if self.visible_at is not None and self.visible_at <= now:
            return self.flags_then
        return self.flags


def to_entry_id(entry_uuid: str) -> str:
    """
    Return the 32 hex digits by which an entry is known, of any form of its entryUUID.

    >>> to_entry_id("urn:uuid:0A0B0C0D-0000-4000-8000-000000000001")
    '0a0b0c0d000040008000000000000001'
    """
    return entry_uuid.strip().lower().removeprefix(_URN).replace("-", "")

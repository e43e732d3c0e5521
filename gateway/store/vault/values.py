"""Documents as they are put into their rows, and as they are found there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from gateway.core.document import Availability, BodyLevel, Visibility
from gateway.core.vault import FiledDocument, MaskedBy


@frozen(kw_only=True)
class NewDocument:
    """
    A document about to be filed, as `FiledDocument` says what it is.

    ``entry`` is the JSON of its DocumentEntry, sealed before it is kept, as is all but
    ids, times and the status. ``names`` is the uniqueId that it says to replace, there
    or not.
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
    creation_time: datetime
    mime_type: str
    sha1: str
    sha256: str
    flags: frozenset[Visibility] = frozenset()
    visible_at: datetime | None = None
    flags_then: frozenset[Visibility] = frozenset()
    masked_by: MaskedBy = MaskedBy.NOBODY
    owners: tuple[str, ...] = field(default=(), repr=False)
    entry: Mapping[str, Any] = field(repr=False)
    submission_id: str
    arrival_id: str = ""
    names: str = ""
    replaced_by: str = ""
    replaced_levels: frozenset[BodyLevel] = frozenset()


@frozen(kw_only=True)
class StoredDocument:
    """
    What is known of a document, and what opens its sealed entry and its bytes.

    ``fault`` says why the rest of its row cannot be read, where it was altered.
    """

    facts: FiledDocument
    key_id: str
    blob_id: str
    sealed: bytes = field(repr=False)
    fault: str = ""

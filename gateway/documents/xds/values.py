"""What a METADATA.XML says of documents and of their submission; not yet believed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from gateway.core.document import AuthorEntry
from gateway.core.informing import PatientInformed
from gateway.core.person import Coded


class EntryAction(StrEnum):
    """What is asked for a document: file it, change the earlier one, or delete it."""

    FILE = ""
    CHANGE = "C"
    DELETE = "D"


@frozen(kw_only=True)
class EntryFacts:
    """
    One ExtrinsicObject; absent texts are empty, absent codes and times None.

    ``hash`` is a SHA-1 in lower-case hex, ``size`` a number of bytes. Times are UTC.
    ``entry_id`` is the object's ``id``, ``replaced_uuid`` the entryUUID that an RPLC
    association of the same file points to. ``remarks`` names optional values that are
    wrong, of the set too; they count as absent.
    """

    entry_id: str = ""
    uri: str = field(default="", repr=False)
    hash: str = ""
    size: int | None = None
    unique_id: str = ""
    patient_id: str = field(default="", repr=False)  # CX
    source_patient_id: str = field(default="", repr=False)  # CX
    source_patient_info: tuple[str, ...] = field(default=(), repr=False)
    type_code: Coded | None = None
    class_code: Coded | None = None
    format_code: Coded | None = None
    confidentiality: tuple[Coded, ...] = ()
    title: str = field(default="", repr=False)
    creation_time: datetime | None = None
    service_start_time: datetime | None = None
    service_stop_time: datetime | None = None
    language_code: str = ""
    mime_type: str = ""
    authors: tuple[AuthorEntry, ...] = ()
    legal_authenticator: str = field(default="", repr=False)
    healthcare_facility_type: Coded | None = None
    practice_setting: Coded | None = None
    event_codes: tuple[Coded, ...] = ()
    reference_ids: tuple[str, ...] = field(default=(), repr=False)
    action: EntryAction = EntryAction.FILE
    replaced_uuid: str = ""
    remarks: tuple[str, ...] = ()


@frozen(kw_only=True)
class SubmissionFacts:
    """The SubmissionSet; absent texts are empty, absent codes and times None."""

    entry_id: str = ""
    unique_id: str = ""
    patient_id: str = field(default="", repr=False)
    source_id: str = ""
    submission_time: datetime | None = None
    content_type: Coded | None = None
    author: AuthorEntry | None = None
    title: str = field(default="", repr=False)
    informed: PatientInformed | None = None


@frozen(kw_only=True)
class Association:
    """A link between two objects: its type (a URN) and the ids of its ends."""

    kind: str
    source: str
    target: str


@frozen(kw_only=True)
class Metadata:
    """One METADATA.XML: a submission, its documents, all of one patient (CX)."""

    patient_id: str = field(repr=False)
    submission: SubmissionFacts
    entries: tuple[EntryFacts, ...]

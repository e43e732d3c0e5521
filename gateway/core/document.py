"""Documents as the gateway knows them: what a CDA says, and its vault entry."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from attrs import field, frozen

from gateway.core.person import Coded, Participant, Patient


class BodyLevel(StrEnum):
    """CDA body: N1 carries a file (nonXMLBody), N3 coded sections."""

    N1 = "N1"
    N3 = "N3"


class Shape(StrEnum):
    """Physical shape of the file (CI-SIS Structuration minimale)."""

    PLAIN = "plain"
    STYLESHEET = "stylesheet"  # inside xsl:stylesheet, "autopresentable"
    SIGNED = "signed"  # inside ds:Signature


class Availability(StrEnum):
    """Life of an entry: XDS.b statuses and the two French ones."""

    APPROVED = "Approved"
    DEPRECATED = "Deprecated"
    ARCHIVED = "Archived"
    DELETED = "Deleted"


class Visibility(StrEnum):
    """Visibility flags, code system 1.2.250.1.213.1.1.4.13 (JDV J08)."""

    MASKED = "MASQUE_PS"
    HIDDEN_FROM_PATIENT = "INVISIBLE_PATIENT"
    HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"

    @classmethod
    def of(cls, code: str) -> Self | None:
        """Return the flag a code stands for, in any of its spellings, or None."""
        try:
            return cls(_OTHER_SPELLINGS.get(code, code))
        except ValueError:
            return None


_OTHER_SPELLINGS = {
    "INVISIBLE_REP_LEGAUX": "INVISIBLE_REPRESENTANTS_LEGAUX",  # HL7 v2 messages
    "NOPAT": "INVISIBLE_PATIENT",  # HL7 ActCode, the value set of 2026 (JDV J421)
}


@frozen(kw_only=True)
class Related:
    """A ``relatedDocument``: ``RPLC`` or ``XFRM``, and the id it points to."""

    type_code: str
    unique_id: str
    set_id: str = ""
    version: int | None = None


@frozen(kw_only=True)
class ClinicalDocument:
    """
    What the header of a CDA R2 says, read once; nothing here is yet believed.

    ``unique_id``, ``set_id``: ``root`` or ``root^extension``. Times carry their zone.
    ``media_type`` is the N1 body's, or ``text/xml`` for N3.
    ``patient.ins.key_is_valid`` is False when the INS of a test range has a wrong key.
    ``order_ids``, ``accession_ids``: the request it answers, ``root^extension``;
    ``study_uids``: DICOM studies an imaging report is about. ``remarks`` names optional
    values that are wrong, and count as absent.
    """

    unique_id: str
    set_id: str = ""
    version: int | None = None
    type_code: Coded
    title: str = field(repr=False)
    effective_time: datetime
    confidentiality: Coded
    language: str
    template_ids: tuple[str, ...]
    patient: Patient = field(repr=False)
    authors: tuple[Participant, ...] = field(repr=False)
    legal_authenticator: Participant | None = field(default=None, repr=False)
    facility_type: Coded | None = None
    practice_setting: Coded | None = None
    service_start: datetime | None = None
    service_stop: datetime | None = None
    event_codes: tuple[Coded, ...] = ()
    order_ids: tuple[str, ...] = ()
    accession_ids: tuple[str, ...] = ()
    study_uids: tuple[str, ...] = ()
    encounter: Coded | None = None
    related: tuple[Related, ...] = ()
    body_level: BodyLevel
    media_type: str
    shape: Shape = Shape.PLAIN
    remarks: tuple[str, ...] = ()

    @property
    def replaces(self) -> str:
        """The id of the document this one replaces (RPLC), or an empty text."""
        return next((r.unique_id for r in self.related if r.type_code == "RPLC"), "")


@frozen(kw_only=True)
class AuthorEntry:
    """One author of a DocumentEntry, in the HL7 forms of ITI TF-3 §4.2.3.2.1."""

    person: str = field(default="", repr=False)  # XCN
    institution: str = ""  # XON
    role: str = ""
    specialty: str = ""


@frozen(kw_only=True)
class DocumentEntry:
    """
    The XDS DocumentEntry of a filed document (ITI TF-3 §4.2.3.2, CI-SIS Partage).

    Names are IHE's in snake_case. Times are UTC. ``hash`` is the SHA-1 of the exact
    bytes in hex, ``size`` their number. ``confidentiality`` always starts with N, adds
    R or V if the document says so, then the visibility flags. ``replaces`` is the
    uniqueId this replaced.
    """

    unique_id: str
    entry_uuid: str
    patient_id: str = field(repr=False)  # CX
    type_code: Coded
    class_code: Coded
    format_code: Coded
    title: str = field(repr=False)
    creation_time: datetime
    service_start_time: datetime | None = None
    service_stop_time: datetime | None = None
    language_code: str
    mime_type: str
    confidentiality: tuple[Coded, ...]
    authors: tuple[AuthorEntry, ...]
    legal_authenticator: str = field(default="", repr=False)
    healthcare_facility_type: Coded | None = None
    practice_setting: Coded | None = None
    event_codes: tuple[Coded, ...] = ()
    source_patient_id: str = field(default="", repr=False)
    source_patient_info: tuple[str, ...] = field(default=(), repr=False)
    size: int
    hash: str
    availability_status: Availability = Availability.APPROVED
    replaces: str = ""
    reference_ids: tuple[str, ...] = ()

    @property
    def visibility(self) -> frozenset[Visibility]:
        """The visibility flags among the confidentiality codes."""
        flags = (Visibility.of(coded.code) for coded in self.confidentiality)
        return frozenset(flag for flag in flags if flag)


@frozen(kw_only=True)
class SubmissionSet:
    """The SubmissionSet a document came in (ITI TF-3 §4.2.3.3). Times are UTC."""

    unique_id: str
    entry_uuid: str
    patient_id: str = field(repr=False)
    source_id: str
    submission_time: datetime
    content_type: Coded
    author: AuthorEntry
    title: str = field(default="", repr=False)

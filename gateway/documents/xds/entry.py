"""The XDS metadata of a document, computed from its CDA header."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from gateway.core.codes import (
    CONFIDENTIALITY,
    ENCOUNTERS,
    STAYS,
    VISIBILITY,
    coded,
    find_document_type,
    format_of,
    format_of_media,
)
from gateway.core.document import (
    AuthorEntry,
    BodyLevel,
    ClinicalDocument,
    DocumentEntry,
    Shape,
    SubmissionSet,
    Visibility,
)
from gateway.core.person import Coded, Patient
from gateway.documents.xds.forms import (
    ACCESSION,
    ORDER,
    STUDY,
    patient_info,
    to_author,
    to_cx,
    to_cxi,
    to_xcn,
)
from gateway.errors import InvalidError

_RESTRICTED: Final = ("R", "V")

# HL7 ActCode of the encounter to JDV J59, after the table for PV1-2 (CI-SIS, HL7v2).
_STAY_OF_ENCOUNTER: Final = {"IMP": "03", "AMB": "07", "EMER": "07"}
_STAY_UNKNOWN: Final = "97"
_STAY_OF_PATIENT: Final = "EXP_PATIENT"


def document_entry(
    document: ClinicalDocument,
    content: bytes,
    *,
    entry_uuid: str,
    sha1: str = "",
    visibility: Iterable[Visibility] = (),
    unknown_class: Coded | None = None,
) -> DocumentEntry:
    """
    Return the DocumentEntry of a CDA (ITI TF-3 §4.2.3.2; CI-SIS Partage).

    Args:
        document: What the header says.
        content: The exact bytes that are filed; size and hash are theirs.
        entry_uuid: ``urn:uuid:...``, the registry's own key for the entry.
        sha1: The hash of the content in hex, where it is known.
        visibility: The flags the sender or the patient's settings ask for.
        unknown_class: The class a type outside our tables is filed under, where the
            settings let it be filed at all.

    Raises:
        InvalidError: the type has no class, or the patient no identifier.
    """
    known = find_document_type(document.type_code)
    document_class = known.document_class if known else unknown_class
    if document_class is None:
        raise InvalidError("the type of the document is not one the vault accepts")
    type_label = document.type_code.label or (known.label if known else "")
    return DocumentEntry(
        unique_id=document.unique_id,
        entry_uuid=entry_uuid,
        patient_id=patient_cx(document.patient),
        type_code=Coded(
            code=document.type_code.code,
            scheme=document.type_code.scheme,
            label=type_label,
        ),
        class_code=document_class,
        format_code=_format(document),
        title=document.title or type_label,
        creation_time=document.effective_time.astimezone(UTC),
        service_start_time=_utc(document.service_start),
        service_stop_time=_utc(document.service_stop),
        language_code=document.language,
        mime_type=mime_type_of(document.shape),
        confidentiality=_confidentiality(document, visibility),
        authors=tuple(to_author(author) for author in document.authors),
        legal_authenticator=(
            to_xcn(document.legal_authenticator) if document.legal_authenticator else ""
        ),
        healthcare_facility_type=document.facility_type,
        practice_setting=document.practice_setting,
        event_codes=document.event_codes,
        source_patient_id=_source_patient_cx(document.patient),
        source_patient_info=patient_info(document.patient),
        size=len(content),
        hash=sha1 or sha1_hex(content),
        replaces=document.replaces,
        reference_ids=_references(document),
    )


def submission_set(
    document: ClinicalDocument,
    *,
    unique_id: str,
    entry_uuid: str,
    source_id: str,
    submission_time: datetime,
    author: AuthorEntry | None = None,
    content_type: Coded | None = None,
) -> SubmissionSet:
    """
    Return the SubmissionSet a document is filed in (ITI TF-3 §4.2.3.3).

    ``source_id`` is the OID of the system that sends. Where the caller gives no other,
    the author is the first of the document and the content type follows from its
    encounter.
    """
    return SubmissionSet(
        unique_id=unique_id,
        entry_uuid=entry_uuid,
        patient_id=patient_cx(document.patient),
        source_id=source_id,
        submission_time=submission_time.astimezone(UTC),
        content_type=content_type or _content_type(document),
        author=author or to_author(document.authors[0]),
        title=document.title,
    )


def sha1_hex(content: bytes) -> str:
    """Return the ``hash`` of XDS metadata: an integrity check, not a signature."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def mime_type_of(shape: Shape) -> str:
    """Return the mimeType of a CDA; a self-presenting one is a stylesheet."""
    return "application/xslt+xml" if shape is Shape.STYLESHEET else "text/xml"


def patient_cx(patient: Patient) -> str:
    """
    Return the patientId: the INS, or else the first identifier of the structure.

    Raises:
        InvalidError: the patient has neither.
    """
    if patient.ins is not None:
        return patient.ins.to_cx()
    return _local_cx(patient)


def _source_patient_cx(patient: Patient) -> str:
    if patient.ins is not None and not patient.other_ids:
        return patient.ins.to_cx()
    return _local_cx(patient)


def _local_cx(patient: Patient) -> str:
    if not patient.other_ids:
        raise InvalidError("the patient of the document has no usable identifier")
    root, extension = patient.other_ids[0]
    # A GUID or an OID may be the whole identifier; it then is its own authority.
    return to_cx(root, extension or root, "PI")


def _format(document: ClinicalDocument) -> Coded:
    if document.body_level is BodyLevel.N1:
        return format_of_media(document.media_type)
    return format_of(document.template_ids)


def _confidentiality(
    document: ClinicalDocument, visibility: Iterable[Visibility]
) -> tuple[Coded, ...]:
    """``N`` is always there and first (CI-SIS Partage); the rest adds to it."""
    flags = frozenset(visibility)
    level = document.confidentiality.code
    codes = [coded(CONFIDENTIALITY, "N")]
    if level in _RESTRICTED:
        codes.append(coded(CONFIDENTIALITY, level))
    codes.extend(coded(VISIBILITY, flag.value) for flag in Visibility if flag in flags)
    return tuple(codes)


def _references(document: ClinicalDocument) -> tuple[str, ...]:
    return (
        *(to_cxi(text, ORDER) for text in document.order_ids),
        *(to_cxi(text, ACCESSION) for text in document.accession_ids),
        *(to_cxi(text, STUDY) for text in document.study_uids),
    )


def _content_type(document: ClinicalDocument) -> Coded:
    if document.authors[0].is_patient:
        return coded(STAYS, _STAY_OF_PATIENT)
    candidates = (document.encounter, *document.event_codes[:1])
    for code in candidates:
        if code and code.scheme == ENCOUNTERS and code.code in _STAY_OF_ENCOUNTER:
            return coded(STAYS, _STAY_OF_ENCOUNTER[code.code])
    return coded(STAYS, _STAY_UNKNOWN)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None

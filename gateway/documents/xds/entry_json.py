"""A DocumentEntry as JSON, in the names of XDS: what ``vault list`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.core.document import AuthorEntry, Availability, DocumentEntry
from gateway.core.person import Coded
from gateway.documents.times import from_utc_digits, to_utc_digits
from gateway.errors import InvalidError


def entry_to_json(entry: DocumentEntry) -> dict[str, Any]:
    """
    Return an entry with the attribute names of ITI TF-3 §4.2.3.2.

    Codes are ``{code, codingScheme, label}``, times UTC ``YYYYMMDDhhmmss``; what is
    optional and absent is ``null``, an empty text or an empty array.
    """
    return {
        "uniqueId": entry.unique_id,
        "entryUUID": entry.entry_uuid,
        "typeCode": _code(entry.type_code),
        "classCode": _code(entry.class_code),
        "formatCode": _code(entry.format_code),
        "title": entry.title,
        "creationTime": to_utc_digits(entry.creation_time),
        "serviceStartTime": _time(entry.service_start_time),
        "serviceStopTime": _time(entry.service_stop_time),
        "languageCode": entry.language_code,
        "mimeType": entry.mime_type,
        "confidentialityCode": [_code(code) for code in entry.confidentiality],
        "author": [
            {
                "authorPerson": author.person,
                "authorInstitution": author.institution,
                "authorRole": author.role,
                "authorSpecialty": author.specialty,
            }
            for author in entry.authors
        ],
        "legalAuthenticator": entry.legal_authenticator,
        "healthcareFacilityTypeCode": _optional_code(entry.healthcare_facility_type),
        "practiceSettingCode": _optional_code(entry.practice_setting),
        "eventCodeList": [_code(code) for code in entry.event_codes],
        "patientId": entry.patient_id,
        "sourcePatientId": entry.source_patient_id,
        "sourcePatientInfo": list(entry.source_patient_info),
        "size": entry.size,
        "hash": entry.hash,
        "availabilityStatus": entry.availability_status.value,
        "replaces": entry.replaces,
        "referenceIdList": list(entry.reference_ids),
    }


def entry_from_json(fields: Mapping[str, Any]) -> DocumentEntry:
    """
    Return the entry that `entry_to_json` wrote.

    Raises:
        InvalidError: a field is missing or of another kind.
    """
    try:
        return DocumentEntry(
            unique_id=_text(fields["uniqueId"]),
            entry_uuid=_text(fields["entryUUID"]),
            patient_id=_text(fields["patientId"]),
            type_code=_read_code(fields["typeCode"]),
            class_code=_read_code(fields["classCode"]),
            format_code=_read_code(fields["formatCode"]),
            title=_text(fields["title"]),
            creation_time=from_utc_digits(_text(fields["creationTime"])),
            service_start_time=_read_time(fields["serviceStartTime"]),
            service_stop_time=_read_time(fields["serviceStopTime"]),
            language_code=_text(fields["languageCode"]),
            mime_type=_text(fields["mimeType"]),
            confidentiality=tuple(
                _read_code(code) for code in _array(fields["confidentialityCode"])
            ),
            authors=tuple(_read_author(author) for author in _array(fields["author"])),
            legal_authenticator=_text(fields["legalAuthenticator"]),
            healthcare_facility_type=_read_optional(
                fields["healthcareFacilityTypeCode"]
            ),
            practice_setting=_read_optional(fields["practiceSettingCode"]),
            event_codes=tuple(
                _read_code(code) for code in _array(fields["eventCodeList"])
            ),
            source_patient_id=_text(fields["sourcePatientId"]),
            source_patient_info=tuple(
                _text(value) for value in _array(fields["sourcePatientInfo"])
            ),
            size=_number(fields["size"]),
            hash=_text(fields["hash"]),
            availability_status=Availability(fields["availabilityStatus"]),
            replaces=_text(fields["replaces"]),
            reference_ids=tuple(
                _text(value) for value in _array(fields["referenceIdList"])
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        # InvalidError is a ValueError too; either way the values stay out of it.
        raise InvalidError(
            "not a document entry", detail=type(error).__name__
        ) from None


def _code(code: Coded) -> dict[str, str]:
    return {"code": code.code, "codingScheme": code.scheme, "label": code.label}


def _optional_code(code: Coded | None) -> dict[str, str] | None:
    return _code(code) if code else None


def _time(moment: datetime | None) -> str | None:
    return to_utc_digits(moment) if moment else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _array(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _read_code(value: Mapping[str, object]) -> Coded:
    return Coded(
        code=_text(value["code"]),
        scheme=_text(value["codingScheme"]),
        label=_text(value["label"]),
    )


def _read_optional(value: Mapping[str, object] | None) -> Coded | None:
    return None if value is None else _read_code(value)


def _read_time(value: object) -> datetime | None:
    return None if value is None else from_utc_digits(_text(value))


def _read_author(value: Mapping[str, object]) -> AuthorEntry:
    return AuthorEntry(
        person=_text(value["authorPerson"]),
        institution=_text(value["authorInstitution"]),
        role=_text(value["authorRole"]),
        specialty=_text(value["authorSpecialty"]),
    )

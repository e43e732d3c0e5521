"""METADATA.XML read: ebRIM 3.0, with the departures that real packages have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from attrs import evolve
from lxml import etree

from gateway.core.informing import InformedBy, PatientInformed
from gateway.documents.remarks import Remarks
from gateway.documents.xds import ebrim
from gateway.documents.xds.ebrim import (
    IN_RIM,
    RegistryObject,
    attribute,
    read_object,
    read_time,
)
from gateway.documents.xds.values import (
    Association,
    EntryAction,
    EntryFacts,
    Metadata,
    SubmissionFacts,
)
from gateway.errors import InvalidError
from gateway.safe_xml import parse_xml

MAX_BYTES = 4 * 1024 * 1024
"""A METADATA.XML takes 15 kB for one document."""

_REQUEST = f"{{{ebrim.LCM}}}SubmitObjectsRequest"
_DAY = re.compile(r"[0-9]{8}")
_SIZE = re.compile(r"[0-9]{1,12}")
_HASH = re.compile(r"[0-9A-Fa-f]{40}")


def read_metadata(content: bytes) -> Metadata:
    """
    Return what a METADATA.XML says.

    It is read as the tools of the ANS write it, not only as the standard says. The
    patient may be under the scheme of the set or of the entry; a classification belongs
    to the object it stands in, not to its ``classifiedObject``; the order of elements
    is free. A fact that decides the filing is refused where it is given twice or wrong:
    what the document is, whose, its URI, hash, size and action. Any other then counts
    as absent, with a remark.

    Raises:
        InvalidError: not such a file, without a document, or not of exactly one
            patient.
    """
    objects = _registry_objects(parse_xml(content, max_bytes=MAX_BYTES))
    associations = tuple(
        Association(
            kind=attribute(element, "associationType"),
            source=attribute(element, "sourceObject"),
            target=attribute(element, "targetObject"),
        )
        for element in objects.iterchildren(IN_RIM + "Association")
    )
    replaced = _replaced(associations)
    entries = [
        _read_entry(read_object(element), element, replaced)
        for element in objects.iterchildren(IN_RIM + "ExtrinsicObject")
    ]
    if not entries:
        raise InvalidError("METADATA.XML that lists no document")
    odd = Remarks()
    submission = _read_submission(read_object(_submission_set(objects)), odd)
    if odd.said:
        entries = [
            evolve(entry, remarks=(*entry.remarks, *odd.said)) for entry in entries
        ]
    named = [entry.patient_id for entry in entries]
    if not all(named):
        raise InvalidError("METADATA.XML with a document that names no patient")
    return Metadata(
        patient_id=one_patient([*named, submission.patient_id]),
        submission=submission,
        entries=tuple(entries),
    )


def one_patient(ids: Iterable[str]) -> str:
    """
    Return the patient identifier (CX) that all the ids give; empty ones do not count.

    Only the number and who assigned it are compared: the type and the dates that may
    follow do not make another patient.
    """
    named = [text for text in ids if text]
    if len({_patient_key(text) for text in named}) != 1:
        raise InvalidError("METADATA.XML that does not name exactly one patient")
    return named[0]


def _patient_key(text: str) -> tuple[str, str]:
    parts = text.split("^")
    authority = parts[3].split("&")[1:2] if len(parts) > 3 else []
    return parts[0].strip().upper(), authority[0] if authority else ""


def _registry_objects(root: etree._Element) -> etree._Element:
    requests = list(root.iter(_REQUEST))
    lists = [x for r in requests for x in r.iterchildren(IN_RIM + "RegistryObjectList")]
    if len(requests) != 1 or len(lists) != 1:
        raise InvalidError("METADATA.XML without exactly one SubmitObjectsRequest")
    return lists[0]


def _submission_set(objects: etree._Element) -> etree._Element:
    packages = list(objects.iterchildren(IN_RIM + "RegistryPackage"))
    said_outside = {
        element.get("classifiedObject")
        for element in objects.iterchildren(IN_RIM + "Classification")
        if element.get("classificationNode") == ebrim.SUBMISSION_SET
    }
    found = [
        package
        for package in packages
        if package.get("id") in said_outside
        or any(
            element.get("classificationNode") == ebrim.SUBMISSION_SET
            for element in package.iterchildren(IN_RIM + "Classification")
        )
    ]
    if len(found) != 1:
        raise InvalidError("METADATA.XML without exactly one submission set")
    return found[0]


def _replaced(associations: Iterable[Association]) -> dict[str, str]:
    replaced: dict[str, str] = {}
    for association in associations:
        if association.kind == ebrim.REPLACES:
            known = replaced.setdefault(association.source, association.target)
            if known != association.target:
                raise InvalidError("METADATA.XML with a document that replaces two")
    return replaced


def _read_entry(
    said: RegistryObject, element: etree._Element, replaced: Mapping[str, str]
) -> EntryFacts:
    odd = Remarks()
    mime_type = attribute(element, "mimeType")
    return EntryFacts(
        entry_id=said.entry_id,
        uri=said.slot("URI"),
        hash=_hash(said.slot("hash")),
        size=_size(said.slot("size")),
        unique_id=said.identifier("uniqueId", ebrim.ENTRY_UNIQUE_ID),
        patient_id=_patient(said),
        source_patient_id=odd.optional(said.slot, "sourcePatientId") or "",
        source_patient_info=said.slots.get("sourcePatientInfo", ()),
        type_code=said.code(ebrim.TYPE_CODE, "typeCode"),
        class_code=odd.optional(said.code, ebrim.CLASS_CODE, "classCode"),
        format_code=odd.optional(said.code, ebrim.FORMAT_CODE, "formatCode"),
        confidentiality=said.codes(ebrim.CONFIDENTIALITY),
        title=said.title,
        creation_time=odd.optional(_time, said, "creationTime"),
        service_start_time=odd.optional(_time, said, "serviceStartTime"),
        service_stop_time=odd.optional(_time, said, "serviceStopTime"),
        language_code=odd.optional(said.slot, "languageCode") or "",
        mime_type=mime_type,
        authors=said.authors(ebrim.ENTRY_AUTHOR),
        legal_authenticator=odd.optional(said.slot, "legalAuthenticator") or "",
        healthcare_facility_type=odd.optional(
            said.code, ebrim.FACILITY_TYPE, "healthcareFacilityTypeCode"
        ),
        practice_setting=odd.optional(
            said.code, ebrim.PRACTICE_SETTING, "practiceSettingCode"
        ),
        event_codes=said.codes(ebrim.EVENT_CODE),
        reference_ids=said.slots.get(ebrim.REFERENCE_IDS, ()),
        action=_action(said.slots),
        replaced_uuid=replaced.get(said.entry_id, ""),
        remarks=(
            *said.remarks,
            *odd.said,
            *(() if mime_type else ("METADATA.XML without mimeType",)),
        ),
    )


def _read_submission(said: RegistryObject, odd: Remarks) -> SubmissionFacts:
    authors = said.authors(ebrim.SET_AUTHOR)
    set_id, source_id = ebrim.SET_UNIQUE_ID, ebrim.SET_SOURCE_ID
    return SubmissionFacts(
        entry_id=said.entry_id,
        unique_id=odd.optional(said.identifier, "uniqueId", set_id) or "",
        patient_id=_patient(said),
        source_id=odd.optional(said.identifier, "sourceId", source_id) or "",
        submission_time=odd.optional(_time, said, "submissionTime"),
        content_type=odd.optional(said.code, ebrim.CONTENT_TYPE, "contentTypeCode"),
        author=authors[0] if authors else None,
        title=said.title,
        informed=odd.optional(_informed, said),
    )


def _informed(said: RegistryObject) -> PatientInformed | None:
    """Read how the patient was informed: the channel, maybe the day, maybe by whom."""
    values = said.slots.get(ebrim.INFORMED, ())
    if not values:
        return None
    known = {one.value for one in InformedBy}
    channel, on, teller, *more = (*values, "", "")[: max(3, len(values))]
    if channel.lower() not in known or more:
        raise InvalidError("METADATA.XML that informs by no known channel")
    if on and not _DAY.fullmatch(on):
        raise InvalidError("METADATA.XML that informs on a day that is none")
    try:
        day = date(int(on[:4]), int(on[4:6]), int(on[6:])) if on else None
    except ValueError:
        raise InvalidError("METADATA.XML that informs on a day that is none") from None
    by = InformedBy(channel.lower())
    return PatientInformed(by=by, on=day, teller=" ".join(teller.split()))


def _time(said: RegistryObject, name: str) -> datetime | None:
    return read_time(said.slot(name), name)


def _patient(said: RegistryObject) -> str:
    # The ANS's tool writes each of the two schemes where the other belongs.
    return said.identifier("patientId", ebrim.ENTRY_PATIENT_ID, ebrim.SET_PATIENT_ID)


def _action(slots: dict[str, tuple[str, ...]]) -> EntryAction:
    """
    Read C or D from any slot whose name says action.

    Only one tool gives the exact name, so other names are read too. What is neither C
    nor D is an error in the slot of that exact name alone: "transaction" also holds the
    word.
    """
    said = {
        value.upper()
        for name, values in slots.items()
        if "action" in name.lower()
        for value in values
        if name == ebrim.ACTION or value.upper() in {"C", "D"}
    }
    if not said:
        return EntryAction.FILE
    if len(said) > 1 or not said <= {"C", "D"}:
        raise InvalidError("METADATA.XML with an unknown action")
    return EntryAction(said.pop())


def _size(text: str) -> int | None:
    if text and not _SIZE.fullmatch(text):
        raise InvalidError("METADATA.XML with a size that is not a number")
    return int(text) if text else None


def _hash(text: str) -> str:
    if text and not _HASH.fullmatch(text):
        raise InvalidError("METADATA.XML with a hash that is not a SHA-1")
    return text.lower()

"""Reading a CDA R2 file: what its header says."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from gateway.core.codes import CONFIDENTIALITY, coded
from gateway.core.document import ClinicalDocument, Related
from gateway.core.person import Coded
from gateway.documents.cda.body import read_body_facts
from gateway.documents.cda.file import CdaFile, open_cda
from gateway.documents.cda.nodes import (
    children,
    find,
    get,
    join_identifier,
    read_code,
    read_identifier,
    read_moment,
    read_text,
)
from gateway.documents.cda.people import read_authenticator, read_author, read_patient
from gateway.errors import InvalidError
from gateway.safe_xml import MAX_BYTES

_ACCESSION = "{urn:dicom-org:ps3-20}accessionNumber"

_IMAGING_REPORT = "18748-4"
_UID = re.compile(r"[0-9.]{1,64}")
_VERSION = re.compile(r"[0-9]{1,9}")


def read_cda(content: bytes, *, max_bytes: int = MAX_BYTES) -> ClinicalDocument:
    """
    Return what the header of a CDA file says.

    What the model does not know is passed over; a document must not be refused for it
    (CI-SIS, Structuration minimale).

    Raises:
        InvalidError: as `open_cda`; or the header lacks one of id, code,
            effectiveTime, recordTarget, author and component, gives one twice, or
            holds a value that is none of its kind. The text names the element.
    """
    return read_header(open_cda(content, max_bytes=max_bytes))


def read_header(file: CdaFile) -> ClinicalDocument:
    """Return what the header says; raises as `read_cda`."""
    root = file.element
    type_code = read_code(get(root, "code"))
    if type_code is None:
        raise InvalidError("the document has no code/@code")
    unique_id = read_identifier(get(root, "id"), "id")
    if unique_id is None:
        raise InvalidError("the document has no id/@root")
    authors = list(children(root, "author"))
    if not authors:
        raise InvalidError("the document has no author")
    authenticator = find(root, "legalAuthenticator")
    language = find(root, "languageCode")
    facility = find(root, "componentOf", "encompassingEncounter", "location")
    service = _main_service(root)
    period = find(service, "effectiveTime")
    level, media_type = read_body_facts(root)
    return ClinicalDocument(
        unique_id=join_identifier(unique_id),
        set_id=_optional_id(root, "setId"),
        version=_version(find(root, "versionNumber")),
        type_code=type_code,
        title=read_text(find(root, "title")),
        effective_time=_effective_time(root),
        confidentiality=_confidentiality(root),
        language=(language.get("code") if language is not None else "") or "fr-FR",
        template_ids=tuple(
            template.get("root", "") for template in children(root, "templateId")
        ),
        patient=read_patient(get(root, "recordTarget")),
        authors=tuple(read_author(author) for author in authors),
        legal_authenticator=(
            read_authenticator(authenticator) if authenticator is not None else None
        ),
        facility_type=read_code(find(facility, "healthCareFacility", "code")),
        practice_setting=_practice_setting(root),
        service_start=_bound(period, "low"),
        service_stop=_bound(period, "high"),
        event_codes=tuple(
            code
            for part in children(root, "documentationOf")
            if (code := read_code(find(part, "serviceEvent", "code")))
        ),
        order_ids=_order_ids(root),
        accession_ids=_accession_ids(root),
        study_uids=_study_uids(root) if type_code.code == _IMAGING_REPORT else (),
        encounter=read_code(find(root, "componentOf", "encompassingEncounter", "code")),
        related=tuple(_related(part) for part in children(root, "relatedDocument")),
        body_level=level,
        media_type=media_type,
        shape=file.shape,
    )


def _effective_time(root: etree._Element) -> datetime:
    moment = read_moment(get(root, "effectiveTime"), "effectiveTime")
    if moment is None:
        raise InvalidError("the document has no effectiveTime/@value")
    return moment


def _confidentiality(root: etree._Element) -> Coded:
    if find(root, "confidentialityCode") is None:
        return coded(CONFIDENTIALITY, "N")
    found = read_code(get(root, "confidentialityCode"))
    return found or coded(CONFIDENTIALITY, "N")


def _version(element: etree._Element | None) -> int | None:
    text = element.get("value", "").strip() if element is not None else ""
    if not text:
        return None
    if not _VERSION.fullmatch(text):
        raise InvalidError("versionNumber is not a whole number")
    return int(text)


def _optional_id(parent: etree._Element | None, name: str) -> str:
    element = find(parent, name)
    pair = read_identifier(element, name) if element is not None else None
    return join_identifier(pair) if pair else ""


def _main_service(root: etree._Element) -> etree._Element | None:
    """The first documentationOf is the main act (CI-SIS, Structuration minimale)."""
    return find(root, "documentationOf", "serviceEvent")


def _practice_setting(root: etree._Element) -> Coded | None:
    path = "assignedEntity", "representedOrganization", "standardIndustryClassCode"
    for part in children(root, "documentationOf"):
        performer = find(part, "serviceEvent", "performer")
        if found := read_code(find(performer, *path)):
            return found
    return None


def _bound(period: etree._Element | None, side: str) -> datetime | None:
    """Return a bound of an ``IVL_TS``; a single time is its lower bound."""
    if period is None:
        return None
    name = f"documentationOf/serviceEvent/effectiveTime/{side}"
    element = find(period, side)
    if element is None and side == "low":
        element = period
    return read_moment(element, name)


def _order_ids(root: etree._Element) -> tuple[str, ...]:
    found = (
        _optional_id(find(part, "order"), "id")
        for part in children(root, "inFulfillmentOf")
    )
    return tuple(text for text in found if text)


def _accession_ids(root: etree._Element) -> tuple[str, ...]:
    pairs = (
        read_identifier(element, "accessionNumber")
        for part in children(root, "inFulfillmentOf")
        for order in children(part, "order")
        for element in order.iterchildren(_ACCESSION)
    )
    return tuple(join_identifier(pair) for pair in pairs if pair)


def _study_uids(root: etree._Element) -> tuple[str, ...]:
    """
    Return the DICOM studies of an imaging report: the ids of its acts, in root alone.
    """
    found = (
        element.get("root", "")
        for part in children(root, "documentationOf")
        for service in children(part, "serviceEvent")
        for element in children(service, "id")
        if not element.get("extension")
    )
    return tuple(dict.fromkeys(uid for uid in found if _UID.fullmatch(uid)))


def _related(part: etree._Element) -> Related:
    parent = find(part, "parentDocument")
    unique_id = _optional_id(parent, "id")
    type_code = part.get("typeCode", "")
    if not unique_id or not type_code:
        raise InvalidError("the document has no relatedDocument/parentDocument/id")
    return Related(
        type_code=type_code,
        unique_id=unique_id,
        set_id=_optional_id(parent, "setId"),
        version=_version(find(parent, "versionNumber")),
    )

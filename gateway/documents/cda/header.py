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
from gateway.documents.remarks import Remarks
from gateway.errors import InvalidError
from gateway.safe_xml import MAX_BYTES

_ACCESSION = "{urn:dicom-org:ps3-20}accessionNumber"

_IMAGING_REPORT = "18748-4"
_UID = re.compile(r"[0-9.]{1,64}")
_VERSION = re.compile(r"[0-9]{1,9}")
_NO_REPLACEMENT = {"XFRM", "APND"}  # HL7 x_ActRelationshipDocument, without RPLC

MAX_ID = 256
"""Characters of an id or setId, ``root^extension``; OIDs have up to 64."""

MAX_CODE = 64
"""Characters of the code of a type; those of LOINC have seven."""


def read_cda(content: bytes, *, max_bytes: int = MAX_BYTES) -> ClinicalDocument:
    """
    Return what the header of a CDA file says.

    What the model does not know is passed over; a document must not be refused for it
    (CI-SIS, Structuration minimale). An optional value that is wrong counts as absent,
    with a remark: ``remarks`` of what is returned.

    Raises:
        InvalidError: as `open_cda`; or the header lacks one of id, code,
            effectiveTime, recordTarget, author and component, gives one twice, or
            holds one of another kind, as the versionNumber or what it replaces. The
            text names the element.
    """
    return read_header(open_cda(content, max_bytes=max_bytes))


def read_header(file: CdaFile) -> ClinicalDocument:
    """Return what the header says; raises as `read_cda`."""
    root, odd = file.element, Remarks()
    type_code = read_code(get(root, "code"))
    if type_code is None:
        raise InvalidError("the document has no code/@code")
    if len(type_code.code) > MAX_CODE:
        raise InvalidError("code/@code is too long")
    unique_id = read_identifier(get(root, "id"), "id")
    if unique_id is None:
        raise InvalidError("the document has no id/@root")
    if len(join_identifier(unique_id)) > MAX_ID:
        raise InvalidError("id is too long")
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
        set_id=odd.optional(_set_id, root) or "",
        version=_version(find(root, "versionNumber")),
        type_code=type_code,
        title=read_text(find(root, "title")),
        effective_time=_effective_time(root),
        confidentiality=_confidentiality(root, odd),
        language=(language.get("code") if language is not None else "") or "fr-FR",
        template_ids=tuple(
            template.get("root", "") for template in children(root, "templateId")
        ),
        patient=read_patient(get(root, "recordTarget"), odd),
        authors=tuple(read_author(author, odd) for author in authors),
        legal_authenticator=(
            odd.optional(read_authenticator, authenticator, odd)
            if authenticator is not None
            else None
        ),
        facility_type=read_code(find(facility, "healthCareFacility", "code")),
        practice_setting=_practice_setting(root),
        service_start=odd.optional(_bound, period, "low"),
        service_stop=odd.optional(_bound, period, "high"),
        event_codes=tuple(
            code
            for part in children(root, "documentationOf")
            if (code := read_code(find(part, "serviceEvent", "code")))
        ),
        order_ids=_order_ids(root, odd),
        accession_ids=_accession_ids(root, odd),
        study_uids=_study_uids(root) if type_code.code == _IMAGING_REPORT else (),
        encounter=read_code(find(root, "componentOf", "encompassingEncounter", "code")),
        related=tuple(
            related
            for part in children(root, "relatedDocument")
            if (related := _related(part, odd))
        ),
        body_level=level,
        media_type=media_type,
        shape=file.shape,
        remarks=odd.said,
    )


def _effective_time(root: etree._Element) -> datetime:
    moment = read_moment(get(root, "effectiveTime"), "effectiveTime")
    if moment is None:
        raise InvalidError("the document has no effectiveTime/@value")
    return moment


def _confidentiality(root: etree._Element, odd: Remarks) -> Coded:
    """Return the level, N where none is given; given twice, it is in doubt."""
    given = list(children(root, "confidentialityCode"))
    if len(given) > 1:
        raise InvalidError("the document gives confidentialityCode more than once")
    found = (
        odd.optional(_known_code, given[0], "confidentialityCode") if given else None
    )
    return found or coded(CONFIDENTIALITY, "N")


def _known_code(element: etree._Element, name: str) -> Coded | None:
    if element.get("nullFlavor"):
        raise InvalidError(f"{name} is said to be unknown")
    return read_code(element)


def _version(element: etree._Element | None, name: str = "versionNumber") -> int | None:
    text = element.get("value", "").strip() if element is not None else ""
    if not text:
        return None
    if not _VERSION.fullmatch(text):
        raise InvalidError(f"{name} is not a whole number")
    return int(text)


def _optional_id(parent: etree._Element | None, name: str, within: str = "") -> str:
    element = find(parent, name)
    place = f"{within}/{name}" if within else name
    pair = read_identifier(element, place) if element is not None else None
    return join_identifier(pair) if pair else ""


def _set_id(root: etree._Element) -> str:
    found = _optional_id(root, "setId")
    if len(found) > MAX_ID:
        raise InvalidError("setId is too long")
    return found


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


def _order_ids(root: etree._Element, odd: Remarks) -> tuple[str, ...]:
    found = (
        odd.optional(_optional_id, find(part, "order"), "id", "inFulfillmentOf/order")
        for part in children(root, "inFulfillmentOf")
    )
    return tuple(text for text in found if text)


def _accession_ids(root: etree._Element, odd: Remarks) -> tuple[str, ...]:
    pairs = (
        odd.optional(read_identifier, element, "accessionNumber")
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


def _related(part: etree._Element, odd: Remarks) -> Related | None:
    """
    Return a relation, or None for one that is wrong and replaces nothing.

    Raises:
        InvalidError: it may be a replacement, and does not say of what.
    """
    parent = find(part, "parentDocument")
    type_code = part.get("typeCode", "").strip()
    if type_code in _NO_REPLACEMENT:
        unique_id = odd.optional(_parent_id, parent)
        if unique_id is None:
            return None
    else:
        unique_id = _parent_id(parent)
    if not type_code:
        raise InvalidError("the document has no relatedDocument/@typeCode")
    place = "relatedDocument/parentDocument"
    number = find(parent, "versionNumber")
    return Related(
        type_code=type_code,
        unique_id=unique_id,
        set_id=odd.optional(_optional_id, parent, "setId", place) or "",
        version=odd.optional(_version, number, f"{place}/versionNumber"),
    )


def _parent_id(parent: etree._Element | None) -> str:
    found = _optional_id(parent, "id", "relatedDocument/parentDocument")
    if not found:
        raise InvalidError("the document has no relatedDocument/parentDocument/id")
    return found

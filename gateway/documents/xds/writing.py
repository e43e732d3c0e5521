"""METADATA.XML written: DocumentEntry and SubmissionSet in their ebRIM places."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import cast

from attrs import frozen
from lxml import etree

from gateway.core.document import AuthorEntry, DocumentEntry, SubmissionSet
from gateway.core.informing import PatientInformed
from gateway.core.person import Coded
from gateway.documents.xds import ebrim
from gateway.documents.xds.ebrim import IN_RIM
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError

_NAMESPACES = cast("dict[str, str]", {"lcm": ebrim.LCM, None: ebrim.RIM})
_SET_ID = "SubmissionSet01"


@frozen(kw_only=True)
class ListedDocument:
    """
    A document as a METADATA.XML lists it.

    ``uri`` is relative to the file. ``replaced_uuid`` is the entryUUID of the entry
    it replaces, where it is known: the ``replaces`` of a DocumentEntry is a uniqueId,
    which an association cannot point to.
    """

    entry: DocumentEntry
    uri: str
    action: EntryAction = EntryAction.FILE
    replaced_uuid: str = ""


def write_metadata(
    submission: SubmissionSet,
    documents: Sequence[ListedDocument],
    informed: PatientInformed | None = None,
) -> bytes:
    """
    Return the METADATA.XML of a submission, in UTF-8.

    ``informed`` is how the patient was told of the filing, where that is to be said.

    The placement is that of ITI TF-3 §4.2, the element order that of the ebRIM
    schema; ``hash``, ``size`` and ``URI`` are written, as XDM needs them.

    Raises:
        InvalidError: a text holds a character that XML cannot carry.
    """
    try:
        return etree.tostring(
            _request(submission, documents, informed),
            encoding="UTF-8",
            xml_declaration=True,
            pretty_print=True,
        )
    except ValueError as error:
        raise InvalidError("metadata with a character that XML cannot hold") from error


def _request(
    submission: SubmissionSet,
    documents: Sequence[ListedDocument],
    informed: PatientInformed | None,
) -> etree._Element:
    ids = (f"id{number:03d}" for number in itertools.count(1))
    root = etree.Element(f"{{{ebrim.LCM}}}SubmitObjectsRequest", nsmap=_NAMESPACES)
    objects = _add(root, "RegistryObjectList")
    set_id = submission.entry_uuid or _SET_ID
    package = _Writer(objects, "RegistryPackage", set_id, ids)
    _write_submission(package, submission, informed)
    links = []
    for number, document in enumerate(documents, 1):
        entry_id = document.entry.entry_uuid or f"Document{number:02d}"
        _write_entry(_Writer(objects, "ExtrinsicObject", entry_id, ids), document)
        links.append((ebrim.HAS_MEMBER, set_id, entry_id))
        if document.replaced_uuid:
            links.append((ebrim.REPLACES, entry_id, document.replaced_uuid))
    for kind, source, target in links:
        link = _add(
            objects,
            "Association",
            associationType=kind,
            sourceObject=source,
            targetObject=target,
            id=next(ids),
        )
        if kind == ebrim.HAS_MEMBER:
            _slot(link, "SubmissionSetStatus", ["Original"])
    return root


def _write_submission(
    package: _Writer, submission: SubmissionSet, informed: PatientInformed | None
) -> None:
    package.slot("submissionTime", hl7_time(submission.submission_time))
    if informed is not None:
        # Its values are told by their place: no name without a day.
        on = informed.on
        told = (f"{on.year:04d}{on:%m%d}", informed.teller) if on else ()
        package.slot(ebrim.INFORMED, informed.by.value, *told)
    package.name(submission.title)
    package.author(ebrim.SET_AUTHOR, submission.author)
    package.code(ebrim.CONTENT_TYPE, submission.content_type)
    package.node(ebrim.SUBMISSION_SET)
    package.identifier(
        ebrim.SET_PATIENT_ID, "XDSSubmissionSet.patientId", submission.patient_id
    )
    package.identifier(
        ebrim.SET_SOURCE_ID, "XDSSubmissionSet.sourceId", submission.source_id
    )
    package.identifier(
        ebrim.SET_UNIQUE_ID, "XDSSubmissionSet.uniqueId", submission.unique_id
    )


def _write_entry(written: _Writer, document: ListedDocument) -> None:
    entry = document.entry
    written.element.set("mimeType", entry.mime_type)
    written.element.set("objectType", ebrim.STABLE_DOCUMENT)
    written.slot("creationTime", hl7_time(entry.creation_time))
    written.slot("hash", entry.hash)
    written.slot("languageCode", entry.language_code)
    written.slot("legalAuthenticator", entry.legal_authenticator)
    written.slot("serviceStartTime", hl7_time(entry.service_start_time))
    written.slot("serviceStopTime", hl7_time(entry.service_stop_time))
    written.slot("size", str(entry.size))
    written.slot("sourcePatientId", entry.source_patient_id)
    written.slot("sourcePatientInfo", *entry.source_patient_info)
    written.slot("URI", document.uri)
    written.slot(ebrim.REFERENCE_IDS, *entry.reference_ids)
    written.slot(ebrim.ACTION, document.action)
    written.name(entry.title)
    for author in entry.authors:
        written.author(ebrim.ENTRY_AUTHOR, author)
    written.code(ebrim.CLASS_CODE, entry.class_code)
    for coded in entry.confidentiality:
        written.code(ebrim.CONFIDENTIALITY, coded)
    for coded in entry.event_codes:
        written.code(ebrim.EVENT_CODE, coded)
    written.code(ebrim.FORMAT_CODE, entry.format_code)
    written.code(ebrim.FACILITY_TYPE, entry.healthcare_facility_type)
    written.code(ebrim.PRACTICE_SETTING, entry.practice_setting)
    written.code(ebrim.TYPE_CODE, entry.type_code)
    written.identifier(
        ebrim.ENTRY_PATIENT_ID, "XDSDocumentEntry.patientId", entry.patient_id
    )
    written.identifier(
        ebrim.ENTRY_UNIQUE_ID, "XDSDocumentEntry.uniqueId", entry.unique_id
    )


class _Writer:
    """Writes one registry object; empty values leave no element behind."""

    def __init__(
        self, objects: etree._Element, name: str, entry_id: str, ids: Iterator[str]
    ) -> None:
        self.element = _add(objects, name, id=entry_id)
        self._id = entry_id
        self._ids = ids

    def slot(self, name: str, *values: str) -> None:
        _slot(self.element, name, values)

    def name(self, text: str) -> None:
        _name(self.element, text)

    def author(self, scheme: str, author: AuthorEntry) -> None:
        written = self._classification(classificationScheme=scheme)
        _slot(written, "authorPerson", [author.person])
        _slot(written, "authorInstitution", [author.institution])
        _slot(written, "authorRole", [author.role])
        _slot(written, "authorSpecialty", [author.specialty])

    def code(self, scheme: str, coded: Coded | None) -> None:
        if coded is None:
            return
        written = self._classification(
            classificationScheme=scheme, nodeRepresentation=coded.code
        )
        _slot(written, "codingScheme", [coded.scheme])
        _name(written, coded.label)

    def node(self, node: str) -> None:
        self._classification(classificationNode=node)

    def identifier(self, scheme: str, name: str, value: str) -> None:
        if not value:
            return
        written = _add(
            self.element,
            "ExternalIdentifier",
            id=next(self._ids),
            identificationScheme=scheme,
            registryObject=self._id,
            value=value,
        )
        _name(written, name)

    def _classification(self, **attributes: str) -> etree._Element:
        return _add(
            self.element,
            "Classification",
            id=next(self._ids),
            classifiedObject=self._id,
            **attributes,
        )


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, IN_RIM + tag, attributes)


def _slot(parent: etree._Element, name: str, values: Iterable[str]) -> None:
    kept = [value for value in values if value]
    if not kept:
        return
    listed = _add(_add(parent, "Slot", name=name), "ValueList")
    for value in kept:
        _add(listed, "Value").text = value


def _name(parent: etree._Element, text: str) -> None:
    if text:
        written = _add(_add(parent, "Name"), "LocalizedString", charset="UTF8")
        written.set(ebrim.XML_LANG, "FR")
        written.set("value", text)


def hl7_time(moment: datetime | None) -> str:
    """
    Return a time in the HL7 form of XDS, ``YYYYMMDDhhmmss`` UTC; None gives nothing.

    >>> hl7_time(datetime(2026, 3, 27, 14, 5, tzinfo=UTC))
    '20260327140500'
    """
    if moment is None:
        return ""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04d}{utc:%m%d%H%M%S}"

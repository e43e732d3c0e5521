"""
Writing the document of a file that a patient keeps: a CDA with that file as its body.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen
from lxml import etree

from gateway.core.codes import CONFIDENTIALITY, NOT_PROFESSIONAL, DocumentType
from gateway.core.document import Shape
from gateway.core.ins import Ins
from gateway.core.keeping import MAX_TITLE, FileToKeep
from gateway.core.person import IdentityTraits
from gateway.documents.cda.body import OWN_TYPES, read_body
from gateway.documents.cda.file import CdaFile
from gateway.documents.cda.nodes import NAMESPACE
from gateway.documents.media import normal_type
from gateway.documents.times import PARIS
from gateway.errors import InvalidError

_TEMPLATES: Final = (
    "2.16.840.1.113883.2.8.2.1",  # HL7 France
    "1.2.250.1.213.1.1.1.1",  # CI-SIS
)
_NOT_STRUCTURED: Final = "1.3.6.1.4.1.19376.1.2.20"
_PREFIXES: Any = {None: NAMESPACE}  # the stubs of lxml know no default namespace
_SEXES: Final = "2.16.840.1.113883.5.1"
_VAULT: Final = "1.2.250.1.213.4.1"
_OWN: Mapping[str, str] = MappingProxyType(
    {
        "code": "EXP_PATIENT",
        "codeSystem": NOT_PROFESSIONAL,
        "displayName": "Expression personnelle du patient",
    }
)


def make_patient_document(
    file: FileToKeep, *, ins: Ins, traits: IdentityTraits, written_at: datetime
) -> bytes:
    """
    Return the CDA R2 of a patient's own document, with the file as its body.

    The patient is its author and answers for it, and the vault keeps it (CI-SIS,
    Structuration minimale: documents of patient expression). It is the first version
    of its set.

    Raises:
        InvalidError: the title is empty, longer than 128 characters or has controls;
            the file is of a type no such body may be, or nobody could read it.
    """
    media_type = normal_type(file.media_type)
    if media_type not in OWN_TYPES:
        raise InvalidError("a file that cannot be the body of a document")
    head = OwnHead(
        unique_id=file.source.unique_id,
        set_id=file.source.set_id,
        kind=file.category.document_type,
        title=file.title,
        is_file=True,
        day=file.day,
    )
    root = own_root(head, ins=ins, traits=traits, written_at=written_at)
    add_file(root, media_type, file.content)
    return written_document(root)


@frozen(kw_only=True)
class OwnHead:
    """
    What the header of a patient's own document says beside who the patient is.

    ``replaces`` is the uniqueId of the version before. ``is_file``: its body is a file.
    ``day`` is the day the patient says it is of, None where nothing was said.
    """

    unique_id: str
    set_id: str
    version: int = 1
    replaces: str = ""
    kind: DocumentType
    title: str = field(repr=False)
    is_file: bool
    day: date | None = None


def own_root(
    head: OwnHead, *, ins: Ins, traits: IdentityTraits, written_at: datetime
) -> etree._Element:
    """
    Return the root of a patient's own document, whole but for its body.

    Raises:
        InvalidError: the title is empty, longer than 128 characters or has controls.
    """
    title = " ".join(head.title.split())
    if not title or len(title) > MAX_TITLE or not title.isprintable():
        raise InvalidError("a title that a document cannot have")
    root = etree.Element(_name("ClinicalDocument"), nsmap=_PREFIXES)
    writer = _Writer(root, ins, traits, written_at.astimezone(PARIS))
    try:
        writer.write_header(head, title)
        writer.write_people()
        writer.write_context(head)
    except ValueError:  # lxml's: the cause may quote a name
        raise InvalidError("a name that XML cannot hold") from None
    return root


def add_file(root: etree._Element, media_type: str, content: bytes) -> None:
    """
    Put a file into a document as its body.

    Raises:
        InvalidError: nobody could read it back.
    """
    body = _add(_add(_add(root, "component"), "nonXMLBody"), "text")
    body.set("mediaType", media_type)
    body.set("representation", "B64")
    body.text = base64.b64encode(content).decode("ascii")
    read = read_body(CdaFile(root, Shape.PLAIN))
    if (read.media_type, read.content) != (media_type, content):
        raise InvalidError("a file that is not what it is said to be")


def written_document(root: etree._Element) -> bytes:
    """Return a document as bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@frozen
class _Writer:
    """Adds the parts of the header to the root, in the order of the schema."""

    root: etree._Element
    ins: Ins
    traits: IdentityTraits
    at: datetime

    def write_header(self, head: OwnHead, title: str) -> None:
        root, kind = self.root, head.kind
        _add(root, "realmCode", code="FR")
        _add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
        for template in (*_TEMPLATES, *([_NOT_STRUCTURED] if head.is_file else [])):
            _add(root, "templateId", root=template)
        _add(root, "id", root=head.unique_id)
        _add(
            root,
            "code",
            code=kind.code,
            codeSystem=kind.scheme,
            displayName=kind.label,
        )
        _add(root, "title").text = title
        self._add_time(root, "effectiveTime")
        _add(root, "confidentialityCode", code="N", codeSystem=CONFIDENTIALITY)
        _add(root, "languageCode", code="fr-FR")
        _add(root, "setId", root=head.set_id)
        _add(root, "versionNumber", value=str(head.version))

    def write_people(self) -> None:
        role = _add(_add(self.root, "recordTarget"), "patientRole")
        self._add_id(role)
        _add_no_contact(role)
        self._add_patient(role)
        author = _add(self.root, "author")
        self._add_time(author, "time")
        self._add_self(_add(author, "assignedAuthor"))
        custodian = _add(
            _add(_add(self.root, "custodian"), "assignedCustodian"),
            "representedCustodianOrganization",
        )
        _add(custodian, "id", root=_VAULT)
        _add(custodian, "name").text = "DMP"
        authenticator = _add(self.root, "legalAuthenticator")
        self._add_time(authenticator, "time")
        _add(authenticator, "signatureCode", code="S")
        self._add_self(_add(authenticator, "assignedEntity"))

    def write_context(self, head: OwnHead) -> None:
        service = _add(_add(self.root, "documentationOf"), "serviceEvent")
        _add(service, "code", **_OWN)
        period = _add(service, "effectiveTime")
        said = f"{head.day:%Y%m%d}" if head.day else f"{self.at:%Y%m%d%H%M%z}"
        _add(period, "low", value=said)
        performer = _add(_add(service, "performer", typeCode="PRF"), "assignedEntity")
        self._add_id(performer)
        field = _add(performer, "representedOrganization")
        _add(field, "standardIndustryClassCode", **_OWN)
        if head.replaces:
            related = _add(self.root, "relatedDocument", typeCode="RPLC")
            _add(_add(related, "parentDocument"), "id", root=head.replaces)
        encounter = _add(_add(self.root, "componentOf"), "encompassingEncounter")
        _add(encounter, "effectiveTime", nullFlavor="NAV")
        facility = _add(_add(encounter, "location"), "healthCareFacility")
        _add(facility, "code", **_OWN)

    def _add_time(self, parent: etree._Element, name: str) -> None:
        _add(parent, name, value=f"{self.at:%Y%m%d%H%M%S%z}")

    def _add_id(self, parent: etree._Element) -> None:
        _add(
            parent,
            "id",
            root=self.ins.authority.value,
            extension=self.ins.matricule,
        )

    def _add_self(self, assigned: etree._Element) -> None:
        """Name the patient as a writer: no profession, no structure."""
        traits = self.traits
        self._add_id(assigned)
        _add_no_contact(assigned)
        name = _add(_add(assigned, "assignedPerson"), "name")
        given = traits.used_given or traits.first_given or traits.given_names
        _add_texts(
            name,
            ("family", "", traits.used_family or traits.family),
            ("given", "", given),
        )

    def _add_patient(self, role: etree._Element) -> None:
        traits, patient = self.traits, _add(role, "patient")
        _add_texts(
            _add(patient, "name"),
            ("family", "BR", traits.family),
            ("given", "", traits.given_names),
            ("given", "BR", traits.first_given),
            ("family", "CL", traits.used_family),
            ("given", "CL", traits.used_given),
        )
        if traits.sex:
            _add(
                patient, "administrativeGenderCode", code=traits.sex, codeSystem=_SEXES
            )
        if traits.birth_date:
            _add(patient, "birthTime", value=traits.birth_date)
        if traits.birth_place:
            place = _add(_add(patient, "birthplace"), "place")
            _add(_add(place, "addr"), "county").text = traits.birth_place


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _name(tag), attributes)


def _add_texts(parent: etree._Element, *parts: tuple[str, str, str]) -> None:
    """Add elements, each with its qualifier, where there is a text for them."""
    for tag, qualifier, text in parts:
        if text:
            attributes = {"qualifier": qualifier} if qualifier else {}
            _add(parent, tag, **attributes).text = text


def _add_no_contact(parent: etree._Element) -> None:
    """Say that address and telephone were not asked for: the vault needs neither."""
    _add(parent, "addr", nullFlavor="NASK")
    _add(parent, "telecom", nullFlavor="NASK")

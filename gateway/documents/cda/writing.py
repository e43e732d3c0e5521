"""
Writing a document that has one file as its body (CDA R2 N1): what is alike in all.

The header in the order of the schema, the patient, the file. Who wrote it and where is
for the modules that know: `patient_document`, `professional_document`.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen
from lxml import etree

from gateway.core.codes import CONFIDENTIALITY, DocumentType
from gateway.core.document import Shape
from gateway.core.ins import Ins
from gateway.core.keeping import MAX_TITLE
from gateway.core.person import IdentityTraits
from gateway.documents.cda.body import read_body
from gateway.documents.cda.file import CdaFile
from gateway.documents.cda.nodes import NAMESPACE
from gateway.errors import InvalidError

_TEMPLATES: Final = (
    "2.16.840.1.113883.2.8.2.1",  # HL7 France
    "1.2.250.1.213.1.1.1.1",  # CI-SIS
)
_NOT_STRUCTURED: Final = "1.3.6.1.4.1.19376.1.2.20"
_PREFIXES: Any = {None: NAMESPACE}  # the stubs of lxml know no default namespace
_SEXES: Final = "2.16.840.1.113883.5.1"
_VAULT: Final = "1.2.250.1.213.4.1"


@frozen(kw_only=True)
class Head:
    """
    What a header says beside who the document is about and who wrote it.

    ``replaces`` is the uniqueId of the version before. ``is_file``: its body is a file.
    """

    unique_id: str
    set_id: str
    version: int = 1
    replaces: str = ""
    kind: DocumentType
    title: str = field(repr=False)
    is_file: bool = True


def new_root(head: Head, written_at: datetime) -> etree._Element:
    """
    Return a root with the elements that say what the document is.

    ``written_at`` is in the zone that the document says it in.

    Raises:
        InvalidError: the title is empty, longer than 128 characters or has controls.
    """
    title = " ".join(head.title.split())
    if not title or len(title) > MAX_TITLE or not title.isprintable():
        raise InvalidError("a title that a document cannot have")
    root = etree.Element(_name("ClinicalDocument"), nsmap=_PREFIXES)
    add(root, "realmCode", code="FR")
    add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for template in (*_TEMPLATES, *([_NOT_STRUCTURED] if head.is_file else [])):
        add(root, "templateId", root=template)
    add(root, "id", root=head.unique_id)
    add(
        root,
        "code",
        code=head.kind.code,
        codeSystem=head.kind.scheme,
        displayName=head.kind.label,
    )
    try:
        add(root, "title").text = title
    except ValueError:  # lxml's: the cause quotes it
        raise InvalidError("a title that XML cannot hold") from None
    add_time(root, "effectiveTime", written_at)
    add(root, "confidentialityCode", code="N", codeSystem=CONFIDENTIALITY)
    add(root, "languageCode", code="fr-FR")
    add(root, "setId", root=head.set_id)
    add(root, "versionNumber", value=str(head.version))
    return root


def add_replaced(root: etree._Element, head: Head) -> None:
    """Name the version that this one takes the place of, if there is one."""
    if head.replaces:
        related = add(root, "relatedDocument", typeCode="RPLC")
        add(add(related, "parentDocument"), "id", root=head.replaces)


def add_record_target(root: etree._Element, ins: Ins, traits: IdentityTraits) -> None:
    """
    Name the patient, by INS and traits.

    ``ValueError`` for a trait that XML cannot hold; its text may quote it.
    """
    role = add(add(root, "recordTarget"), "patientRole")
    add_ins(role, ins)
    add_no_contact(role)
    patient = add(role, "patient")
    add_texts(
        add(patient, "name"),
        ("family", "BR", traits.family),
        ("given", "", traits.given_names),
        ("given", "BR", traits.first_given),
        ("family", "CL", traits.used_family),
        ("given", "CL", traits.used_given),
    )
    if traits.sex:
        add(patient, "administrativeGenderCode", code=traits.sex, codeSystem=_SEXES)
    if traits.birth_date:
        add(patient, "birthTime", value=traits.birth_date)
    if traits.birth_place:
        place = add(add(patient, "birthplace"), "place")
        add(add(place, "addr"), "county").text = traits.birth_place


def add_custodian(root: etree._Element, identifier: tuple[str, str], name: str) -> None:
    """Name who keeps the document: a structure by root and number."""
    organization = add(
        add(add(root, "custodian"), "assignedCustodian"),
        "representedCustodianOrganization",
    )
    number = {"extension": identifier[1]} if identifier[1] else {}
    add(organization, "id", root=identifier[0], **number)
    add(organization, "name").text = name


def add_vault_as_custodian(root: etree._Element) -> None:
    """Say that the vault keeps it, where no structure does (CI-SIS)."""
    add_custodian(root, (_VAULT, ""), "DMP")


def add_file(root: etree._Element, media_type: str, content: bytes) -> None:
    """
    Put a file into a document as its body.

    Raises:
        InvalidError: nobody could read it back.
    """
    body = add(add(add(root, "component"), "nonXMLBody"), "text")
    body.set("mediaType", media_type)
    body.set("representation", "B64")
    body.text = base64.b64encode(content).decode("ascii")
    read = read_body(CdaFile(root, Shape.PLAIN))
    if (read.media_type, read.content) != (media_type, content):
        raise InvalidError("a file that is not what it is said to be")


def written_document(root: etree._Element) -> bytes:
    """Return a document as bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    """Add an element of HL7 as the last child; return it."""
    return etree.SubElement(parent, _name(tag), attributes)


def add_time(parent: etree._Element, name: str, at: datetime) -> None:
    """Add a moment, to the second with its offset."""
    add(parent, name, value=f"{at:%Y%m%d%H%M%S%z}")


def add_ins(parent: etree._Element, ins: Ins) -> None:
    """Add the INS of a patient as an identifier."""
    add(parent, "id", root=ins.authority.value, extension=ins.matricule)


def add_texts(parent: etree._Element, *parts: tuple[str, str, str]) -> None:
    """Add elements, each with its qualifier, where there is a text for them."""
    for tag, qualifier, text in parts:
        if text:
            attributes = {"qualifier": qualifier} if qualifier else {}
            add(parent, tag, **attributes).text = text


def add_no_contact(parent: etree._Element) -> None:
    """Say that address and telephone were not asked for: the vault needs neither."""
    add(parent, "addr", nullFlavor="NASK")
    add(parent, "telecom", nullFlavor="NASK")


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"

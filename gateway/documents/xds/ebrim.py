"""ebRIM 3.0 as XDS uses it (ITI TF-3 §4.2): its names, and objects taken apart."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen
from lxml import etree

from gateway.core.document import AuthorEntry
from gateway.core.person import Coded
from gateway.errors import InvalidError

LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
IN_RIM: Final = f"{{{RIM}}}"
"""Prefix of the element names."""

XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"

STABLE_DOCUMENT: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SUBMISSION_SET: Final = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"

# Classification schemes of a DocumentEntry.
ENTRY_AUTHOR: Final = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
CLASS_CODE: Final = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
CONFIDENTIALITY: Final = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
EVENT_CODE: Final = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
FORMAT_CODE: Final = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
FACILITY_TYPE: Final = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
PRACTICE_SETTING: Final = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
TYPE_CODE: Final = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"

# Classification schemes of a SubmissionSet.
SET_AUTHOR: Final = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
CONTENT_TYPE: Final = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"

# Identification schemes.
ENTRY_PATIENT_ID: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
ENTRY_UNIQUE_ID: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
SET_PATIENT_ID: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_SOURCE_ID: Final = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SET_UNIQUE_ID: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

HAS_MEMBER: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
REPLACES: Final = "urn:ihe:iti:2007:AssociationType:RPLC"

REFERENCE_IDS: Final = "urn:ihe:iti:xds:2013:referenceIdList"
ACTION: Final = "urn:action:extraMetadataSlot"
"""The slot in which French packages say that a document is changed or withdrawn."""

INFORMED: Final = "urn:patientInformed:extraMetadataSlot"
"""
The slot of a SubmissionSet in which its sender says how the patient was informed.

Its values: the channel, the day (YYYYMMDD), who told it; the last two may be left out.
No text that was read has a name for it: it is ours, formed as `ACTION` is, and any
receiver may leave it out (ITI TF-3 §4.2.3.1.6, extra metadata).
"""

_DECIDING: Final = frozenset({"URI", "hash", "size"})
_NAMED: Final = frozenset(
    {
        "creationTime",
        "languageCode",
        "legalAuthenticator",
        "serviceStartTime",
        "serviceStopTime",
        "sourcePatientId",
        "sourcePatientInfo",
        "submissionTime",
        INFORMED,
        REFERENCE_IDS,
    }
)

_SLOT: Final = IN_RIM + "Slot"
_VALUE: Final = IN_RIM + "Value"

_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})?([0-9]{2})?([0-9]{2})?([0-9]{2})?([0-9]{2})?(?:\.[0-9]{1,6})?"
    r"(?:([+-])([0-9]{2})([0-9]{2}))?"
)


@frozen
class RegistryObject:
    """
    A registry object taken apart; each slot and each identifier once.

    ``remarks`` names the slots that were given twice and count as absent.
    """

    entry_id: str
    slots: dict[str, tuple[str, ...]]
    classifications: dict[str, list[etree._Element]]
    identifiers: dict[str, str]
    title: str
    remarks: tuple[str, ...] = ()

    def slot(self, name: str) -> str:
        """Return the one value of a slot, or an empty text."""
        values = self.slots.get(name, ())
        if len(values) > 1:
            raise InvalidError(f"METADATA.XML with several values of {name}")
        return values[0] if values else ""

    def codes(self, scheme: str) -> tuple[Coded, ...]:
        """Return all codes of a classification scheme, in their order."""
        return tuple(_coded(one) for one in self.classifications.get(scheme, ()))

    def code(self, scheme: str, name: str) -> Coded | None:
        """Return the one code of a scheme, or None."""
        codes = self.codes(scheme)
        if len(codes) > 1:
            raise InvalidError(f"METADATA.XML with several values of {name}")
        return codes[0] if codes else None

    def authors(self, scheme: str) -> tuple[AuthorEntry, ...]:
        """Return the authors, in their order."""
        return tuple(_author(one) for one in self.classifications.get(scheme, ()))

    def identifier(self, name: str, *schemes: str) -> str:
        """Return the one value under any of the schemes, or an empty text."""
        values = {self.identifiers[one] for one in schemes if one in self.identifiers}
        if len(values) > 1:
            raise InvalidError(f"METADATA.XML with several values of {name}")
        return values.pop() if values else ""


def read_object(element: etree._Element) -> RegistryObject:
    """
    Take one object apart.

    Raises:
        InvalidError: an identifier, or a slot that decides the filing, is said twice.
    """
    classifications: dict[str, list[etree._Element]] = {}
    for child in element.iterchildren(IN_RIM + "Classification"):
        scheme = attribute(child, "classificationScheme")
        classifications.setdefault(scheme, []).append(child)
    identifiers: dict[str, str] = {}
    for child in element.iterchildren(IN_RIM + "ExternalIdentifier"):
        scheme, value = attribute(child, "identificationScheme"), attribute(child)
        if identifiers.setdefault(scheme, value) != value:
            raise InvalidError("METADATA.XML with two values of one identifier")
    slots, doubled = _slots(element)
    return RegistryObject(
        entry_id=attribute(element, "id"),
        slots=slots,
        classifications=classifications,
        identifiers=identifiers,
        title=_name(element),
        remarks=tuple(
            f"METADATA.XML with the slot {name} twice: left out"
            if name in _NAMED
            else "METADATA.XML with the same slot twice: left out"
            for name in doubled
        ),
    )


def _slots(
    element: etree._Element,
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the slots by name, and the names that two slots with other values have."""
    slots: dict[str, tuple[str, ...]] = {}
    doubled: dict[str, None] = {}
    for slot in element.iterchildren(_SLOT):
        name = attribute(slot, "name")
        values = tuple(filter(None, map(_text, slot.iter(_VALUE))))
        if slots.setdefault(name, values) == values:
            continue
        if name in _DECIDING or "action" in name.lower():
            raise InvalidError("METADATA.XML with the same slot twice")
        doubled[name] = None
    for name in doubled:
        slots[name] = ()
    return slots, tuple(doubled)


def _coded(element: etree._Element) -> Coded:
    # Each document has a dozen of these, with this one slot.
    schemes = (
        value
        for slot in element.iterchildren(_SLOT)
        if slot.get("name") == "codingScheme"
        for value in slot.iter(_VALUE)
    )
    scheme = next(schemes, None)
    return Coded(
        code=attribute(element, "nodeRepresentation"),
        scheme=_text(scheme) if scheme is not None else "",
        label=_name(element),
    )


def _author(element: etree._Element) -> AuthorEntry:
    slots, _ = _slots(element)
    first = {name: values[0] for name, values in slots.items() if values}
    return AuthorEntry(
        person=first.get("authorPerson", ""),
        institution=first.get("authorInstitution", ""),
        role=first.get("authorRole", ""),
        specialty=first.get("authorSpecialty", ""),
    )


def attribute(element: etree._Element, name: str = "value") -> str:
    """Return an attribute without the space around it, or an empty text."""
    return (element.get(name) or "").strip()


def _text(element: etree._Element) -> str:
    if len(element) == 0:
        return (element.text or "").strip()
    # A comment inside would cut `text` in two, and half a value would be read.
    return "".join(str(part) for part in element.itertext()).strip()


def _name(element: etree._Element) -> str:
    for name in element.iterchildren(IN_RIM + "Name"):
        for text in name.iterchildren(IN_RIM + "LocalizedString"):
            return attribute(text)
    return ""


def read_time(text: str, name: str) -> datetime | None:
    """
    Return an HL7 time of any precision; UTC unless an offset is written.

    Raises:
        InvalidError: it is none; ``name`` says of what.
    """
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise InvalidError(f"METADATA.XML with a malformed {name}")
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups()
    try:
        moment = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=UTC,
        )
        if sign is None:
            return moment
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return moment - offset if sign == "+" else moment + offset
    except (ValueError, OverflowError) as error:
        raise InvalidError(f"METADATA.XML with a malformed {name}") from error

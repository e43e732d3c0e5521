"""ebRIM objects taken apart: slots, codes and identifiers, none of them given twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen
from lxml import etree

from gateway.core.document import AuthorEntry
from gateway.core.person import Coded
from gateway.documents.xds import ebrim
from gateway.errors import InvalidError

IN_RIM: Final = f"{{{ebrim.RIM}}}"
"""Prefix of the element names of ebRIM 3.0."""

_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})?([0-9]{2})?([0-9]{2})?([0-9]{2})?([0-9]{2})?(?:\.[0-9]{1,6})?"
    r"(?:([+-])([0-9]{2})([0-9]{2}))?"
)


@frozen
class RegistryObject:
    """A registry object taken apart; each slot and each identifier once."""

    entry_id: str
    slots: dict[str, tuple[str, ...]]
    classifications: dict[str, list[etree._Element]]
    identifiers: dict[str, str]
    title: str

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
    """Take one object apart; `InvalidError` for a slot or identifier said twice."""
    classifications: dict[str, list[etree._Element]] = {}
    for child in element.iterchildren(IN_RIM + "Classification"):
        scheme = attribute(child, "classificationScheme")
        classifications.setdefault(scheme, []).append(child)
    identifiers: dict[str, str] = {}
    for child in element.iterchildren(IN_RIM + "ExternalIdentifier"):
        scheme, value = attribute(child, "identificationScheme"), attribute(child)
        if identifiers.setdefault(scheme, value) != value:
            raise InvalidError("METADATA.XML with two values of one identifier")
    return RegistryObject(
        entry_id=attribute(element, "id"),
        slots=_slots(element),
        classifications=classifications,
        identifiers=identifiers,
        title=_name(element),
    )


def _slots(element: etree._Element) -> dict[str, tuple[str, ...]]:
    slots: dict[str, tuple[str, ...]] = {}
    for slot in element.iterchildren(IN_RIM + "Slot"):
        name = attribute(slot, "name")
        if name in slots:
            raise InvalidError("METADATA.XML with the same slot twice")
        values = [_text(value) for value in slot.iter(IN_RIM + "Value")]
        slots[name] = tuple(value for value in values if value)
    return slots


def _coded(element: etree._Element) -> Coded:
    scheme = _slots(element).get("codingScheme", ())
    return Coded(
        code=attribute(element, "nodeRepresentation"),
        scheme=scheme[0] if scheme else "",
        label=_name(element),
    )


def _author(element: etree._Element) -> AuthorEntry:
    slots = _slots(element)
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


def read_time(text: str) -> datetime | None:
    """Read an HL7 time of any precision; UTC unless an offset is written."""
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise InvalidError("METADATA.XML with a malformed time")
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
        raise InvalidError("METADATA.XML with a malformed time") from error

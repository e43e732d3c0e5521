"""What the entries of a document say of values in its text: above, below, abnormal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lxml import etree

from gateway.documents.cda.nodes import IN_HL7


class Mark(StrEnum):
    """Where a value stands by the laboratory's own word."""

    ABOVE = "above"
    BELOW = "below"
    OUT = "out"


_CODES: Final = MappingProxyType(
    {
        "H": Mark.ABOVE,
        "HH": Mark.ABOVE,
        "HU": Mark.ABOVE,
        "L": Mark.BELOW,
        "LL": Mark.BELOW,
        "LU": Mark.BELOW,
        "A": Mark.OUT,
        "AA": Mark.OUT,
    }
)
"""Of HL7's ObservationInterpretation what is out of range; N and the rest are not."""

_MOST = 5_000  # observations looked at


def marks_of(body: etree._Element) -> Mapping[str, Mark]:
    """
    Return the marks by the ids of the text they are about.

    An observation has its code in ``interpretationCode`` and points at its text by a
    ``reference``; of one that is said to be both above and below nothing is said.
    """
    found: dict[str, set[Mark]] = {}
    for count, one in enumerate(body.iter(IN_HL7 + "observation")):
        if count >= _MOST:
            break
        said = _said_of(one)
        if not said:
            continue
        for place in _places(one):
            found.setdefault(place, set()).update(said)
    return {place: _one(said) for place, said in found.items() if _is_clear(said)}


def mark_of(observation: etree._Element) -> Mark | None:
    """Return where the value of one observation stands, where that is clearly said."""
    said = _said_of(observation)
    return _one(said) if said and _is_clear(said) else None


def _said_of(observation: etree._Element) -> set[Mark]:
    return {
        _CODES[code]
        for child in observation.iterchildren(IN_HL7 + "interpretationCode")
        if (code := child.get("code") or "") in _CODES
    }


def _places(observation: etree._Element) -> set[str]:
    found = set()
    for name in ("text", "code", "value"):
        for child in observation.iterchildren(IN_HL7 + name):
            for reference in child.iter(IN_HL7 + "reference"):
                found.add((reference.get("value") or "").removeprefix("#"))
    return found - {""}


def _is_clear(said: set[Mark]) -> bool:
    return not {Mark.ABOVE, Mark.BELOW} <= said


def _one(said: set[Mark]) -> Mark:
    return next((one for one in (Mark.ABOVE, Mark.BELOW) if one in said), Mark.OUT)

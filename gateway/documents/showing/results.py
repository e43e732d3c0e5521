"""The results of a laboratory that a document gives as numbers, beside its text."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from attrs import frozen
from lxml import etree

from gateway.documents.cda.file import open_cda
from gateway.documents.cda.nodes import IN_HL7, children, find, read_moment
from gateway.documents.showing.marks import Mark, mark_of
from gateway.errors import InvalidError

MOST_RESULTS: Final = 1_000
"""Results of one document; what is beyond is in its text alone."""

_MOST_NAME: Final = 200
_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NUMBERS: Final = frozenset({"PQ", "REAL", "INT"})
"""Types of HL7 V3 that are one number; a quantity has a unit beside it."""
_NO_UNIT: Final = "1"
"""UCUM's unit of what has none (§16), a quantity's when it says nothing."""
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_POWER = re.compile(r"10\*(-?)([0-9]{1,2})")
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNIT = re.compile(r"[^\x00-\x1f\x7f]{0,40}")


class Bound(StrEnum):
    """On which side of a number a value is that could not be measured itself."""

    BELOW = "<"
    AT_MOST = "≤"
    ABOVE = ">"
    AT_LEAST = "≥"


@frozen(kw_only=True)
class LabResult:
    """
    One value of one test, as the document gives it.

    The same test is the same ``code`` of the same ``system``; a value in another
    ``unit`` is not compared with it. With a ``bound``, ``value`` is what it is below or
    above: less than the method can measure, mostly. ``low`` and ``high`` are the
    laboratory's range, ``mark`` is its own word on the value.
    """

    code: str
    system: str
    name: str
    value: Decimal
    unit: str
    at: datetime | None
    bound: Bound | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    mark: Mark | None = None

    @property
    def test(self) -> str:
        """What is the same in values that may be compared."""
        return "|".join((self.system, self.code, self.unit))

    @property
    def unit_text(self) -> str:
        """The unit for people: UCUM writes a power of ten as ``10*9`` (§12)."""
        return _POWER.sub(
            lambda found: (
                "10" + ("⁻" if found[1] else "") + found[2].translate(_RAISED)
            ),
            self.unit,
        )


def results_of(content: bytes) -> list[LabResult]:
    """Return the results of a CDA, in its order; none where it cannot be read."""
    try:
        root = open_cda(content).element
    except InvalidError:
        return []
    found: list[LabResult] = []
    for one in root.iter(IN_HL7 + "observation"):
        if len(found) >= MOST_RESULTS:
            break
        result = _result(one)
        if result is not None:
            found.append(result)
    return found


def _result(one: etree._Element) -> LabResult | None:
    code, said = find(one, "code"), find(one, "value")
    if code is None or said is None:
        return None
    value, bound = _measured(said)
    number, unit = _number(value), "" if value is None else value.get("unit") or ""
    name = " ".join((code.get("displayName") or "").split())[:_MOST_NAME]
    denied = one.get("negationInd") == "true" or one.get("moodCode") != "EVN"
    if number is None or not (code.get("code") and name) or denied:
        return None
    low, high = _range(one)
    return LabResult(
        code=code.get("code") or "",
        system=code.get("codeSystem") or "",
        name=name,
        value=number,
        unit=unit if _UNIT.fullmatch(unit) and unit != _NO_UNIT else "",
        at=_moment(one),
        bound=bound,
        low=low,
        high=high,
        mark=mark_of(one),
    )


def _measured(
    said: etree._Element,
) -> tuple[etree._Element | None, Bound | None]:
    """
    Return the number of a value, and on which side of it the value is.

    An interval with one end is how a CDA says "< 5"; one with two is no value.
    """
    if any(_is(said, kind) for kind in _NUMBERS):
        return said, None
    low, high = find(said, "low"), find(said, "high")
    if not _is(said, "IVL_PQ") or (_number(low) is None) == (_number(high) is None):
        return None, None
    end, is_low = (high, False) if _number(low) is None else (low, True)
    is_open = end is not None and end.get("inclusive") == "false"
    if is_low:
        return end, Bound.ABOVE if is_open else Bound.AT_LEAST
    return end, Bound.BELOW if is_open else Bound.AT_MOST


def _is(value: etree._Element, kind: str) -> bool:
    return (value.get(_TYPE) or "").rpartition(":")[2] == kind


def _number(value: etree._Element | None) -> Decimal | None:
    text = "" if value is None else value.get("value") or ""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _range(one: etree._Element) -> tuple[Decimal | None, Decimal | None]:
    for each in children(one, "referenceRange"):
        value = find(each, "observationRange", "value")
        if value is not None and _is(value, "IVL_PQ"):
            return _number(find(value, "low")), _number(find(value, "high"))
    return None, None


def _moment(one: etree._Element) -> datetime | None:
    said = find(one, "effectiveTime")
    try:
        return read_moment(said, "effectiveTime") or read_moment(
            find(said, "low"), "effectiveTime/low"
        )
    except InvalidError:
        return None

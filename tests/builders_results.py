"""Laboratory results as entries of a CDA, and documents that have them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gateway.core.codes import LOINC
from gateway.core.person import Coded
from tests.web.mail import narrative

LAB: dict[str, Any] = {
    "type_code": Coded(
        code="11502-2", scheme=LOINC, label="Compte rendu d’examens biologiques"
    ),
    "class_code": Coded(code="10", scheme="1.2.250.1.213.1.1.4.1"),
}
"""What the entry of a laboratory report says."""


def result(
    value: str = "0.62",
    *,
    name: str = "Triglycérides",
    code: str = "2571-8",
    unit: str = "g/L",
    at: str = "20260402145521+0200",
    low: str = "0.50",
    high: str = "1.50",
    said: str = "N",
    kind: str = "PQ",
    more: str = "",
    ends: str = "",
) -> str:
    """Return an entry with one observation; ``ends`` are those of an interval."""
    number = "" if kind == "IVL_PQ" else f' value="{value}" unit="{unit}"'
    usual = (f'<low value="{low}"/>' if low else "") + (
        f'<high value="{high}"/>' if high else ""
    )
    return (
        f'<entry><observation classCode="OBS" moodCode="EVN"{more}>'
        f'<code code="{code}" displayName="{name}" codeSystem="{LOINC}"/>'
        f'<effectiveTime value="{at}"/>'
        f'<value xsi:type="{kind}"{number}>{ends}</value>'
        f'<interpretationCode code="{said}"/><referenceRange><observationRange>'
        f'<value xsi:type="IVL_PQ">{usual}</value></observationRange></referenceRange>'
        "</observation></entry>"
    )


def report(*entries: str) -> bytes:
    """Return a laboratory report with these entries."""
    return narrative("<paragraph>Biologie</paragraph>", "".join(entries))


def lab(day: int, month: int = 11, year: int = 2026) -> dict[str, Any]:
    """Return what the entry of a report of a day says."""
    at = datetime(year, month, day, 9, tzinfo=UTC)
    return {**LAB, "creation_time": at, "service_start_time": at}

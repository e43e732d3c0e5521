"""
How often may one professional try to read, and what does the operator look at?

A limit holds whatever was found: that somebody is refused for trying too often tells
nothing of any patient. What is unusual is refused to nobody; somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from attrs import frozen


@frozen(kw_only=True)
class AttemptCounts:
    """
    What one professional did in the last hour, this attempt not counted.

    ``attempts`` are all, ``searches`` those by names, ``refused`` those that a
    condition refused; ``patients`` are the different ones whose record was opened, and
    ``emergencies`` the records opened by an emergency.
    """

    attempts: int = 0
    searches: int = 0
    refused: int = 0
    patients: int = 0
    emergencies: int = 0


@frozen(kw_only=True)
class AttemptLimits:
    """
    What the operator sets.

    From ``attempts`` and ``searches`` on nothing more is looked up within the hour. The
    others are thresholds: from so many on somebody looks at it.
    """

    attempts: int = 120
    searches: int = 10
    refused: int = 10
    patients: int = 60
    emergencies: int = 5


class Unusual(StrEnum):
    """What somebody should look at; kept for years, so never renamed."""

    MANY_ATTEMPTS = "many-attempts"
    MANY_REFUSED = "many-refused"
    MANY_PATIENTS = "many-patients"
    MANY_EMERGENCIES = "many-emergencies"


def is_too_often(
    counts: AttemptCounts, limits: AttemptLimits, *, by_names: bool
) -> bool:
    """Tell whether somebody has to wait before they look for a patient again."""
    if counts.attempts >= limits.attempts:
        return True
    return by_names and counts.searches >= limits.searches


_Asked = Callable[[AttemptCounts, AttemptLimits], bool]

UNUSUAL_ROWS: Final[tuple[tuple[Unusual, _Asked], ...]] = (
    (Unusual.MANY_ATTEMPTS, lambda one, most: one.attempts >= most.attempts),
    (Unusual.MANY_REFUSED, lambda one, most: one.refused >= most.refused),
    (Unusual.MANY_PATIENTS, lambda one, most: one.patients >= most.patients),
    (Unusual.MANY_EMERGENCIES, lambda one, most: one.emergencies >= most.emergencies),
)
"""What is unusual, by its word."""


def unusual(counts: AttemptCounts, limits: AttemptLimits) -> frozenset[Unusual]:
    """Return what of an hour is unusual, this attempt counted."""
    return frozenset(word for word, asked in UNUSUAL_ROWS if asked(counts, limits))

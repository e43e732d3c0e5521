"""
Whom may a patient write to who never wrote to them? Pharmacies they have been to.

Source: rules of the citizens' messaging of Mon espace santé: a professional writes
first; a pharmacy that the patient was at, with a mailbox of its own, may be written to
first, to be sent a prescription. The paper is still asked for at the counter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen

from gateway.core.habilitation import MatrixColumn

_HOSPITAL: Final = frozenset({"H"})
"""Sections of the Order (TRE_G05) of pharmacies that no patient brings papers to."""


@frozen(kw_only=True)
class PharmacyFacts:
    """
    What is known of who was never heard from, where a patient wants to write first.

    ``is_organisation``: the mailbox is one of a structure (ORG), not of a person or a
    program. ``visited``: somebody read the patient's documents there as a pharmacist of
    the town, in agreement with the patient. ``blocked``: the patient blocked it.
    """

    is_organisation: bool
    visited: bool
    blocked: bool


def is_town_pharmacy(column: str, section: str) -> bool:
    """
    Tell whether somebody worked at a pharmacy of the town.

    ``column`` is that of the matrix by which they read, ``section`` that of the Order
    (G05), empty where it is not known.

    >>> is_town_pharmacy("pharmacien_officine_pui", "A")
    True
    >>> is_town_pharmacy("pharmacien_officine_pui", "H")
    False
    """
    return column == MatrixColumn.PHARMACIST and section not in _HOSPITAL


def may_write_first(facts: PharmacyFacts | None) -> bool:
    """Tell whether a patient may write first; None: it is no pharmacy at all."""
    return facts is not None and all(row(facts) for _, row in FIRST_MESSAGE_ROWS)


FIRST_MESSAGE_ROWS: tuple[tuple[str, Callable[[PharmacyFacts], bool]], ...] = (
    ("organisation", lambda facts: facts.is_organisation),
    ("visited", lambda facts: facts.visited),
    ("not-blocked", lambda facts: not facts.blocked),
)
"""What all has to be so, each by a name of its own."""

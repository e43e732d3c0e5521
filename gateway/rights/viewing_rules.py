"""
Who would see a document as things are set, and as they would be after a change.

What a page tells a patient before they decide. Author, patient and administrator always
see it (CSP R. 1111-49); what the patient closed comes before the matrix.
"""

from __future__ import annotations

from attrs import frozen

from gateway.core.habilitation import Matrix, MatrixColumn
from gateway.rights.habilitation_rules import DocumentKind, readers_of


@frozen(kw_only=True)
class ViewFacts:
    """
    What seeing a document depends on, beside who looks.

    ``reading_opposed``: the patient objects to being read by anybody. The last three
    are the patient's choices for emergencies.
    """

    masked: bool
    reading_opposed: bool = False
    regulator_permitted: bool = True
    others_permitted: bool = True
    masked_in_emergency: bool = False


def columns_that_see(
    matrix: Matrix, kind: DocumentKind, facts: ViewFacts
) -> frozenset[MatrixColumn]:
    """Return the columns that see a document in the usual course of care."""
    if facts.masked or facts.reading_opposed:
        return frozenset()
    return readers_of(matrix, kind)


def regulator_sees(facts: ViewFacts) -> bool:
    """Tell whether the doctor of the 15 sees it during a call (CSP L. 1111-17)."""
    return facts.regulator_permitted and _is_open_in_emergency(facts)


def others_see_in_emergency(facts: ViewFacts) -> bool:
    """Tell whether others see it who declare one, each as far as the matrix goes."""
    return facts.others_permitted and _is_open_in_emergency(facts)


def _is_open_in_emergency(facts: ViewFacts) -> bool:
    return facts.masked_in_emergency or not facts.masked

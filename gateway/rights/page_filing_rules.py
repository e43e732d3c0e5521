"""May who signed in to the professionals' pages file a document as its author?"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from attrs import frozen

from gateway.rights.author_rules import is_professional_id


class NoPageFiling(StrEnum):
    """Why nothing is filed by a page, each with its words there."""

    NO_NUMBER = "NO_NUMBER"
    NAMELESS = "NAMELESS"


@frozen(kw_only=True)
class PageFilingFacts:
    """Who signed in: their national number, and whether a family name is known."""

    identifier: str
    is_named: bool


def has_a_number(facts: PageFilingFacts) -> NoPageFiling | None:
    """
    A professional files in their own name, by an RPPS or ADELI number.

    Whoever is known in a structure alone works under a professional's responsibility,
    and sends documents that name that one (CSP R. 1111-46). Filing needs no column of
    the matrix, and no second factor (CSP L. 1111-15).
    """
    is_known = is_professional_id(facts.identifier)
    return None if is_known else NoPageFiling.NO_NUMBER


def has_a_name(facts: PageFilingFacts) -> NoPageFiling | None:
    """An author has a name (CI-SIS Structuration minimale)."""
    return None if facts.is_named else NoPageFiling.NAMELESS


PAGE_FILING_ROWS: tuple[Callable[[PageFilingFacts], NoPageFiling | None], ...] = (
    has_a_number,
    has_a_name,
)
"""In the order they are asked."""


def refuse_page_filing(facts: PageFilingFacts) -> NoPageFiling | None:
    """Return why somebody may not file by a page, or None."""
    found = (rule(facts) for rule in PAGE_FILING_ROWS)
    return next((why for why in found if why is not None), None)

"""Which documents may a patient delete for good (CSP R. 1111-51)?"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from attrs import frozen

from gateway.core.document import Availability, DocumentEntry
from gateway.core.papers import paper_of
from gateway.core.vault import FiledDocument

MOST_ERASED: Final = 10
"""Documents deleted at a time, as in Mon espace santé: nobody empties it by mistake."""

_PATIENT: Final = "NH"
"""Type of the identifier of an author who is a patient (CI-SIS Partage, XCN.13)."""


class ErasureRefusal(StrEnum):
    """Why documents are not deleted."""

    NONE = "none"
    TOO_MANY = "too many"
    NOT_OWN = "not own"
    PAPER = "paper"


@frozen(kw_only=True)
class ErasureFacts:
    """
    One document that is to be deleted.

    ``is_mine``: it is in this patient's vault; ``is_own``: the patient put it there;
    ``is_current``: it was neither replaced, withdrawn nor deleted. ``is_paper``: it is
    one of the patient's own papers, which have pages of their own.
    """

    is_mine: bool
    is_own: bool
    is_current: bool
    is_paper: bool = False


def decide_erasure(documents: Sequence[ErasureFacts]) -> ErasureRefusal | None:
    """
    Return why documents may not be deleted, or None; all of them, or none.

    What a professional filed is theirs to withdraw: the patient asks its author.
    Advance directives are taken back on a page where nobody acts for their author.
    """
    if not documents:
        return ErasureRefusal.NONE
    if len(documents) > MOST_ERASED:
        return ErasureRefusal.TOO_MANY
    if not all(one.is_mine and one.is_own and one.is_current for one in documents):
        return ErasureRefusal.NOT_OWN
    if any(one.is_paper for one in documents):
        return ErasureRefusal.PAPER
    return None


def is_own(document: FiledDocument, entry: DocumentEntry) -> bool:
    """Tell whether the patient put a document there: patients wrote it, no mail did."""
    ends = [author.person.split("^")[12:] for author in entry.authors]
    return not document.arrival_id and bool(ends) and all(e == [_PATIENT] for e in ends)


def erasure_facts(
    document: FiledDocument | None, entry: DocumentEntry | None, profile_id: str
) -> ErasureFacts:
    """Return what is known of a document that a patient wants to delete."""
    if document is None or entry is None or document.profile_id != profile_id:
        return ErasureFacts(is_mine=False, is_own=False, is_current=False)
    return ErasureFacts(
        is_mine=True,
        is_own=is_own(document, entry),
        is_current=document.status is Availability.APPROVED,
        is_paper=paper_of(entry) is not None,
    )

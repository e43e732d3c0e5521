"""
Rows 17 to 21 of the filing table: has it come before, and what does it replace?

The rules of CI-SIS Structuration minimale §3.5.5.10 for whoever receives a document,
and what real documents made necessary:

- documents without setId, or without a version number, follow their chain of RPLC;
- the N1 and N3 forms of one report share setId and version: a version number is
  reused only within one body level;
- a version number of 1 with an RPLC is accepted;
- a version that comes late never hides a higher one: it is filed as Deprecated;
- so is one that a document here already says to replace, without numbers to tell it:
  whatever the order in which a chain of RPLC comes, its last document is current;
- a document of another patient is never replaced, nor one of another author, be it
  named by an RPLC or only by sharing its setId.

A withdrawal sends the same id again: it goes to `withdrawal_rules`, not here.
"""

from __future__ import annotations

from attrs import frozen

from gateway.core.decision import Caution
from gateway.core.document import Availability
from gateway.core.reasons import ErrorCode, Reason
from gateway.rights.filing_facts import (
    DocumentFacts,
    FilingFacts,
    NoParent,
    Ownership,
    SameId,
    StoredVersion,
)


@frozen(kw_only=True)
class Succession:
    """What filing a document does to those before it."""

    replaces: str = ""
    deprecates: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    is_late: bool = False
    cautions: tuple[Caution, ...] = ()


def document_is_new(_: FilingFacts, document: DocumentFacts) -> Reason | None:
    """Row 17: the same id with the same content is a repeat, not a refusal."""
    if document.same_id is SameId.SAME_CONTENT:
        return Reason.DUPLICATE
    return None


def identifier_is_free(_: FilingFacts, document: DocumentFacts) -> Reason | None:
    """Row 18: no other content has its id, or its version number."""
    taken = {SameId.OTHER_CONTENT, SameId.WITHDRAWN, SameId.UNKNOWN}
    if document.same_id in taken:
        return Reason.ID_REUSED
    if document.same_id is SameId.SAME_CONTENT:
        return None  # what it would clash with is itself
    return Reason.ID_REUSED if _version_is_taken(document) else None


def replacement_is_allowed(_: FilingFacts, document: DocumentFacts) -> Reason | None:
    """Row 20: what it replaces is of the same author and patient, and current."""
    if document.same_id is SameId.SAME_CONTENT:
        return None
    if document.parent is NoParent.OTHER_PATIENT:
        return Reason.REPLACE_FORBIDDEN
    touched = [*_mates(document), *_parents(document)]
    if any(stored.ownership is not Ownership.SAME for stored in touched):
        return Reason.REPLACE_FORBIDDEN
    return Reason.REPLACE_FORBIDDEN if _is_outdated(document) else None


def version_error(reason: Reason, document: DocumentFacts) -> ErrorCode | None:
    """Return the MDN code where the reason alone does not tell it."""
    if reason is Reason.ID_REUSED and _version_is_taken(document):
        return ErrorCode.NOT_LATEST
    if (
        reason is Reason.REPLACE_FORBIDDEN
        and _is_outdated(document)
        and all(parent.ownership is Ownership.SAME for parent in _parents(document))
    ):
        return ErrorCode.NOT_LATEST
    return None


def replacement(document: DocumentFacts, succession: Succession) -> Reason | None:
    """Rows 19 and 21: it replaces a document known here, or one that is not."""
    if succession.replaces:
        return Reason.REPLACED
    if document.parent is NoParent.NOT_NAMED:
        return None
    return Reason.REPLACED_PARENT_UNKNOWN


def succession_of(document: DocumentFacts) -> Succession:
    """Return what filing does to earlier versions; asked only when no row objects."""
    mates = _mates(document)
    higher = [mate.unique_id for mate in mates if _compare(mate, document) > 0]
    lower = [
        mate
        for mate in mates
        if _compare(mate, document) < 0 and mate.availability is Availability.APPROVED
    ]
    parents = [one for one in _parents(document) if one.unique_id not in higher]
    replaces = parents[0].unique_id if parents else ""
    successors = [one.unique_id for one in _successors(document)]
    is_late = bool(higher or successors)
    cautions = [Caution.LATE_VERSION] if is_late else []
    if any(_was_replaced(parent, document) for parent in parents):
        cautions.append(Caution.PARENT_NOT_LATEST)
    if document.parent is NoParent.NOT_NAMED and lower:
        replaces = _nearest(document, lower).unique_id
        cautions.append(Caution.REPLACEMENT_IMPLIED)
    current = [
        parent for parent in parents if parent.availability is Availability.APPROVED
    ]
    return Succession(
        replaces=replaces,
        deprecates=tuple(dict.fromkeys(one.unique_id for one in [*current, *lower])),
        superseded_by=tuple(successors),
        is_late=is_late,
        cautions=tuple(cautions),
    )


def predecessor_is_masked(document: DocumentFacts, succession: Succession) -> bool:
    """Tell whether the patient masked what it replaces, or what took its place."""
    others = {
        succession.replaces,
        *succession.deprecates,
        *succession.superseded_by,
    }
    known = [*_mates(document), *_parents(document), *document.successors]
    return any(
        stored.masked_by_patient and stored.unique_id in others for stored in known
    )


def _mates(document: DocumentFacts) -> list[StoredVersion]:
    if not document.set_id:
        return []
    parents = [one for one in _parents(document) if one.set_id == document.set_id]
    return [
        mate
        for mate in {one.unique_id: one for one in [*document.mates, *parents]}.values()
        if mate.availability is not Availability.DELETED
    ]


def _parents(document: DocumentFacts) -> list[StoredVersion]:
    parent = document.parent
    if isinstance(parent, NoParent) or parent.availability is Availability.DELETED:
        return []
    return [parent]


def _successors(document: DocumentFacts) -> list[StoredVersion]:
    """
    Return the documents that took this one's place before it came.

    One of another author replaces nothing, and one that was withdrawn since has
    replaced it all the same.
    """
    return [one for one in document.successors if one.ownership is Ownership.SAME]


def _compare(mate: StoredVersion, document: DocumentFacts) -> int:
    """Return the sign of mate − document; 0 also where either has no version."""
    if mate.version is None or document.version is None:
        return 0
    return (mate.version > document.version) - (mate.version < document.version)


def _nearest(document: DocumentFacts, lower: list[StoredVersion]) -> StoredVersion:
    return max(
        lower,
        key=lambda mate: (mate.version or 0, mate.body_level is document.body_level),
    )


def _version_is_taken(document: DocumentFacts) -> bool:
    return any(
        mate.version is not None
        and mate.version == document.version
        and mate.body_level is document.body_level
        for mate in _mates(document)
    )


def _is_outdated(document: DocumentFacts) -> bool:
    """Tell whether the parent was replaced before and no version number orders them."""
    if document.version is not None and any(
        mate.version is not None for mate in _mates(document)
    ):
        return False
    return any(_was_replaced(parent, document) for parent in _parents(document))


def _was_replaced(parent: StoredVersion, document: DocumentFacts) -> bool:
    """Tell whether a document of the same body level took its place already."""
    if parent.availability is not Availability.DEPRECATED:
        return False
    return not parent.replaced_by or document.body_level in parent.replaced_by

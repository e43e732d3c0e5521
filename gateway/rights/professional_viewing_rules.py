"""
Which documents does a professional see who may read, and what is said beside each?

What is not seen is not there: no title, no count, no gap. The matrix governs what is
left after the patient's masks (CSP R. 1111-46, R. 1111-49); who wrote a document sees
it whatever was closed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import IMAGING_OBJECT, Matrix, MatrixColumn
from gateway.core.reading import IN_EMERGENCY, ReadingWay
from gateway.core.vault import FiledDocument
from gateway.rights.habilitation_rules import DocumentKind, readers_of
from gateway.rights.reader_rules import Sight
from gateway.rights.reading_rules import Relation

ONCE_ACTIVATED: Final = frozenset({"REMB"})
"""Types that professionals read only once the patient activated the space."""

_ON_REQUEST = frozenset({Availability.DEPRECATED, Availability.ARCHIVED})


class Alert(StrEnum):
    """What stands beside a document (SEL-MP-037 EX_3.1-1080, EX_3.2-1025)."""

    MASKED = "MASKED"
    NOT_SEEN_BY_PATIENT = "NOT_SEEN_BY_PATIENT"
    NOT_SEEN_BY_REPRESENTATIVES = "NOT_SEEN_BY_REPRESENTATIVES"
    OLD_VERSION = "OLD_VERSION"
    ARCHIVED = "ARCHIVED"


class Unseen(StrEnum):
    """Why a document is not there for a professional; no page ever says it."""

    WITHDRAWN = "WITHDRAWN"
    NOT_ASKED_FOR = "NOT_ASKED_FOR"
    MASKED = "MASKED"
    NOT_BY_MATRIX = "NOT_BY_MATRIX"


_OF_FLAG = {
    Visibility.MASKED: Alert.MASKED,
    Visibility.HIDDEN_FROM_PATIENT: Alert.NOT_SEEN_BY_PATIENT,
    Visibility.HIDDEN_FROM_REPRESENTATIVES: Alert.NOT_SEEN_BY_REPRESENTATIVES,
}
_OF_STATUS = {
    Availability.DEPRECATED: Alert.OLD_VERSION,
    Availability.ARCHIVED: Alert.ARCHIVED,
}


@frozen(kw_only=True)
class ProfessionalReader:
    """
    Who reads, once they may.

    ``identifiers`` are theirs and those of the structure they work in now: an author's
    are among the document's owners. ``masked_in_emergency`` is the patient's switch,
    ``treating_sees_masked`` the operator's (CSP L. 1111-16 and R. 1111-49 differ).
    ``is_activated``: the patient opened their space, which some types wait for.
    """

    way: ReadingWay
    relation: Relation
    column: MatrixColumn
    identifiers: frozenset[str] = field(repr=False)
    masked_in_emergency: bool = False
    treating_sees_masked: bool = False
    is_activated: bool = True


@frozen(kw_only=True)
class ViewingFacts:
    """
    What decides whether a professional may know of one document.

    ``readers`` are the columns that read its type, by the matrix of a ``version``; none
    while it waits for the patient to activate the space (`ONCE_ACTIVATED`).
    ``is_own``: who reads is among its owners. ``on_request``: old versions and archived
    documents were asked for.
    """

    status: Availability
    flags: frozenset[Visibility]
    is_own: bool
    readers: frozenset[MatrixColumn]
    version: str
    way: ReadingWay
    relation: Relation
    column: MatrixColumn
    masked_in_emergency: bool = False
    treating_sees_masked: bool = False
    on_request: bool = False


Rule = Callable[[ViewingFacts], Unseen | None]


def is_there(facts: ViewingFacts) -> Unseen | None:
    """Deleted ones never come."""
    return Unseen.WITHDRAWN if facts.status is Availability.DELETED else None


def is_asked_for(facts: ViewingFacts) -> Unseen | None:
    """Old, archived: on request, in an emergency never (SEL-MP-037 EX_3.1-1030)."""
    is_shown = facts.on_request and facts.way not in IN_EMERGENCY
    if facts.status in _ON_REQUEST and not is_shown:
        return Unseen.NOT_ASKED_FOR
    return None


def is_unmasked(facts: ViewingFacts) -> Unseen | None:
    """What the patient masked is for who wrote it, and for whom the patient says."""
    if Visibility.MASKED not in facts.flags or facts.is_own:
        return None
    return None if _sees_masked(facts) else Unseen.MASKED


def is_by_matrix(facts: ViewingFacts) -> Unseen | None:
    """The matrix closes the rest, but to its author and the treating doctor."""
    treats = facts.relation is Relation.TREATING and facts.way not in IN_EMERGENCY
    if facts.is_own or treats or facts.column in facts.readers:
        return None
    return Unseen.NOT_BY_MATRIX


def _sees_masked(facts: ViewingFacts) -> bool:
    if facts.way in IN_EMERGENCY:
        return facts.masked_in_emergency
    if facts.relation is Relation.TREATING:
        return facts.treating_sees_masked
    return facts.relation is Relation.ADMINISTRATOR


VIEWING_ROWS: Final[tuple[tuple[str, Rule], ...]] = (
    ("there", is_there),
    ("asked-for", is_asked_for),
    ("unmasked", is_unmasked),
    ("by-matrix", is_by_matrix),
)
"""The rules by a name that stays, in the order they are asked."""


def refuse_viewing(facts: ViewingFacts) -> Unseen | None:
    """Return why a document is not there for who reads, or None."""
    found = (rule(facts) for _, rule in VIEWING_ROWS)
    return next((one for one in found if one is not None), None)


@frozen
class ProfessionalSide:
    """A professional who reads, as lists ask for it (`DocumentReader`)."""

    reader: ProfessionalReader
    matrix: Matrix

    def sees(self, sight: Sight, *, on_request: bool = False) -> bool:
        """Tell whether the reader may know of a document."""
        return refuse_viewing(self.facts(sight, on_request=on_request)) is None

    def facts(self, sight: Sight, *, on_request: bool = False) -> ViewingFacts:
        """Return what decides of one document."""
        reader = self.reader
        kind = DocumentKind(
            type_code=sight.type_code, is_imaging_object=sight.is_imaging_object
        )
        return ViewingFacts(
            status=sight.status,
            flags=sight.visibility,
            is_own=not reader.identifiers.isdisjoint(sight.owners),
            readers=self._readers(kind),
            version=self.matrix.version,
            way=reader.way,
            relation=reader.relation,
            column=reader.column,
            masked_in_emergency=reader.masked_in_emergency,
            treating_sees_masked=reader.treating_sees_masked,
            on_request=on_request,
        )

    def _readers(self, kind: DocumentKind) -> frozenset[MatrixColumn]:
        if kind.type_code in ONCE_ACTIVATED and not self.reader.is_activated:
            return frozenset()
        return readers_of(self.matrix, kind)


def sight_of(document: FiledDocument, now: datetime) -> Sight:
    """Return what of a document decides who may know of it."""
    return Sight(
        visibility=document.visibility(now),
        status=document.status,
        type_code=document.type_code,
        owners=tuple(sorted(document.owners)),
        is_imaging_object=document.mime_type == IMAGING_OBJECT,
    )


def alerts_of(document: FiledDocument, now: datetime) -> frozenset[Alert]:
    """Return what a professional who sees a document has to be told of it."""
    return alerts(document.visibility(now), document.status)


def alerts(visibility: Iterable[Visibility], status: Availability) -> frozenset[Alert]:
    """Return the same of the flags and the status of a document."""
    found = {_OF_FLAG[one] for one in visibility}
    if status in _OF_STATUS:
        found.add(_OF_STATUS[status])
    return frozenset(found)

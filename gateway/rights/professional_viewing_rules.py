"""
Which documents does a professional see who may read, and what is said beside each?

What is not seen is not there: no title, no count, no gap. The matrix governs what is
left after the patient's masks (CSP R. 1111-46, R. 1111-49); who wrote a document sees
it whatever was closed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import Matrix, MatrixColumn
from gateway.core.reading import IN_EMERGENCY, ReadingWay
from gateway.core.vault import FiledDocument
from gateway.rights.habilitation_rules import kind_of, may_read
from gateway.rights.reading_rules import Relation

_ON_REQUEST = frozenset({Availability.DEPRECATED, Availability.ARCHIVED})


class Alert(StrEnum):
    """What stands beside a document (SEL-MP-037 EX_3.1-1080, EX_3.2-1025)."""

    MASKED = "MASKED"
    NOT_SEEN_BY_PATIENT = "NOT_SEEN_BY_PATIENT"
    NOT_SEEN_BY_REPRESENTATIVES = "NOT_SEEN_BY_REPRESENTATIVES"
    OLD_VERSION = "OLD_VERSION"
    ARCHIVED = "ARCHIVED"


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
    """

    way: ReadingWay
    relation: Relation
    column: MatrixColumn
    identifiers: frozenset[str] = field(repr=False)
    masked_in_emergency: bool = False
    treating_sees_masked: bool = False


def professional_sees(
    document: FiledDocument,
    reader: ProfessionalReader,
    matrix: Matrix,
    now: datetime,
    *,
    on_request: bool = False,
) -> bool:
    """
    Tell whether a professional may know that a document exists.

    Old versions and archived documents come ``on_request`` only, and to nobody in an
    emergency (SEL-MP-037 EX_3.1-1030); deleted ones never come.
    """
    if document.status is Availability.DELETED:
        return False
    emergency = reader.way in IN_EMERGENCY
    if document.status in _ON_REQUEST and (emergency or not on_request):
        return False
    if document.owners & reader.identifiers:
        return True
    if Visibility.MASKED in document.visibility(now) and not _sees_masked(reader):
        return False
    if reader.relation is Relation.TREATING and not emergency:
        return True
    return may_read(matrix, reader.column, kind_of(document))


def _sees_masked(reader: ProfessionalReader) -> bool:
    if reader.way in IN_EMERGENCY:
        return reader.masked_in_emergency
    if reader.relation is Relation.TREATING:
        return reader.treating_sees_masked
    return reader.relation is Relation.ADMINISTRATOR


def alerts_of(document: FiledDocument, now: datetime) -> frozenset[Alert]:
    """Return what a professional who sees a document has to be told of it."""
    found = {_OF_FLAG[one] for one in document.visibility(now)}
    if document.status in _OF_STATUS:
        found.add(_OF_STATUS[document.status])
    return frozenset(found)


def seen_of(
    documents: Iterable[FiledDocument],
    reader: ProfessionalReader,
    matrix: Matrix,
    now: datetime,
    *,
    on_request: bool = False,
) -> tuple[FiledDocument, ...]:
    """Return what a professional sees of some documents, in their order."""
    return tuple(
        one
        for one in documents
        if professional_sees(one, reader, matrix, now, on_request=on_request)
    )

"""What the rule of viewing lets somebody see of several documents, one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gateway.core.habilitation import Matrix
from gateway.core.vault import FiledDocument
from gateway.rights.professional_viewing_rules import (
    ProfessionalReader,
    ProfessionalSide,
    sight_of,
)


def professional_sees(
    document: FiledDocument,
    reader: ProfessionalReader,
    matrix: Matrix,
    now: datetime,
    *,
    on_request: bool = False,
) -> bool:
    """Tell whether a professional may know that a document exists."""
    side = ProfessionalSide(reader, matrix)
    return side.sees(sight_of(document, now), on_request=on_request)


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

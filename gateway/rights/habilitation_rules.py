"""
By which column of the matrix does somebody read, and which types may that column read?

The matrix governs reading alone: whoever may file does so whatever its type is (CSP
R. 1111-46). What the patient closes comes before it and is never opened by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from operator import attrgetter

from attrs import frozen

from gateway.core.habilitation import (
    IMAGING_OBJECT,
    PROCEDURE_TYPE,
    Matrix,
    MatrixColumn,
    column_texts,
    professions,
)
from gateway.core.vault import FiledDocument

_PHARMACISTS = frozenset({MatrixColumn.PHARMACIST, MatrixColumn.LABORATORY_PHARMACIST})
_DECIDED_BY_PROFESSION = "*"


class NoColumn(StrEnum):
    """Why nobody reads by the situation they chose."""

    NO_CARE = "NO_CARE"
    """The activity or function is no care: occupational medicine, administration, …"""
    ACTIVITY_UNKNOWN = "ACTIVITY_UNKNOWN"
    """The activity is not known: it must be looked up first."""
    ACTIVITIES_CLOSED = "ACTIVITIES_CLOSED"
    """The column is one of an activity, and those are not opened here."""
    NO_COLUMN = "NO_COLUMN"
    """The profession has none: a psychologist, an orderly by that title, …"""


@frozen(kw_only=True)
class Situation:
    """
    The one activity in which a professional chose to work.

    ``profession`` is the bare code of G15, G16 or R94, and ``in_training`` says that
    it is of G16; ``is_social`` that it is of R94. ``activity`` is codeGenreActivite
    (R22), ``functions`` are codes of R21 or R85, ``section`` one of G05.
    """

    profession: str
    activity: str
    in_training: bool = False
    is_social: bool = False
    functions: frozenset[str] = frozenset()
    section: str = ""


@frozen(kw_only=True)
class DocumentKind:
    """
    What the matrix asks of a document.

    ``is_imaging_object``: its bytes are a DICOM object. Where no row has its type, its
    type is the imaging procedure itself.
    """

    type_code: str
    is_imaging_object: bool = False


def column_of(
    situation: Situation, *, activities_are_open: bool = False
) -> MatrixColumn | NoColumn:
    """
    Return the column of the matrix of one situation, or why there is none.

    An activity comes before the profession: a nurse who coordinates care reads as
    coordination does. The columns of activities are opened by the operator alone: the
    order holds for them, their opening in practice was put off.
    """
    table = professions()
    activity = table.get(("R22", situation.activity))
    if not situation.activity:
        activity = _by_role(situation)
    if activity is None:
        return NoColumn.ACTIVITY_UNKNOWN
    functions = [table.get(("R21", one)) for one in situation.functions]
    if not activity or "" in functions:
        return NoColumn.NO_CARE
    if activity != _DECIDED_BY_PROFESSION:
        return MatrixColumn(activity) if activities_are_open else _CLOSED
    found = table.get((_terminology(situation), situation.profession))
    if not found:
        return NoColumn.NO_COLUMN
    column = MatrixColumn(found)
    return _pharmacist(situation) if column in _PHARMACISTS else column


_CLOSED = NoColumn.ACTIVITIES_CLOSED


def _by_role(situation: Situation) -> str | None:
    """
    Return the column of a role of before the kinds of activity (TRE_R85), or None.

    Somebody whose activity is known reads by that one.
    """
    table = professions()
    found = (table.get(("R85", one)) for one in sorted(situation.functions))
    return next((one for one in found if one), None)


def _terminology(situation: Situation) -> str:
    if situation.is_social:
        return "R94"
    return "G16" if situation.in_training else "G15"


def _pharmacist(situation: Situation) -> MatrixColumn | NoColumn:
    """Return the column of a pharmacist: by function, or by section of the Order."""
    table = professions()
    if any(table.get(("R21", one)) for one in situation.functions):
        return MatrixColumn.LABORATORY_PHARMACIST
    if not situation.section:
        return MatrixColumn.PHARMACIST
    section = table.get(("G05", situation.section))
    return MatrixColumn(section) if section else NoColumn.NO_CARE


def kind_of(document: FiledDocument) -> DocumentKind:
    """Return what the matrix asks of a document of the vault."""
    return DocumentKind(
        type_code=document.type_code,
        is_imaging_object=document.mime_type == IMAGING_OBJECT,
    )


def readers_of(matrix: Matrix, kind: DocumentKind) -> frozenset[MatrixColumn]:
    """
    Return the columns that may read a kind of document, by the matrix alone.

    A type that the matrix does not name is for doctors alone, until an order opens it.
    """
    row = None
    if kind.type_code != PROCEDURE_TYPE:
        row = matrix.types.get(kind.type_code)
    if row is None and kind.is_imaging_object:
        row = matrix.types.get(PROCEDURE_TYPE)
    return row.readers if row is not None else frozenset({MatrixColumn.DOCTOR})


def matrix_in_force(matrices: Iterable[Matrix], day: date) -> Matrix | None:
    """Return the one that holds on a day, of those there are: the last to begin."""
    begun = [one for one in matrices if one.in_force <= day]
    return max(begun, key=attrgetter("in_force"), default=None)


@frozen(kw_only=True)
class ReadingChange:
    """A kind of document that one column may read by one matrix, not by another."""

    type_code: str
    column: MatrixColumn
    opened: bool


def changes_between(
    before: Matrix, after: Matrix, kinds: Iterable[DocumentKind]
) -> tuple[ReadingChange, ...]:
    """Return what another matrix would open or close of some kinds of documents."""
    found = []
    for kind in dict.fromkeys(kinds):
        was, would_be = readers_of(before, kind), readers_of(after, kind)
        found += [
            ReadingChange(
                type_code=kind.type_code, column=column, opened=column in would_be
            )
            for column in column_texts()
            if (column in was) is not (column in would_be)
        ]
    return tuple(found)

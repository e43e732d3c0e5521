"""The situations of a professional in words: what they are, and what they open."""

from __future__ import annotations

from attrs import field, frozen

from gateway.core.habilitation import (
    Matrix,
    MatrixColumn,
    column_texts,
)
from gateway.core.practice import Practice
from gateway.core.practice_names import practice_name
from gateway.rights.habilitation_rules import NoColumn


@frozen(kw_only=True)
class ShownSituation:
    """
    One situation as the page of choice shows it.

    ``types`` is how many types of documents it opens, of ``all_types``; ``why`` says
    why it opens none.
    """

    number: int
    name: str
    place: str = field(repr=False)
    column: str = ""
    types: int = 0
    all_types: int = 0
    why: NoColumn | None = None


def shown(
    number: int,
    practice: Practice,
    column: MatrixColumn | NoColumn,
    matrix: Matrix,
    language: str,
) -> ShownSituation:
    """Return a situation in the words of a language, with what the matrix opens."""
    place = ", ".join(one for one in (practice.place, practice.town) if one)
    name = practice_name(practice, language)
    if isinstance(column, NoColumn):
        return ShownSituation(number=number, name=name, place=place, why=column)
    return ShownSituation(
        number=number,
        name=name,
        place=place,
        column=column_texts()[column].name(language),
        types=sum(column in row.readers for row in matrix.rows),
        all_types=len(matrix.rows),
    )

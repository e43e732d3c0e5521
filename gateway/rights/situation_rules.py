"""In which situations may somebody work, and by which column of the matrix in each?"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.core.habilitation import MatrixColumn, professions
from gateway.core.practice import Practice, Professional
from gateway.rights.habilitation_rules import NoColumn, Situation, column_of

_STUDENT: Final = "E"
"""Of TRE_R09: the bare code of the profession is then one of G16, not of G15."""

_OCCUPATIONAL: Final = "FON-29"


@frozen(kw_only=True)
class PracticeChoice:
    """One activity that somebody may choose to work in, and what it reads by."""

    practice: Practice
    column: MatrixColumn | NoColumn

    @property
    def reads(self) -> bool:
        """Whether there is a column."""
        return isinstance(self.column, MatrixColumn)


def situation_of(practice: Practice) -> Situation:
    """
    Return what the matrix asks of an activity.

    A directory and Pro Santé Connect give the bare code of a profession: a student's is
    one of G16, and no code of R94 is one of G15. Who is qualified in occupational
    medicine and whose function is not known may be at work as that: they are taken for
    it (CSP L. 1111-17 IV), for a qualification alone proves no present activity.
    """
    table = professions()
    function = practice.function
    if not function and ("R01", practice.specialty) in table:
        function = _OCCUPATIONAL
    in_training = practice.category == _STUDENT
    return Situation(
        profession=practice.profession,
        activity=practice.activity,
        in_training=in_training,
        is_social=not in_training and ("R94", practice.profession) in table,
        functions=frozenset({function} - {""}),
        section=practice.section,
    )


def column_in(
    practice: Practice, *, activities_are_open: bool = False
) -> MatrixColumn | NoColumn:
    """Return the column by which somebody reads in an activity, or why by none."""
    return column_of(situation_of(practice), activities_are_open=activities_are_open)


def choices_of(
    professional: Professional, *, activities_are_open: bool = False
) -> tuple[PracticeChoice, ...]:
    """
    Return every activity of somebody, each once; one is chosen, they never add up.

    Who has none has no choice, and reads nothing.
    """
    return tuple(
        PracticeChoice(
            practice=one,
            column=column_in(one, activities_are_open=activities_are_open),
        )
        for one in dict.fromkeys(professional.practices)
    )

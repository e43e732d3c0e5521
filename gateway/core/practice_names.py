"""What a situation of a professional is called: the profession, and the activity."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from gateway.core.practice import Practice


def practice_name(practice: Practice, language: str) -> str:
    """
    Return what a situation is called in ``fr`` or ``en``.

    The profession (TRE_G15, G16, R95, R94, whose codes meet in none but students'),
    then the kind of activity (TRE_R22). Empty where no code of it has a name.

    >>> practice_name(Practice(profession="60", activity="GENR08"), "en")
    'Nurse, coordination and guidance'
    """
    kind = "student" if practice.category == "E" else "profession"
    found = (
        _names().get((kind, practice.profession)),
        _names().get(("activity", practice.activity)),
    )
    place = 1 if language == "en" else 0
    return ", ".join(one[place] for one in found if one is not None)


@cache
def _names() -> Mapping[tuple[str, str], tuple[str, str]]:
    table = files("gateway.core") / "tables" / "practice_names.csv"
    return MappingProxyType(
        {
            (row["kind"], row["code"]): (row["fr"], row["en"])
            for row in csv.DictReader(table.read_text("utf-8").splitlines())
        }
    )

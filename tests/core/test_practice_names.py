"""What a situation is called."""

from __future__ import annotations

import pytest

from gateway.core.habilitation import professions
from gateway.core.practice import Practice
from gateway.core.practice_names import practice_name


@pytest.mark.parametrize(
    ("practice", "french", "english"),
    [
        (
            Practice(profession="10", activity="GENR01"),
            "Médecin, soins",
            "Physician, care",
        ),
        (
            Practice(profession="10", category="E"),
            "Étudiant en médecine",
            "Student physician",
        ),
        (
            Practice(profession="99", activity="GENR09"),
            "Acteur caractérisé par son rôle, administration et appui",
            "Person known by a role, administration and support",
        ),
        (Practice(profession="", activity=""), "", ""),
    ],
)
def test_a_situation_in_two_languages(
    practice: Practice, french: str, english: str
) -> None:
    assert practice_name(practice, "fr") == french
    assert practice_name(practice, "en") == english


_KINDS = {"G15": "C", "G16": "E", "R94": "C"}


@pytest.mark.parametrize(
    ("terminology", "code"),
    [one for one in professions() if one[0] in {*_KINDS, "R22"}],
)
def test_each_code_that_decides_has_a_name(terminology: str, code: str) -> None:
    practice = (
        Practice(profession="", activity=code)
        if terminology == "R22"
        else Practice(profession=code, category=_KINDS[terminology])
    )

    assert practice_name(practice, "fr")
    assert practice_name(practice, "en")

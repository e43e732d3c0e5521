"""Practices as the matrix asks of them: every code of the table, every case."""

from __future__ import annotations

import csv
from typing import Any, Final

import pytest

from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice, Professional
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.situation_rules import (
    PracticeChoice,
    choices_of,
    column_in,
    situation_of,
)
from tests.shared import SHARED

CARE = "GENR01"
_BY_OID: Final = {
    "1.2.250.1.71.1.2.7": "profession",
    "1.2.250.1.71.1.2.8": "student",
    "1.2.250.1.213.1.6.1.109": "profession",
    "1.2.250.1.213.1.6.1.4": "profession",
    "1.2.250.1.213.1.6.1.140": "profession",
    "1.2.250.1.213.1.6.1.107": "role",
    "1.2.250.1.213.1.6.1.19": "activity",
    "1.2.250.1.213.1.6.1.17": "function",
    "1.2.250.1.71.4.2.6": "section",
    "1.2.250.1.71.4.2.5": "specialty",
    "1.2.250.1.213.1.1.4.6": "profession",
}


def practice(**said: str) -> Practice:
    return Practice(**{"profession": "10", "activity": CARE, **said})


@pytest.mark.parametrize(
    ("said", "column"),
    [
        # A.3: what somebody does comes before what they are
        ({"profession": "60", "activity": "GENR08"}, MatrixColumn.COORDINATION),
        (
            {"profession": "99", "activity": "GENR09"},
            MatrixColumn.SOCIAL_ADMINISTRATION,
        ),
        ({"profession": "99", "activity": "GENR10"}, MatrixColumn.SOCIAL_LIFE),
        ({"profession": "99", "activity": "GENR11"}, MatrixColumn.SOCIAL_CARE),
        ({"profession": "99", "activity": "GENR12"}, MatrixColumn.SOCIAL_MANAGEMENT),
        ({"profession": "99"}, NoColumn.NO_COLUMN),
        ({"profession": "35", "activity": "GENR11"}, MatrixColumn.SOCIAL_CARE),
        ({"profession": "93", "activity": "GENR08"}, MatrixColumn.COORDINATION),
        ({"activity": "GENR04"}, NoColumn.NO_CARE),
        ({"activity": "GENR13"}, NoColumn.NO_CARE),
        ({"activity": ""}, NoColumn.ACTIVITY_UNKNOWN),
        # A.4: one code of two terminologies, told apart by the category
        ({"profession": "50"}, MatrixColumn.MIDWIFE),
        ({"profession": "50", "category": "M"}, MatrixColumn.MIDWIFE),
        ({"profession": "50", "category": "E"}, NoColumn.NO_COLUMN),
        ({"category": "E", "function": "FON-48"}, MatrixColumn.DOCTOR),
        ({"profession": "60", "category": "E"}, NoColumn.NO_COLUMN),
        ({"profession": "41"}, MatrixColumn.SOCIAL_WORKER),
        ({"profession": "41", "category": "E"}, NoColumn.NO_COLUMN),
        # A.5: who may not read
        ({"function": "FON-29"}, NoColumn.NO_CARE),
        ({"function": "FON-29", "activity": "GENR08"}, NoColumn.NO_CARE),
        ({"specialty": "SM25"}, NoColumn.NO_CARE),
        ({"specialty": "SM25", "function": "FON-39"}, MatrixColumn.DOCTOR),
        ({"specialty": "SM54"}, MatrixColumn.DOCTOR),
        ({"function": "FON-39"}, MatrixColumn.DOCTOR),
        ({"function": "FON-21"}, NoColumn.NO_CARE),
        ({"profession": "21", "section": "B"}, NoColumn.NO_CARE),
        ({"profession": "21", "section": "G"}, MatrixColumn.LABORATORY_PHARMACIST),
        ({"profession": "35"}, NoColumn.NO_COLUMN),
        ({"profession": "SECRETARIAT_MEDICAL"}, NoColumn.NO_COLUMN),
        # roles of before the kinds of activity, where none is known
        (
            {"profession": "99", "activity": "", "function": "301"},
            MatrixColumn.COORDINATION,
        ),
        (
            {"profession": "99", "activity": "GENR04", "function": "301"},
            NoColumn.NO_CARE,
        ),
        (
            {"profession": "99", "activity": "", "function": "302"},
            NoColumn.ACTIVITY_UNKNOWN,
        ),
    ],
)
def test_a_practice_reads_by_one_column_or_by_none(
    said: dict[str, str], column: MatrixColumn | NoColumn
) -> None:
    assert column_in(practice(**said), activities_are_open=True) is column


@pytest.mark.parametrize(
    "said",
    [
        {"profession": "60", "activity": "GENR08"},
        {"profession": "99", "activity": "", "function": "301"},
        {"profession": "99", "activity": "", "function": "300"},
    ],
)
def test_activities_that_are_not_opened_read_nothing(said: dict[str, str]) -> None:
    assert column_in(practice(**said)) is NoColumn.ACTIVITIES_CLOSED


def test_several_activities_are_several_choices_and_never_their_union() -> None:
    care = practice(profession="60")
    leading = practice(profession="60", activity="GENR08")
    nurse = Professional(
        national_id="899700000017",
        family="LEFÈVRE",
        given="Zoé",
        practices=(care, leading, care),
    )

    assert choices_of(nurse, activities_are_open=True) == (
        PracticeChoice(practice=care, column=MatrixColumn.NURSE),
        PracticeChoice(practice=leading, column=MatrixColumn.COORDINATION),
    )
    assert [one.reads for one in choices_of(nurse)] == [True, False]
    nobody = Professional(national_id="899700000025", family="X", given="Y")
    assert choices_of(nobody) == ()


def test_a_situation_says_nothing_that_the_practice_does_not() -> None:
    found = situation_of(practice(profession="41", section="A"))

    assert found.is_social
    assert not found.in_training
    assert found.functions == frozenset()
    assert found.section == "A"


def rows() -> list[dict[str, str]]:
    file = SHARED / "professions.csv"
    if not file.exists():
        return []
    return list(csv.DictReader(file.read_text("utf-8").splitlines()))


def of_row(kind: str, code: str) -> Practice:
    said: dict[str, Any] = {
        "profession": {"profession": code},
        "student": {"profession": code, "category": "E"},
        "role": {"profession": "99", "activity": "", "function": code},
        "activity": {"activity": code},
        "function": {
            "function": code,
            "profession": "21" if code in {"FON-40", "FON-41"} else "10",
        },
        "section": {"profession": "21", "section": code},
        "specialty": {"specialty": code},
    }
    return practice(**said[kind])


@pytest.mark.parametrize(
    "row", rows(), ids=lambda row: f"{row['code_system_oid']}-{row['code']}"
)
def test_every_code_of_the_table_of_professions(row: dict[str, str]) -> None:
    found = column_in(
        of_row(_BY_OID[row["code_system_oid"]], row["code"]), activities_are_open=True
    )

    if row["may_read"] == "no":
        assert isinstance(found, NoColumn)
    else:
        wanted = row["matrix_column"] or MatrixColumn.DOCTOR.value
        assert found is MatrixColumn(wanted)

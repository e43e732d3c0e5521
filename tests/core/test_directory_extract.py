"""Lines of the public extraction: read by the names of their columns, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.directory_extract import (
    MOST_CELL,
    MOST_LINE,
    ActivityReader,
    BrokenLineError,
    SkillReader,
    practices_of,
    practices_text,
)
from gateway.core.practice import Practice
from gateway.errors import InvalidError
from gateway.measuring.extracts import HEAD, line_of

OLD = HEAD[:48]
"""The columns of before: without sector, section, role and kind of activity."""

DOCTOR = {
    "Identification nationale PP": "899700000017",
    "Nom d'exercice": "LEFÈVRE",
    "Prénom d'exercice": "Zoé",
    "Code profession": "10",
    "Libellé profession": "Médecin",
    "Code catégorie professionnelle": "C",
    "Code savoir-faire": "SM54",
    "Libellé savoir-faire": "Médecine générale (SM)",
    "Numéro FINESS site": "690000017",
    "Numéro SIRET site": "12345678900017",
    "Identifiant technique de la structure": "R10100000000017",
    "Raison sociale site": "Cabinet du lac",
    "Enseigne commerciale site": "Le lac",
    "Libellé commune (coord. structure)": "Villebourg",
    "Code secteur d'activité": "SA07",
    "Code rôle": "FON-39",
    "Code genre activité": "GENR01",
}


def head(names: tuple[str, ...] = HEAD) -> bytes:
    return "|".join(names).encode()


def line(**changes: str) -> bytes:
    return line_of({**DOCTOR, **changes}).encode()


def test_a_line_is_read_by_the_names_of_its_head() -> None:
    found = ActivityReader(head()).read(line() + b"\r\n")

    assert (found.national_id, found.family, found.given) == (
        "899700000017",
        "LEFÈVRE",
        "Zoé",
    )
    assert practices_of(f"[{found.practice}]") == (
        Practice(
            profession="10",
            category="C",
            specialty="SM54",
            activity="GENR01",
            function="FON-39",
            sector="SA07",
            structure="1690000017",
            place="Cabinet du lac",
            town="Villebourg",
        ),
    )
    assert found.labels == (
        ("profession", "10", "Médecin"),
        ("specialty", "SM54", "Médecine générale (SM)"),
    )


def test_the_order_of_columns_and_their_number_change_nothing() -> None:
    names = (*reversed(HEAD), "Nouvelle colonne", "")
    cells = [DOCTOR.get(one, "") for one in names]

    turned = ActivityReader(b"\xef\xbb\xbf" + head(names)).read(
        "|".join(cells).encode()
    )

    assert turned == ActivityReader(head()).read(line())


def test_a_file_of_before_has_no_kinds_of_activity() -> None:
    cells = [DOCTOR.get(one, "") for one in OLD]

    found = ActivityReader(head(OLD)).read("|".join(cells).encode())

    (practice,) = practices_of(f"[{found.practice}]")
    assert (practice.activity, practice.function, practice.sector) == ("", "", "")
    assert practice.structure == "1690000017"


@pytest.mark.parametrize(
    ("changes", "structure"),
    [
        ({"Numéro FINESS site": ""}, "312345678900017"),
        ({"Numéro FINESS site": "", "Numéro SIRET site": ""}, "R10100000000017"),
    ],
)
def test_a_structure_is_named_by_the_first_number_it_has(
    changes: dict[str, str], structure: str
) -> None:
    found = ActivityReader(head()).read(line_of({**DOCTOR, **changes}).encode())

    assert practices_of(f"[{found.practice}]")[0].structure == structure


@pytest.mark.parametrize(
    ("broken", "why", "whose"),
    [
        (b"\xff" + line(), "not UTF-8", ""),
        (line() + b"|more", "57 cells where there are 56", "899700000017"),
        (line().rpartition(b"|")[0], "55 cells where there are 56", "899700000017"),
        (b"", "1 cells where there are 56", ""),
        (line(**{"Identification nationale PP": ""}), "no national number", ""),
        (line(**{"Identification nationale PP": "8 97"}), "no national number", ""),
        (line(**{"Nom d'exercice": " "}), "no name", "899700000017"),
        (
            line(**{"Raison sociale site": "x" * (MOST_CELL + 1)}),
            f"a cell of more than {MOST_CELL} characters",
            "899700000017",
        ),
        (
            line(**{"Libellé Voie (coord. structure)": "x" * MOST_LINE}),
            f"longer than {MOST_LINE} bytes",
            "",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "line",
)
def test_a_broken_line_says_why_and_whose_it_is(
    broken: bytes, why: str, whose: str
) -> None:
    with pytest.raises(BrokenLineError) as raised:
        ActivityReader(head()).read(broken)

    assert str(raised.value) == why
    assert raised.value.national_id == whose


def test_a_cell_just_within_the_limit_is_read() -> None:
    place = "x" * MOST_CELL

    found = ActivityReader(head()).read(line(**{"Raison sociale site": place}))

    assert practices_of(f"[{found.practice}]")[0].place == place


def test_what_nobody_sees_in_a_cell_is_taken_out() -> None:
    changes = {"Raison sociale site": "Cabinet\u00a0du\x00 \u00ad lac"}

    assert ActivityReader(head()).read(line(**changes)) == ActivityReader(head()).read(
        line()
    )


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (HEAD[:2] + HEAD[3:], "no column identification nationale pp"),
        ((*HEAD, "Code profession"), "code profession stands twice"),
        (("PK\x03\x04",), "no column"),
    ],
)
def test_a_head_that_lacks_a_column_is_refused(
    names: tuple[str, ...], why: str
) -> None:
    with pytest.raises(InvalidError, match=why):
        ActivityReader(head(names))
    with pytest.raises(InvalidError):
        SkillReader(head(("Code profession",)))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_line_or_broken(content: bytes) -> None:
    try:
        found = ActivityReader(head()).read(content)
    except BrokenLineError:
        return
    assert found.national_id


def test_a_qualification_fills_activities_that_name_none() -> None:
    def one(profession: str, specialty: str) -> str:
        cells = {"Code profession": profession, "Code savoir-faire": specialty}
        return (
            ActivityReader(head()).read(line_of({**DOCTOR, **cells}).encode()).practice
        )

    skill = SkillReader(
        head(("Identification nationale PP", "Code profession", "Code savoir-faire"))
    ).read(b"899700000017|10|SM26")
    said = [(skill.profession, skill.specialty), ("10", "CAPA11"), ("40", "SCD01")]

    text = practices_text([one("10", ""), one("10", "SM54"), one("60", "")], said)

    assert [each.specialty for each in practices_of(text)] == ["SM26", "SM54", ""]
    assert practices_of(practices_text([one("10", "")] * 3))[0].specialty == ""
    assert len(practices_of(practices_text([one("10", "")] * 3))) == 1

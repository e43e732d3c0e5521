"""The matrix as a file: read line by line, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date

import pytest

from gateway.core.habilitation import (
    MAX_LINE,
    MAX_ROWS,
    MAX_TEXT,
    MatrixColumn,
    check_version,
    column_texts,
    example_matrix,
    professions,
    read_matrix,
)
from gateway.errors import InvalidError
from tests.shared import shared

HEAD = ["category_code", "category", "type_code", "type_label", *MatrixColumn]
ROW = ["10", "Compte rendu", "11488-4", "Consultation", "1", *["0"] * 18]


def lines(*rows: list[str]) -> list[str]:
    return [",".join(row) + "\r\n" for row in rows]


def test_a_row_says_who_may_read_a_type() -> None:
    (row,) = read_matrix(lines(HEAD, ROW))

    assert (row.category_code, row.category) == ("10", "Compte rendu")
    assert (row.type_code, row.label) == ("11488-4", "Consultation")
    assert row.readers == {MatrixColumn.DOCTOR}


def test_columns_may_stand_in_any_order_and_a_file_may_begin_with_a_mark() -> None:
    marked = ["\ufeff" + ",".join(reversed(HEAD)), ",".join(reversed(ROW)), ""]

    assert read_matrix(marked) == read_matrix(lines(HEAD, ROW))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda _: [], "line 1: no column"),
        (lambda _: lines(HEAD), "no types"),
        (
            lambda row: lines(HEAD, row, ['"20', *row[1:]], ["30", *row[1:]]),
            "line 3: a quote is not closed",
        ),
        (lambda _: lines(HEAD[:-1], ROW[:-1]), "no column ms_encadrement_organisation"),
        (lambda _: lines([*HEAD, "banquier"], [*ROW, "1"]), "unknown column 'banquier"),
        (lambda _: lines([*HEAD, HEAD[4]], [*ROW, "1"]), "a column stands twice"),
        (lambda row: lines(HEAD, row, row), "line 3: the type stands twice"),
        (lambda row: lines(HEAD, row[:-1]), "line 2: 22 cells, not 23"),
        (lambda row: lines(HEAD, [*row[:-1], "X"]), "line 2: 'X' is neither 1 nor 0"),
        (lambda row: lines(HEAD, [*row[:-1], ""]), "an empty cell is neither"),
        (lambda row: lines(HEAD, [*row[:2], " ", *row[3:]]), "no type_code"),
        (lambda row: lines(HEAD, [*row[:3], "a\x07", *row[4:]]), "type_label is no"),
        (lambda row: lines(HEAD, ['"10"x', *row[1:]]), "line 2"),
        (lambda row: lines(HEAD, ["1\0", *row[1:]]), "line 2: a NUL"),
    ],
)
def test_what_is_no_matrix_says_on_which_line(
    change: Callable[[list[str]], list[str]], why: str
) -> None:
    with pytest.raises(InvalidError, match=why):
        read_matrix(change(ROW))


def test_texts_and_lines_and_rows_have_their_limits() -> None:
    longest = [*ROW[:3], "x" * MAX_TEXT, *ROW[4:]]
    assert read_matrix(lines(HEAD, longest))[0].label == "x" * MAX_TEXT
    with pytest.raises(InvalidError, match="type_label is no text"):
        read_matrix(lines(HEAD, [*ROW[:3], "x" * (MAX_TEXT + 1), *ROW[4:]]))
    with pytest.raises(InvalidError, match="line 2: longer"):
        read_matrix([*lines(HEAD), "x" * (MAX_LINE + 1)])
    many = [[*ROW[:2], str(number), *ROW[3:]] for number in range(MAX_ROWS + 1)]
    assert len(read_matrix(lines(HEAD, *many[:-1]))) == MAX_ROWS
    with pytest.raises(InvalidError, match=f"more than {MAX_ROWS} types"):
        read_matrix(lines(HEAD, *many))


@pytest.mark.parametrize("version", ["2024-09-25", "v1", "A.b_c-9", "x" * 32])
def test_a_version_has_a_short_plain_name(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize("version", ["", "-1", "a b", "é", "x" * 33, "a\n"])
def test_other_names_are_refused(version: str) -> None:
    with pytest.raises(InvalidError):
        check_version(version)


def test_the_one_that_ships_is_invented_small_and_says_so() -> None:
    matrix = example_matrix()

    assert matrix.is_example
    assert matrix.in_force == date.min
    assert 0 < len(matrix.rows) < 10
    assert matrix.types["11488-4"].type_code == "11488-4"
    assert all(MatrixColumn.DOCTOR in row.readers for row in matrix.rows)


def test_every_column_has_its_names_and_five_follow_what_somebody_does() -> None:
    texts = column_texts()

    assert list(texts) == list(MatrixColumn)
    assert all(one.name("fr") and one.name("en") for one in texts.values())
    assert {one for one in texts if texts[one].by_activity} == {
        MatrixColumn.COORDINATION,
        MatrixColumn.SOCIAL_ADMINISTRATION,
        MatrixColumn.SOCIAL_LIFE,
        MatrixColumn.SOCIAL_CARE,
        MatrixColumn.SOCIAL_MANAGEMENT,
    }


def test_the_real_matrix_is_read_whole() -> None:
    path = shared("habilitation-matrix.csv")

    with path.open(encoding="utf-8", newline="") as file:
        rows = read_matrix(file)

    read = [sum(column in row.readers for row in rows) for column in MatrixColumn]
    assert len(rows) == 108
    assert read == [
        *(108, 78, 78, 74, 75, 78, 76, 70, 61, 49),
        *(19, 12, 38, 34, 9, 5, 9, 26, 13),
    ]


def test_the_columns_of_professions_are_those_of_the_published_lists() -> None:
    path = shared("professions.csv")
    with path.open(encoding="utf-8", newline="") as file:
        published = list(csv.DictReader(file))
    names = {
        "G15": "1.2.250.1.71.1.2.7",
        "G16": "1.2.250.1.71.1.2.8",
        "R94": "1.2.250.1.213.1.6.1.4",
        "R22": "1.2.250.1.213.1.6.1.19",
        "R21": "1.2.250.1.213.1.6.1.17",
        "R85": "1.2.250.1.213.1.6.1.107",
        "R01": "1.2.250.1.71.4.2.5",
        "G05": "1.2.250.1.71.4.2.6",
    }
    known = {(one["code_system_oid"], one["code"]): one for one in published}

    for (terminology, code), column in professions().items():
        one = known[names[terminology], code]
        assert one["may_read"] == ("yes" if column else "no"), (terminology, code)
        assert one["matrix_column"] == column.strip("*"), (terminology, code)

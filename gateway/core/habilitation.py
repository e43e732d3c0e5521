"""
The habilitation matrix: which profession may read which type of document.

A matrix is content, not code: its rows come from a file (`read_matrix`), in versions
that each hold from a day on. Its columns are those of the order of 26 October 2023
(CSP R. 1111-46): fourteen are of professions, five of activities, whatever the
profession of whoever exercises them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from gateway.errors import InvalidError

PROCEDURE_TYPE: Final = "IMG-DICOM-PROCEDURE"
"""
What stands in the matrix for imaging objects, whose type is the procedure itself: no
document has this code.
"""

IMAGING_OBJECT: Final = "application/dicom"
"""The media type of an imaging object."""

MAX_ROWS: Final = 2000
"""Rows of a matrix: twenty times those of the order; a larger file is none."""
MAX_LINE: Final = 2000
"""Characters of a line of its file."""
MAX_TEXT: Final = 200
"""Characters of a code or a label in it."""

_HEAD: Final = ("category_code", "category", "type_code", "type_label")
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_CELLS: Final = {"1": True, "0": False}


class MatrixColumn(StrEnum):
    """Who reads: the columns by their names in the file, in its order."""

    DOCTOR = "medecin"
    LABORATORY_PHARMACIST = "pharmacien_biologiste"
    PHARMACIST = "pharmacien_officine_pui"
    DENTIST = "chirurgien_dentiste"
    MIDWIFE = "sage_femme"
    NURSE = "infirmier"
    PHYSIOTHERAPIST = "masseur_kinesitherapeute"
    PODIATRIST = "pedicure_podologue"
    SPEECH_THERAPIST = "orthophoniste"
    REHABILITATION = "ergo_psychomot_orthoptiste_dieteticien"
    HEARING_AND_APPLIANCES = "audioprothesiste_appareillage"
    OPTICIAN = "opticien_lunetier"
    RADIOGRAPHER = "manipulateur_erm"
    COORDINATION = "coordination_orientation"
    SOCIAL_WORKER = "assistant_service_social"
    SOCIAL_ADMINISTRATION = "ms_admin_appui"
    SOCIAL_LIFE = "ms_accompagnement_social_educatif"
    SOCIAL_CARE = "ms_accompagnement_soin"
    SOCIAL_MANAGEMENT = "ms_encadrement_organisation"


@frozen(kw_only=True)
class ColumnText:
    """What a column is called; ``by_activity``: it follows what somebody does."""

    column: MatrixColumn
    by_activity: bool
    french: str
    english: str

    def name(self, language: str) -> str:
        """Return its name in ``fr`` or ``en``."""
        return self.english if language == "en" else self.french


@frozen(kw_only=True)
class MatrixRow:
    """A type of document, and who may read it."""

    category_code: str
    category: str
    type_code: str
    label: str
    readers: frozenset[MatrixColumn]


@frozen(kw_only=True)
class Matrix:
    """
    One version of the matrix.

    ``in_force`` is the first day it holds, in France. ``is_example``: it is the one
    that ships with the gateway, which nobody ordered.
    """

    version: str
    in_force: date
    rows: tuple[MatrixRow, ...] = field(repr=False)
    is_example: bool = False
    types: Mapping[str, MatrixRow] = field(init=False, repr=False, eq=False)

    @types.default
    def _by_code(self) -> Mapping[str, MatrixRow]:
        return MappingProxyType({row.type_code: row for row in self.rows})


def check_version(version: str) -> str:
    """
    Return the name of a version of the matrix.

    Raises:
        InvalidError: it is none: 1 to 32 letters without accents, digits, ``.-_``.
    """
    if not _VERSION.fullmatch(version):
        raise InvalidError("a version is 1 to 32 letters, digits, dots or hyphens")
    return version


def read_matrix(lines: Iterable[str]) -> tuple[MatrixRow, ...]:
    """
    Return the rows of a matrix file, read line by line.

    CSV in UTF-8 with a head: four columns that name the type and its category, then
    one for each `MatrixColumn`, in any order. A cell is ``1`` (may read) or ``0``.

    Raises:
        InvalidError: it is no such file; the text says which line, and why.
    """
    reader, begun = csv.reader(_short(lines), strict=True), 1
    try:
        places = _places(next(reader, []))
        rows = []
        begun = reader.line_num + 1
        for row in _rows(reader, places):
            rows.append(row)
            begun = reader.line_num + 1
    except csv.Error as error:
        why = f"line {begun}: a quote is not closed, or stands within a cell"
        raise InvalidError(why) from error
    if not rows:
        raise InvalidError("the matrix has no types")
    return tuple(rows)


def _short(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise InvalidError(f"line {number}: longer than {MAX_LINE} characters")
        if "\0" in line:
            raise InvalidError(f"line {number}: a NUL")
        yield line.removeprefix("\ufeff") if number == 1 else line


def _places(head: list[str]) -> Mapping[str, int]:
    names = [name.strip() for name in head]
    wanted = {*_HEAD, *MatrixColumn}
    if len(names) != len(set(names)):
        raise InvalidError("line 1: a column stands twice")
    if missing := sorted(wanted - set(names)):
        raise InvalidError(f"line 1: no column {missing[0]}")
    if unknown := sorted(set(names) - wanted):
        raise InvalidError(f"line 1: an unknown column {unknown[0][:40]!r}")
    return {name: place for place, name in enumerate(names)}


def _rows(lines: Iterable[list[str]], places: Mapping[str, int]) -> Iterator[MatrixRow]:
    seen: set[str] = set()
    for number, cells in enumerate(lines, 2):
        if not cells:
            continue
        if len(cells) != len(places):
            raise InvalidError(f"line {number}: {len(cells)} cells, not {len(places)}")
        row = _row(number, {name: cells[place] for name, place in places.items()})
        if row.type_code in seen:
            raise InvalidError(f"line {number}: the type stands twice")
        if len(seen) == MAX_ROWS:
            raise InvalidError(f"line {number}: more than {MAX_ROWS} types")
        seen.add(row.type_code)
        yield row


def _row(number: int, cells: Mapping[str, str]) -> MatrixRow:
    texts = {name: " ".join(cells[name].split()) for name in _HEAD}
    for name, text in texts.items():
        if not text:
            raise InvalidError(f"line {number}: no {name}")
        if len(text) > MAX_TEXT or not text.isprintable():
            raise InvalidError(f"line {number}: {name} is no text of ours")
    said = {column: cells[column].strip() for column in MatrixColumn}
    if odd := next((one for one in said.values() if one not in _CELLS), None):
        raise InvalidError(f"line {number}: {odd[:20]!r} is neither 1 nor 0")
    if "" in said.values():
        raise InvalidError(f"line {number}: an empty cell is neither 1 nor 0")
    return MatrixRow(
        category_code=texts["category_code"],
        category=texts["category"],
        type_code=texts["type_code"],
        label=texts["type_label"],
        readers=frozenset(column for column, one in said.items() if _CELLS[one]),
    )


@cache
def example_matrix() -> Matrix:
    """
    Return the matrix that ships: a few invented rows, held where none was imported.

    All that it does not name is for doctors alone, as in every matrix.
    """
    lines = _text("habilitation").splitlines()
    return Matrix(
        version="example",
        in_force=date.min,
        rows=read_matrix(lines),
        is_example=True,
    )


@cache
def column_texts() -> Mapping[MatrixColumn, ColumnText]:
    """Return what each column is called, in the order of the matrix."""
    return MappingProxyType(
        {
            MatrixColumn(row["column"]): ColumnText(
                column=MatrixColumn(row["column"]),
                by_activity=row["by"] == "activity",
                french=row["fr"],
                english=row["en"],
            )
            for row in csv.DictReader(_text("matrix_columns").splitlines())
        }
    )


@cache
def professions() -> Mapping[tuple[str, str], str]:
    """
    Return the column of each code, by its terminology and itself.

    An empty text says that nobody reads by it, ``*`` that the profession decides. The
    terminologies are those of the ANS: G15 and G16 (professions, in training), R94
    (social professions), R22 (kinds of activity), R21 (functions), R85 (roles of before
    R22), G05 (sections of the Order of pharmacists), R01 (qualifications: only those
    in occupational medicine).
    """
    return MappingProxyType(
        {
            (row["terminology"], row["code"]): row["column"]
            for row in csv.DictReader(_text("professions").splitlines())
        }
    )


def _text(name: str) -> str:
    path = files("gateway.core") / "tables" / f"{name}.csv"
    return path.read_text(encoding="utf-8")

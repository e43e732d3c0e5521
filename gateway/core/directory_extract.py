"""
The public extraction of the national directory (Annuaire Santé), line by line.

``PS_LibreAcces``: UTF-8, ``|`` between the cells, a head with their names. A line of
``Personne_activite`` is one activity of a person, who may have several or none; a line
of ``SavoirFaire`` is one qualification. Cells are found by their names, for their
number grew from 48 to 56 in time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final

from attrs import field, frozen

from gateway.core.folding import fold
from gateway.core.practice import Practice
from gateway.errors import InvalidError
from gateway.json_text import json_writer

MOST_LINE: Final = 16_000
"""Bytes of a line: thirty times those of a long one."""
MOST_CELLS: Final = 200
MOST_CELL: Final = 300
"""Characters of a cell that is kept."""
MOST_PRACTICES: Final = 100
"""Activities of one person; who has more in a file is no person."""

MARK: Final = "|"
_NATIONAL_ID: Final = re.compile(r"[0-9][0-9A-Z]{5,19}")
_STRUCTURE_END: Final = " coord structure"

_ID: Final = "identification nationale pp"
_PERSON: Final = (_ID, "nom d exercice", "prenom d exercice")
_PROFESSION: Final = ("code profession", "code categorie professionnelle")
_NEEDED: Final = (*_PERSON, *_PROFESSION)
_OTHERS: Final = (
    "code savoir faire",
    "code genre activite",
    "code role",
    "code section tableau pharmaciens",
    "code secteur d activite",
    "numero finess site",
    "numero siret site",
    "identifiant technique de la structure",
    "raison sociale site",
    "enseigne commerciale site",
    "libelle commune",
    "libelle profession",
    "libelle savoir faire",
)
_SKILL: Final = (_ID, "code profession", "code savoir faire")
_SKILL_LABEL: Final = "libelle savoir faire"

_to_json = json_writer(ascii_only=False)


class BrokenLineError(InvalidError):
    """
    A line that cannot be read; the text says why, and nothing of what it says.

    ``national_id`` is whose it is, where that much can be read.
    """

    def __init__(self, why: str, national_id: str = "") -> None:
        super().__init__(why)
        self.national_id = national_id


@frozen(kw_only=True)
class ExtractLine:
    """
    What is kept of one line: whose it is, and one activity as `practices_of` reads it.

    ``labels`` has what codes are called: kind (``profession`` or ``specialty``), code,
    label.
    """

    national_id: str
    family: str = field(repr=False)
    given: str = field(repr=False)
    profession: str
    town: str
    practice: str = field(repr=False)
    labels: tuple[tuple[str, str, str], ...] = ()


@frozen(kw_only=True)
class SkillLine:
    """One qualification (savoir-faire) that a person has in a profession."""

    national_id: str
    profession: str
    specialty: str
    label: str = ""


class _Cells:
    """Finds the cells of a line by the names of a head."""

    def __init__(
        self, head: bytes, needed: Sequence[str], others: Sequence[str] = ()
    ) -> None:
        names = [_name(one) for one in _text(head.removeprefix(b"\xef\xbb\xbf"))]
        wanted = (*needed, *others)
        if missing := [one for one in needed if one not in names]:
            raise InvalidError(f"the file has no column {', '.join(missing)}")
        if doubled := [one for one in wanted if names.count(one) > 1]:
            raise InvalidError(f"the column {doubled[0]} stands twice")
        self._count = len(names)
        # A column that is not there reads the empty cell that is put at the end.
        places = [names.index(one) if one in names else -1 for one in wanted]
        self._pick: Callable[[Sequence[str]], tuple[str, ...]] = itemgetter(*places)
        self._id = names.index(_ID)

    def of(self, line: bytes) -> tuple[str, ...]:
        """
        Return the cells that are wanted, in their order; those not there are empty.

        Raises:
            BrokenLineError: it is no line of this file.
        """
        cells = _text(line)
        national_id = self._national_id(cells)
        if len(cells) != self._count:
            why = f"{len(cells)} cells where there are {self._count}"
            raise BrokenLineError(why, national_id)
        if not national_id:
            raise BrokenLineError("no national number")
        cells.append("")
        found = self._pick(cells)
        for cell in found:
            if len(cell) > MOST_CELL:
                raise BrokenLineError(
                    f"a cell of more than {MOST_CELL} characters", national_id
                )
        return tuple([one and _plain(one) for one in found])

    def _national_id(self, cells: Sequence[str]) -> str:
        found = cells[self._id].strip() if self._id < len(cells) else ""
        return found if _NATIONAL_ID.fullmatch(found) else ""


def _plain(cell: str) -> str:
    """Return a cell in which only characters that are seen, and single spaces, are."""
    if not cell.isprintable():
        cell = "".join([one if one.isprintable() else " " for one in cell])
    return " ".join(cell.split())


def _text(line: bytes) -> list[str]:
    if len(line) > MOST_LINE:
        raise BrokenLineError(f"longer than {MOST_LINE} bytes")
    try:
        return line.rstrip(b"\r\n").decode("utf-8").split(MARK, MOST_CELLS)
    except UnicodeDecodeError:
        raise BrokenLineError("not UTF-8") from None


def _name(cell: str) -> str:
    return fold(cell).removesuffix(_STRUCTURE_END)


class ActivityReader:
    """
    Reads the lines of ``Personne_activite`` by the head of their file.

    Raises:
        InvalidError: a column that is needed is missing, or stands twice.
    """

    def __init__(self, head: bytes) -> None:
        self._cells = _Cells(head, _NEEDED, _OTHERS)

    def read(self, line: bytes) -> ExtractLine:
        """
        Return what is kept of a line.

        Raises:
            BrokenLineError: it is no line of this file, or nobody's.
        """
        (
            national_id, family, given, profession, category, specialty, activity,
            function, section, sector, finess, siret, technical, name, sign, town,
            profession_label, specialty_label,
        ) = self._cells.of(line)  # fmt: skip
        if not family:
            raise BrokenLineError("no name", national_id)
        structure = technical
        if finess:
            structure = f"1{finess}"
        elif siret:
            structure = f"3{siret}"
        labels = []
        if profession and profession_label:
            labels.append(("profession", profession, profession_label))
        if specialty and specialty_label:
            labels.append(("specialty", specialty, specialty_label))
        return ExtractLine(
            national_id=national_id,
            family=family,
            given=given,
            profession=profession,
            town=town,
            practice=_to_json(
                [
                    profession, category, specialty, activity, function, section,
                    sector, structure, name or sign, town,
                ]
            ),
            labels=tuple(labels),
        )  # fmt: skip


class SkillReader:
    """
    Reads the lines of ``SavoirFaire`` by the head of their file.

    Raises:
        InvalidError: a column that is needed is missing, or stands twice.
    """

    def __init__(self, head: bytes) -> None:
        self._cells = _Cells(head, _SKILL, (_SKILL_LABEL,))

    def read(self, line: bytes) -> SkillLine:
        """
        Return a qualification.

        Raises:
            BrokenLineError: it is no line of this file.
        """
        national_id, profession, specialty, label = self._cells.of(line)
        return SkillLine(
            national_id=national_id,
            profession=profession,
            specialty=specialty,
            label=label,
        )


def practices_text(lines: Sequence[str], skills: Sequence[tuple[str, str]] = ()) -> str:
    """
    Return the activities of a person as one text, each once and in their order.

    ``skills`` are professions with a qualification: the first one of a profession is
    the specialty of its activities that name none.
    """
    if skills:
        first: dict[str, str] = {}
        for profession, specialty in skills:
            if specialty:
                first.setdefault(profession, specialty)
        lines = [_with_specialty(one, first) for one in lines]
    return f"[{','.join(dict.fromkeys(lines))}]"


def _with_specialty(line: str, first: dict[str, str]) -> str:
    values: list[Any] = json.loads(line)
    if values[2] or values[0] not in first:
        return line
    values[2] = first[values[0]]
    return _to_json(values)


def practices_of(text: str) -> tuple[Practice, ...]:
    """Return the activities that `practices_text` wrote."""
    return tuple(
        Practice(
            profession=profession,
            category=category,
            specialty=specialty,
            activity=activity,
            function=function,
            section=section,
            sector=sector,
            structure=structure,
            place=place,
            town=town,
        )
        for (
            profession, category, specialty, activity, function, section, sector,
            structure, place, town,
        ) in json.loads(text)
    )  # fmt: skip

"""Extractions of the national directory with invented people, and how they get in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from gateway.measuring.extracts import HEAD, line_of
from gateway.store.base.work import Database
from gateway.store.directory.importing import (
    BrokenLine,
    DirectoryCounts,
    DirectoryImport,
)
from gateway.store.directory.staging import Staging

SAMPLE = Path(__file__).parent / "samples" / "directory"
"""An extraction of a few invented people, with its file of qualifications."""

ACTIVITIES = SAMPLE / "PS_LibreAcces_Personne_activite_202611280800.txt"
SKILLS = SAMPLE / "PS_LibreAcces_SavoirFaire_202611280800.txt"
DAY = date(2026, 11, 28)

TWO_ACTIVITIES = "899700000017"
NO_CARE = "899700000025"
OCCUPATIONAL = "899700000033"
STUDENT = "899700000041"
ROLES = ("899700000058", "899700000066", "899700000074", "899700000082")
"""Role actors, of GENR09 to GENR12."""
NO_ACTIVITY = "899700000090"
HOMONYMS = ("899700000108", "899700000116")
ADELI = "0699700124"
CLOSED = "899700000132"
"""Somebody whom the next extraction has no more."""


def person(
    national_id: str, family: str = "ESSAI", given: str = "Camille", /, **cells: str
) -> str:
    """Return a line: a doctor's, by default; ``cells`` are codes by short names."""
    names = {
        "profession": "Code profession",
        "category": "Code catégorie professionnelle",
        "specialty": "Code savoir-faire",
        "activity": "Code genre activité",
        "function": "Code rôle",
        "section": "Code section tableau pharmaciens",
        "finess": "Numéro FINESS site",
        "place": "Raison sociale site",
        "town": "Libellé commune (coord. structure)",
        "sector": "Code secteur d'activité",
    }
    said = {"profession": "10", "category": "C", "activity": "GENR01", **cells}
    return line_of(
        {
            "Identification nationale PP": national_id,
            "Nom d'exercice": family,
            "Prénom d'exercice": given,
            **{names[name]: text for name, text in said.items()},
        }
    )


def as_file(lines: Iterable[str]) -> list[bytes]:
    """Return a file with a head and these lines."""
    return [f"{one}\n".encode() for one in ("|".join(HEAD), *lines)]


def take(
    database: Database,
    lines: Iterable[bytes],
    day: date = DAY,
    *,
    skills: Iterable[bytes] = (),
    most_gone_percent: int = 20,
    force: bool = False,
) -> tuple[DirectoryCounts, list[BrokenLine]]:
    """Import an extraction; return the counts and the lines that were refused."""
    with Staging() as staging:
        taking = DirectoryImport(database, staging)
        broken = list(taking.read(lines))
        if kept := list(skills):
            broken += taking.read_skills(kept)
        done = taking.apply(
            day, by="anne", most_gone_percent=most_gone_percent, force=force
        )
    return done, broken


def take_sample(database: Database) -> DirectoryCounts:
    """Import the sample with its qualifications."""
    with ACTIVITIES.open("rb") as lines, SKILLS.open("rb") as skills:
        return take(database, lines, skills=skills)[0]

"""Extractions of the national directory with invented people, for measuring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

_COORDINATES: Final = (
    "Complément destinataire",
    "Complément point géographique",
    "Numéro Voie",
    "Indice répétition voie",
    "Code type de voie",
    "Libellé type de voie",
    "Libellé Voie",
    "Mention distribution",
    "Bureau cedex",
    "Code postal",
    "Code commune",
    "Libellé commune",
    "Code pays",
    "Libellé pays",
    "Téléphone",
    "Téléphone 2",
    "Télécopie",
    "Adresse e-mail",
)
HEAD: Final = (
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Code civilité d'exercice",
    "Libellé civilité d'exercice",
    "Code civilité",
    "Libellé civilité",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type savoir-faire",
    "Libellé type savoir-faire",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Code mode exercice",
    "Libellé mode exercice",
    "Numéro SIRET site",
    "Numéro SIREN site",
    "Numéro FINESS site",
    "Numéro FINESS établissement juridique",
    "Identifiant technique de la structure",
    "Raison sociale site",
    "Enseigne commerciale site",
    *(f"{one} (coord. structure)" for one in _COORDINATES),
    "Code Département (structure)",
    "Libellé Département (structure)",
    "Ancien identifiant de la structure",
    "Autorité d'enregistrement",
    "Code secteur d'activité",
    "Libellé secteur d'activité",
    "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens",
    "Code rôle",
    "Libellé rôle",
    "Code genre activité",
    "Libellé genre activité",
)
"""The columns of Personne_activite, in their order."""

_FAMILIES: Final = (
    "MARTIN", "BERNARD", "PETIT", "LE GALL", "D’ALMEIDA", "LEFÈVRE", "NGUYEN", "ROUX",
    "DA SILVA", "GARNIER-LEGRAND", "MOREAU", "FAURE", "BOYER", "CARON", "ŒUVRARD",
)  # fmt: skip
_GIVEN: Final = (
    "Anne", "Béatrice", "Chloé", "Denis", "Élodie", "Farid", "Gaëlle", "Hugo", "Inès",
    "Jean-Marc", "Karim", "Léa", "Marc", "Noémie", "Oscar", "Paul",
)  # fmt: skip
_TOWNS: Final = ("Villebourg", "Saint-Mesnil", "L’Isle-Haute", "Montclair", "Aubrac")
_SYLLABLES: Final = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "ro", "su")
_PROFESSIONS: Final = (
    ("10", "Médecin", "SM54", "Médecine générale (SM)"),
    ("60", "Infirmier", "", ""),
    ("70", "Masseur-Kinésithérapeute", "", ""),
    ("21", "Pharmacien", "", ""),
    ("50", "Sage-Femme", "", ""),
)
_SECOND: Final = 5
"""One person in so many has a second activity."""


def line_of(cells: Mapping[str, str]) -> str:
    """Return a line with some cells of `HEAD`; the others are empty."""
    return "|".join(cells.get(name, "") for name in HEAD)


def write_extract(lines: int) -> Iterator[str]:
    """Yield the head, and so many lines of invented people, 899700… for number."""
    yield "|".join(HEAD)
    written, number = 0, 0
    while written < lines:
        cells = _person(number)
        yield line_of(cells)
        written += 1
        if number % _SECOND == 0 and written < lines:
            yield line_of({**cells, "Code genre activité": "GENR08"})
            written += 1
        number += 1


def _person(number: int) -> dict[str, str]:
    profession, label, specialty, called = _PROFESSIONS[number % len(_PROFESSIONS)]
    family = _FAMILIES[number % len(_FAMILIES)]
    # As many names as there are people of one: syllables after one of the list.
    more = "".join(_SYLLABLES[int(one)] for one in f"{number // 97:03d}"[-3:])
    national_id = f"8997{number:08d}"
    return {
        "Type d'identifiant PP": "8",
        "Identifiant PP": national_id[1:],
        "Identification nationale PP": national_id,
        "Code civilité": "M" if number % 2 else "MME",
        "Nom d'exercice": f"{family} {more.upper()}" if number % 3 else family,
        "Prénom d'exercice": _GIVEN[number // 7 % len(_GIVEN)],
        "Code profession": profession,
        "Libellé profession": label,
        "Code catégorie professionnelle": "C",
        "Libellé catégorie professionnelle": "Civil",
        "Code savoir-faire": specialty,
        "Libellé savoir-faire": called,
        "Code mode exercice": "L",
        "Libellé mode exercice": "Libéral",
        "Numéro FINESS site": f"{690_000_000 + number // 4:09d}",
        "Raison sociale site": f"Cabinet de la rue {number // 4}",
        "Libellé Voie (coord. structure)": f"rue des Essais {number % 90}",
        "Code postal (coord. structure)": "69000",
        "Libellé commune (coord. structure)": _TOWNS[number % len(_TOWNS)],
        "Téléphone (coord. structure)": "0400000000",
        "Autorité d'enregistrement": "CNOM/CNOM/CNOM",
        "Code secteur d'activité": "SA07",
        "Libellé secteur d'activité": "Cabinet individuel",
        "Code genre activité": "GENR01",
        "Libellé genre activité": "Activité standard de soin ou de pharmacien",
    }

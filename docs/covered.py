"""What a space of health has to do, item by item: docs/coverage.csv as values."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from attrs import frozen

SECTIONS: Final = {
    "A1": ("The vault", 13),
    "A2": ("Messages", 9),
    "A3": ("The account: made, activated, signed in to", 16),
    "A4": ("The patient's settings", 13),
    "A5": ("Access by professionals", 22),
    "A6": ("The habilitation matrix", 6),
    "A7": ("Access in an emergency", 8),
    "A8": ("Masking", 6),
    "A9": ("Blocking", 5),
    "A10": ("Opposition", 7),
    "A11": ("Consent", 5),
    "A12": ("Administrators and legal representatives", 4),
    "A13": ("Traces and history", 9),
    "A14": ("Notices", 5),
    "A15": ("Medical profile and measures", 3),
    "A16": ("Directives, entourage et volontés", 2),
    "A17": ("Vaccinations", 3),
    "A18": ("Reimbursements", 2),
    "A19": ("Agenda", 1),
    "A20": ("Catalogue of applications", 3),
    "A21": ("The professionals' portal", 5),
    "A22": ("Hosting and security", 13),
    "A23": ("Closing and opening", 4),
    "A24": ("Informing the patient", 14),
    "A25": ("Limits of the law", 6),
}
"""The sections, and how many items each has."""

STATES: Final = {
    "built": "what the item asks is done, and the test shows it",
    "partly": "the note says what is missing",
    "next": "not built: it needs professionals who read the vault",
    "later": "not built",
    "life": "nothing a program does: how a service is run, or what is said of it",
}


@frozen
class Item:
    """One thing that a space of health has, does, guarantees, forbids or counts."""

    id: str
    kind: str
    item: str
    state: str
    modules: str
    tests: str
    note: str

    @property
    def section(self) -> str:
        """The section, as ``A1``."""
        return self.id.partition(".")[0]

    def paths(self) -> tuple[str, ...]:
        """Return the files and folders that it names."""
        return tuple(
            path.strip()
            for field in (self.modules, self.tests)
            for path in field.split(",")
            if path.strip()
        )


def items() -> tuple[Item, ...]:
    """Return the items, in their order."""
    with (
        Path(__file__)
        .with_name("coverage.csv")
        .open(encoding="utf-8", newline="") as file
    ):
        return tuple(Item(**row) for row in csv.DictReader(file))

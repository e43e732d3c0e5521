"""What an import of patients takes: spaces for the people of a feed, and once more."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from gateway.clock import utc_now
from gateway.core.ins import control_key
from gateway.measuring.figures import Figure
from gateway.measuring.imports import TimedImport
from gateway.measuring.processes import most_memory
from gateway.node.folder import make_folder
from gateway.rights.profile import ProfileState
from gateway.store.base.work import Database
from gateway.store.patients.feed import REQUIRED, read_feed
from gateway.store.patients.importing import Imported, Importing

_OID: Final = "1.2.250.1.213.1.4.10"
"""Of the test range of the INS."""
_FAMILIES: Final = ("MARTIN", "LE GALL", "D'HAUTEVILLE", "ÉTIENNE", "DE LA TOUR")
_GIVEN: Final = ("ANNE MARIE", "LUC", "ÉLOÏSE", "JEAN-BAPTISTE", "ZOÉ", "NOUR", "ILIA")
_WANTED_SECONDS: Final = 300


def write_feed(file: Path, lines: int) -> None:
    """Write a feed of invented people, each with a number, an address and a card."""
    with file.open("w", encoding="utf-8", newline="") as written:
        table = csv.writer(written, delimiter=";")
        table.writerow((*REQUIRED, "email", "card"))
        for number in range(lines):
            table.writerow(_person(number))


def _person(number: int) -> tuple[str, ...]:
    year, rest = 30 + number % 70, number // 70
    month, order = 1 + rest % 12, rest // 12
    town, rank = 63_001 + order // 999 % 900, 1 + order % 999
    sex = 1 + number % 2
    body = f"{sex}{year:02}{month:02}{town:05}{rank:03}"
    return (
        body + control_key(body),
        _OID,
        _FAMILIES[number % len(_FAMILIES)],
        _GIVEN[number % len(_GIVEN)],
        f"19{year:02}-{month:02}-{1 + number % 28:02}",
        "M" if sex == 1 else "F",
        f"{town:05}",
        f"p{number}@courriel.example",
        f"{number % 10**10:010}",
    )


def measure_patients(folder: Path, lines: int) -> Iterator[Figure]:
    """Make spaces of a feed, then take it again: it changes nothing."""
    settings = make_folder(folder / "patients", free=True)
    file = folder / "feed.csv"
    write_feed(file, lines)
    database = Database.open(settings)
    try:
        take = partial(_take, database, file)
        first, again = TimedImport.of(take), TimedImport.of(take)
    finally:
        database.close()
    memory = most_memory()
    what = f"feed of patients, {lines:,} lines"
    yield Figure(
        what=f"{what} imported",
        value=first.wall,
        unit="s",
        target=f"< {_WANTED_SECONDS} s",
        reference=f"{first.did.added:,} spaces; {first.cpu:.1f} s of processor",
        met=first.wall < _WANTED_SECONDS,
    )
    yield Figure(
        what="the same feed once more",
        value=again.wall,
        unit="s",
        reference=f"{again.did.added + again.did.changed} changes; "
        f"{again.cpu:.1f} s of processor",
    )
    yield Figure(
        what="memory of the process at its most", value=memory, unit="MiB", met=None
    )


def _take(database: Database, file: Path) -> Imported:
    importing = Importing(database, ProfileState.ANNOUNCED, "bench")
    with file.open(encoding="utf-8", newline="") as source:
        refused = list(importing.run(read_feed(source, utc_now().date())))
    assert not refused, "the feed is sound"
    return importing.done

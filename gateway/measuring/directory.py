"""What an import of the national directory takes, and what a search in it does."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from gateway.documents.directory_files import ExtractFiles
from gateway.measuring.extracts import write_extract
from gateway.measuring.figures import Figure
from gateway.measuring.imports import TimedImport
from gateway.measuring.processes import most_memory
from gateway.node.folder import make_folder
from gateway.settings.table import MIB
from gateway.store.base.work import Database
from gateway.store.directory.directory import Directory
from gateway.store.directory.importing import DirectoryCounts, DirectoryImport
from gateway.store.directory.staging import Staging

LINES: Final = 500_000
_DAY: Final = date(2026, 11, 28)
_SEARCHES: Final = ("martin", "martin villebourg", "le gall anne", "hugo", "oeuvrard")
_ROUNDS: Final = 5
_WANTED_SECONDS, _WANTED_MIB = 60, 300


def measure_directory(folder: Path, lines: int) -> Iterator[Figure]:
    """Import an extraction of invented people, again, and search in it."""
    settings = make_folder(folder / "directory", free=True)
    file = folder / "Personne_activite_20261128.txt"
    with file.open("w", encoding="utf-8") as written:
        written.writelines(f"{line}\n" for line in write_extract(lines))
    database = Database.open(settings)
    try:
        take = partial(_take, database, file)
        first, again = TimedImport.of(take), TimedImport.of(take)
        memory = most_memory()
        searched, cpu = _search(database)
    finally:
        database.close()
    what = f"national directory, {lines:,} lines"
    yield Figure(
        what=f"{what} imported",
        value=first.wall,
        unit="s",
        target=f"< {_WANTED_SECONDS} s",
        reference=f"{first.did.people:,} persons; {first.cpu:.0f} s of processor",
        met=first.wall < _WANTED_SECONDS,
    )
    yield Figure(
        what="the same once more",
        value=again.wall,
        unit="s",
        reference=f"{again.did.changes} changes; {again.cpu:.0f} s of processor",
    )
    yield Figure(
        what="memory of the process at its most",
        value=memory,
        unit="MiB",
        target=f"< {_WANTED_MIB} MiB",
        met=memory < _WANTED_MIB,
    )
    yield Figure(
        what="a search by name, median",
        value=1000 * statistics.median(searched),
        unit="ms",
        reference=f"the slowest took {1000 * max(searched):.0f} ms; "
        f"{1000 * cpu / len(searched):.0f} ms of processor each",
    )


def _take(database: Database, file: Path) -> DirectoryCounts:
    most = file.stat().st_size + MIB
    with ExtractFiles(file, None, most) as files, Staging() as staging:
        taking = DirectoryImport(database, staging)
        assert not list(taking.read(files.activities()))
        # The few of a new folder are gone from it, and are newer.
        return taking.apply(_DAY, by="bench", most_gone_percent=0, force=True)


def _search(database: Database) -> tuple[list[float], float]:
    """Return the seconds of each search, and those of the processor of all."""
    times, began = [], time.process_time()
    with database.read() as work:
        for words in _SEARCHES * _ROUNDS:
            start = time.perf_counter()
            directory = Directory(work)
            for one in directory.search(words, most=30):
                directory.entry(one)
            times.append(time.perf_counter() - start)
    return times, time.process_time() - began

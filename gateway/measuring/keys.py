"""How long the keys of many owners take to be wrapped by another one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from attrs import frozen
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert

from gateway.measuring.figures import Figure
from gateway.node.folder import make_folder
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.sealed.destroying import clear_traces, destroy_scope
from gateway.store.sealed.turning import BATCH, Kek, turn_all, wrap_anew
from gateway.store.sealed.wrapping import KeyPlace, wrap
from gateway.store.tables import data_keys

MANY: Final = 1_000_000
_AT_ONCE: Final = 5_000


@frozen
class Turn:
    """What one turn took."""

    keys: int
    seconds: float
    longest: float
    """Seconds that the longest batch had the database to itself."""

    @property
    def rate(self) -> float:
        """Keys a second."""
        return self.keys / self.seconds


def turn(database: Database) -> Turn:
    """Have another version wrap every key, in the batches of the command."""
    with database.write() as work:
        Kek(work).next("bench")
    began, done, longest = time.perf_counter(), 0, 0.0
    while True:
        batch = time.perf_counter()
        with database.write() as work:
            count = wrap_anew(work, BATCH)
        longest = max(longest, time.perf_counter() - batch)
        done += count
        if not count:
            break
    turn_all(database)
    return Turn(done, time.perf_counter() - began, longest)


def measure_keys(folder: Path, count: int) -> Iterator[Figure]:
    """Measure a turn of so many keys, and the destruction of one among them."""
    make_folder(folder, free=True)
    database = Database.open(read_settings(folder / "gateway.toml"))
    try:
        _fill(database, count)
        done = turn(database)
        began = time.perf_counter()
        with database.write() as work:
            destroy_scope(work, "patient:0", cause="measured", by="bench")
        clear_traces(database.engine)
        ended = time.perf_counter() - began
    finally:
        database.close()
    yield Figure(
        what=f"keys wrapped by another version, of {count}",
        value=done.rate,
        unit="/s",
        reference=f"{MANY / done.rate / 60:.1f} minutes for a million, no letters "
        "beside",
    )
    yield Figure(
        what=f"the longest of its batches of {BATCH}",
        value=1000 * done.longest,
        unit="ms",
    )
    yield Figure(
        what=f"a key destroyed among {count}, its bytes gone",
        value=1000 * ended,
        unit="ms",
    )


def _fill(database: Database, count: int) -> None:
    for first in range(0, count, _AT_ONCE):
        with database.write() as work:
            kek = work.keys.wrapping(work.connection)
            rows = []
            for number in range(first, min(first + _AT_ONCE, count)):
                place = KeyPlace(f"patient:{number}", uuid4().hex, 1)
                rows.append(
                    {
                        "id": place.key_id,
                        "scope": place.scope,
                        "wrapped": wrap(kek, AESGCM.generate_key(256), place),
                        "kek_id": kek.id,
                        "created_at": work.now,
                    }
                )
            work.connection.execute(insert(data_keys), rows)

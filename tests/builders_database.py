"""Databases of the tests: empty, with our tables, under one key that is no secret."""

from __future__ import annotations

from pathlib import Path

from gateway.clock import Clock
from gateway.store.base.engine import make_engine
from gateway.store.base.work import Database
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import metadata

SECRET = bytes(range(32))


def database_at(
    url: str, folder: Path, clock: Clock, *, inline_bytes: int = 64 * 1024
) -> Database:
    """Open a database that has its tables; its blobs are in the folder."""
    return Database(
        make_engine(url),
        KeyRing.from_secret(SECRET),
        BlobFolder(folder / "blobs", inline_bytes),
        clock,
    )


def new_sqlite(
    folder: Path, clock: Clock, *, inline_bytes: int = 64 * 1024
) -> Database:
    """Return an empty SQLite database in the folder."""
    url = f"sqlite:///{folder / 'gateway.db'}"
    database = database_at(url, folder, clock, inline_bytes=inline_bytes)
    metadata.create_all(database.engine)
    return database

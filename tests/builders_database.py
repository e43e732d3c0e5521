"""Databases of the tests: empty, with our tables, under one key that is no secret."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Dialect, Engine, insert, text
from sqlalchemy.util import LRUCache

from gateway.clock import Clock
from gateway.store.base.engine import make_engine
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.sources import SecretKey
from gateway.store.tables import instance, metadata
from tests.fakes import SecretSource

SECRET = bytes(range(32))


_DIALECTS: dict[str, Dialect] = {}
_COMPILED: LRUCache[Any, Any] = LRUCache(4000)


def database_at(
    url: str, folder: Path, clock: Clock, *, inline_bytes: int = 64 * 1024
) -> Database:
    """Open a database that has its tables; its blobs are in the folder."""
    return Database(
        _with_known_statements(make_engine(url)),
        KeyRing(SecretSource(SECRET)),
        BlobFolder(folder / "blobs", inline_bytes),
        clock,
    )


def _with_known_statements(engine: Engine) -> Engine:
    """
    Let an engine use what others of its kind compiled: each test has an engine anew.

    SQLAlchemy keeps compiled statements by their dialect, so the first one stands for
    all that talk to the same server's kind; connecting goes on by the engine's own.
    """
    kind = engine.dialect.name
    if kind not in _DIALECTS:
        engine.connect().close()  # what it is told of the server when it first connects
        _DIALECTS[kind] = engine.dialect
    engine.dialect = _DIALECTS[kind]
    engine.update_execution_options(compiled_cache=_COMPILED)
    return engine


def name_database(work: UnitOfWork) -> None:
    """Name a database whose tables no migration made, as the migration does."""
    work.connection.execute(
        insert(instance).values(id=uuid4().hex, created_at=work.now)
    )


def add_first_data_key(connection: Connection, scope: str) -> tuple[str, AESGCM]:
    """
    Add a data key as it was kept while there was one master key; return id and key.

    The tables are those of revision 0008 or before.
    """
    master = SecretKey(SECRET)
    key_id, secret, nonce = uuid4().hex, AESGCM.generate_key(256), os.urandom(12)
    connection.execute(
        text(
            "INSERT INTO data_keys (id, scope, wrapped, master_id, created_at)"
            " VALUES (:id, :scope, :wrapped, :master, 0)"
        ),
        {
            "id": key_id,
            "scope": scope,
            "wrapped": nonce + master.encrypt(nonce, secret, key_id.encode()),
            "master": master.id,
        },
    )
    return key_id, AESGCM(secret)


def new_sqlite(
    folder: Path, clock: Clock, *, inline_bytes: int = 64 * 1024
) -> Database:
    """Return an empty SQLite database in the folder."""
    path = folder / "gateway.db"
    path.write_bytes(empty_sqlite())
    return database_at(f"sqlite:///{path}", folder, clock, inline_bytes=inline_bytes)


@cache
def empty_sqlite() -> bytes:
    """Return a SQLite file with our tables, which a process of tests makes once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.db"
        engine = make_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        engine.dispose()  # the last connection puts the log back into the file
        return path.read_bytes()

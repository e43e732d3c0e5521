"""Whether the blob folder is ours, writes and reads, and has what the rows name."""

from __future__ import annotations

import secrets
from uuid import uuid4

from sqlalchemy import Select, select

from gateway.durable import fsync
from gateway.errors import UnavailableError
from gateway.store.base.work import Database
from gateway.store.sealed.blobs import ASIDE
from gateway.store.sealed.identity import folder_identity, identity_of
from gateway.store.tables import blobs

_LOOKED_AT = 200
"""Rows looked at, before and after a place by chance, for those that lie in files."""


def try_folder(database: Database) -> None:
    """
    Write a small file into the blob folder, durably, read it back and remove it.

    Raises:
        UnavailableError: it is not the folder of this database, or it does not write
            and read.
    """
    folder = database.folder.folder
    with database.read() as work:
        ours = identity_of(work.connection).id
    found = folder_identity(folder)
    if found != ours:
        whose = "is another database's" if found else "does not say whose it is"
        raise UnavailableError(f"{folder} {whose}: is its disk mounted?")
    content = secrets.token_bytes(64)
    path = folder / f"probe-{uuid4().hex}"
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            fsync(file.fileno())
        back = path.read_bytes()
        path.unlink()
    except OSError as error:
        raise UnavailableError(f"{folder}: {error.strerror}") from error
    if back != content:
        raise UnavailableError(f"{folder}: what was written is not what is read")


def missing_blobs(database: Database) -> tuple[list[str], int]:
    """
    Look for a sample of the blobs that lie in files.

    Return those that are not there, and how many were looked for.
    """
    start = uuid4().hex  # as the ids are
    rows = select(blobs.c.id, blobs.c.content.is_(None).label("in_file"))
    names = _in_files(database, rows.where(blobs.c.id >= start))
    names += _in_files(database, rows.where(blobs.c.id < start))
    missing = _not_there(database, names)
    if missing:  # one that was released meanwhile is not missing
        still = _in_files(database, rows.where(blobs.c.id.in_(missing)))
        missing = _not_there(database, still)
    return missing, len(names)


def _in_files(database: Database, rows: Select[tuple[str, bool]]) -> list[str]:
    some = rows.order_by(blobs.c.id).limit(_LOOKED_AT)
    with database.read() as work:
        found = work.connection.execute(some).all()
    return [row.id for row in found if row.in_file]


def _not_there(database: Database, names: list[str]) -> list[str]:
    folder = database.folder
    return [
        name
        for name in names
        if not folder.path(name).exists()
        and not (folder.folder / ASIDE / name).exists()
    ]

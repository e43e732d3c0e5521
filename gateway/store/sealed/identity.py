"""
One identity for a database and its blob folder, so that neither meets a stranger.

The database names it in its only row of ``instance``, the folder in a small file. A
typing error in the settings, a disk that is not mounted or a backup of something else
then shows before anything is written, and before a blob is taken for a stray.
"""

from __future__ import annotations

from pathlib import Path

from attrs import frozen
from sqlalchemy import Connection, select, update

from gateway.durable import replace_file
from gateway.errors import MisuseError
from gateway.store.base.work import Database
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.sealed.carried import forget_carried
from gateway.store.tables import blobs, instance

FILE = "identity"
"""Name of the file in the blob folder; no blob is called so."""

_LOOKED_AT = 200


@frozen
class DatabaseIdentity:
    """Who a database is; ``joined`` once its blob folder was given that name."""

    id: str
    joined: bool


def identity_of(connection: Connection) -> DatabaseIdentity:
    """
    Return who a database is.

    Raises:
        MisuseError: it does not say; somebody emptied the table.
    """
    row = connection.execute(select(instance.c.id, instance.c.joined_at)).first()
    if row is None:
        raise MisuseError(
            "the database does not say who it is (table instance): restore it from a "
            "backup"
        )
    return DatabaseIdentity(row.id, joined=row.joined_at is not None)


def folder_identity(folder: Path) -> str:
    """
    Return whose a blob folder is; empty when it does not say.

    Raises:
        MisuseError: the file cannot be read.
    """
    try:
        return (folder / FILE).read_text("ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise MisuseError(f"{folder / FILE}: {error.strerror}") from error


def check_identity(database: Database) -> None:
    """
    Refuse a blob folder that is not the one of this database.

    A database that was never joined to its folder, for it was made by an earlier
    version, is joined now if the folder is plainly its own.

    Raises:
        MisuseError: the folder is missing, is another's, or does not say whose it is;
            the text says what to do.
    """
    folder = database.folder.folder
    with database.read() as work:
        ours = identity_of(work.connection)
    found = folder_identity(folder)
    if found == ours.id:
        if not ours.joined:
            _note_joined(database)
        return
    if found:
        raise MisuseError(
            f"{folder} belongs to another database: check [database] url and [blobs] "
            "folder. If this database was restored and the folder is the right one: "
            "gateway database join --replace"
        )
    if not folder.is_dir():
        raise MisuseError(
            f"the blob folder {folder} is missing: is its disk mounted, and [blobs] "
            "folder right?"
        )
    if ours.joined:
        raise MisuseError(
            f"{folder} does not say whose it is (no file {FILE}): is its disk mounted, "
            "and [blobs] folder right? If it is the right one: gateway database join"
        )
    join(database)


def join(database: Database, *, replace: bool = False) -> None:
    """
    Give the blob folder the identity of the database.

    Args:
        database: Of which the blobs are.
        replace: Take a folder that bears another identity all the same.

    Raises:
        MisuseError: the folder is another's, or too many of the blobs that the
            database names are not in it.
        OSError: the folder cannot be written to.
    """
    folder = database.folder.folder
    with database.read() as work:
        ours = identity_of(work.connection)
        looked_at, missing = _missing(work.connection, database.folder)
    found = folder_identity(folder)
    if found not in {"", ours.id} and not replace:
        raise MisuseError(f"{folder} belongs to another database: see --replace")
    if missing * 2 > looked_at:
        raise MisuseError(
            f"{missing} of the {looked_at} newest large blobs of this database are not "
            f"in {folder}: it is not its folder, or it is not complete"
        )
    if found != ours.id:  # whatever was put back, it may be of an earlier version
        forget_carried(folder)
    replace_file(folder / FILE, f"{ours.id}\n".encode("ascii"))
    _note_joined(database)


def _missing(connection: Connection, folder: BlobFolder) -> tuple[int, int]:
    """Return how many of the newest blobs in files were looked for, and not found."""
    newest = (
        select(blobs.c.id)
        .where(blobs.c.content.is_(None))
        .order_by(blobs.c.created_at.desc())
        .limit(_LOOKED_AT)
    )
    ids = connection.execute(newest).scalars().all()
    return len(ids), sum(not folder.path(one).exists() for one in ids)


def _note_joined(database: Database) -> None:
    with database.write() as work:
        work.connection.execute(
            update(instance)
            .where(instance.c.joined_at.is_(None))
            .values(joined_at=work.now)
        )

"""The folder that a command names: read, and found."""

from __future__ import annotations

from gateway.errors import InvalidError, NotFoundError
from gateway.mssante.imap.folder_names import read_name
from gateway.mssante.imap.refusals import NO_FOLDER, CommandRefusedError
from gateway.mssante.imap.syntax import Reader
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folder, Folders


def existing(reader: Reader) -> str:
    """Read the name of a folder; one that no folder can have is not found."""
    raw = reader.astring()
    try:
        return read_name(raw)
    except InvalidError:
        raise CommandRefusedError(NO_FOLDER) from None


def found(work: UnitOfWork, mailbox_id: str, name: str) -> Folder:
    """
    Return a folder by its name.

    Raises:
        NotFoundError: there is none.
    """
    folder = Folders(work).find(mailbox_id, name)
    if folder is None:
        raise NotFoundError("no such folder")
    return folder

"""STATUS, asked alone or with LIST: what is counted of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gateway.errors import InvalidError
from gateway.mssante.imap import named
from gateway.mssante.imap.format import folder_name
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.syntax import Reader
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folders, FolderStatus

_ITEMS: Final[Mapping[str, Callable[[FolderStatus], int]]] = MappingProxyType(
    {
        "MESSAGES": lambda status: status.messages,
        "RECENT": lambda status: status.recent,
        "UIDNEXT": lambda status: status.folder.uid_next,
        "UIDVALIDITY": lambda status: status.folder.uid_validity,
        "UNSEEN": lambda status: status.unseen,
        "HIGHESTMODSEQ": lambda status: status.folder.mod_seq,
        "SIZE": lambda status: status.size,  # RFC 8438
        "DELETED": lambda status: status.deleted,  # RFC 9208 §4.2
        "DELETED-STORAGE": lambda status: status.deleted_size,
    }
)


def read_items(reader: Reader) -> tuple[str, ...]:
    """
    Read ``(MESSAGES UNSEEN …)``.

    Raises:
        InvalidError: malformed, empty, or unknown to us.
    """
    items = reader.listed(lambda: reader.atom().decode("ascii"), most=20)
    if not items or any(item not in _ITEMS for item in items):
        raise InvalidError("unknown status item")
    return tuple(items)


def counts_changes(session: ImapSession, items: Sequence[str]) -> None:
    """Tell a client changes by their number, if it asks for the highest one."""
    if "HIGHESTMODSEQ" in items:
        session.enable_mod_seqs()


def counted(found: FolderStatus, items: Sequence[str]) -> bytes:
    """Return the response with the counts of a folder (RFC 3501 §7.2.4)."""
    counts = " ".join(f"{item} {_ITEMS[item](found)}" for item in items)
    name = folder_name(found.folder.name)
    return b"STATUS " + name + f" ({counts})".encode("ascii")


async def status(session: ImapSession, reader: Reader) -> bytes:
    """STATUS (RFC 3501 §6.3.10)."""
    reader.space()
    name = named.existing(reader)
    reader.space()
    items = read_items(reader)
    reader.end()
    counts_changes(session, items)
    mailbox_id = session.mailbox_id

    def count(work: UnitOfWork) -> FolderStatus:
        return Folders(work).status(named.found(work, mailbox_id, name))

    session.connection.untagged(counted(await session.store.read(count), items))
    return b"STATUS completed"

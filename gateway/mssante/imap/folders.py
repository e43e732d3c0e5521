"""IMAP commands about folders: open, make, rename, subscribe (RFC 3501 §6.3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gateway.errors import ConflictError, InvalidError
from gateway.mssante.imap import named
from gateway.mssante.imap.folder_names import read_new_name
from gateway.mssante.imap.refusals import CommandRefusedError, Refusal
from gateway.mssante.imap.resync import read_parameters, tell_news
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.view import Tells, View
from gateway.mssante.imap.watch import claim_recent
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import INBOX, Folder, Folders
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.reading import MailReading


def _new(reader: Reader) -> str:
    raw = reader.astring()
    try:
        return read_new_name(raw)
    except InvalidError as error:
        raise CommandRefusedError(Refusal("CANNOT", error.public)) from None


async def select(session: ImapSession, reader: Reader) -> bytes:
    """SELECT (RFC 3501 §6.3.1)."""
    return await _select(session, reader, read_only=False)


async def examine(session: ImapSession, reader: Reader) -> bytes:
    """EXAMINE (RFC 3501 §6.3.2)."""
    return await _select(session, reader, read_only=True)


async def _select(session: ImapSession, reader: Reader, *, read_only: bool) -> bytes:
    reader.space()
    left = session.view is not None
    session.unselect()  # whatever happens (RFC 3501 §6.3.1)
    if left:
        session.connection.untagged(b"OK [CLOSED] the one before is closed")
    name = named.existing(reader)
    parameters = read_parameters(reader)
    reader.end()
    known = parameters.known
    if known is not None and session.tells is not Tells.VANISHED:
        raise InvalidError("ENABLE QRESYNC comes first")
    if parameters.counts:
        session.enable_mod_seqs()
    mailbox_id = session.mailbox_id

    def open_folder(work: UnitOfWork) -> tuple[Folder, View]:
        folder = named.found(work, mailbox_id, name)
        entries = MailReading(work).entries(folder.id)
        return folder, View(folder, entries, read_only=read_only)

    folder, view = await session.store.read(open_folder)
    if not read_only and folder.has_recent:
        claim = partial(claim_recent, folders=[folder])
        claimed = await session.store.write(claim)
        view.grant_recent(claimed[folder.id])
    if session.connection.closed:
        return b""
    session.select(view)
    _describe(session, folder, view)
    if known is not None:
        await tell_news(session, view, known)
    mode = b"READ-ONLY" if read_only else b"READ-WRITE"
    return b"[" + mode + b"] folder selected"


def _describe(session: ImapSession, folder: Folder, view: View) -> None:
    session.connection.untagged(b"FLAGS (" + view.all_flags + b")")
    session.connection.untagged(b"%d EXISTS" % len(view))
    session.connection.untagged(b"%d RECENT" % view.recent_count)
    if (unseen := view.first_unseen) is not None:
        session.connection.untagged(b"OK [UNSEEN %d] first unseen" % unseen)
    session.connection.untagged(b"OK [PERMANENTFLAGS (" + view.kept_flags + b")] kept")
    session.connection.untagged(b"OK [UIDNEXT %d] next" % folder.uid_next)
    session.connection.untagged(b"OK [UIDVALIDITY %d] valid" % folder.uid_validity)
    session.connection.untagged(b"OK [HIGHESTMODSEQ %d] highest" % view.mod_seq)


async def unselect(session: ImapSession, reader: Reader) -> bytes:
    """UNSELECT (RFC 3691): CLOSE that removes nothing."""
    reader.end()
    session.unselect()
    return b"UNSELECT completed"


async def create(session: ImapSession, reader: Reader) -> bytes:
    """CREATE (RFC 3501 §6.3.3)."""
    reader.space()
    name = _new(reader)
    reader.end()
    mailbox_id, most = session.mailbox_id, session.settings.max_folders
    await _changing(
        session, lambda work: Folders(work).create(mailbox_id, name, most=most)
    )
    return b"CREATE completed"


async def _changing(
    session: ImapSession, change: Callable[[UnitOfWork], object]
) -> None:
    try:
        await session.store.write(change)
    except ConflictError as error:
        code = "ALREADYEXISTS" if "exists" in error.public else "LIMIT"
        raise CommandRefusedError(Refusal(code, error.public)) from None


async def delete(session: ImapSession, reader: Reader) -> bytes:
    """DELETE (RFC 3501 §6.3.4): the folder and its messages, not those below it."""
    reader.space()
    name = named.existing(reader)
    reader.end()
    if name == INBOX:
        raise CommandRefusedError(Refusal("CANNOT", "INBOX stays"))
    mailbox_id = session.mailbox_id

    def remove(work: UnitOfWork) -> str:
        folder = named.found(work, mailbox_id, name)
        Mail(work).empty(folder)
        Folders(work).remove(folder)
        return folder.id

    folder_id = await session.store.write(remove)
    if session.view is not None and session.view.folder_id == folder_id:
        session.unselect()
    return b"DELETE completed"


async def rename(session: ImapSession, reader: Reader) -> bytes:
    """RENAME (RFC 3501 §6.3.5); INBOX stays what it is."""
    reader.space()
    old = named.existing(reader)
    reader.space()
    new = _new(reader)
    reader.end()
    if INBOX in {old, new}:
        raise CommandRefusedError(Refusal("CANNOT", "INBOX stays"))
    mailbox_id = session.mailbox_id
    await _changing(session, lambda work: Folders(work).rename(mailbox_id, old, new))
    return b"RENAME completed"


async def subscribe(session: ImapSession, reader: Reader) -> bytes:
    """SUBSCRIBE (RFC 3501 §6.3.6)."""
    await _subscribe(session, reader, subscribed=True)
    return b"SUBSCRIBE completed"


async def unsubscribe(session: ImapSession, reader: Reader) -> bytes:
    """UNSUBSCRIBE (RFC 3501 §6.3.7)."""
    await _subscribe(session, reader, subscribed=False)
    return b"UNSUBSCRIBE completed"


async def _subscribe(session: ImapSession, reader: Reader, *, subscribed: bool) -> None:
    reader.space()
    name = named.existing(reader)
    reader.end()
    mailbox_id = session.mailbox_id

    def change(work: UnitOfWork) -> None:
        Folders(work).subscribe(mailbox_id, name, subscribed=subscribed)

    await session.store.write(change)


async def namespace(session: ImapSession, reader: Reader) -> bytes:
    """NAMESPACE (RFC 2342): one, personal."""
    reader.end()
    session.connection.untagged(b'NAMESPACE (("" "/")) NIL NIL')
    return b"NAMESPACE completed"

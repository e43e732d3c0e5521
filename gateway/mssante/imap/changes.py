"""IMAP commands that change messages: STORE, COPY, MOVE, EXPUNGE, APPEND, CLOSE."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.errors import ConflictError, InvalidError, NotFoundError
from gateway.message.flags import FlagChange, FlagMode, change_flags, read_flag
from gateway.message.outline import served_outline
from gateway.mssante.imap.folder_names import read_name
from gateway.mssante.imap.format import uid_set
from gateway.mssante.imap.refusals import (
    EXPUNGED,
    READ_ONLY,
    TOO_BIG,
    TRY_CREATE,
    CommandRefusedError,
    Refusal,
)
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.sets import NumberSet, read_set
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.uploads import read_flags, read_upload
from gateway.mssante.imap.view import Tells, View
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folder, Folders
from gateway.store.mailbox.mail import Flagged, Mail, Placed

_MOST_FLAGS = 50


def places_of(view: View, numbers: NumberSet, *, by_uid: bool) -> list[int]:
    """Return the places in the folder of the messages a command names."""
    if by_uid:
        return numbers.positions_of_uids(view.uids)
    return numbers.positions(len(view))


def _writable(session: ImapSession) -> View:
    if session.selected.read_only:
        raise CommandRefusedError(READ_ONLY)
    return session.selected


async def store(session: ImapSession, reader: Reader, *, by_uid: bool = False) -> bytes:
    """
    STORE (RFC 3501 §6.4.6).

    Of messages that another session removed nothing is told; who asked to be told of
    the others hears NO, who asked for silence does not (RFC 2180 §4.2).
    """
    reader.space()
    numbers = read_set(reader)
    reader.space()
    unchanged_since = _read_unchanged_since(reader)
    change, silent = _read_change(reader)
    view = _writable(session)
    places = places_of(view, numbers, by_uid=by_uid)
    if unchanged_since is not None:
        session.enable_mod_seqs()
    done = await change_many(
        session, view, places, change, unchanged_since=unchanged_since
    )
    told: list[bytes] = []
    for place in places:
        flags = done.after.get(view.uids[place])
        if flags is None:
            continue
        mod_seq = done.mod_seqs[view.uids[place]]
        expected = change_flags(view.flags(place), change)
        view.note_flags(place, flags, mod_seq)
        if not silent or flags != expected:
            told.append(view.fetch_flags(place, with_uid=by_uid, mod_seq=mod_seq))
        elif view.tells is not Tells.NUMBERS:
            told.append(_fetch_mod_seq(view, place, mod_seq, with_uid=by_uid))
    for line in [*view.keyword_news(), *told]:
        session.connection.untagged(line)
    # Others may have changed something before: who counts changes is told, in order.
    session.stale |= view.tells is not Tells.NUMBERS
    if done.refused:
        return _modified(view, done.refused, by_uid=by_uid) + b"some had changed"
    if len(done.after) < len(places) and not by_uid and not silent:
        raise CommandRefusedError(EXPUNGED)
    return b"STORE completed"


def _fetch_mod_seq(view: View, place: int, mod_seq: int, *, with_uid: bool) -> bytes:
    """Return what is told of a change that is to be silent (RFC 7162 §3.1.3)."""
    with_uid |= view.tells is Tells.VANISHED
    uid = b"UID %d " % view.uids[place] if with_uid else b""
    return b"%d FETCH (%bMODSEQ (%d))" % (place + 1, uid, mod_seq)


def _modified(view: View, uids: Sequence[int], *, by_uid: bool) -> bytes:
    """Return the code that names what was left alone (RFC 7162 §3.1.3)."""
    places = (view.place_of(uid) for uid in sorted(uids))
    numbers = [place + 1 for place in places if place is not None]
    return b"[MODIFIED " + uid_set(sorted(uids) if by_uid else numbers) + b"] "


def _read_unchanged_since(reader: Reader) -> int | None:
    if not reader.take(b"("):
        return None
    if not reader.take_word(b"UNCHANGEDSINCE"):
        raise InvalidError("malformed STORE")
    reader.space()
    since = reader.mod_seq()
    reader.expect(b")")
    reader.space()
    return since


def _read_change(reader: Reader) -> tuple[FlagChange, bool]:
    word = reader.atom().decode("ascii")
    silent = word.endswith(".SILENT")
    try:
        mode = FlagMode(word.removesuffix(".SILENT"))
    except ValueError:
        raise InvalidError("malformed STORE") from None
    reader.space()
    if reader.peek(b"("):
        flags = read_flags(reader)
    else:
        words = [reader.flag()]
        while reader.take(b" ") and len(words) < _MOST_FLAGS:
            words.append(reader.flag())
        flags = tuple(read_flag(one) for one in words if one.lower() != "\\recent")
    reader.end()
    return FlagChange(mode, flags), silent


async def change_many(
    session: ImapSession,
    view: View,
    places: Sequence[int],
    change: FlagChange,
    beside: Callable[[UnitOfWork], None] | None = None,
    *,
    unchanged_since: int | None = None,
) -> Flagged:
    """
    Change flags of messages of the folder; return what became of them.

    ``beside`` is done in the same transaction.
    """
    uids = [view.uids[place] for place in places]
    if not uids:
        return Flagged(after={}, mod_seqs={})

    def apply(work: UnitOfWork) -> Flagged:
        folder = Folders(work).get(view.folder_id)
        after = Mail(work).change_flags(
            folder, uids, change, unchanged_since=unchanged_since
        )
        if beside is not None:
            beside(work)
        return after

    return await session.store.write(apply)


async def copy(session: ImapSession, reader: Reader, *, by_uid: bool = False) -> bytes:
    """
    COPY (RFC 3501 §6.4.7), with COPYUID (RFC 4315 §3): all the messages or none.

    One that another session removed refuses the whole (RFC 2180 §4.4.1); a uid that is
    no more is passed over (RFC 3501 §6.4.8).
    """
    view, uids, name = _read_target(session, reader, by_uid=by_uid)
    mailbox_id, quota = session.mailbox_id, session.settings.mailbox_quota_bytes

    def apply(work: UnitOfWork) -> tuple[Folder, list[tuple[int, int]]]:
        target = _target(work, mailbox_id, name)
        source = Folders(work).get(view.folder_id)
        placed = Mail(work).copy(source, uids, target, quota=quota)
        if len(placed) < len(uids) and not by_uid:
            raise CommandRefusedError(EXPUNGED)  # and the commit does not come
        return target, placed

    try:
        target, placed = await session.store.write(apply)
    except CommandRefusedError as error:
        # The client is told which are gone, and may try again.
        session.stale |= error.refusal is EXPUNGED
        raise
    session.stale |= target.id == view.folder_id
    return _copied(target, placed) + b"COPY completed"


async def move(session: ImapSession, reader: Reader, *, by_uid: bool = False) -> bytes:
    """MOVE (RFC 6851)."""
    view, uids, name = _read_target(session, reader, by_uid=by_uid)
    _writable(session)
    mailbox_id, most = session.mailbox_id, session.settings.max_vanished

    def apply(work: UnitOfWork) -> tuple[Folder, list[tuple[int, int]]]:
        target = _target(work, mailbox_id, name)
        source = Folders(work).get(view.folder_id)
        return target, Mail(work).move(source, uids, target, remember=most)

    target, placed = await session.store.write(apply)
    if placed:
        session.connection.untagged(b"OK " + _copied(target, placed) + b"moved")
    await session.sync()
    return (_highest(session) if placed else b"") + b"MOVE completed"


def _read_target(
    session: ImapSession, reader: Reader, *, by_uid: bool
) -> tuple[View, list[int], str]:
    reader.space()
    numbers = read_set(reader)
    reader.space()
    raw = reader.astring()
    reader.end()
    view = session.selected
    places = places_of(view, numbers, by_uid=by_uid)
    try:
        name = read_name(raw)
    except InvalidError:
        raise CommandRefusedError(TRY_CREATE) from None
    return view, [view.uids[place] for place in places], name


def _target(work: UnitOfWork, mailbox_id: str, name: str) -> Folder:
    found = Folders(work).find(mailbox_id, name)
    if found is None:
        raise CommandRefusedError(TRY_CREATE)
    return found


def _copied(target: Folder, placed: Sequence[tuple[int, int]]) -> bytes:
    if not placed:
        return b""
    old, new = (uid_set(pair[at] for pair in placed) for at in (0, 1))
    return b"[COPYUID %d %b %b] " % (target.uid_validity, old, new)


async def expunge(session: ImapSession, reader: Reader) -> bytes:
    """EXPUNGE (RFC 3501 §6.4.3)."""
    reader.end()
    _, removed = await _expunge(session, _writable(session), None)
    await session.sync()
    return (_highest(session) if removed else b"") + b"EXPUNGE completed"


async def uid_expunge(session: ImapSession, reader: Reader) -> bytes:
    """UID EXPUNGE (RFC 4315 §2.1)."""
    reader.space()
    numbers = read_set(reader)
    reader.end()
    view = _writable(session)
    places = numbers.positions_of_uids(view.uids)
    uids = [view.uids[place] for place in places]
    _, removed = await _expunge(session, view, uids)
    await session.sync()
    return (_highest(session) if removed else b"") + b"EXPUNGE completed"


async def _expunge(
    session: ImapSession, view: View, uids: list[int] | None
) -> tuple[Folder, bool]:
    """Return the folder as it was before, and whether something was removed."""
    most = session.settings.max_vanished

    def apply(work: UnitOfWork) -> tuple[Folder, bool]:
        Folders(work).lock(session.mailbox_id)  # nothing comes between the two
        folder = Folders(work).get(view.folder_id)
        return folder, bool(Mail(work).expunge(folder, uids, remember=most))

    return await session.store.write(apply)


def _highest(session: ImapSession) -> bytes:
    """Return the code that says what a client knows now, if it counts changes."""
    if session.tells is Tells.NUMBERS or session.view is None:
        return b""
    return b"[HIGHESTMODSEQ %d] " % session.view.mod_seq


async def close(session: ImapSession, reader: Reader) -> bytes:
    """CLOSE (RFC 3501 §6.4.2): an EXPUNGE that is not told, then no folder."""
    reader.end()
    view = session.selected
    code = b""
    if not view.read_only:
        before, removed = await _expunge(session, view, None)
        # What others changed meanwhile is not told here: then no number is.
        knows_all = before.mod_seq == view.mod_seq
        if removed and knows_all and session.tells is not Tells.NUMBERS:
            code = b"[HIGHESTMODSEQ %d] " % (before.mod_seq + 1)
    session.unselect()
    return code + b"CLOSE completed"


async def append(session: ImapSession, reader: Reader) -> bytes:
    """APPEND (RFC 3501 §6.3.11), with APPENDUID (RFC 4315 §3)."""
    upload = read_upload(reader)
    content = reader.literal()
    reader.end()
    if len(content) > session.settings.max_append_bytes:
        raise CommandRefusedError(TOO_BIG)
    if not content or b"\x00" in content:
        raise CommandRefusedError(Refusal("CANNOT", "empty message, or a NUL in it"))
    try:
        name = read_name(upload.folder)
    except InvalidError:
        raise CommandRefusedError(TRY_CREATE) from None
    mailbox_id, quota = session.mailbox_id, session.settings.mailbox_quota_bytes
    database = session.store.database
    parcel, outline = await session.store.call(
        lambda: (database.prepare(content), served_outline(content))
    )

    def keep(work: UnitOfWork) -> Placed:
        return Mail(work).append(
            _target(work, mailbox_id, name),
            parcel,
            outline,
            flags=upload.flags,
            internal_date=upload.date or work.now,
            quota=quota,
        )

    try:
        placed = await session.store.write(keep)
    except (CommandRefusedError, ConflictError, InvalidError, NotFoundError):
        # Certainly not kept; after any other failure it may have been.
        await session.store.call(lambda: database.folder.discard(parcel.id))
        raise
    if session.view is not None and session.view.folder_id == placed.folder_id:
        session.stale = True
    return b"[APPENDUID %d %d] APPEND completed" % (placed.uid_validity, placed.uid)

"""
FETCH (RFC 3501 §6.4.5): what is asked, read as cheaply as it can be.

What may be asked is read in `fetch_items`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing

from gateway.errors import DamagedError, InvalidError, NotFoundError
from gateway.message.flags import SEEN, FlagChange, FlagMode
from gateway.message.header_block import split_fields
from gateway.message.outline import Part
from gateway.mssante.imap.changes import change_many, places_of
from gateway.mssante.imap.damage import tell_damage
from gateway.mssante.imap.dates import date_time
from gateway.mssante.imap.fetch_items import (
    FetchItem,
    Need,
    Section,
    read_fetch,
    read_modifiers,
)
from gateway.mssante.imap.format import envelope, flag_list, structure
from gateway.mssante.imap.mail_store import LARGE
from gateway.mssante.imap.refusals import DAMAGED, EXPUNGED, CommandRefusedError
from gateway.mssante.imap.resync import changed_places, tell_vanished
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.sets import read_set
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.view import Tells, View
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.openings import Openings
from gateway.store.mailbox.reading import MailItem, MailReading

_AT_ONCE = 200
"""Messages read in one go: enough to be quick, few enough to be small."""

_EMPTY_LINE = re.compile(rb"(?:\A|\n)\r?\n\Z")
"""What ends a header, but of a message that has no body either (RFC 3501 §6.4.5)."""

_FLAGS = FetchItem(name="FLAGS", need=Need.VIEW)
_UID = FetchItem(name="UID", need=Need.VIEW)
_MOD_SEQ = FetchItem(name="MODSEQ", need=Need.ROW)


async def fetch(session: ImapSession, reader: Reader, *, by_uid: bool = False) -> bytes:
    """FETCH and UID FETCH."""
    reader.space()
    numbers = read_set(reader)
    reader.space()
    items = read_fetch(reader)
    modifiers = read_modifiers(reader)
    reader.end()
    view = session.selected
    if modifiers.vanished and not (by_uid and session.tells is Tells.VANISHED):
        raise InvalidError("VANISHED is for UID FETCH, once QRESYNC is enabled")
    places = places_of(view, numbers, by_uid=by_uid)
    if by_uid and _UID not in items:
        items = (_UID, *items)
    since = modifiers.changed_since
    if _MOD_SEQ in items or since is not None:
        session.enable_mod_seqs()
    if since is not None:
        session.stale = True  # told of all changes, where removals may be
        if modifiers.vanished:
            await tell_vanished(session, view, numbers, since)
        places = await changed_places(session, view, places, since)
        items = items if _MOD_SEQ in items else (*items, _MOD_SEQ)
    reads = any(item.marks_seen or item.need is Need.CONTENT for item in items)
    marked: list[int] = []
    if any(item.marks_seen for item in items) and not view.read_only:
        marked = await _mark_seen(session, view, places)
        if marked and _FLAGS not in items:
            items = (*items, _FLAGS)
        if marked and _MOD_SEQ not in items and view.tells is not Tells.NUMBERS:
            items = (*items, _MOD_SEQ)
    answer = _Answer(session, view, items, opens=reads)
    await session.connection.stream(answer.responses(places))
    if answer.damaged:
        await tell_damage(session, answer.damaged)
        damaged = {view.place_of(mail.uid) for mail in answer.damaged}
        await _not_seen(session, view, [one for one in marked if one in damaged])
        raise CommandRefusedError(DAMAGED)
    if answer.missing and not by_uid:
        raise CommandRefusedError(EXPUNGED)
    return b"FETCH completed"


async def _mark_seen(
    session: ImapSession, view: View, places: Sequence[int]
) -> list[int]:
    """Mark what is not seen yet; return the places of those."""
    unseen = [place for place in places if SEEN not in view.flags(place).split()]
    first = [view.uids[place] for place in unseen[:_AT_ONCE]]
    identity = session.identity

    def beside(work: UnitOfWork) -> None:
        Openings(work).keep(view.folder_id, first, identity)

    await _mark(session, view, unseen, FlagMode.ADD, beside)
    view.opened.update(first)
    return unseen


async def _not_seen(session: ImapSession, view: View, places: Sequence[int]) -> None:
    """Take the mark back: what could not be shown was not read by anybody."""
    await _mark(session, view, places, FlagMode.REMOVE)
    for place in places:
        mod_seq = view.mod_seq_of(view.uids[place], view.mod_seq)
        session.connection.untagged(
            view.fetch_flags(place, with_uid=True, mod_seq=mod_seq)
        )


async def _mark(
    session: ImapSession,
    view: View,
    places: Sequence[int],
    mode: FlagMode,
    beside: Callable[[UnitOfWork], None] | None = None,
) -> None:
    change = FlagChange(mode, (SEEN,))
    done = await change_many(session, view, places, change, beside)
    for place in places:
        if (flags := done.after.get(view.uids[place])) is not None:
            view.note_flags(place, flags, done.mod_seqs[view.uids[place]])
    for line in view.keyword_news():
        session.connection.untagged(line)


class _Answer:
    """
    Makes the responses of one FETCH, some messages at a time.

    One that cannot be read stops no other: it is among the ``damaged``.
    """

    def __init__(
        self,
        session: ImapSession,
        view: View,
        items: tuple[FetchItem, ...],
        *,
        opens: bool,
    ) -> None:
        self._store = session.store
        self._identity = session.identity
        self._opens = opens
        self._view = view
        self._items = items
        self._need = max(item.need for item in items)
        self.missing = False
        self.damaged: list[MailItem] = []

    async def responses(self, places: Sequence[int]) -> AsyncGenerator[list[bytes]]:
        """Yield the pieces of a response for each message that still is there."""
        if self._need is Need.VIEW:
            for place in places:
                yield self._response(place, [])
            return
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            by_uid = {self._view.uids[place]: place for place in some}
            if self._opens:
                await self._note_opened(list(by_uid))
            found = -len(self.damaged)
            async with aclosing(self._read(list(by_uid))) as messages:
                async for mail, content in messages:
                    found += 1
                    rendered = [
                        self._fetched(item, mail, content)
                        for item in self._items
                        if item.need is not Need.VIEW
                    ]
                    yield self._response(by_uid[mail.uid], rendered)
            self.missing |= found + len(self.damaged) < len(some)

    async def _note_opened(self, uids: list[int]) -> None:
        """Have the journal say who opens what for the first time, before a byte."""
        view, identity = self._view, self._identity
        fresh = [uid for uid in uids if uid not in view.opened]
        if not fresh:
            return

        def missing(work: UnitOfWork) -> list[int]:
            return list(Openings(work).missing(view.folder_id, fresh, identity))

        if first := await self._store.read(missing):
            await self._store.write(
                lambda work: Openings(work).keep(view.folder_id, first, identity)
            )
        view.opened.update(fresh)

    def _fetched(
        self, item: FetchItem, mail: MailItem, content: bytes | None
    ) -> list[bytes]:
        if item == _MOD_SEQ:
            return [b"MODSEQ (%d)" % self._view.mod_seq_of(mail.uid, mail.mod_seq)]
        return _fetched(item, mail, content)

    def _response(self, place: int, rendered: list[list[bytes]]) -> list[bytes]:
        pieces = [b"* %d FETCH (" % (place + 1)]
        waiting = iter(rendered)
        for at, item in enumerate(self._items):
            if at:
                pieces.append(b" ")
            if item.name == "UID":
                pieces.append(b"UID %d" % self._view.uids[place])
            elif item.name == "FLAGS":
                recent = self._view.is_recent(place)
                flags = flag_list(self._view.flags(place), recent=recent)
                pieces.append(b"FLAGS " + flags)
            else:
                pieces += next(waiting)
        return _merged([*pieces, b")\r\n"])

    async def _read(
        self, uids: list[int]
    ) -> AsyncGenerator[tuple[MailItem, bytes | None]]:
        folder_id, need = self._view.folder_id, self._need

        def rows(work: UnitOfWork) -> list[MailItem]:
            outlined = need >= Need.OUTLINE
            return list(MailReading(work).items(folder_id, uids, outlined=outlined))

        for mail in await self._store.read(rows):
            if need >= Need.OUTLINE and mail.structure is None:
                self.damaged.append(mail)
                continue
            if need is not Need.CONTENT and not _lacks_header(mail, need):
                yield mail, None
                continue
            is_large = mail.size > LARGE
            if is_large:
                await self._store.large.acquire()
            try:
                content = await self._content(mail)
                if content is not None:
                    yield mail, content
            finally:
                if is_large:
                    self._store.large.release()

    async def _content(self, mail: MailItem) -> bytes | None:
        try:
            return await self._store.read(lambda work: MailReading(work).content(mail))
        except NotFoundError:
            return None
        except DamagedError:
            self.damaged.append(mail)
            return None


def _lacks_header(mail: MailItem, need: Need) -> bool:
    """Tell whether the header was too large to be kept apart."""
    return need is Need.OUTLINE and mail.headers is None


def _merged(pieces: Sequence[bytes]) -> list[bytes]:
    """Join small pieces, so that each is not a packet of its own; keep large ones."""
    return list(_join(pieces))


def _join(pieces: Sequence[bytes]) -> Iterator[bytes]:
    small: list[bytes] = []
    for piece in pieces:
        if len(piece) < 16 * 1024:
            small.append(piece)
        else:
            yield b"".join(small)
            small = []
            yield piece
    yield b"".join(small)


def _fetched(item: FetchItem, mail: MailItem, content: bytes | None) -> list[bytes]:
    """
    Return one thing of a FETCH response, in pieces so that texts are not copied.

    ``content`` is the message, given where the thing needs it.
    """
    name = item.name.encode("ascii")
    if item.section is not None:
        label = item.section.label + b" "
        text = _section_text(item.section, mail, content)
        if text is None:
            return [label, b"NIL"]
        if item.section.partial is not None:
            start, count = item.section.partial
            text = text[start : start + count]
        return [label, b"{%d}\r\n" % len(text), text]
    match item.name:
        case "INTERNALDATE":
            value = date_time(mail.internal_date)
        case "RFC822.SIZE":
            value = b"%d" % mail.size
        case "ENVELOPE":
            root = _root(mail)
            assert root.envelope is not None, "read with every message"
            value = envelope(root.envelope)
        case _:
            value = structure(_root(mail), extended=item.name == "BODYSTRUCTURE")
    return [name, b" ", value]


def _root(mail: MailItem) -> Part:
    assert mail.structure is not None, "asked for with its outline"
    return mail.structure


def _section_text(
    section: Section, mail: MailItem, content: bytes | None
) -> bytes | None:
    root = _root(mail)
    part = _find_part(root, section.numbers)
    if part is None:
        return None
    if section.text == "MIME" or not section.text:
        if not section.numbers:
            return content
        start, end = (part.header, part.body) if section.text else (part.body, part.end)
        return None if content is None else content[start:end]
    holder = root
    if section.numbers:
        if not part.is_message:
            return None
        holder = part.parts[0]
    if section.text == "TEXT":
        return None if content is None else content[holder.body : holder.end]
    header = mail.headers if holder is root else None
    if header is None:
        if content is None:
            return None
        header = content[holder.header : holder.body]
    if section.fields:
        wanted = section.text == "HEADER.FIELDS"
        kept = [
            text
            for name, text in split_fields(header)
            if (name in section.fields) == wanted
        ]
        return b"".join(kept) + (b"\r\n" if _EMPTY_LINE.search(header) else b"")
    return header


def _find_part(root: Part, numbers: tuple[int, ...]) -> Part | None:
    """Return the part of some numbers; those of a part without parts are all 1."""
    part: Part = root
    for depth, number in enumerate(numbers):
        inside = part.parts[0] if depth and part.is_message else part
        if inside.is_multipart:
            if number > len(inside.parts):
                return None
            part = inside.parts[number - 1]
        elif number == 1 and (inside is root and depth == 0 or inside is not part):
            # BODY[1] of a message that is no multipart is its body.
            part = inside
        else:
            return None
    return part

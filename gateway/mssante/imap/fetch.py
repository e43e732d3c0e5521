"""FETCH (RFC 3501 §6.4.5): what is asked, read as cheaply as it can be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from gateway.errors import NotFoundError
from gateway.message.flags import SEEN, FlagChange, FlagMode
from gateway.mssante.imap.changes import change_many, places_of
from gateway.mssante.imap.fetch_items import FetchItem, Need, read_fetch
from gateway.mssante.imap.format import fetched, flag_list
from gateway.mssante.imap.mail_store import LARGE
from gateway.mssante.imap.refusals import EXPUNGED
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.sets import read_set
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.view import View
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import MailItem, MailReading

_AT_ONCE = 200
"""Messages read in one go: enough to be quick, few enough to be small."""

_SEEN = FlagChange(FlagMode.ADD, (SEEN,))
_FLAGS = FetchItem(name="FLAGS", need=Need.VIEW)
_UID = FetchItem(name="UID", need=Need.VIEW)


async def fetch(session: ImapSession, reader: Reader, *, by_uid: bool = False) -> bytes:
    """FETCH and UID FETCH."""
    reader.space()
    numbers = read_set(reader)
    reader.space()
    items = read_fetch(reader)
    reader.end()
    view = session.selected
    places = places_of(view, numbers, by_uid=by_uid)
    if by_uid and _UID not in items:
        items = (_UID, *items)
    if any(item.marks_seen for item in items) and not view.read_only:
        items = await _mark_seen(session, view, places, items)
    answer = _Answer(session, view, items)
    await session.stream(answer.responses(places))
    if answer.missing and not by_uid:
        raise EXPUNGED
    return b"FETCH completed"


async def _mark_seen(
    session: ImapSession,
    view: View,
    places: Sequence[int],
    items: tuple[FetchItem, ...],
) -> tuple[FetchItem, ...]:
    unseen = [place for place in places if SEEN not in view.flags(place).split()]
    if not unseen:
        return items
    after = await change_many(session, view, unseen, _SEEN)
    for place in unseen:
        if (flags := after.get(view.uids[place])) is not None:
            view.note_flags(place, flags)
    return items if _FLAGS in items else (*items, _FLAGS)


class _Answer:
    """Makes the responses of one FETCH, some messages at a time."""

    def __init__(
        self, session: ImapSession, view: View, items: tuple[FetchItem, ...]
    ) -> None:
        self._store = session.store
        self._view = view
        self._items = items
        self._need = max(item.need for item in items)
        self.missing = False

    async def responses(self, places: Sequence[int]) -> AsyncGenerator[list[bytes]]:
        """Yield the pieces of a response for each message that still is there."""
        if self._need is Need.VIEW:
            for place in places:
                yield self._response(place, [])
            return
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            by_uid = {self._view.uids[place]: place for place in some}
            found = 0
            async with aclosing(self._read(list(by_uid))) as messages:
                async for mail, content in messages:
                    found += 1
                    rendered = [
                        fetched(item, mail, content)
                        for item in self._items
                        if item.need is not Need.VIEW
                    ]
                    yield self._response(by_uid[mail.uid], rendered)
            self.missing |= found < len(some)

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

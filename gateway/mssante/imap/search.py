"""SEARCH (RFC 3501 §6.4.4): some messages at a time, the cheapest test first."""

from __future__ import annotations

from functools import partial

from gateway.errors import NotFoundError
from gateway.message.outline import Part
from gateway.mssante.imap.matching import Candidate, fits
from gateway.mssante.imap.search_keys import Key, Tier, bound, read_search, tier
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.view import View
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import MailItem, MailReading

_AT_ONCE = {Tier.VIEW: 2000, Tier.ROW: 2000, Tier.HEADERS: 200, Tier.CONTENT: 16}


async def search(
    session: ImapSession, reader: Reader, *, by_uid: bool = False
) -> bytes:
    """SEARCH and UID SEARCH."""
    reader.space()
    key = read_search(reader)
    reader.end()
    view = session.selected
    found: list[int] = []
    if len(view):
        key = bound(key, len(view), view.uids[-1])
        found = await _found(session, view, key)
    numbers = (view.uids[place] if by_uid else place + 1 for place in found)
    session.sendUntaggedResponse(
        b" ".join([b"SEARCH", *(b"%d" % number for number in numbers)])
    )
    return b"SEARCH completed"


async def _found(session: ImapSession, view: View, key: Key) -> list[int]:
    needs = tier(key)
    turn = session.store.searches if needs >= Tier.HEADERS else None
    if turn is not None:
        await turn.acquire()
    try:
        found: list[int] = []
        step = _AT_ONCE[needs]
        for start in range(0, len(view), step):
            if session.closed:
                break
            some = _Some(view, range(start, min(start + step, len(view))))
            if needs is Tier.VIEW:
                found += await session.store.call(partial(some.fitting_flags, key))
            else:
                found += await session.store.read(partial(some.fitting, key, needs))
        return found
    finally:
        if turn is not None:
            turn.release()


class _Some:
    """A run of messages, as the session knows them when the search comes to it."""

    def __init__(self, view: View, places: range) -> None:
        self._folder_id = view.folder_id
        self._places = {view.uids[place]: place for place in places}
        self._flags = {
            uid: (view.flags(place), view.is_recent(place))
            for uid, place in self._places.items()
        }

    def fitting(self, key: Key, needs: Tier, work: UnitOfWork) -> list[int]:
        """Return the places of the messages that fit; runs in a thread."""
        reading = MailReading(work)
        outlined = needs >= Tier.HEADERS
        items = reading.items(self._folder_id, list(self._places), outlined=outlined)
        return [
            self._places[mail.uid]
            for mail in list(items)
            if fits(key, self._candidate(reading, mail))
        ]

    def fitting_flags(self, key: Key) -> list[int]:
        """The same for keys that ask of nothing but flags and numbers."""
        return [
            place
            for uid, place in self._places.items()
            if fits(key, Candidate(place + 1, uid, self._words(uid)))
        ]

    def _words(self, uid: int) -> frozenset[str]:
        flags, recent = self._flags[uid]
        words = {flag.lower() for flag in flags.split()}
        return frozenset(words | {"\\recent"} if recent else words)

    def _candidate(self, reading: MailReading, mail: MailItem) -> Candidate:
        return Candidate(
            number=self._places[mail.uid] + 1,
            uid=mail.uid,
            flags=self._words(mail.uid),
            internal_date=mail.internal_date,
            size=mail.size,
            read_headers=partial(_headers, reading, mail),
            read_content=partial(_content, reading, mail),
        )


def _headers(reading: MailReading, mail: MailItem) -> bytes:
    if mail.headers is not None:
        return mail.headers
    part, content = _content(reading, mail)
    return content[: part.body]


def _content(reading: MailReading, mail: MailItem) -> tuple[Part, bytes]:
    assert mail.structure is not None, "asked for with its outline"
    try:
        return mail.structure, reading.content(mail)
    except NotFoundError:  # removed since: it fits nothing
        return mail.structure, b""

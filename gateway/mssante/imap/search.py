"""
SEARCH (RFC 3501 §6.4.4): some messages at a time, the cheapest test first.

What is looked for is read in `search_keys`; whether a message fits is told here.
"""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from email.utils import parsedate_tz
from functools import cached_property, partial

from attrs import define, evolve, field

from gateway.errors import DamagedError, InvalidError, NotFoundError
from gateway.message.body_text import text_of_html
from gateway.message.encoded_words import decode_text, decode_words
from gateway.message.header_block import MOST_BYTES, split_fields
from gateway.message.outline import Part
from gateway.message.parameters import read_disposition, read_media_type
from gateway.mssante.imap.damage import tell_damage
from gateway.mssante.imap.search_answers import SearchAnswer, read_returned
from gateway.mssante.imap.search_keys import (
    All,
    ChangedBy,
    Dated,
    Either,
    Everything,
    HasFlag,
    InHeader,
    InText,
    Key,
    Not,
    Numbered,
    Sized,
    Tier,
    When,
    Within,
    bound,
    counts_changes,
    read_search,
    tier,
)
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.view import View
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import MailItem, MailReading

_AT_ONCE = {Tier.VIEW: 2000, Tier.ROW: 2000, Tier.HEADERS: 200, Tier.CONTENT: 16}
_MOST_VALUE = 16 * 1024
_MOST_TEXT = 4 * 1024 * 1024

_UNREAD = datetime(1970, 1, 1, tzinfo=UTC)


async def search(
    session: ImapSession, reader: Reader, *, by_uid: bool = False
) -> bytes:
    """SEARCH and UID SEARCH."""
    reader.space()
    returned = read_returned(reader)
    key = read_search(reader)
    reader.end()
    view = session.selected
    by_change = counts_changes(key)
    if by_change:
        session.enable_mod_seqs()
    found: list[int] = []
    mod_seqs: dict[int, int] = {}
    if len(view):
        key = bound(key, len(view), view.uids[-1])
        damaged: list[MailItem] = []
        found = await _found(session, view, key, damaged, mod_seqs)
        await tell_damage(session, damaged)
    numbers = [view.uids[place] if by_uid else place + 1 for place in found]
    answer = SearchAnswer(session.tag, tuple(numbers), by_uid=by_uid)
    if by_change:  # then each that fits was read: its row says it
        answer = evolve(answer, mod_seqs=tuple(mod_seqs[place] for place in found))
    session.connection.untagged(answer.response(returned))
    return b"SEARCH completed"


async def _found(
    session: ImapSession,
    view: View,
    key: Key,
    damaged: list[MailItem],
    mod_seqs: dict[int, int],
) -> list[int]:
    """
    Return the places of those that fit; one that cannot be read fits nothing.

    What cannot be read is added to ``damaged``; by which change each that fits was last
    changed to ``mod_seqs``, by its place, where rows had to be read.
    """
    needs = tier(key)
    turn = session.store.searches if needs >= Tier.HEADERS else None
    if turn is not None:
        await turn.acquire()
    try:
        found: list[int] = []
        step = _AT_ONCE[needs]
        for start in range(0, len(view), step):
            if session.connection.closed:
                break
            places = range(start, min(start + step, len(view)))
            some = _Some(view, places, damaged, mod_seqs)
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

    def __init__(
        self,
        view: View,
        places: range,
        damaged: list[MailItem],
        mod_seqs: dict[int, int],
    ) -> None:
        self._damaged = damaged
        self._mod_seqs = mod_seqs
        self._folder_id = view.folder_id
        self._mod_seq_of = view.mod_seq_of
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
        found: list[int] = []
        for mail in list(items):
            candidate, place = self._candidate(reading, mail), self._places[mail.uid]
            try:
                if fits(key, candidate):
                    found.append(place)
                    self._mod_seqs[place] = candidate.mod_seq
            except DamagedError:
                self._damaged.append(mail)
        return found

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
            mod_seq=self._mod_seq_of(mail.uid, mail.mod_seq),
            read_headers=partial(_headers, reading, mail),
            read_content=partial(_content, reading, mail),
        )


def _headers(reading: MailReading, mail: MailItem) -> bytes:
    if mail.headers is not None:
        return mail.headers
    part, content = _content(reading, mail)
    return content[: part.body]


def _content(reading: MailReading, mail: MailItem) -> tuple[Part, bytes]:
    if mail.structure is None:
        raise DamagedError("not readable", detail="neither outline nor message")
    try:
        return mail.structure, reading.content(mail)
    except NotFoundError:  # removed since: it fits nothing
        return mail.structure, b""


def _no_content() -> tuple[Part, bytes]:
    raise LookupError("a key that asks for the text needs the text")


@define(slots=False)
class Candidate:
    """
    A message to be judged; what is dear to read is read when first asked for.

    ``flags`` are in lower case, ``\\recent`` among them where the session says so.
    """

    number: int
    uid: int
    flags: frozenset[str]
    internal_date: datetime = _UNREAD
    size: int = 0
    mod_seq: int = 0
    read_headers: Callable[[], bytes] = field(default=bytes, repr=False)
    read_content: Callable[[], tuple[Part, bytes]] = field(
        default=_no_content, repr=False
    )

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """The fields of the header: lower-case name, text as people read it."""
        return [
            (name, decode_words(_unfolded(raw)))
            for name, raw in split_fields(self.read_headers())
        ]

    @cached_property
    def body(self) -> str:
        """The text of the body, casefolded."""
        part, content = self.read_content()
        return text_of(part, content).casefold()


def _unfolded(raw: bytes) -> str:
    value = raw.partition(b":")[2][:_MOST_VALUE]
    joined = value.replace(b"\r\n", b"").replace(b"\n", b"").replace(b"\r", b"")
    return joined.decode("utf-8", "replace").strip()


def fits(key: Key, message: Candidate) -> bool:
    """Tell whether the message fits."""
    match key:
        case Everything():
            return True
        case HasFlag(flag):
            return flag in message.flags
        case Within():
            return (message.uid if key.uids else message.number) in key
        case Numbered():
            raise TypeError("a set of numbers is bound before it is matched")
        case ChangedBy() | Sized():
            return _is_measured(key, message)
        case Dated(when, day, sent):
            return _is_dated(when, day, message, sent=sent)
        case InHeader(name, text):
            return any(
                text in value.casefold()
                for field_name, value in message.fields
                if field_name == name
            )
        case InText(text, header):
            if header and any(
                text in f"{name}: {value}".casefold() for name, value in message.fields
            ):
                return True
            return text in message.body
        case Not(inner):
            return not fits(inner, message)
        case Either(first, second):
            return fits(first, message) or fits(second, message)
        case All(keys):
            return all(fits(one, message) for one in keys)


def _is_measured(key: ChangedBy | Sized, message: Candidate) -> bool:
    if isinstance(key, ChangedBy):
        return message.mod_seq >= key.mod_seq
    return message.size > key.size if key.larger else message.size < key.size


def _is_dated(when: When, day: date, message: Candidate, *, sent: bool) -> bool:
    found = _sent_day(message) if sent else message.internal_date.date()
    if found is None:
        return False
    match when:
        case When.BEFORE:
            return found < day
        case When.ON:
            return found == day
        case When.SINCE:
            return found >= day


def _sent_day(message: Candidate) -> date | None:
    value = next((value for name, value in message.fields if name == "date"), "")
    try:
        parsed = parsedate_tz(value[:100])
        return None if parsed is None else date(*parsed[:3])
    except (ValueError, TypeError, IndexError):
        return None


def text_of(part: Part, content: bytes) -> str:
    """
    Return the words of the body, decoded; at most some megabytes of them.

    The headers of its parts belong to it, and those of a message inside: a file is
    found by its name. What is neither text nor a message, as a picture, has no words.
    """
    pieces: list[str] = []
    room = _MOST_TEXT
    waiting = [part]
    while waiting and room > 0:
        one = waiting.pop()
        waiting.extend(reversed(one.parts))
        words = [] if one is part else _header_words(content[one.header : one.body])
        if one.type.lower() in _WITH_WORDS and not one.parts:
            raw = content[one.body : min(one.end, one.body + room)]
            words.append(_decoded(one, raw))
        room -= sum(map(len, words))
        pieces += words
    return "\n".join(pieces)


_WITH_WORDS = {"text", "message"}


def _header_words(block: bytes) -> list[str]:
    """Return each field of a part's header as people read it, file names too."""
    words: list[str] = []
    for name, raw in split_fields(block[:MOST_BYTES]):
        value = _unfolded(raw)
        words.append(f"{name}: {decode_words(value)}")
        if name in {"content-type", "content-disposition"}:
            with suppress(InvalidError):  # words of RFC 2231 §4
                words += _named_in(name, value)
    return words


def _named_in(name: str, value: str) -> Iterable[str]:
    read = read_media_type if name == "content-type" else read_disposition
    return read(value).parameters.values()


def _decoded(part: Part, raw: bytes) -> str:
    match part.encoding.lower():
        case "base64":
            try:
                raw = base64.b64decode(raw + b"===")
            except binascii.Error:
                raw = b""
        case "quoted-printable":
            raw = quopri.decodestring(raw)
        case _:
            pass
    charset = next((v for k, v in part.parameters if k.lower() == "charset"), "utf-8")
    text = decode_text(raw, charset)
    return text_of_html(text) if part.subtype.lower() == "html" else text

"""
What a client is told that comes back (RFC 7162): what changed since it knew a folder.

CONDSTORE counts changes, QRESYNC tells of removals too. What is counted is what the
session was told: a change that it was not told of yet is none (`View.mod_seq_of`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from gateway.errors import InvalidError
from gateway.mssante.imap.format import run_set
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.sets import NumberSet, read_set
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.view import Tells, View
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import MailReading
from gateway.store.mailbox.vanished import Vanished

Runs = Sequence[tuple[int, int]]
"""First and last of uids that follow each other, in order."""

_MOST_PAIRS: Final = 10_000
"""Messages that a client may name by number and uid; more are not looked at."""


@frozen(kw_only=True)
class Known:
    """
    What a client knows of a folder as it selects it (RFC 7162 §3.2.5).

    ``uids`` are those it has, None for all it could have; ``pairs`` some of them by
    number and uid.
    """

    uid_validity: int
    mod_seq: int
    uids: NumberSet | None = None
    pairs: tuple[tuple[int, int], ...] = ()


@frozen(kw_only=True)
class SelectParameters:
    """What stands behind the name in SELECT: nothing, CONDSTORE, QRESYNC."""

    counts: bool = False
    known: Known | None = None


def read_parameters(reader: Reader) -> SelectParameters:
    """
    Read ``(CONDSTORE)`` or ``(QRESYNC (…))``, if it comes.

    Raises:
        InvalidError: malformed, or unknown.
    """
    if not reader.take(b" "):
        return SelectParameters()
    counts, known = False, None

    def one() -> None:
        nonlocal counts, known
        if reader.take_word(b"CONDSTORE"):
            counts = True
        elif reader.take_word(b"QRESYNC"):
            reader.space()
            known = _read_known(reader)
        else:
            raise InvalidError("unknown SELECT parameter")

    reader.listed(one, most=2)
    return SelectParameters(counts=counts, known=known)


def _read_known(reader: Reader) -> Known:
    reader.expect(b"(")
    uid_validity = reader.number()
    reader.space()
    mod_seq = reader.mod_seq()
    uids: NumberSet | None = None
    pairs: tuple[tuple[int, int], ...] = ()
    if reader.take(b" ") and not reader.peek(b"("):
        uids = read_set(reader)
        paired = reader.take(b" ")
    else:
        paired = reader.peek(b"(")
    if paired:
        reader.expect(b"(")
        numbers = _each(read_set(reader))
        reader.space()
        known_uids = _each(read_set(reader))
        reader.expect(b")")
        if len(numbers) != len(known_uids):
            raise InvalidError("as many numbers as uids")
        pairs = tuple(zip(numbers, known_uids, strict=True))
    reader.expect(b")")
    return Known(uid_validity=uid_validity, mod_seq=mod_seq, uids=uids, pairs=pairs)


async def enable(session: ImapSession, reader: Reader) -> bytes:
    """ENABLE (RFC 5161 §3.1): what is not known is passed over."""
    asked: list[bytes] = []
    while reader.take(b" "):
        asked.append(reader.atom())
    reader.end()
    if not asked:
        raise InvalidError("missing argument")
    enabled = [word for word in (b"CONDSTORE", b"QRESYNC") if word in asked]
    if enabled:
        session.enable_mod_seqs()
    if b"QRESYNC" in enabled:
        session.tells = Tells.VANISHED
    session.connection.untagged(b" ".join([b"ENABLED", *enabled]))
    return b"ENABLE completed"


async def tell_news(session: ImapSession, view: View, known: Known) -> None:
    """Tell who selects a folder what happened in it since (RFC 7162 §3.2.5)."""
    if known.uid_validity != view.uid_validity:
        return
    last = max(1, view.uid_next - 1)
    wanted = [(1, last)] if known.uids is None else known.uids.resolved(last)
    agreed = _agreed(view, known.pairs)
    gone, changed = await session.store.read(
        lambda work: _news(work, view, known.mod_seq, agreed)
    )
    _tell_vanished(session, _common(gone, wanted))
    for uid in _within(sorted(changed), wanted):
        place = view.place_of(uid)
        if place is not None:
            mod_seq = view.mod_seq_of(uid, changed[uid])
            line = view.fetch_flags(place, with_uid=True, mod_seq=mod_seq)
            session.connection.untagged(line)


def _gone(work: UnitOfWork, view: View, since: int, agreed: int = 0) -> Runs:
    folder = MailReading(work).folders.get(view.folder_id)
    gone = Vanished(work).since(folder, since, view.uids, agreed=agreed)
    return _without(gone, view.uids)


def _news(
    work: UnitOfWork, view: View, since: int, agreed: int
) -> tuple[Runs, dict[int, int]]:
    changed = MailReading(work).mod_seqs(view.folder_id, above=since)
    return _gone(work, view, since, agreed), changed


def _agreed(view: View, pairs: Sequence[tuple[int, int]]) -> int:
    """
    Return the highest uid up to which the client has what is there, 0 for none.

    It names messages by number and uid: the last that are so here tell that nothing
    before it was removed that the client does not know of (RFC 7162 §3.2.5.2).
    """
    here = view.uids
    right = (uid for at, uid in pairs if at <= len(here) and here[at - 1] == uid)
    return max(right, default=0)


def _each(numbers: NumberSet) -> list[int]:
    """Return the numbers of a set one by one; it has no ``*``, which would be 1."""
    ranges = numbers.resolved(1)
    if sum(high - low + 1 for low, high in ranges) > _MOST_PAIRS:
        raise InvalidError("too many numbers")
    return [number for low, high in ranges for number in range(low, high + 1)]


async def tell_vanished(
    session: ImapSession, view: View, numbers: NumberSet, since: int
) -> None:
    """Tell what was removed of some uids since, that the view has not (§3.2.6)."""
    wanted = numbers.resolved(max(1, view.uid_next - 1))
    gone = await session.store.read(lambda work: _gone(work, view, since))
    _tell_vanished(session, _common(gone, wanted))


def _tell_vanished(session: ImapSession, gone: Runs) -> None:
    if gone:
        session.connection.untagged(b"VANISHED (EARLIER) " + run_set(gone))


async def changed_places(
    session: ImapSession, view: View, places: Sequence[int], since: int
) -> list[int]:
    """Return which of some messages changed after ``since``, as the client knows."""
    kept = await session.store.read(
        lambda work: MailReading(work).mod_seqs(view.folder_id, above=since)
    )
    return [
        place
        for place in places
        if view.mod_seq_of(view.uids[place], kept.get(view.uids[place], 0)) > since
    ]


def _within(uids: Sequence[int], wanted: Runs) -> list[int]:
    found: list[int] = []
    for low, high in wanted:
        found += uids[bisect_left(uids, low) : bisect_right(uids, high)]
    return found


def _common(some: Runs, others: Runs) -> list[tuple[int, int]]:
    """
    Return what is in both, in order.

    >>> _common([(1, 5), (8, 9)], [(4, 8)])
    [(4, 5), (8, 8)]
    """
    found: list[tuple[int, int]] = []
    at = 0
    for low, high in some:
        while at < len(others) and others[at][1] < low:
            at += 1
        following = at
        while following < len(others) and others[following][0] <= high:
            first, last = others[following]
            found.append((max(low, first), min(high, last)))
            following += 1
    return found


def _without(runs: Runs, uids: Sequence[int]) -> list[tuple[int, int]]:
    """
    Return the runs less some uids, which are in order.

    >>> _without([(1, 5), (8, 9)], [3, 9])
    [(1, 2), (4, 5), (8, 8)]
    """
    found: list[tuple[int, int]] = []
    for low, high in runs:
        first = low
        for uid in uids[bisect_left(uids, low) : bisect_right(uids, high)]:
            if uid > first:
                found.append((first, uid - 1))
            first = uid + 1
        if first <= high:
            found.append((first, high))
    return found

"""The journal: what was done, in chains of hashes that show any tampering."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve, field, frozen
from sqlalchemy import BindParameter, Connection, bindparam, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from gateway.canonical import canonical
from gateway.store.base.prepared import Prepared
from gateway.store.tables import chain_heads, journal

OPERATOR = "operator"
"""
The chain of what concerns the service; each patient has one of their own.

Where several can write at once, as on PostgreSQL, it is in as many chains as write at
once (`OPERATOR_CHAINS`), so that none waits for another's commit.
"""

OPERATOR_CHAINS = (OPERATOR, *(f"{OPERATOR}:{number}" for number in range(2, 17)))

START = "0" * 64

NO_OUTCOMES: Mapping[str, Collection[str]] = MappingProxyType({})


_NAME: BindParameter[str] = bindparam("name")
_HEAD = Prepared(
    select(chain_heads.c.seq, chain_heads.c.hash)
    .where(chain_heads.c.chain == _NAME)
    .with_for_update()
)
_IS_OPERATORS = or_(*(chain_heads.c.chain == name for name in OPERATOR_CHAINS))
_FREE_HEAD = Prepared(
    select(chain_heads.c.chain)
    .where(_IS_OPERATORS)
    .order_by(chain_heads.c.chain)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_OPERATORS = Prepared(select(chain_heads.c.chain).where(_IS_OPERATORS))
_ANOTHER_HEAD = Prepared(
    postgresql.insert(chain_heads).on_conflict_do_nothing(), ("chain", "seq", "hash")
)
_NEW_HEAD = Prepared(insert(chain_heads), ("chain", "seq", "hash"))
_MOVE_HEAD = Prepared(
    update(chain_heads).where(chain_heads.c.chain == _NAME), ("seq", "hash")
)
_FEW, _AT_ONCE = 100, 1000
"""Chains whose heads are asked for one by one; names in one question."""
_APPEND = Prepared(insert(journal), [one.name for one in journal.c if one.name != "id"])


BROUGHT_BY_MAIL: Final = "mail"
"""The outcome of a line of documents that came by mail; by a page they were kept."""


class Action(StrEnum):
    """What happened, as ``subject:action``; kept for years, so never renamed."""

    CONNECTION_REFUSED = "connection:refuse"
    SENDER_REFUSED = "sender:refuse"
    RECIPIENT_REFUSED = "recipient:refuse"
    MESSAGE_REFUSED = "message:refuse"
    MESSAGE_ACCEPTED = "message:accept"
    MESSAGE_REPEATED = "message:repeat"
    MESSAGE_DELIVERED = "message:deliver"
    MESSAGE_QUARANTINED = "message:quarantine"
    MESSAGE_RELEASED = "message:release"
    MESSAGE_RELAYED = "message:relay"
    MESSAGE_DEFERRED = "message:defer"
    MESSAGE_UNCONFIRMED = "message:unconfirmed"
    MESSAGE_RETURNED = "message:return"
    MESSAGE_SENT = "message:send"
    WRITING_REFUSED = "writing:refuse"
    MESSAGE_READ = "message:read"
    MESSAGE_DELETED = "message:delete"
    MESSAGE_REPORTED = "message:report"
    MESSAGE_RECALLED = "message:recall"
    CONVERSATION_ENDED = "conversation:end"
    DOCUMENT_DECIDED = "document:decide"
    DOCUMENT_FILED = "document:file"
    DOCUMENT_KEPT = "document:keep"
    DOCUMENTS_BROUGHT = "documents:bring"
    FILING_ANSWERED = "documents:answer"
    DOCUMENT_PROVED = "document:prove"
    DOCUMENT_DEPRECATED = "document:deprecate"
    DOCUMENT_WITHDRAWN = "document:withdraw"
    DOCUMENT_ERASED = "document:erase"
    DOCUMENT_ANNOUNCED = "document:announce"
    EXPORT_ASKED = "export:ask"
    EXPORT_READY = "export:ready"
    EXPORT_TAKEN = "export:take"
    EXPORT_ENDED = "export:end"
    DOCUMENT_MASKED = "document:mask"
    DOCUMENT_UNMASKED = "document:unmask"
    DOCUMENT_OPENED = "document:open"
    DOCUMENT_DOWNLOADED = "document:download"
    DOCUMENT_SENT = "document:send"
    RECEIPT_SENT = "receipt:send"
    RECEIPT_WITHHELD = "receipt:withhold"
    REPORT_IGNORED = "report:ignore"
    NOTICE_MADE = "notice:make"
    NOTICE_WITHHELD = "notice:withhold"
    NOTICE_SENT = "notice:send"
    PROFILE_ADDED = "profile:add"
    PROFILE_CHANGED = "profile:change"
    DELEGATION_ASKED = "delegation:ask"
    DELEGATION_ACCEPTED = "delegation:accept"
    DELEGATION_REFUSED = "delegation:refuse"
    DELEGATION_CHANGED = "delegation:change"
    DELEGATION_ENDED = "delegation:end"
    MATRIX_IMPORTED = "matrix:import"
    PROFESSIONAL_CHANGED = "professional:change"
    DIRECTORY_IMPORTED = "directory:import"
    MAILBOX_ADDED = "mailbox:add"
    MAILBOX_CHANGED = "mailbox:change"
    DATABASE_RESTORED = "database:restore"
    MAILBOX_OPENED = "mailbox:open"
    MESSAGE_OPENED = "message:open"
    RECIPIENT_LOOKED = "recipient:look"
    SIGN_IN_STARTED = "session:start"
    SIGN_IN_REFUSED = "session:refuse"
    SIGNED_IN = "session:open"
    SIGNED_OUT = "session:close"
    LETTER_PRINTED = "letter:print"
    ACCOUNT_PROVED = "account:prove"
    ACCOUNT_REFUSED = "account:refuse"
    PAGE_REFUSED = "page:refuse"
    OPERATOR_READ = "operator:read"
    DECISION_READ = "decision:read"
    CORRECTION_ASKED = "correction:ask"
    CORRECTION_REMINDED = "correction:remind"
    CORRECTION_ESCALATED = "correction:escalate"
    CORRECTION_ENDED = "correction:end"
    CORRECTION_TAKEN_BACK = "correction:take-back"
    INQUIRY_OPENED = "inquiry:open"
    INQUIRY_LOOKED = "inquiry:look"
    INQUIRY_ANSWERED = "inquiry:answer"
    INQUIRY_CLOSED = "inquiry:close"
    OPERATOR_REFUSED = "operator:refuse"
    ACCESS_ASKED = "access:ask"
    ACCESS_TAKEN = "access:take"
    ACCESS_GRANTED = "access:grant"
    ACCESS_REFUSED = "access:refuse"
    ACCESS_ENDED = "access:end"
    ACCESS_REVIEWED = "access:review"
    ACCESS_TOLD = "access:tell"
    CONSULTATION_BEGUN = "consultation:begin"
    CONSULTATION_REFUSED = "consultation:refuse"
    CONSULTATION_ENDED = "consultation:end"
    CONSULTATION_LISTED = "consultation:list"
    DOCUMENT_CONSULTED = "document:consult"
    VERSION_BROUGHT = "version:bring"
    ACT_REFUSED = "act:refuse"
    READING_UNUSUAL = "reading:unusual"
    AGREEMENT_GIVEN = "agreement:give"
    AGREEMENT_ENDED = "agreement:end"
    AGREEMENT_CODE_MADE = "agreement:code"
    TEAM_JOINED = "team:join"
    TEAM_LEFT = "team:leave"
    EPISODE_OPENED = "episode:open"
    EPISODE_CLOSED = "episode:close"
    REQUEST_ASKED = "request:ask"
    REQUEST_CONFIRMED = "request:confirm"
    REQUEST_WITHDRAWN = "request:withdraw"
    REQUEST_ENDED = "request:end"
    ROLE_SEEN = "role:see"
    ROLE_GRANTED = "role:grant"
    ROLE_ENDED = "role:end"
    ROWS_WRITTEN = "rows:write"
    KEY_TURNED = "key:turn"
    KEY_DESTROYED = "key:destroy"
    TASK_FAILED = "task:fail"
    TASK_DEAD = "task:die"
    TASK_RETRIED = "task:retry"
    TASK_MOVED = "task:move"
    TASK_DROPPED = "task:drop"


@frozen
class Event:
    """
    One line to write; ``detail`` holds codes and counts, never patient data, and what
    names a sender or a document sealed.
    """

    chain: str
    at: datetime
    action: str
    outcome: str
    subject: str
    detail: Mapping[str, Any]


@frozen
class Entry:
    """
    One line; ``kept`` is its detail as it is kept and hashed, ``detail`` what it says
    to who has the keys.
    """

    chain: str
    seq: int
    at: datetime
    action: str
    outcome: str
    subject: str
    detail: Mapping[str, Any]
    previous: str
    hash: str
    kept: Mapping[str, Any]
    rows: Mapping[str, str] = field(factory=dict, repr=False)
    """The rows that were written with it: name to the end of a MAC, empty when gone."""


def line_place(action: str, subject: str) -> str:
    """Return what the sealed detail of a line is bound to."""
    return f"{action}:{subject}"


def chain_of(profile_id: str) -> str:
    """Return the name of a patient's chain."""
    return f"patient:{profile_id}"


def link(previous: str, seq: int, event: Event) -> str:
    """Return the hash of a line, 64 hex digits, over the line and the one before."""
    text = canonical(
        [
            previous,
            event.chain,
            seq,
            event.at.isoformat(),
            event.action,
            event.outcome,
            event.subject,
            dict(event.detail),
        ]
    )
    return hashlib.sha256(text).hexdigest()


_ROWS = "rows"
"""Where the detail of a line says which rows were written with it."""


def with_rows(
    events: Sequence[Event],
    written: Mapping[tuple[tuple[str, ...], str], Mapping[str, str]],
    now: datetime,
) -> list[Event]:
    """
    Return the events of a transaction with the rows that it wrote.

    ``written`` has them by the chains that may say it, and by subject. A line of such a
    chain about that subject says it, or the last of the first chain, or one of its own.
    """
    told, places = list(events), {}
    for at, event in enumerate(told):
        places[event.chain, event.subject] = places[event.chain, ""] = at
    for (chains, subject), rows in written.items():
        chain, own = chains[0], [places.get((one, subject)) for one in chains]
        last = places.get((chain, ""), len(told))
        at = next((one for one in own if one is not None), last)
        if at == len(told):
            told.append(Event(chain, now, Action.ROWS_WRITTEN, "written", "", {}))
            places[chain, ""] = at
        line = told[at]
        known = {**line.detail.get(_ROWS, {}), **rows}
        detail = {**line.detail, _ROWS: known}
        # Not `evolve`, which takes as long as the rest of this for a line of a feed.
        told[at] = Event(
            line.chain, line.at, line.action, line.outcome, line.subject, detail
        )
    return told


def append(connection: Connection, events: Iterable[Event]) -> None:
    """
    Write events at the end of their chains, in order, within the transaction.

    The head of each chain is locked until the commit, so two writers cannot both
    follow the same line; of the operator's chains one that nobody holds is taken.
    """
    by_chain: dict[str, list[Event]] = {}
    for event in events:
        by_chain.setdefault(event.chain, []).append(event)
    if not by_chain:
        return
    if OPERATOR in by_chain and connection.dialect.name == "postgresql":
        free = _operator_chain(connection)
        by_chain[free] = [evolve(one, chain=free) for one in by_chain.pop(OPERATOR)]
    heads = _heads_of(connection, by_chain)
    begun = by_chain.keys() - heads
    heads |= dict.fromkeys(sorted(begun), (0, START))
    rows: list[dict[str, Any]] = []
    for chain, lines in by_chain.items():
        seq, previous = heads[chain]
        for event in lines:
            seq += 1
            line = link(previous, seq, event)
            rows.append(
                {
                    "chain": chain,
                    "seq": seq,
                    "at": event.at,
                    "action": str(event.action),
                    "outcome": event.outcome,
                    "subject": event.subject,
                    "detail": dict(event.detail),
                    "previous": previous,
                    "hash": line,
                }
            )
            previous = line
        heads[chain] = (seq, previous)
    _NEW_HEAD.run(
        connection,
        [
            {"chain": chain, "seq": seq, "hash": last}
            for chain, (seq, last) in heads.items()
            if chain in begun
        ],
    )
    _MOVE_HEAD.run(
        connection,
        [
            {"name": chain, "seq": seq, "hash": last}
            for chain, (seq, last) in heads.items()
            if chain not in begun
        ],
    )
    _APPEND.run(connection, rows)


def _heads_of(
    connection: Connection, chains: Collection[str]
) -> dict[str, tuple[int, str]]:
    """
    Return the heads of those chains that have one.

    In one order for all writers, so that no two wait in a ring. New ones are written
    after all are locked, in that order as well.
    """
    heads: dict[str, tuple[int, str]] = {}
    for chain in sorted(_begun(connection, chains)):
        if found := _HEAD.first(connection, name=chain):
            heads[chain] = (found.seq, found.hash)
    return heads


def _begun(connection: Connection, chains: Collection[str]) -> Collection[str]:
    """
    Return the chains that may have a head: those of thousands of new patients have
    none, and to ask for each of them is half a second on PostgreSQL.
    """
    if len(chains) <= _FEW:
        return chains
    name, names, found = chain_heads.c.chain, list(chains), list[str]()
    for at in range(0, len(names), _AT_ONCE):
        asked = select(name).where(name.in_(names[at : at + _AT_ONCE]))
        found += connection.execute(asked).scalars()
    return found


def _operator_chain(connection: Connection) -> str:
    """
    Return a chain of the operator's whose head is locked now, or may be waited for.

    Locked first of all heads, and without waiting: nobody waits in a ring for it.
    """
    if free := _FREE_HEAD.first(connection):
        return str(free.chain)
    known = {row.chain for row in _OPERATORS.rows(connection)}
    missing = [name for name in OPERATOR_CHAINS if name not in known]
    if not missing:
        return secrets.choice(OPERATOR_CHAINS)
    # Two that make the same one: the second waits for the first, and then follows it.
    start = {"chain": missing[0], "seq": 0, "hash": START}
    _ANOTHER_HEAD.run(connection, [start])
    return missing[0]


@frozen
class JournalReader:
    """Reading the journal."""

    connection: Connection
    opens: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] = field(
        default=lambda _place, kept: kept, repr=False
    )
    """Opens the detail of a line, given what it is bound to."""

    def about(self, subjects: Iterable[str]) -> list[Entry]:
        """Return the lines about some subjects, oldest first."""
        columns = journal.c
        rows = self.connection.execute(
            select(journal)
            .where(columns.subject.in_(list(subjects)))
            .order_by(columns.id)
        )
        return [self._entry(row) for row in rows]

    def written_at(self, chain: str, moment: datetime) -> list[Entry]:
        """Return a chain's lines of the transaction of a moment, in order."""
        columns = journal.c
        rows = self.connection.execute(
            select(journal)
            .where(columns.chain == chain, columns.at == moment)
            .order_by(columns.seq)
        )
        return [self._entry(row) for row in rows]

    def last_about(
        self,
        subject: str,
        action: str,
        *,
        outcome: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        most: int = 100,
    ) -> list[Entry]:
        """Return the last lines of an action about a subject, newest first; opened."""
        columns = journal.c
        query = select(journal).where(
            columns.subject == subject, columns.action == action
        )
        if outcome:
            query = query.where(columns.outcome == outcome)
        if since is not None:
            query = query.where(columns.at >= since)
        if until is not None:
            query = query.where(columns.at < until)
        rows = self.connection.execute(query.order_by(columns.id.desc()).limit(most))
        return [self._entry(row) for row in rows]

    def lines(self, chain: str | None = None) -> Iterator[Entry]:
        """
        Yield the lines of one chain, or of all, in order within each chain.

        `OPERATOR` names all the chains of the operator.
        """
        for row in self._rows(chain):
            yield self._entry(row)

    def _rows(self, chain: str | None = None) -> Iterator[Any]:
        columns = journal.c
        query = select(journal).order_by(columns.chain, columns.seq)
        if chain is not None:
            names = OPERATOR_CHAINS if chain == OPERATOR else (chain,)
            query = query.where(columns.chain.in_(names))
        yield from self.connection.execute(query.execution_options(yield_per=1000))

    def _entry(self, row: Any) -> Entry:
        """Return a line of the table, with what it says to who has the keys."""
        said = self.opens(line_place(row.action, row.subject), row.detail)
        return _entry(row, said)

    def latest(
        self,
        chain: str,
        actions: Collection[str],
        *,
        who: Collection[str] | None = None,
        of_them: Collection[str] = (),
        outcomes: Mapping[str, Collection[str]] = NO_OUTCOMES,
        consultations: Collection[str] = (),
        before: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        within: int | None = None,
        most: int = 100,
    ) -> list[Entry]:
        """
        Return a chain's last lines of some actions, newest first; not opened.

        With ``who`` those that say one of these, or are of the actions ``of_them``;
        with ``within`` only those among so many last lines of the chain. Of an action
        that ``outcomes`` names, those of its outcomes. With ``consultations`` those of
        what was done in one of them.
        """
        columns = journal.c
        query = select(journal).where(
            columns.chain == chain, columns.action.in_(sorted(actions))
        )
        if within is not None:
            head = select(chain_heads.c.seq).where(chain_heads.c.chain == chain)
            query = query.where(columns.seq > head.scalar_subquery() - within)
        if who is not None:
            query = query.where(
                or_(
                    columns.detail["who"].as_string().in_(sorted(who)),
                    columns.action.in_(sorted(of_them)),
                )
            )
        for action, some in outcomes.items():
            query = query.where(
                or_(columns.action != action, columns.outcome.in_(sorted(some)))
            )
        if consultations:
            named = columns.detail["consultation"].as_string()
            query = query.where(named.in_(sorted(consultations)))
        if before is not None:
            query = query.where(columns.seq < before)
        if since is not None:
            query = query.where(columns.at >= since)
        if until is not None:
            query = query.where(columns.at < until)
        rows = self.connection.execute(query.order_by(columns.seq.desc()).limit(most))
        return [_entry(row, row.detail) for row in rows]

    def line(self, chain: str, seq: int) -> Entry | None:
        """Return one line of a chain by its number, not opened, or None."""
        columns = journal.c
        row = self.connection.execute(
            select(journal).where(columns.chain == chain, columns.seq == seq)
        ).first()
        return None if row is None else _entry(row, row.detail)

    def opened(self, entry: Entry) -> Entry:
        """Return a line with what it says to who has the keys."""
        place = line_place(entry.action, entry.subject)
        return evolve(entry, detail=self.opens(place, entry.kept))

    def rows_written(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each row that was written and what of its MAC, in order."""
        query = select(journal.c.detail).order_by(journal.c.id)
        for row in self.connection.execute(query.execution_options(yield_per=1000)):
            yield from row.detail.get(_ROWS, {}).items()

    def heads(self) -> dict[str, tuple[int, str]]:
        """Return the last number and hash of every chain."""
        rows = self.connection.execute(select(chain_heads))
        return {row.chain: (row.seq, row.hash) for row in rows}

    def verify(self) -> list[str]:
        """Return what is wrong with the chains, one sentence each; empty when sound."""
        faults: list[str] = []
        heads = self.heads()
        last: dict[str, tuple[int, str]] = {}
        for entry in (_entry(row, row.detail) for row in self._rows()):
            seq, previous = last.get(entry.chain, (0, START))
            if entry.seq != seq + 1:
                faults.append(f"{entry.chain}: line {seq + 1} is missing")
            elif entry.previous != previous:
                faults.append(f"{entry.chain}: line {entry.seq} follows another line")
            if _rehash(entry) != entry.hash:
                faults.append(f"{entry.chain}: line {entry.seq} was altered")
            last[entry.chain] = (entry.seq, entry.hash)
        for chain, head in heads.items():
            if last.get(chain, (0, START)) != head:
                faults.append(f"{chain}: lines are missing at the end")
        faults += [f"{chain}: has no head" for chain in last.keys() - heads.keys()]
        return faults


def is_as_written(entry: Entry) -> bool:
    """Tell whether a line has the hash that it was written with."""
    return _rehash(entry) == entry.hash


def _rehash(entry: Entry) -> str:
    detail = {**entry.kept, _ROWS: entry.rows} if entry.rows else entry.kept
    line = Event(
        entry.chain, entry.at, entry.action, entry.outcome, entry.subject, detail
    )
    return link(entry.previous, entry.seq, line)


def _entry(row: Any, said: Mapping[str, Any]) -> Entry:
    kept, detail = dict(row.detail), dict(said)
    rows = kept.pop(_ROWS, {})
    detail.pop(_ROWS, None)
    return Entry(
        row.chain,
        row.seq,
        row.at,
        row.action,
        row.outcome,
        row.subject,
        detail,
        row.previous,
        row.hash,
        kept,
        rows,
    )

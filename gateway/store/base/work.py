"""The unit of work: what one transaction may do, and the database that runs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from attrs import field, frozen
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    insert,
    select,
    update,
)
from twisted.logger import Logger

from gateway.clock import Clock, utc_now
from gateway.core.actors import Actor, Means, Who
from gateway.json_text import json_writer
from gateway.settings.file import Settings
from gateway.store.base.availability import DatabaseHealth
from gateway.store.base.engine import is_sqlite, make_engine, reading_options
from gateway.store.base.failures import StorageError, translated
from gateway.store.base.glancing import Glance
from gateway.store.base.place import OpenFile
from gateway.store.base.prepared import Prepared
from gateway.store.base.turns import Turns
from gateway.store.journal import (
    OPERATOR,
    Action,
    Event,
    JournalReader,
    append,
    chain_of,
    line_place,
    with_rows,
)
from gateway.store.sealed.blobs import BlobFolder, Blobs, Parcel
from gateway.store.sealed.carried import is_carried
from gateway.store.sealed.deflating import pack, unpacked
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.key_sources import key_source
from gateway.store.sealed.keys import KeyRing
from gateway.store.sealed.line_details import (
    is_private,
    open_detail,
    scope_of,
    seal_detail,
)
from gateway.store.sealed.places import CellSealing
from gateway.store.sealed.rows import (
    BINDINGS,
    MAC,
    STEP,
    Followed,
    Rows,
    filled,
    remembered,
)
from gateway.store.tables import data_keys, metadata
from gateway.store.tasks.tasks import Tasks

_INSERTS: dict[Table, dict[frozenset[str], Prepared]] = {
    table: {} for table in metadata.sorted_tables
}
"""Parents before their children, by the columns that are given; each made once."""

_to_json = json_writer(ascii_only=False)

log = Logger()


@frozen
class SetAside:
    """
    What a transaction that only reads has set aside, for one that writes.

    Sealed and bound before anybody waits for it: a transaction that writes holds the
    others up, on SQLite all of them.
    """

    generation: int
    """Of the keys when it was sealed."""
    rows: Mapping[Table, Sequence[dict[str, Any]]] = field(repr=False)
    events: Sequence[Event] = field(repr=False)
    followed: Mapping[tuple[tuple[str, ...], str], Mapping[str, str]] = field(
        repr=False
    )
    after: Sequence[Callable[[], None]] = field(repr=False)


@frozen
class UnitOfWork:
    """
    What one transaction may do. Leaving the block commits; raising undoes it all.

    Rows given to `add` and lines given to `note` are written together at the end of
    the transaction, many messages in one statement; what must be read back within
    the transaction is written with ``connection`` directly.
    """

    connection: Connection
    keys: KeyRing
    folder: BlobFolder
    now: datetime
    held: dict[str, Any] = field(factory=dict, repr=False)
    """
    What only this transaction can change until its commit, so that it is read once.
    """
    places: CellSealing = field(init=False, repr=False)
    """Sealing bytes for their places, and opening them there."""
    _acting: list[Mapping[str, str]] = field(factory=list, repr=False)
    _given: list[Mapping[str, str]] = field(factory=list, repr=False)
    _rests: list[Mapping[str, Any]] = field(factory=list, repr=False)
    _moments: Iterator[int] = field(factory=count, repr=False)
    _rows: dict[Table, list[dict[str, Any]]] = field(factory=dict, repr=False)
    _events: list[Event] = field(factory=list, repr=False)
    _before: list[Callable[[], None]] = field(factory=list, repr=False)
    _after: list[Callable[[], None]] = field(factory=list, repr=False)
    _followed: dict[tuple[tuple[str, ...], str], dict[str, str]] = field(
        factory=dict, repr=False
    )

    @places.default
    def _sealing(self) -> CellSealing:
        return CellSealing(self.keys, self.folder, self.connection)

    @property
    def is_snapshot(self) -> bool:
        """
        Whether it only reads, and each question sees the database as the first did.

        What was asked may then be kept until the end.
        """
        return bool(self.connection.get_execution_options().get("read_only"))

    @property
    def rows(self) -> Rows:
        """What vouches for the rows that grant."""
        return Rows(self.keys, self._believes_unbound)

    def _believes_unbound(self) -> bool:
        return not is_carried(self.connection, self.keys, self.folder, STEP)

    @property
    def blobs(self) -> Blobs:
        """The encrypted bytes."""
        return Blobs(self.connection, self.keys, self.folder, self.add)

    @property
    def tasks(self) -> Tasks:
        """The things to do."""
        return Tasks(self.connection, self.add, self.now)

    @property
    def journal(self) -> JournalReader:
        """The journal as it is before this transaction's own lines."""
        return JournalReader(self.connection, self._open_detail)

    def _open_detail(self, place: str, kept: Mapping[str, Any]) -> Mapping[str, Any]:
        return open_detail(self.keys, self.connection, place, kept)

    def next_moment(self) -> datetime:
        """
        Return the time, a microsecond later each time it is asked in a transaction.

        So what is written together stands in the order in which it was written.
        """
        return self.now + timedelta(microseconds=next(self._moments))

    def add(self, table: Table, **row: Any) -> None:
        """Insert a row at the end of the transaction; one that grants is bound."""
        self._rows.setdefault(table, []).append(self.bound(table, row))

    def add_now(self, table: Table, **row: Any) -> None:
        """Insert a row for what follows in the transaction to find; bound as well."""
        row = self.bound(table, row)
        _insert(table, frozenset(row)).run(self.connection, [row])

    def bound(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row as it is to be written: one that grants has its MAC."""
        if table not in BINDINGS:
            return row
        whole = filled(table, row)
        whole[MAC] = self.rows.mac(table, whole)
        self._follow(table, whole)
        return whole

    def change(
        self, table: Table, *conditions: ColumnElement[bool], **values: Any
    ) -> list[dict[str, Any]]:
        """
        Change rows that grant, each checked before and bound anew; return them, after.

        Raises:
            AlteredError: one is not as the gateway wrote it; none is changed then.
        """
        found = self.connection.execute(
            select(table).where(*conditions).with_for_update()
        ).all()
        changed = []
        for row in found:
            self.rows.check(table, row)
            changed.append(self.rewrite(table, {**row._mapping, **values}, values))
        return changed

    def rewrite(
        self, table: Table, row: dict[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Write some values of a row that was checked, and bind it anew; return it."""
        is_new = row[MAC] is None  # of an earlier version
        row[MAC] = self.rows.mac(table, row)
        self.connection.execute(
            update(table)
            .where(*(column == row[column.name] for column in table.primary_key))
            .values(**values, **{MAC: row[MAC]})
        )
        if is_new or BINDINGS[table].followed is not Followed.HELD:
            self._follow(table, row)
        return row

    def ended(self, table: Table, row: Mapping[str, Any]) -> None:
        """Have the journal remember that a row was taken away."""
        self._follow(table, {**row, MAC: None})

    def _follow(self, table: Table, row: Mapping[str, Any]) -> None:
        """Have the journal remember what was written last, by the end of its MAC."""
        binding = BINDINGS[table]
        if binding.followed is Followed.NOT:
            return
        place = binding.chains(row), str(row[binding.subject])
        name = binding.name(row)
        self._followed.setdefault(place, {})[name] = remembered(binding, row[MAC])

    def note(
        self,
        action: Action,
        outcome: str,
        subject: str,
        *,
        chain: str = OPERATOR,
        owner: str = "",
        **detail: Any,
    ) -> None:
        """
        Write a line in the journal; ``detail`` never holds patient data.

        What of it names a sender or a document (`PRIVATE`) is sealed: with the key of
        the chain's owner, or of the scope ``owner``, so that it ends with that one.
        """
        for said in (*self._acting[-1:], *self._given[-1:], *self._rests[-1:]):
            detail = {**said, **detail}
        if is_private(detail):
            key_id = self.key_for(owner or scope_of(chain))
            place = line_place(action, subject)
            detail = seal_detail(self.keys, self.connection, key_id, place, detail)
        self._events.append(Event(chain, self.now, action, outcome, subject, detail))

    def note_patient(
        self, action: Action, outcome: str, profile_id: str, **detail: Any
    ) -> None:
        """Write a line about a patient in their own chain, as `note` does."""
        chain = chain_of(profile_id)
        self.note(action, outcome, profile_id, chain=chain, **detail)

    @contextmanager
    def acting_by(self, said: Mapping[str, str]) -> Iterator[None]:
        """Have each line noted meanwhile say who did it in another's place."""
        self._acting.append(said)
        try:
            yield
        finally:
            self._acting.pop()

    @contextmanager
    def resting_on(self, kept: Mapping[str, Any]) -> Iterator[None]:
        """Have each line noted meanwhile say on which decision it rests, as kept."""
        self._rests.append(kept)
        try:
            yield
        finally:
            self._rests.pop()

    @contextmanager
    def given_by(self, said: Mapping[str, str]) -> Iterator[None]:
        """Have each line noted meanwhile say who gave the command, and why."""
        self._given.append(said)
        try:
            yield
        finally:
            self._given.pop()

    @property
    def acting(self) -> Actor | None:
        """Who acts in another's place by a page now, None where nobody does."""
        said = self._acting[-1] if self._acting else {}
        if not said:
            return None
        means = Means(said.get("means", Means.WEB))
        return Actor(Who(said["who"]), means, said["person"])

    @property
    def acts_for_another(self) -> bool:
        """Whether the lines noted now say who acts in another's place."""
        return bool(self._acting and self._acting[-1])

    def set_aside(self) -> SetAside:
        """Return the rows and the lines that were set aside, to be written later."""
        return SetAside(
            self.keys.held(self.connection).generation,
            self._rows,
            self._events,
            self._followed,
            self._after,
        )

    def take_over(self, made: SetAside) -> bool:
        """
        Write that at the end of this transaction; False, and none of it, where keys
        were turned over since: what wrapped its keys may be destroyed soon.

        Its moment is that of the transaction that made it. What else it rests on is
        for the caller to ask again.
        """
        if self.keys.held(self.connection).generation != made.generation:
            return False
        for table, rows in made.rows.items():
            self._rows.setdefault(table, []).extend(rows)
        self._events.extend(made.events)
        for place, names in made.followed.items():
            self._followed.setdefault(place, {}).update(names)
        self._after.extend(made.after)
        return True

    def before_commit(self, action: Callable[[], None]) -> None:
        """Do something once, when all else of the transaction is done."""
        self._before.append(action)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once, when the transaction is safely committed."""
        self._after.append(action)

    def key_for(self, scope: str) -> str:
        """Return the id of the data key of ``patient:<id>``, ``mailbox:<id>``, …"""
        place = f"key_for:{scope}"
        if place in self.held:
            return str(self.held[place])
        return self._hold_key(
            scope, self.keys.key_for(self.connection, scope, self.now)
        )

    def new_key_for(self, scope: str) -> str:
        """
        Make the key of a scope that this transaction makes; return its id.

        Its row is written with those that are set aside.
        """
        row = self.keys.new_key(self.connection, scope, self.now)
        self.add(data_keys, **row)
        return self._hold_key(scope, row["id"])

    def _hold_key(self, scope: str, key_id: str) -> str:
        """Hold the key of a scope until the commit, and remember it from then on."""
        self.held[f"key_for:{scope}"] = key_id
        held = self.keys.held(self.connection)
        self.after_commit(lambda: self.keys.remember(held, scope, key_id))
        return key_id

    def digests(self, label: Label, text: str) -> tuple[str, ...]:
        """
        Return every digest by which a text is found now, the one to write first.

        By the keys that there are in this transaction (`KeyRing.digests`).
        """
        self.keys.held(self.connection)
        return self.keys.digests(label, text)

    def digest(self, label: Label, text: str) -> str:
        """Return the digest of a text that is written now."""
        return self.digests(label, text)[0]

    def hold_digests(self) -> None:
        """
        Have no turn of the keys of digests begin until the commit.

        To be called before it is looked whether an INS or a login is taken: two that
        take one at once, by the older and the newer key, would both succeed.
        """
        self.keys.hold_digests(self.connection)

    def seal(
        self, key_id: str, value: Any, place: str, *, packed: bool = False
    ) -> bytes:
        """
        Encrypt a JSON value for its place, ``table.column:key``.

        ``packed`` deflates it before: for what is large and read one at a time. Each by
        itself, so that how well it packs tells of no other.
        """
        text = _to_json(value).encode()
        return self.places.seal(key_id, pack(text) if packed else text, place)

    def unseal(self, key_id: str, sealed: bytes, place: str) -> Any:
        """Decrypt a JSON value that `seal` made for the same place, packed or not."""
        return json.loads(unpacked(self.places.unseal(key_id, sealed, place)))

    def write_rows(self) -> None:
        """Write the rows that were set aside so far, for what follows to find."""
        for table in _INSERTS:
            rows = self._rows.pop(table, None)
            if rows:
                for columns, same in _by_columns(rows).items():
                    _insert(table, columns).run(self.connection, same)

    def flush(self) -> None:
        """Write what was set aside; called once, before the commit."""
        for action in self._before:
            action()
        self.write_rows()
        append(self.connection, with_rows(self._events, self._followed, self.now))
        self._followed.clear()
        self._events.clear()
        self.keys.write_counts(self.connection, self.now)

    def committed(self) -> None:
        """
        Run what waited for the commit; if it fails, the commit stands all the same.
        """
        for action in self._after:
            try:
                action()
            except Exception:
                log.failure("what was to follow a commit failed")


def _insert(table: Table, columns: frozenset[str]) -> Prepared:
    known = _INSERTS[table]
    if columns not in known:
        known[columns] = Prepared(insert(table), sorted(columns))
    return known[columns]


def _by_columns(
    rows: list[dict[str, Any]],
) -> dict[frozenset[str], list[dict[str, Any]]]:
    groups: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(frozenset(row), []).append(row)
    return groups


@frozen
class Database:
    """The engine with its keys and blobs: opens units of work."""

    engine: Engine
    keys: KeyRing
    folder: BlobFolder
    clock: Clock = utc_now
    availability: DatabaseHealth = field(
        init=False, repr=False, eq=False, factory=DatabaseHealth
    )
    _turns: Turns | None = field(init=False, repr=False, eq=False)
    _file: OpenFile | None = field(init=False, repr=False, eq=False)
    _glance: Glance | None = field(init=False, repr=False, eq=False)

    @_file.default
    def _where_it_lies(self) -> OpenFile | None:
        name = self.engine.url.database
        return OpenFile(Path(name)) if is_sqlite(self.engine) and name else None

    @_turns.default
    def _beside(self) -> Turns | None:
        name = self.engine.url.database
        return Turns(Path(name)) if is_sqlite(self.engine) and name else None

    @_glance.default
    def _within(self) -> Glance | None:
        return Glance(self.engine) if is_sqlite(self.engine) else None

    @classmethod
    def open(cls, settings: Settings, clock: Clock = utc_now) -> Database:
        """Open the database, the master key and the blob folder of the settings."""
        keys = KeyRing(key_source(settings.keys))
        engine = make_engine(settings.database_url, settings.database.answer_seconds)
        keys.bind(engine)
        folder = BlobFolder(settings.blobs.folder, settings.blobs.inline_bytes)
        return cls(engine, keys, folder, clock)

    def prepare(
        self,
        content: bytes,
        before: bytes = b"",
        *,
        deflated: bytes = b"",
        sha256: str = "",
    ) -> Parcel:
        """Encrypt bytes and, when large, put them durably on disk; see `BlobFolder`."""
        return self.folder.prepare(content, before, deflated=deflated, sha256=sha256)

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """
        Open a transaction that may write; commit when the block ends well.

        Raises:
            StorageError: the file of the database is not there any more, or another one
                is: what was committed just now may be lost with it.
        """
        self._check_file()
        with (
            self._turn(),
            translated(self.availability),
            self.engine.begin() as connection,
        ):
            work = self.unit(connection)
            yield work
            work.flush()
        self._check_file()
        self.availability.answered()
        work.committed()

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """
        Open a transaction that only reads, and sees the data as at its first question.

        Were it otherwise, a tree that grew between two questions would look altered,
        and a story would end before its outcomes.
        """
        with translated(self.availability):
            reader = self.engine.connect().execution_options(
                **reading_options(self.engine)
            )
            with reader as connection, connection.begin():
                yield self.unit(connection)
        self.availability.answered()

    def ask(self, question: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """Return what one SELECT finds; the next may then be asked at once."""
        with self.read() as work:
            found = question.rows(work.connection, **values)
        if self._glance is not None:
            with translated(self.availability):
                self._glance.open()
        return found

    def ask_at_once(
        self, question: Prepared, **values: Any
    ) -> list[tuple[Any, ...]] | None:
        """
        Return the same without waiting, as the loop may.

        None where that is not possible, as on PostgreSQL, or not now.
        """
        return None if self._glance is None else self._glance.rows(question, **values)

    def know_keys(self) -> None:
        """Learn which keys there are now, as a transaction does that needs one."""
        with self.read() as work:
            work.keys.held(work.connection)

    def believes_unbound(self) -> bool:
        """Tell whether rows of an earlier version may still be without a MAC."""
        with self.read() as work:
            return work.rows.believes_unbound()

    def unit(self, connection: Connection) -> UnitOfWork:
        """Return a unit of work on a transaction already open."""
        return UnitOfWork(connection, self.keys, self.folder, self.clock())

    def close(self) -> None:
        """Close every connection, and leave no file unused."""
        self.folder.close()
        if self._glance is not None:
            self._glance.close()
        self.engine.dispose()
        if self._turns is not None:
            self._turns.close()

    def _check_file(self) -> None:
        if self._file is not None and not self._file.is_there:
            raise StorageError(
                "try again later",
                detail="the file of the database was moved or replaced while it was "
                "open",
            )

    def _turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self._turns is None else self._turns.taken()


Job = Callable[[UnitOfWork], Any]

"""Turning keys over: another one wraps, or seals, and those before still open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen
from sqlalchemy import bindparam, func, insert, or_, select, update

from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import Action
from gateway.store.sealed.generation import next_generation
from gateway.store.sealed.wrapping import KeyPlace, is_first_form, unwrap, wrap
from gateway.store.sealed.wrapping_keys import keks_in_use
from gateway.store.tables import data_keys, key_encryption_keys

BATCH: Final = 500
"""Keys wrapped again in one transaction: a moment, also where one writes at a time."""

SETTLED: Final = timedelta(minutes=1)
"""
A key that wraps is destroyed only so long after another took over: no transaction that
began before lasts so long.
"""

_KEYS = data_keys.c
_REWRAP = Prepared(
    update(data_keys).where(
        _KEYS.id == bindparam("key"), _KEYS.kek_id == bindparam("before")
    ),
    ("wrapped", "kek_id"),
)


@frozen
class KekVersion:
    """A key that wraps others, as the database knows it."""

    id: str
    version: int
    created_at: datetime
    retired_at: datetime | None
    destroyed_at: datetime | None
    wraps: int
    """How many keys it wraps."""


@frozen
class Kek:
    """The keys that wrap others: which there are, another one, an old one's end."""

    work: UnitOfWork

    def versions(self) -> list[KekVersion]:
        """Return every version there ever was, the oldest first."""
        wraps = {
            row.kek_id: row.number
            for row in self.work.connection.execute(
                select(_KEYS.kek_id, func.count().label("number"))
                .where(_KEYS.kek_id.is_not(None))
                .group_by(_KEYS.kek_id)
            )
        }
        rows = self.work.connection.execute(
            select(key_encryption_keys).order_by(key_encryption_keys.c.version)
        )
        return [
            KekVersion(**row._mapping, wraps=wraps.get(row.id, 0))  # noqa: SLF001
            for row in rows
        ]

    def next(self, by: str) -> int:
        """
        Have the next version wrap what is made from now on; return its number.

        Raises:
            ConflictError: keys are still wrapped by a version before the last.
            MisuseError: the source has no other key; the text says how to make it.
        """
        keys, connection = self.work.keys, self.work.connection
        now = keys.wrapping(connection)
        if set(keks_in_use(connection)) - {now.id}:
            raise ConflictError("the last turn is not done: go on with that first")
        columns = key_encryption_keys.c
        last = select(func.max(columns.version))
        version = int(connection.execute(last).scalar_one() or 1) + 1
        kek = keys.source.make(version)
        if kek.id == now.id:
            raise MisuseError(
                f"{keys.source.name} gives the same key as version {version}"
            )
        connection.execute(
            update(key_encryption_keys)
            .where(columns.retired_at.is_(None))
            .values(retired_at=self.work.now)
        )
        connection.execute(
            insert(key_encryption_keys).values(
                id=kek.id, version=version, created_at=self.work.now
            )
        )
        next_generation(connection)
        self.work.note(Action.KEY_TURNED, "kek", kek.id, version=version, by=by)
        return version

    def destroy(self, version: int, *, cause: str, by: str) -> bool:
        """
        Destroy a version that wraps nothing any more; False: the source's owner has to.

        What it wrapped in older copies of the database stays closed for ever.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it wraps keys still, or did a moment ago, or is the last.
        """
        columns = key_encryption_keys.c
        connection, keys = self.work.connection, self.work.keys
        row = connection.execute(
            select(key_encryption_keys).where(columns.version == version)
        ).first()
        if row is None:
            raise NotFoundError(f"there is no version {version}")
        if row.retired_at is None:
            raise ConflictError("it wraps what is made now: gateway keys rotate kek")
        if row.retired_at > self.work.now - SETTLED:
            raise ConflictError("another took over less than a minute ago: wait")
        if connection.dialect.name == "postgresql":
            # No key is made under it between the look and the end.
            connection.exec_driver_sql(
                "LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE"
            )
        if row.id in keks_in_use(connection):
            raise ConflictError("it still wraps keys: gateway keys rotate kek")
        is_gone = keys.source.destroy(version)
        keys.forget(row.id)
        connection.execute(
            update(key_encryption_keys)
            .where(columns.id == row.id, columns.destroyed_at.is_(None))
            .values(destroyed_at=self.work.now)
        )
        next_generation(connection)
        self.work.note(
            Action.KEY_DESTROYED,
            "kek" if is_gone else "kek, elsewhere",
            row.id,
            version=version,
            cause=cause,
            by=by,
        )
        return is_gone


def wrap_anew(work: UnitOfWork, most: int = BATCH) -> int:
    """
    Wrap keys again that the key of now does not wrap, so many; return how many.

    Those that lie in the first form are taken too. What another process does at this
    moment is left to it. No data key changes, so nobody has to forget one.

    Raises:
        UnavailableError: one of the keys that wrap is not at hand.
        DamagedError: a row was altered; nothing of the batch is done.
    """
    connection, keys = work.connection, work.keys
    now = keys.wrapping(connection)
    rows = connection.execute(
        select(_KEYS.id, _KEYS.scope, _KEYS.epoch, _KEYS.wrapped, _KEYS.kek_id)
        .where(or_(_KEYS.kek_id < now.id, _KEYS.kek_id > now.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    changed = [_again(work, row, now) for row in rows]
    if changed:
        _REWRAP.run(connection, changed)
    return len(rows)


def wrap_first_form(work: UnitOfWork, after: str, most: int = BATCH) -> tuple[int, str]:
    """
    Give keys of before there were versions their place; return how many, and the last.

    ``after`` is the id that the one before returned, at first an empty text: rows are
    taken in the order of their ids, so the first row without work to do ends nothing.
    """
    connection = work.connection
    now = work.keys.wrapping(connection)
    rows = connection.execute(
        select(_KEYS.id, _KEYS.scope, _KEYS.epoch, _KEYS.wrapped, _KEYS.kek_id)
        .where(_KEYS.id > after, _KEYS.wrapped.is_not(None))
        .order_by(_KEYS.id)
        .limit(most)
    ).all()
    changed = [_again(work, row, now) for row in rows if is_first_form(row.wrapped)]
    if changed:
        _REWRAP.run(connection, changed)
    return len(changed), rows[-1].id if rows else ""


def _again(work: UnitOfWork, row: Any, now: Any) -> dict[str, Any]:
    place = KeyPlace(row.scope, row.id, row.epoch)
    before = work.keys.keks.named(work.connection, row.kek_id)
    secret = unwrap(before, row.wrapped, place)
    return {
        "key": row.id,
        "before": row.kek_id,
        "wrapped": wrap(now, secret, place),
        "kek_id": now.id,
    }


def turn_all(
    database: Database, *, batch: int = BATCH, told: Callable[[int], None] | None = None
) -> int:
    """
    Wrap every key by the key of now, batch after batch; return how many were.

    Ended half-way it is begun again where it was. ``told`` hears how many are done.
    """
    total, after = 0, ""
    while True:
        with database.write() as work:
            count = wrap_anew(work, batch)
        total += count
        if told is not None and count:
            told(total)
        if not count:
            break
    while True:
        with database.write() as work:
            count, after = wrap_first_form(work, after, batch)
        total += count
        if not after:
            return total

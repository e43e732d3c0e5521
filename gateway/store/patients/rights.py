"""
Blocks, oppositions that stand and secret senders of a patient, read in one statement.

Whom a patient blocked, opposes or hides is sealed with the patient's key. A sender is
found again by a digest that is another with each patient: nobody without the keys sees
that two patients block one doctor, or tries whether a minor hides a service.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import asdict
from sqlalchemy import (
    Select,
    Table,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
    update,
)

from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.values import Opposition, ProfileRights
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import UtcDateTime, blocks, oppositions, secrecies

_BLOCKED, _SECRET = "is blocked", "is secret"  # no opposition is of such a kind
_LISTS = {_BLOCKED: blocks, _SECRET: secrecies}
_EMPTY = dict.fromkeys(
    ("kind", "structure", "type_code", "unique_id", "declared_by"), ""
)
"""What an earlier version wrote of an opposition in clear, and is sealed now."""


def _identities(table: Table, kind: str) -> Select[Any]:
    """Select a sender of a patient's list in the columns of an opposition."""
    return select(
        literal(kind).label("kind"),
        table.c.identity.label("structure"),
        literal("").label("type_code"),
        literal("").label("unique_id"),
        literal("").label("declared_by"),
        literal("").label("id"),
        table.c.since,
        table.c.sender.label("sealed"),
        cast(null(), UtcDateTime).label("until"),
    ).where(table.c.profile_id == bindparam("profile"))


RIGHTS = Prepared(
    union_all(
        _identities(blocks, _BLOCKED),
        _identities(secrecies, _SECRET),
        select(
            oppositions.c.kind,
            oppositions.c.structure,
            oppositions.c.type_code,
            oppositions.c.unique_id,
            oppositions.c.declared_by,
            oppositions.c.id,
            oppositions.c.since,
            oppositions.c.facts.label("sealed"),
            oppositions.c.until,
        ).where(oppositions.c.profile_id == bindparam("profile")),
    )
)


def sender_digest(keys: KeyRing, table: Table, profile_id: str, identity: str) -> str:
    """Return what stands for a sender on a patient's list; its case is nothing."""
    place = f"{table.name}.identity"
    return column_digest(keys, place, identity.lower(), owner=profile_id)


def sealed_sender(
    work: UnitOfWork, table: Table, profile_id: str, key_id: str, identity: str
) -> dict[str, Any]:
    """Return the columns that say whom a row of a patient's list is about."""
    digest = sender_digest(work.keys, table, profile_id, identity)
    place = _sender_place(table, profile_id, digest)
    return {"identity": digest, "sender": work.seal(key_id, identity.lower(), place)}


def sealed_opposition(
    work: UnitOfWork, profile_id: str, key_id: str, row_id: str, said: Opposition
) -> dict[str, Any]:
    """Return the columns that say what a patient opposes."""
    place = _opposition_place(profile_id, row_id)
    return {**_EMPTY, "facts": work.seal(key_id, asdict(said), place)}


def _sender_place(table: Table, profile_id: str, digest: str) -> str:
    return f"{table.name}.sender:{profile_id}:{digest}"


def _opposition_place(profile_id: str, row_id: str) -> str:
    return f"oppositions.facts:{profile_id}:{row_id}"


def sets_of(profile_id: str, rows: Iterable[Any]) -> dict[Table, list[dict[str, Any]]]:
    """Return the rows of `RIGHTS` as they are in the tables they are of."""
    sets: dict[Table, list[dict[str, Any]]] = {
        blocks: [],
        oppositions: [],
        secrecies: [],
    }
    for row in rows:
        if row.kind in _LISTS:
            whole = {
                "identity": row.structure,
                "since": row.since,
                "sender": row.sealed,
            }
        else:
            whole = {**row._asdict(), "facts": row.sealed}
        sets[_LISTS.get(row.kind, oppositions)].append(
            {**whole, "profile_id": profile_id}
        )
    return sets


def read_rights(
    work: UnitOfWork, profile_id: str, key_id: str, rows: Iterable[Any]
) -> ProfileRights:
    """Return what the rows of `RIGHTS` say; an opposition that ended says nothing."""
    named: dict[str, set[str]] = {_BLOCKED: set(), _SECRET: set()}
    opposed = []
    for row in rows:
        table = _LISTS.get(row.kind)
        if table is not None:
            named[row.kind].add(_sender(work, table, profile_id, key_id, row))
        elif stands(row, work.now):
            opposed.append(opposition_of(work, profile_id, key_id, row))
    return ProfileRights(
        blocked=frozenset(named[_BLOCKED]),
        oppositions=tuple(opposed),
        secret_senders=frozenset(named[_SECRET]),
    )


def listed_rights(
    work: UnitOfWork, profile_id: str, key_id: str
) -> dict[str, list[dict[str, Any]]]:
    """Return all that a patient decided of senders, ended or not, as it is kept."""
    lists: dict[str, list[dict[str, Any]]] = {
        table.name: [] for table in (blocks, secrecies, oppositions)
    }
    for row in RIGHTS.rows(work.connection, profile=profile_id):
        since = row.since.isoformat()
        table = _LISTS.get(row.kind)
        if table is not None:
            sender = _sender(work, table, profile_id, key_id, row)
            lists[table.name].append({"identity": sender, "since": since})
        else:
            until = row.until.isoformat() if row.until else None
            said = asdict(opposition_of(work, profile_id, key_id, row))
            lists[oppositions.name].append(
                {"id": row.id, **said, "since": since, "until": until}
            )
    return {
        name: sorted(rows, key=lambda one: (one.get("identity", ""), one.get("id", "")))
        for name, rows in lists.items()
    }


def _sender(
    work: UnitOfWork, table: Table, profile_id: str, key_id: str, row: Any
) -> str:
    digest: str = row.structure
    if row.sealed is None:
        return digest  # of an earlier version: the sender itself
    sender: str = work.unseal(
        key_id, row.sealed, _sender_place(table, profile_id, digest)
    )
    return sender


def opposition_of(
    work: UnitOfWork, profile_id: str, key_id: str, row: Any
) -> Opposition:
    """Return the opposition that a row of `RIGHTS` holds."""
    if row.sealed is None:
        return _said(row)
    place = _opposition_place(profile_id, row.id)
    return Opposition(**work.unseal(key_id, row.sealed, place))


def _said(row: Any) -> Opposition:
    """Return what an earlier version wrote in clear."""
    return Opposition(**{name: getattr(row, name) for name in _EMPTY})


def is_opposition(row: Any) -> bool:
    """Tell whether a row of `RIGHTS` is of an opposition."""
    return row.kind not in _LISTS


def stands(row: Any, now: datetime) -> bool:
    """Tell whether a row of `RIGHTS` did not end, as an opposition may."""
    return row.until is None or row.until > now


def seal_rights(
    work: UnitOfWork, profile_id: str, before: str, after: str, *, clear: bool
) -> None:
    """
    Seal what a patient decided: all of it anew, under another key, or, where ``clear``,
    what an earlier version wrote in clear.
    """
    for row in RIGHTS.rows(work.connection, profile=profile_id):
        if clear and row.sealed is not None:
            continue
        table = _LISTS.get(row.kind)
        if table is None:
            said = opposition_of(work, profile_id, before, row)
            sealed = sealed_opposition(work, profile_id, after, row.id, said)
            mine: tuple[Any, ...] = (oppositions.c.id == row.id,)
            table = oppositions
        else:
            sender = _sender(work, table, profile_id, before, row)
            sealed = sealed_sender(work, table, profile_id, after, sender)
            mine = (
                table.c.profile_id == profile_id,
                table.c.identity == row.structure,
            )
        work.connection.execute(update(table).where(*mine).values(**sealed))

"""Blocks, oppositions that stand and secret senders, read in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    Table,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)

from gateway.store.base.prepared import Prepared
from gateway.store.patients.values import Opposition, ProfileRights
from gateway.store.tables import UtcDateTime, blocks, oppositions, secrecies

_BLOCKED, _SECRET = "is blocked", "is secret"  # no opposition is of such a kind

_LISTS = {_BLOCKED: blocks, _SECRET: secrecies}


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
            oppositions.c.until,
        ).where(oppositions.c.profile_id == bindparam("profile")),
    )
)


def sets_of(profile_id: str, rows: Iterable[Any]) -> dict[Table, list[dict[str, Any]]]:
    """Return the rows of `RIGHTS` as they are in the tables they are of."""
    sets: dict[Table, list[dict[str, Any]]] = {
        blocks: [],
        oppositions: [],
        secrecies: [],
    }
    for row in rows:
        if row.kind in _LISTS:
            whole = {"identity": row.structure, "since": row.since}
        else:
            whole = row._asdict()
        sets[_LISTS.get(row.kind, oppositions)].append(
            {**whole, "profile_id": profile_id}
        )
    return sets


def read_rights(rows: Iterable[Any], now: datetime) -> ProfileRights:
    """Return what the rows of `RIGHTS` say; an opposition that ended says nothing."""
    named: dict[str, set[str]] = {_BLOCKED: set(), _SECRET: set()}
    opposed = []
    for row in rows:
        if row.kind in named:
            named[row.kind].add(row.structure)
        elif row.until is None or row.until > now:
            opposed.append(
                Opposition(
                    kind=row.kind,
                    structure=row.structure,
                    type_code=row.type_code,
                    unique_id=row.unique_id,
                    declared_by=row.declared_by,
                )
            )
    return ProfileRights(
        blocked=frozenset(named[_BLOCKED]),
        oppositions=tuple(opposed),
        secret_senders=frozenset(named[_SECRET]),
    )

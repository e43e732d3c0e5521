"""Blocks, oppositions that stand and secret senders, read in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Select,
    Table,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)

from gateway.store.base.prepared import Prepared
from gateway.store.patients.values import Opposition, ProfileRights
from gateway.store.tables import blocks, oppositions, secrecies

_BLOCKED, _SECRET = "is blocked", "is secret"  # no opposition is of such a kind


def _identities(table: Table, kind: str) -> Select[Any]:
    """Select a sender of a patient's list in the columns of an opposition."""
    return select(
        literal(kind).label("kind"),
        table.c.identity.label("structure"),
        literal("").label("type_code"),
        literal("").label("unique_id"),
        literal("").label("declared_by"),
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
        ).where(
            oppositions.c.profile_id == bindparam("profile"),
            or_(oppositions.c.until.is_(None), oppositions.c.until > bindparam("now")),
        ),
    )
)


def read_rights(rows: Iterable[Any]) -> ProfileRights:
    """Return what the rows of `RIGHTS` say."""
    named: dict[str, set[str]] = {_BLOCKED: set(), _SECRET: set()}
    opposed = []
    for row in rows:
        if row.kind in named:
            named[row.kind].add(row.structure)
        else:
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

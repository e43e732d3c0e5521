"""What RCPT TO asks of a patient's profile, in one statement made once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from attrs import field, frozen
from sqlalchemy import bindparam, select

from gateway.errors import UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import Database
from gateway.store.patients.rights import sender_digest
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.rows import Rows
from gateway.store.tables import blocks, profiles

_STANDING = Prepared(
    select(
        profiles,
        blocks.c.identity.label("blocked"),
        blocks.c.since,
        blocks.c.sender,
    )
    .outerjoin(blocks, blocks.c.profile_id == profiles.c.id)
    .where(profiles.c.ins_digest.in_([bindparam("digest"), bindparam("before")]))
)
"""
The profile with each of its blocks: all of them are vouched for, or none is. Whom a
block is about is a digest that the patient's id is in.
"""


@frozen
class StandingRow:
    """
    A profile's opaque id and state, and whether its owner blocked the sender.

    ``settings_version`` is that of what its owner had set when it was asked.
    """

    profile_id: str
    state: str
    blocked: bool
    settings_version: int = field(default=0, eq=False)


class FindStanding(Protocol):
    """One of the two ways to ask."""

    def __call__(
        self,
        database: Database,
        matricule: str,
        *,
        names: Collection[str],
    ) -> StandingRow | None:
        """Return how the patient with that matricule stands to a sender, or None."""


def find_standing(
    database: Database,
    matricule: str,
    *,
    names: Collection[str],
) -> StandingRow | None:
    """
    Return how the patient with that matricule stands to a sender, or None.

    ``names`` are those by which a patient may have blocked who sends: address, number,
    structure (that of an employee), in any case of letters. An empty one matches no
    block. Unseals nothing. The same statement and as many digests whatever is found: a
    refusal must not tell by its time which one it is.
    """
    found = database.ask(_STANDING, **_digests(database, matricule))
    rows = Rows(database.keys, database.believes_unbound)
    return _standing(rows, found, names)


def find_standing_at_once(
    database: Database,
    matricule: str,
    *,
    names: Collection[str],
) -> StandingRow | None:
    """
    Return the same without waiting, as the loop may.

    Raises:
        UnavailableError: it has to be asked in a thread.
    """
    found = database.ask_at_once(_STANDING, **_digests(database, matricule))
    if found is None:
        raise UnavailableError("try again later", detail="not at once")
    rows = Rows(database.keys, _not_at_once)
    return _standing(rows, found, names)


def _not_at_once() -> bool:
    raise UnavailableError("try again later", detail="not at once")


def _digests(database: Database, matricule: str) -> dict[str, str]:
    """Return the values of `_STANDING`: two of them while digests turn over."""
    found = database.keys.digests(Label.INS, matricule)
    return {"digest": found[0], "before": found[-1]}


_NOBODY = "0" * 32
"""Stands for the id of a patient who is not there, so that as much is done."""


def _standing(
    rows: Rows, found: Sequence[Any], senders: Collection[str]
) -> StandingRow | None:
    profile_id = found[0].id if found else _NOBODY
    named = {one.lower() for one in senders if one}
    digests = {sender_digest(rows.keys, blocks, profile_id, one) for one in named}
    if not found:
        return None
    row = found[0]
    rows.check(profiles, row)
    blocked = [
        {
            "profile_id": row.id,
            "identity": one.blocked,
            "since": one.since,
            "sender": one.sender,
        }
        for one in found
        if one.blocked is not None
    ]
    rows.check_set(blocks, row.id, blocked, row.sets)
    return StandingRow(
        row.id,
        row.state,
        any(
            one["identity"] in (named if one["sender"] is None else digests)
            for one in blocked
        ),
        row.settings_version,
    )

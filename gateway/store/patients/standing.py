"""What RCPT TO asks of a patient's profile, in one statement made once."""

from __future__ import annotations

from typing import Any, Protocol

from attrs import frozen
from sqlalchemy import bindparam, select

from gateway.errors import UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import Database
from gateway.store.patients.rights import sender_digest
from gateway.store.sealed.keys import KeyRing, Label
from gateway.store.tables import blocks, profiles

_STANDING = Prepared(
    select(profiles.c.id, profiles.c.state, blocks.c.identity, blocks.c.sender)
    .outerjoin(blocks, blocks.c.profile_id == profiles.c.id)
    .where(profiles.c.ins_digest == bindparam("digest"))
)
"""A row for each block: whom it is about is a digest that the patient's id is in."""


@frozen
class StandingRow:
    """A profile's opaque id and state, and whether its owner blocked the sender."""

    profile_id: str
    state: str
    blocked: bool


class FindStanding(Protocol):
    """One of the two ways to ask."""

    def __call__(
        self,
        database: Database,
        matricule: str,
        *,
        address: str,
        identity: str,
        structure: str = "",
    ) -> StandingRow | None:
        """Return how the patient with that matricule stands to a sender, or None."""


def find_standing(
    database: Database,
    matricule: str,
    *,
    address: str,
    identity: str,
    structure: str = "",
) -> StandingRow | None:
    """
    Return how the patient with that matricule stands to a sender, or None.

    Unseals nothing. The same statement and as many digests whatever is found: a
    refusal must not tell by its time which one it is. An empty ``address``,
    ``identity`` or ``structure`` (that of an employee) matches no block.
    """
    keys = database.keys
    found = database.ask(_STANDING, digest=keys.digest(Label.INS, matricule))
    return _standing(keys, found, (address, identity, structure))


def find_standing_at_once(
    database: Database,
    matricule: str,
    *,
    address: str,
    identity: str,
    structure: str = "",
) -> StandingRow | None:
    """
    Return the same without waiting, as the loop may.

    Raises:
        UnavailableError: it has to be asked in a thread.
    """
    keys = database.keys
    digest = keys.digest(Label.INS, matricule)
    found = database.ask_at_once(_STANDING, digest=digest)
    if found is None:
        raise UnavailableError("try again later", detail="not at once")
    return _standing(keys, found, (address, identity, structure))


_NOBODY = "0" * 32
"""Stands for the id of a patient who is not there, so that as much is done."""


def _standing(
    keys: KeyRing, found: list[tuple[Any, ...]], sender: tuple[str, ...]
) -> StandingRow | None:
    profile_id, state = found[0][:2] if found else (_NOBODY, "")
    # Without a name of the sender there is nothing that could be blocked.
    names = {one.lower() or "-" for one in sender}
    digests = {sender_digest(keys, blocks, profile_id, one) for one in names}
    blocked = [
        identity in (names if sealed is None else digests)
        for _, _, identity, sealed in found
    ]
    return StandingRow(profile_id, state, any(blocked)) if found else None

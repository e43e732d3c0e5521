"""What RCPT TO asks of a patient's profile, in one statement made once."""

from __future__ import annotations

from typing import Any, Protocol

from attrs import field, frozen
from sqlalchemy import bindparam, exists, or_, select

from gateway.errors import UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import Database
from gateway.store.sealed.keys import Label
from gateway.store.tables import blocks, profiles

_STANDING = Prepared(
    select(
        profiles.c.id,
        profiles.c.state,
        profiles.c.settings_version,
        exists()
        .where(
            blocks.c.profile_id == profiles.c.id,
            or_(
                blocks.c.identity == bindparam("address"),
                blocks.c.identity == bindparam("identity"),
                blocks.c.identity == bindparam("structure"),
            ),
        )
        .label("blocked"),
    ).where(profiles.c.ins_digest == bindparam("digest"))
)


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

    Unseals nothing. The same statement whatever is found: a refusal must not tell by
    its time which one it is. An empty ``address``, ``identity`` or
    ``structure`` (that of an employee) matches no block.
    """
    asked = _asked(database, matricule, address, identity, structure)
    return _standing(database.ask(_STANDING, **asked))


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
    asked = _asked(database, matricule, address, identity, structure)
    found = database.ask_at_once(_STANDING, **asked)
    if found is None:
        raise UnavailableError("try again later", detail="not at once")
    return _standing(found)


def _asked(
    database: Database, matricule: str, address: str, identity: str, structure: str
) -> dict[str, str]:
    return {
        "digest": database.keys.digest(Label.INS, matricule),
        "address": address.lower() or "-",
        "identity": identity.lower() or "-",
        "structure": structure.lower() or "-",
    }


def _standing(found: list[tuple[Any, ...]]) -> StandingRow | None:
    if not found:
        return None
    profile_id, state, version, blocked = found[0]
    return StandingRow(profile_id, state, bool(blocked), version)

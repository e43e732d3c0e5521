"""What RCPT TO asks of a patient's profile, in one statement made once."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import bindparam, exists, or_, select

from gateway.store.tables import blocks, profiles
from gateway.store.work import UnitOfWork

_STANDING = select(
    profiles.c.id,
    profiles.c.state,
    exists()
    .where(
        blocks.c.profile_id == profiles.c.id,
        or_(
            blocks.c.identity == bindparam("address"),
            blocks.c.identity == bindparam("identity"),
        ),
    )
    .label("blocked"),
).where(profiles.c.ins_digest == bindparam("digest"))


@frozen
class Standing:
    """A profile's opaque id and state, and whether its owner blocked the sender."""

    profile_id: str
    state: str
    blocked: bool


def find_standing(
    work: UnitOfWork, matricule: str, *, address: str, identity: str
) -> Standing | None:
    """
    Return how the patient with that matricule stands to a sender, or None.

    Unseals nothing. The same statement whatever is found: a refusal must not tell by
    its time which one it is. An empty ``address`` or ``identity`` matches no block.
    """
    row = work.connection.execute(
        _STANDING,
        {
            "digest": work.keys.digest(matricule),
            "address": address.lower() or "-",
            "identity": identity.lower() or "-",
        },
    ).first()
    return None if row is None else Standing(row.id, row.state, bool(row.blocked))

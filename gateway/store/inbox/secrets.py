"""What of an inbox is kept from the legal representatives of its patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen
from sqlalchemy import String, and_, bindparam, cast, select

from gateway.core.document import Visibility
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import conversations, inbox_messages, recipients

_MOST_KNOWN: Final = 200_000
_AT_ONCE: Final = 500
_KNOWN: Final[dict[str, bool]] = {}
"""
Whether a conversation is secret, by its id: never changed, and so never looked up twice
in one process. A page of who represents would open some thousand of them each time.
"""

_IDS = Prepared(
    select(conversations.c.id).where(conversations.c.profile_id == bindparam("profile"))
)


@frozen
class Secrets:
    """
    Whole conversations, and messages that an earlier version put into others.

    Both by their ids, the messages by those of their arrivals.
    """

    conversations: tuple[str, ...]
    arrivals: tuple[str, ...]


def secrets_of(work: UnitOfWork, profile_id: str) -> Secrets:
    """
    Return what no representative of a patient may know of (CSP R. 1111-50).

    Of a conversation that it is so lies sealed: each is opened once to see it. Of a
    single message it was decided, and is written with its recipient.
    """
    messages = inbox_messages.c
    key_id = work.key_for(f"patient:{profile_id}")
    ids = _IDS.raw(work.connection, profile=profile_id)
    # What is not known to be none is one.
    doubted = [one for (one,) in ids if _KNOWN.get(one) is not False]
    new = _looked_up(work, key_id, [one for one in doubted if one not in _KNOWN])
    found = tuple(one for one in doubted if new.get(one) is not False)
    single = work.connection.execute(
        select(messages.arrival_id)
        .join(
            recipients,
            and_(
                recipients.c.arrival_id == messages.arrival_id,
                recipients.c.target_id == profile_id,
            ),
        )
        .where(
            messages.profile_id == profile_id,
            cast(recipients.c.hidden, String).contains(
                Visibility.HIDDEN_FROM_REPRESENTATIVES.value
            ),
        )
    )
    return Secrets(found, tuple(single.scalars()))


def _looked_up(work: UnitOfWork, key_id: str, ids: Sequence[str]) -> dict[str, bool]:
    """Open some conversations of one patient; return, and remember, which are secret"""
    talks, found = conversations.c, {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = work.connection.execute(
            select(talks.id, talks.display).where(talks.id.in_(some))
        )
        for row in rows:
            place = f"conversations.display:{row.id}"
            display = work.unseal(key_id, row.display, place)
            found[row.id] = bool(display.get("secret", False))
    if len(_KNOWN) + len(found) > _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN.update(found)
    return found

"""What of an inbox is kept from the legal representatives of its patient."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import String, and_, cast, select

from gateway.core.document import Visibility
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import conversations, inbox_messages, recipients


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

    Of a conversation that it is so lies sealed: each is opened to see it. Of a single
    message it was decided, and is written with its recipient.
    """
    talks, messages = conversations.c, inbox_messages.c
    key_id = work.key_for(f"patient:{profile_id}")
    rows = work.connection.execute(
        select(talks.id, talks.display).where(talks.profile_id == profile_id)
    )
    found = tuple(
        row.id
        for row in rows
        if work.unseal(key_id, row.display, f"conversations.display:{row.id}").get(
            "secret", False
        )
    )
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

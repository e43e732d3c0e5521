"""What the page says of a message of the patient that did not arrive, or not yet."""

from __future__ import annotations

from attrs import field, frozen

from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.sent_copies import Fate, SentCopies
from gateway.store.inbox.values import Conversation, Direction, InboxMessage


@frozen
class Undelivered:
    """To whom a message did not arrive, as the patient knows them, and why."""

    names: str = field(repr=False)
    fate: Fate


def undelivered(
    work: UnitOfWork, conversation: Conversation, message: InboxMessage
) -> list[Undelivered]:
    """Return what is to be said of one message: a sentence for each fate."""
    if message.direction is not Direction.OUT or not message.arrival_id:
        return []
    by_fate: dict[Fate, list[str]] = {}
    for copy in SentCopies(work).astray(message.arrival_id):
        is_theirs = copy.address.lower() == conversation.address
        name = conversation.name if is_theirs else copy.address
        by_fate.setdefault(copy.fate, []).append(name)
    return [Undelivered(", ".join(names), fate) for fate, names in by_fate.items()]

"""What the page says of a message of the patient that did not arrive, or not yet."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.sent_copies import Fate, SentCopies, StrayCopy
from gateway.store.inbox.values import Conversation, Direction, InboxMessage


@frozen
class Undelivered:
    """To whom a message did not arrive, as the patient knows them, and why."""

    names: str = field(repr=False)
    fate: Fate


def undelivered(
    work: UnitOfWork,
    profile_id: str,
    conversation: Conversation,
    messages: Iterable[InboxMessage],
) -> dict[str, list[Undelivered]]:
    """
    Return what is to be said of the patient's own messages: a sentence for each fate.

    By the arrivals of the messages; of most there is nothing to say.
    """
    own = [
        one.arrival_id
        for one in messages
        if one.direction is Direction.OUT and one.arrival_id
    ]
    astray = SentCopies(work, profile_id).astray(own) if own else {}
    return {
        arrival_id: _said(conversation, astray[arrival_id]) for arrival_id in astray
    }


def _said(conversation: Conversation, copies: Iterable[StrayCopy]) -> list[Undelivered]:
    by_fate: dict[Fate, list[str]] = {}
    for copy in copies:
        is_theirs = copy.address.lower() == conversation.address
        name = conversation.name if is_theirs else copy.address
        by_fate.setdefault(copy.fate, []).append(name)
    return [Undelivered(", ".join(names), fate) for fate, names in by_fate.items()]

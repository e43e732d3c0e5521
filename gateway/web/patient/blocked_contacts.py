"""Whom a patient blocked among those they write to: no answer of theirs comes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.blocked import is_sender_blocked
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import Conversation, Direction, InboxMessage
from gateway.store.patients.kept_off import names_kept_off
from gateway.web.patient.desk import PatientDesk


def blocked_addresses(
    desk: PatientDesk,
    work: UnitOfWork,
    profile_id: str,
    contacts: Collection[Conversation],
) -> frozenset[str]:
    """Return the addresses of contacts from which nothing comes any more."""
    if desk.settings.filing.blocked_may_write:
        return frozenset()
    blocked = names_kept_off(work, profile_id)
    return frozenset(one.address for one in contacts if one.address.lower() in blocked)


def is_blocked(
    desk: PatientDesk,
    work: UnitOfWork,
    profile_id: str,
    conversation: Conversation,
    messages: Sequence[InboxMessage],
) -> bool:
    """
    Tell whether nothing comes any more from whom a conversation is with.

    Known by their address here, and by what their last message of some proved.
    """
    if desk.settings.filing.blocked_may_write:
        return False
    received = [one for one in messages if one.direction is Direction.IN]
    kept = Arrivals(work).get(received[-1].arrival_id) if received else None
    return is_sender_blocked(work, profile_id, kept, conversation.address)

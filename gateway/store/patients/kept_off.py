"""Whom a patient blocked, by every name they go by here."""

from __future__ import annotations

from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.profiles import Profiles


def names_kept_off(work: UnitOfWork, profile_id: str) -> frozenset[str]:
    """Return the names of whom a patient blocked now, in lower case."""
    return Mailboxes(work).kept_off(Profiles(work).rights(profile_id).blocked)

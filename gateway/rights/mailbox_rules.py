"""May a mailbox here be written to? Asked at the door, and where a copy is made."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class MailboxRefusal(StrEnum):
    """Why a mailbox takes no message; for the log and for users of ours."""

    UNKNOWN = "MAILBOX_UNKNOWN"
    CLOSED = "MAILBOX_CLOSED"
    FULL = "MAILBOX_FULL"


@frozen(kw_only=True)
class MailboxFacts:
    """What the answer depends on; sizes are in bytes, and nobody's where none is."""

    exists: bool
    is_open: bool = False
    used_bytes: int = 0
    quota_bytes: int


def refuse_mailbox(facts: MailboxFacts) -> MailboxRefusal | None:
    """Return why nothing is taken for a mailbox, or None."""
    if not facts.exists:
        return MailboxRefusal.UNKNOWN
    if not facts.is_open:
        return MailboxRefusal.CLOSED
    if facts.used_bytes >= facts.quota_bytes:
        return MailboxRefusal.FULL
    return None


class DeliveryRefusal(StrEnum):
    """Why a copy does not get into the mailbox it was accepted for."""

    CLOSED = "MAILBOX_CLOSED"


@frozen(kw_only=True)
class DeliveryFacts:
    """What a copy of an accepted message depends on; room was made at the door."""

    exists: bool
    is_open: bool = False


def refuse_delivery(facts: DeliveryFacts) -> DeliveryRefusal | None:
    """Return why a copy does not get into its mailbox, or None."""
    return None if facts.exists and facts.is_open else DeliveryRefusal.CLOSED

"""May a mailbox here be written to? Asked at the door, before anything is kept."""

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

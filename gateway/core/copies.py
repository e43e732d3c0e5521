"""What may become of the copy of a recipient who is not a patient."""

from __future__ import annotations

from enum import StrEnum


class Copy(StrEnum):
    """Outcome of a recipient who is not a patient; GIVEN_UP is anybody's."""

    DELIVERED = "DELIVERED"
    RELAYED = "RELAYED"  # taken by another operator
    BOUNCED = "BOUNCED"  # refused for good, here or there
    EXPIRED = "EXPIRED"  # tried as long as it is tried
    GIVEN_UP = "GIVEN_UP"  # a fault of ours that lasted: an operator ended it


LOST = frozenset({Copy.BOUNCED, Copy.EXPIRED, Copy.GIVEN_UP})
"""The outcomes of a copy that will not arrive."""


class CopyReason(StrEnum):
    """Why a copy ended as it did, or what else is known of it."""

    DSN_BY_PEER = "DSN_BY_PEER"  # the peer promised to tell the sender itself
    REPORTED_BY_PEER = "REPORTED_BY_PEER"  # it did: the outcome is what it said
    CONFIRMED_BY_READER = "CONFIRMED_BY_READER"  # an MDN came: it is there
    UNCONFIRMED = "UNCONFIRMED"  # nothing came by the stated time: its sender knows
    MAILBOX_CLOSED = "MAILBOX_CLOSED"
    MASKED_DOCUMENT = "MASKED_DOCUMENT"  # in it, one hidden from professionals


HEARD = frozenset({CopyReason.REPORTED_BY_PEER, CopyReason.CONFIRMED_BY_READER})
"""By these something was heard of a copy after it was relayed."""

"""What a patient's inbox holds, as values."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen


class MayReply(StrEnum):
    """Whether a professional's message may be answered."""

    REPLY = "REPLY"
    NO_REPLY = "NO_REPLY"


class ConversationState(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"
    ENDED = "ended"  # by the professional, with [FIN]
    NO_REPLY = "no_reply"  # no message so far could be answered


class Direction(StrEnum):
    """Who wrote."""

    IN = "in"
    OUT = "out"


@frozen
class AttachedFile:
    """A file of a message by name; ``size`` is in decoded bytes, 0 where not known."""

    name: str = field(repr=False)
    media_type: str = "application/octet-stream"
    size: int = 0


@frozen
class WalkedMessage:
    """A message by its id, when it came, and the place after which the next stands."""

    id: str
    at: datetime
    place: str


@frozen(kw_only=True)
class Conversation:
    """
    An exchange with one correspondent on one subject.

    ``last_at`` is of its newest visible message, as are ``last_subject`` and the
    beginning of its text, ``last_text``; ``kind`` is the mailbox kind as announced
    (PER, ORG, APP, CAB) or empty. One that ``is_secret`` is kept from legal
    representatives (CSP R. 1111-50), with all that is written in it.
    """

    id: str
    address: str = field(repr=False)
    name: str = field(repr=False)
    kind: str
    state: ConversationState
    last_at: datetime
    last_subject: str = field(default="", repr=False)
    last_text: str = field(default="", repr=False)
    last_direction: Direction = Direction.IN
    last_is_recalled: bool = False
    messages: int = 0
    unread: int = 0
    has_files: bool = False
    ended_at: datetime | None = None
    is_secret: bool = False

    @property
    def said(self) -> tuple[str, str]:
        """With whom it is, as it is searched."""
        return self.name, self.address


@frozen(kw_only=True)
class WantedMessages:
    """
    What somebody looks for among the messages.

    ``address`` is a correspondent's; ``begin`` and ``end``, not included, are moments
    in microseconds since 1970. ``words`` are folded: every one has to begin a word of
    the subject, the text, the name of a file or of the correspondent.
    """

    unread: bool = False
    sent: bool = False
    with_files: bool = False
    address: str = field(default="", repr=False)
    begin: int | None = None
    end: int | None = None
    words: tuple[str, ...] = field(default=(), repr=False)


@frozen(kw_only=True)
class InboxMessage:
    """
    One message of a conversation; of a deleted one only what answering needs is left.

    ``name`` is how its sender was called in it, ``named_before`` another name that the
    address wrote under before, ``proven`` who its certificate is of; each may be empty.
    Of one that was taken back, at ``recalled_at``, as much is left as of a deleted one.
    """

    id: str
    conversation_id: str
    direction: Direction
    message_id: str
    sender: str = field(repr=False)
    name: str = field(repr=False)
    named_before: str = field(repr=False)
    proven: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[AttachedFile, ...] = field(repr=False)
    reply: MayReply
    reply_to: tuple[str, ...] = field(repr=False)
    receipt_asked: bool
    arrival_id: str
    blob_id: str
    key_id: str
    at: datetime
    read_at: datetime | None
    deleted: bool
    recalled_at: datetime | None = None

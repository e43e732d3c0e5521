"""The patients' conversations."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    literal_column,
)

from gateway.store.base.columns import (
    Id,
    UtcDateTime,
    metadata,
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    # Keyed digest of the address, another with each patient; of an earlier version,
    # without the sign it begins with, the same with all.
    Column("correspondent", String(64), nullable=False),
    # Keyed digest of what they are about; NULL: of an earlier version, about anything.
    Column("thread", String(64)),
    Column("display", LargeBinary, nullable=False),  # sealed: address, name
    Column("mailbox_kind", String(4), nullable=False, default=""),
    Column("state", String(12), nullable=False),  # open, ended, no_reply
    Column("started_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("profile_id", "correspondent", "thread"),
)
"""What a patient exchanges with one correspondent on one subject.

It outlives its deleted messages.
"""

inbox_messages = Table(
    "inbox_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversations.id"), nullable=False),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("direction", String(3), nullable=False),  # in, out
    Column("message_id", String(998), nullable=False),  # empty: in the summary
    # Keyed digest of the Message-ID, by which answers find it; NULL as above.
    Column("named", String(64)),
    Column("summary", LargeBinary, nullable=False),  # sealed: subject, text, files, …
    Column("arrival_id", Id),
    Column("blob_id", Id),  # NULL once deleted
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    # When it was received, in microseconds: the order in which a thread stands.
    Column("serial", BigInteger, nullable=False),
    Column("reply", String(8)),  # may be answered; NULL: of an earlier version
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("hidden_until", UtcDateTime),  # with a document hidden from the patient
    Column("deleted_at", UtcDateTime),
    Index("ix_inbox_messages_thread", "conversation_id", "serial"),
    Index("ix_inbox_messages_named", "profile_id", "named"),
    # Whole: conversations and what is unread are counted from it, no message is read.
    Index(
        "ix_inbox_messages_listing",
        "profile_id",
        "conversation_id",
        "serial",
        "read_at",
        "deleted_at",
        "hidden_until",
    ),
    UniqueConstraint("arrival_id", "profile_id", "direction"),
)
SENT = inbox_messages.c.direction == literal_column("'out'")
"""Of what the patient wrote; in these words alone SQLite knows the index below."""

Index(
    "ix_inbox_messages_sent",
    inbox_messages.c.conversation_id,
    inbox_messages.c.serial,
    inbox_messages.c.deleted_at,
    inbox_messages.c.direction,
    sqlite_where=SENT,
    postgresql_where=SENT,
)

drafts = Table(
    "drafts",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),  # sealed: subject, text, documents
    Column("saved_at", UtcDateTime, nullable=False, index=True),
)
"""What a patient began to answer in one conversation."""

loose_drafts = Table(
    "loose_drafts",
    metadata,
    # Of an earlier version, where a patient had one: the id of the profile.
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),  # sealed: as above, and to whom
    Column("saved_at", UtcDateTime, nullable=False, index=True),
)
"""What a patient began to write that is no answer."""

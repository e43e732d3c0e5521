"""
The tables of mail: messages received, inboxes, mailboxes, copies that leave.

Each index is paid for with every message: there is none that no query needs. A
``blob_id`` without a foreign key is one without an index, through which deleting any
blob would otherwise look row by row; a blob stays as long as it has a grant.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from gateway.store.base.columns import (
    Id,
    UtcDateTime,
    metadata,
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String(998), nullable=False),
    Column("content_digest", String(64), nullable=False),  # SHA-256 of the bytes
    Column("door", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("sender", LargeBinary, nullable=False),  # sealed reverse path
    Column("sender_facts", JSON, nullable=False),  # certificate kind, identity, …
    Column("options", JSON, nullable=False),  # RET, ENVID (RFC 3461)
    Column("size", BigInteger, nullable=False),
    Column("blob_id", Id),  # NULL: no longer in transit
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    # Messages without a Message-ID are told apart by their content alone.
    Index("ix_arrivals_message", "message_id", "content_digest"),
)
"""A message as it was received and answered 250."""

# In these two are only the rows that are looked for: a message passes the first when it
# ends, and leaves it with its bytes; nearly none is ever in the second.
_ended = arrivals.c.ended_at.is_not(None) & arrivals.c.blob_id.is_not(None)
Index(
    "ix_arrivals_transit",
    arrivals.c.ended_at,
    sqlite_where=_ended,
    postgresql_where=_ended,
)
_held = text("state = 'quarantined'")
Index(
    "ix_arrivals_held",
    arrivals.c.received_at,
    sqlite_where=_held,
    postgresql_where=_held,
)

recipients = Table(
    "recipients",
    metadata,
    Column("arrival_id", Id, ForeignKey("arrivals.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),  # patient, mailbox, remote
    Column("target_id", Id),  # the profile or the mailbox
    Column("address", LargeBinary, nullable=False),  # sealed
    Column("notify", String(32), nullable=False, default=""),  # RFC 3461 §4.1
    Column("orcpt", LargeBinary),  # sealed, RFC 3461 §4.2
    Column("outcome", String(32), nullable=False, default=""),
    Column("reasons", JSON, nullable=False),
    Column("deliver", Boolean, nullable=False, default=True),
    Column("hidden", JSON, nullable=False, default=list),  # visibility flags
    Column("hidden_until", UtcDateTime),  # not shown to the patient before
    Column("ended_at", UtcDateTime),
)

arrival_documents = Table(
    "arrival_documents",
    metadata,
    Column("arrival_id", Id, ForeignKey("arrivals.id"), primary_key=True),
    Column("recipient", Integer, primary_key=True),  # recipients.position
    Column("position", Integer, primary_key=True),
    Column("unique_id", String(256), nullable=False, default="", index=True),
    Column("outcome", String(32), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("error", String(8), nullable=False, default=""),  # of an MDN: 900 to 906
    Column("detail", String(400), nullable=False, default=""),
    Column("entry_id", Id),
)
"""What became of each document of a message, for each patient it was for."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("correspondent", String(64), nullable=False),  # keyed digest of the address
    Column("display", LargeBinary, nullable=False),  # sealed: address, name
    Column("mailbox_kind", String(4), nullable=False, default=""),
    Column("state", String(12), nullable=False),  # open, ended, no_reply
    Column("started_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("profile_id", "correspondent"),
)
"""What a patient exchanges with one correspondent; it outlives its deleted messages."""

inbox_messages = Table(
    "inbox_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversations.id"), nullable=False),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("direction", String(3), nullable=False),  # in, out
    Column("message_id", String(998), nullable=False),
    Column("summary", LargeBinary, nullable=False),  # sealed: subject, text, files
    Column("arrival_id", Id),
    Column("blob_id", Id),  # NULL once deleted
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("hidden_until", UtcDateTime),  # with a document hidden from the patient
    Column("deleted_at", UtcDateTime),
    Index("ix_inbox_messages_conversation_at", "conversation_id", "at"),
    Index("ix_inbox_messages_profile_at", "profile_id", "at"),
    UniqueConstraint("arrival_id", "profile_id", "direction"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed: subject, text
    Column("saved_at", UtcDateTime, nullable=False),
)
"""What a patient began to write to one correspondent."""

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address", String(254), nullable=False, unique=True),
    Column("kind", String(4), nullable=False),  # PER, ORG, APP, CAB
    Column("display_name", String(200), nullable=False, default=""),
    Column("reply_to", String(254), nullable=False, default=""),
    Column("state", String(12), nullable=False),  # open, closed
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("used_bytes", BigInteger, nullable=False, default=0),
    Column("uid_validity", BigInteger, nullable=False, default=0),  # last one given
    Column("created_at", UtcDateTime, nullable=False),
)

mailbox_holders = Table(
    "mailbox_holders",
    metadata,
    Column("mailbox_id", Id, ForeignKey("mailboxes.id"), primary_key=True),
    Column("identity", String(128), primary_key=True, index=True),
)
"""Certificate identities (IDNPS, or structure id) that may use a mailbox."""

folders = Table(
    "folders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mailbox_id", Id, ForeignKey("mailboxes.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("special_use", String(16), nullable=False, default=""),
    Column("subscribed", Boolean, nullable=False, default=True),
    Column("uid_validity", BigInteger, nullable=False),
    Column("uid_next", BigInteger, nullable=False, default=1),
    Column("recent_uid", BigInteger, nullable=False, default=1),  # first still recent
    Column("mod_seq", BigInteger, nullable=False, default=1),  # of the last change
    Column("expunge_seq", BigInteger, nullable=False, default=0),  # … that removed
    UniqueConstraint("mailbox_id", "name"),
)
"""Folders of a mailbox; sessions learn of changes by comparing ``mod_seq``."""

mail_items = Table(
    "mail_items",
    metadata,
    Column("folder_id", Id, ForeignKey("folders.id"), primary_key=True),
    Column("uid", BigInteger, primary_key=True, autoincrement=False),
    Column("mod_seq", BigInteger, nullable=False),  # of its last change
    Column("flags", String(500), nullable=False, default=""),  # space separated
    Column("internal_date", UtcDateTime, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("blob_id", Id, ForeignKey("blobs.id"), nullable=False, index=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("arrival_id", Id),
    UniqueConstraint("folder_id", "arrival_id"),
    Index("ix_mail_items_folder_mod", "folder_id", "mod_seq"),
)
"""Messages in folders: small rows, so that listing a folder reads little."""

mail_outlines = Table(
    "mail_outlines",
    metadata,
    Column("blob_id", Id, ForeignKey("blobs.id"), primary_key=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), primary_key=True),
    Column("headers", LargeBinary),  # sealed header block; NULL: too large
    Column("structure", LargeBinary, nullable=False),  # sealed MIME outline, JSON
)
"""What IMAP shows of a message without reading it: one per mailbox that has it."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("arrival_id", Id, index=True),
    Column("position", Integer),  # recipients.position
    Column("domain", String(254), nullable=False),
    Column("reverse_path", LargeBinary, nullable=False),  # sealed
    Column("recipient", LargeBinary, nullable=False),  # sealed
    Column("options", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
    Column("warned_at", UtcDateTime),
    Column("last_reply", String(500), nullable=False, default=""),
    Column("blob_id", Id),  # NULL: no longer in transit
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
)
"""One recipient of one message that leaves for another operator."""

receipts = Table(
    "receipts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("arrival_id", Id, nullable=False),
    Column("kind", String(4), nullable=False),  # DSN, MDN
    Column("recipient", Integer, nullable=False),  # recipients.position
    Column("status", String(12), nullable=False),
    Column("code", String(8), nullable=False, default=""),
    Column("state", String(12), nullable=False),  # sent, queued, withheld
    Column("detail", String(200), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("arrival_id", "kind", "recipient", "status"),
)

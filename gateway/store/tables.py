"""Every table of the database; here those that all others stand on."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from gateway.store.base.columns import (
    Id,
    Serial,
    UtcDateTime,
    metadata,
)
from gateway.store.patients.tables import (
    accounts,
    blocks,
    documents,
    notices,
    one_time_codes,
    oppositions,
    profiles,
    secrecies,
    submissions,
    web_sessions,
)
from gateway.store.tables_mail import (
    arrival_documents,
    arrivals,
    conversations,
    deliveries,
    drafts,
    folders,
    inbox_messages,
    mail_items,
    mail_outlines,
    mailbox_holders,
    mailboxes,
    receipts,
    recipients,
)

__all__ = [
    "UtcDateTime",
    "accounts",
    "arrival_documents",
    "arrivals",
    "blob_grants",
    "blobs",
    "blocks",
    "chain_heads",
    "conversations",
    "data_keys",
    "deliveries",
    "documents",
    "drafts",
    "folders",
    "inbox_messages",
    "journal",
    "mail_items",
    "mail_outlines",
    "mailbox_holders",
    "mailboxes",
    "metadata",
    "notices",
    "one_time_codes",
    "oppositions",
    "profiles",
    "receipts",
    "recipients",
    "secrecies",
    "submissions",
    "tasks",
    "web_sessions",
]

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scope", String(80), nullable=False, unique=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("master_id", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
"""One data key per patient, mailbox or day of transit, wrapped by the master key."""

blobs = Table(
    "blobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary),  # NULL: in the folder, under its id
    Column("created_at", UtcDateTime, nullable=False),
)
"""Encrypted bytes, each under a key of its own."""

blob_grants = Table(
    "blob_grants",
    metadata,
    Column("blob_id", Id, ForeignKey("blobs.id"), primary_key=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""The blob's key, wrapped for one owner; without any grant left, the blob goes."""

tasks = Table(
    "tasks",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", String(24), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("state", String(8), nullable=False),  # ready, dead
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_owner", String(120), nullable=False, default=""),
    Column("lease_until", UtcDateTime),
    Column("last_error", String(400), nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_tasks_state_due", "state", "due_at"),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("chain", String(80), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(48), nullable=False),
    Column("outcome", String(48), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("chain", "seq"),
)

chain_heads = Table(
    "chain_heads",
    metadata,
    Column("chain", String(80), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

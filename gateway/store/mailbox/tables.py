"""The professionals' mailboxes."""

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
)

from gateway.store.base.columns import (
    Id,
    UtcDateTime,
    metadata,
)

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
    Column("sets", JSON),  # of holders: a MAC of each set of them
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
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
    Column("forgotten_seq", BigInteger, nullable=False, default=0),  # see below
    UniqueConstraint("mailbox_id", "name"),
)
"""Folders of a mailbox; sessions learn of changes by comparing ``mod_seq``."""

lasting_subscriptions = Table(
    "lasting_subscriptions",
    metadata,
    Column("mailbox_id", Id, ForeignKey("mailboxes.id"), primary_key=True),
    Column("name", String(255), primary_key=True),
)
"""Subscriptions to names whose folder was deleted (RFC 3501 §6.3.9)."""

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

mail_vanished = Table(
    "mail_vanished",
    metadata,
    Column("folder_id", Id, ForeignKey("folders.id"), primary_key=True),
    Column("mod_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)
"""
Runs of uids that were removed, and by which change of the folder (RFC 7162 §3.2.5.1).

The latest ones: those of changes up to the folder's ``forgotten_seq`` are not here.
"""

mail_outlines = Table(
    "mail_outlines",
    metadata,
    Column("blob_id", Id, ForeignKey("blobs.id"), primary_key=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), primary_key=True),
    Column("headers", LargeBinary),  # sealed header block; NULL: too large
    Column("structure", LargeBinary, nullable=False),  # sealed MIME outline, JSON
)
"""What IMAP shows of a message without reading it: one per mailbox that has it."""

mailbox_hours = Table(
    "mailbox_hours",
    metadata,
    Column("mailbox_id", Id, ForeignKey("mailboxes.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),  # sealed: text
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),  # who wrote it
    Column("changed_at", UtcDateTime, nullable=False),
)
"""When a mailbox is read, in its holder's words: shown to patients who write."""

mailbox_quotas = Table(
    "mailbox_quotas",
    metadata,
    Column("mailbox_id", Id, ForeignKey("mailboxes.id"), primary_key=True),
    Column("messages", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("file_bytes", BigInteger, nullable=False),  # 0: as the service does
    Column("changed_at", UtcDateTime, nullable=False),
)
"""What a mailbox takes from one patient, where its holder set something else."""

reply_windows = Table(
    "reply_windows",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("mailbox", String(64), primary_key=True),  # keyed digest, of which mailbox
    Column("until", UtcDateTime, nullable=False),
)
"""Until when a patient may answer a mailbox, where its holder set an end."""

mail_openings = Table(
    "mail_openings",
    metadata,
    Column("blob_id", Id, primary_key=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), primary_key=True),
    Column("holder", String(64), primary_key=True),  # keyed digest of who
)
"""Who opened which message, so that the journal has one line of it; gone with it."""

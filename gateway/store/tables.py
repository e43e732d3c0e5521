"""Every table of the database, and the column types they are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """
    A moment as microseconds since 1970 UTC.

    SQLite drops the zone of its own date type; a whole number sorts, compares and
    survives every database the same way.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        if value is None:
            return None
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Any) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Serial ids: SQLite only numbers INTEGER primary keys by itself.
Serial = BigInteger().with_variant(Integer, "sqlite")
Id = String(32)  # a random UUID in hex: tells nothing, is never reused


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

profiles = Table(
    "profiles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ins_digest", String(64), nullable=False, unique=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("state", String(24), nullable=False),
    Column("identity", LargeBinary, nullable=False),  # sealed: INS, traits
    Column("contact", LargeBinary),  # sealed: e-mail, telephone
    Column("mask_by_default", Boolean, nullable=False, default=False),
    Column("emergency", JSON, nullable=False),  # samu, other, masked: permit or deny
    Column("language", String(5), nullable=False, default="fr"),
    Column("settings_version", Integer, nullable=False, default=1),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

blocks = Table(
    "blocks",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("identity", String(254), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)
"""A blocked sender: Struct_IdNat, PS_IdNat or mail address, in lower case."""

oppositions = Table(
    "oppositions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # structure, document, consultation
    Column("structure", String(64), nullable=False, default=""),
    Column("type_code", String(64), nullable=False, default=""),
    Column("unique_id", String(256), nullable=False, default=""),
    Column("declared_by", String(254), nullable=False, default=""),
    Column("since", UtcDateTime, nullable=False),
)

secrecies = Table(
    "secrecies",
    metadata,
    Column("profile_id", Id, ForeignKey("profiles.id"), primary_key=True),
    Column("identity", String(254), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)
"""Senders in secret connection with a minor (CSP R. 1111-33, R. 1111-50)."""

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String(998), nullable=False, index=True),
    Column("content_digest", String(64), nullable=False),  # SHA-256 of the bytes
    Column("door", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime, index=True),
    Column("sender", LargeBinary, nullable=False),  # sealed reverse path
    Column("sender_facts", JSON, nullable=False),  # certificate kind, identity, …
    Column("options", JSON, nullable=False),  # RET, ENVID (RFC 3461)
    Column("size", BigInteger, nullable=False),
    Column("blob_id", Id, ForeignKey("blobs.id")),  # NULL: no longer in transit
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
)
"""A message as it was received and answered 250."""

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

documents = Table(
    "documents",
    metadata,
    Column("id", Id, primary_key=True),  # entryUUID in hex
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False),
    Column("unique_id", String(256), nullable=False, unique=True),
    Column("set_id", String(256), nullable=False, default=""),
    Column("version", Integer),
    Column("body_level", String(2), nullable=False),
    Column("status", String(12), nullable=False),
    Column("type_code", String(64), nullable=False),
    Column("class_code", String(64), nullable=False),
    Column("creation_time", UtcDateTime, nullable=False),
    Column("mime_type", String(80), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha1", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("flags", JSON, nullable=False),  # visibility
    Column("visible_at", UtcDateTime),  # end of INVISIBLE_PATIENT, R. 1111-53
    Column("flags_then", JSON, nullable=False),  # visibility from visible_at on
    Column("masked_by", String(8), nullable=False, default=""),  # sender, patient
    Column("author_id", String(64), nullable=False, default=""),
    Column("structure_id", String(64), nullable=False, default=""),
    Column("owners", JSON, nullable=False),  # ids of all authors and structures
    Column("entry", LargeBinary, nullable=False),  # sealed DocumentEntry
    Column("submission_id", Id, nullable=False),
    Column("arrival_id", Id),
    Column("replaced_by", Id),
    Column("replaced_levels", JSON, nullable=False),  # body levels that replaced it
    Column("blob_id", Id, ForeignKey("blobs.id"), nullable=False),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("filed_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Index("ix_documents_profile_filed", "profile_id", "filed_at"),
    Index("ix_documents_profile_set", "profile_id", "set_id"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("unique_id", String(256), nullable=False, unique=True),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("facts", LargeBinary, nullable=False),  # sealed SubmissionSet
)

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
    Index("ix_conversations_profile_last", "profile_id", "last_at"),
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
    Column("message_id", String(998), nullable=False, index=True),
    Column("summary", LargeBinary, nullable=False),  # sealed: subject, text, files
    Column("arrival_id", Id, index=True),
    Column("blob_id", Id, ForeignKey("blobs.id")),  # NULL once deleted
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
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
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
    Column("arrival_id", Id, index=True),
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
    Column("domain", String(254), nullable=False, index=True),
    Column("reverse_path", LargeBinary, nullable=False),  # sealed
    Column("recipient", LargeBinary, nullable=False),  # sealed
    Column("options", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
    Column("warned_at", UtcDateTime),
    Column("last_reply", String(500), nullable=False, default=""),
    Column("blob_id", Id, ForeignKey("blobs.id")),  # NULL: no longer in transit
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
)
"""One recipient of one message that leaves for another operator."""

receipts = Table(
    "receipts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("arrival_id", Id, nullable=False, index=True),
    Column("kind", String(4), nullable=False),  # DSN, MDN
    Column("recipient", Integer, nullable=False),  # recipients.position
    Column("status", String(12), nullable=False),
    Column("code", String(8), nullable=False, default=""),
    Column("state", String(12), nullable=False),  # sent, queued, withheld
    Column("detail", String(200), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("arrival_id", "kind", "recipient", "status"),
)

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

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, unique=True),
    Column("password", String(200), nullable=False),  # argon2id
    Column("failures", Integer, nullable=False, default=0),
    Column("paused_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), index=True),  # NULL: a decoy
    Column("digest", String(64), nullable=False),  # keyed
    Column("tries_left", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("stage", String(12), nullable=False),  # code, open
    Column("account_id", Id, ForeignKey("accounts.id"), index=True),
    Column("code_id", Id),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),  # code, message, document
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("content", LargeBinary),  # sealed: to, subject, text; NULL once sent
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),  # not worth sending afterwards
    Column("sent_at", UtcDateTime),
)
"""E-mails to a patient's ordinary address; they say only that something waits."""

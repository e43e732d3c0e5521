"""Keys, encrypted bytes, and who may open which."""

from __future__ import annotations

from sqlalchemy import (
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
    UtcDateTime,
    metadata,
)

key_encryption_keys = Table(
    "key_encryption_keys",
    metadata,
    Column("id", String(16), primary_key=True),  # says nothing of the key
    Column("version", Integer, nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),  # another one wraps since
    Column("destroyed_at", UtcDateTime),
)
"""Which keys wrap the others, by version; they themselves are in the key source."""

key_generation = Table(
    "key_generation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("number", BigInteger, nullable=False),
)
"""One row: its number grows when a key is turned over or destroyed."""

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scope", String(80), nullable=False),
    Column("epoch", Integer, nullable=False, server_default="1"),
    Column("wrapped", LargeBinary),  # NULL: destroyed
    Column("kek_id", String(16), index=True),  # what wraps it; NULL: destroyed
    Column("seals", BigInteger, nullable=False, server_default="0"),  # counted so far
    Column("created_at", UtcDateTime, nullable=False),
    Column("destroyed_at", UtcDateTime),
    UniqueConstraint("scope", "epoch"),
)
"""
The keys of patients, mailboxes and days of transit, and those of keyed digests.

Each is wrapped. The greatest epoch of a scope is what new values are sealed with; those
before still open what they sealed. A row stays when its key is destroyed.
"""

# Few have one before them: those that an owner is moved to.
_is_later = data_keys.c.epoch > 1
Index(
    "ix_data_keys_later",
    data_keys.c.epoch,
    sqlite_where=_is_later,
    postgresql_where=_is_later,
)

blobs = Table(
    "blobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary),  # NULL: in the folder, under its id
    Column("created_at", UtcDateTime, nullable=False),
    Column("form", Integer, nullable=False, server_default="0"),  # as is, deflated
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

strays = Table(
    "strays",
    metadata,
    Column("blob_id", Id, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)
"""Blob files that no row named when they were looked at, and when that was first."""

damaged_blobs = Table(
    "damaged_blobs",
    metadata,
    Column("blob_id", Id, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)
"""Blobs that could not be read as they were kept, and when that was first noticed."""

carried = Table(
    "carried",
    metadata,
    Column("step", String(32), primary_key=True),
    Column("place", String(400), nullable=False, default=""),  # how far it came
    Column("done_at", UtcDateTime),
    Column("mac", LargeBinary),  # that it is done; NULL: not yet
)
"""What of an older database was carried over; see `gateway.store.carrying.carrying`."""

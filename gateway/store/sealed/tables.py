"""Keys, encrypted bytes, and who may open which."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from gateway.store.base.columns import (
    Id,
    UtcDateTime,
    metadata,
)

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
"""What of an older database was carried over; see `gateway.store.carrying`."""

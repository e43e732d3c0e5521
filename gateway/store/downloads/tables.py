"""What patients asked to take away, and the pieces it is made of."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from gateway.store.base.columns import Id, UtcDateTime, metadata

downloads = Table(
    "downloads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("profile_id", Id, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("place", Id),  # the last document that was packed; NULL: none yet
    Column("is_walked", Boolean, nullable=False, default=False),  # all is in
    Column("pieces", Integer, nullable=False, default=0),
    Column("documents", Integer, nullable=False, default=0),
    # Messages that are in; NULL: none was asked for, or an earlier version packed it.
    Column("messages", Integer),
    Column("message_place", String(60)),  # after which message the next ones stand
    Column("size", BigInteger, nullable=False, default=0),
    Column("ready_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("end", String(12), nullable=False, default=""),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)

download_pieces = Table(
    "download_pieces",
    metadata,
    Column("download_id", Id, ForeignKey("downloads.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("blob_id", Id, nullable=False),  # no foreign key: see `store.tables`
    Column("listed", LargeBinary),  # sealed: the files that are in it, or NULL
    Column("row_mac", LargeBinary),
)

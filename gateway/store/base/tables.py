"""What a database says of itself."""

from __future__ import annotations

from sqlalchemy import Column, Table

from gateway.store.base.columns import Id, UtcDateTime, metadata

instance = Table(
    "instance",
    metadata,
    Column("id", Id, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("joined_at", UtcDateTime),  # when the blob folder was given the identity
)
"""One row: the identity that the database and its blob folder share."""

presences = Table(
    "presences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)
"""A row for each process that does tasks or answers for a node: when it last wrote."""

"""The versions of the matrix, each as it was imported."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, String, Table

from gateway.store.base.columns import UtcDateTime, metadata

matrices = Table(
    "matrices",
    metadata,
    Column("version", String(32), primary_key=True),
    Column("in_force", String(10), nullable=False, unique=True),  # YYYY-MM-DD
    Column("types", JSON, nullable=False),  # category, type, label, readers
    Column("imported_at", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""Which profession may read which type of document; it only grows."""

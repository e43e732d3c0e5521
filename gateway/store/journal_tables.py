"""The lines of the journal and the heads of its chains."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    String,
    Table,
    UniqueConstraint,
)

from gateway.store.base.columns import (
    Serial,
    UtcDateTime,
    metadata,
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

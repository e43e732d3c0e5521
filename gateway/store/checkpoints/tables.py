"""The tree over the journal's lines, how far it goes, and what was signed of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.store.base.columns import Serial, UtcDateTime, metadata

journal_leaves = Table(
    "journal_leaves",
    metadata,
    # Its place in the tree, from 0; given, never counted by the database.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("chain", String(80), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("chain", "seq"),
)
"""One row for each line that was sealed; nothing of it ever changes."""

journal_nodes = Table(
    "journal_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The root of each whole subtree of 256, 65,536, … leaves, by level from 1."""

sealed_chains = Table(
    "sealed_chains",
    metadata,
    Column("chain", String(80), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
)
"""The last line of each chain that is in the tree, and its hash there."""

sealed_tree = Table(
    "sealed_tree",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("documents", BigInteger, nullable=False),
    Column("sum", LargeBinary, nullable=False),
)
"""One row: the size of the tree, and of the documents filed in it number and sum."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("size", BigInteger, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("note", Text, nullable=False),
)
"""Every checkpoint that was signed, as the signed note it is."""

"""The queue of things to do."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    String,
    Table,
)

from gateway.store.base.columns import (
    Serial,
    UtcDateTime,
    metadata,
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
    # How many workers ended while they had it.
    Column("lost", Integer, nullable=False, default=0, server_default="0"),
    # When its times were last set: they are reckoned from then.
    Column("set_at", UtcDateTime),
    Index("ix_tasks_state_due", "state", "due_at"),
)

"""What waits for a second operator, and what became of it; who has which role."""

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

from gateway.store.base.columns import Id, UtcDateTime, metadata

operator_requests = Table(
    "operator_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("command", String(40), nullable=False),  # as in `operator_rules.COMMANDS`
    Column("state", String(12), nullable=False),  # a word of RequestState
    Column("asked_by", BigInteger, nullable=False),  # the kernel's number of an account
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # sealed: the words, who, why
    Column("confirmed", LargeBinary),  # sealed: who the second was
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("status", Integer),  # the exit status of what was carried out
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""Each is a command in its exact words; the words never change."""

operator_roles = Table(
    "operator_roles",
    metadata,
    Column("id", Id, primary_key=True),  # of the role and the name, so that one is one
    Column("role", String(16), nullable=False),  # a word of OperatorRole
    Column("name", String(64), nullable=False),  # an account, or @GROUP
    Column("state", String(12), nullable=False),  # a word of GrantState
    Column("since", UtcDateTime, nullable=False),
    Column("row_mac", LargeBinary),
)
"""Whom the settings name for a role, and whether two persons granted it."""

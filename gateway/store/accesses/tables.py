"""Operators' accesses to named documents (break-glass)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from gateway.store.base.columns import Id, UtcDateTime, metadata

accesses = Table(
    "accesses",
    metadata,
    Column("id", Id, primary_key=True),
    # NULL: to a message that is held back, which may be several patients'.
    Column("profile_id", Id, ForeignKey("profiles.id"), index=True),
    Column("arrival_id", Id),  # that message
    Column("key_id", Id, ForeignKey("data_keys.id"), nullable=False),
    Column("cause", String(24), nullable=False),  # a word of AccessCause
    Column("said", LargeBinary, nullable=False),  # sealed: what is named, why, for whom
    Column("asked_by", String(256), nullable=False),  # an account of the machine
    Column("asked_at", UtcDateTime, nullable=False),
    Column("asked_until", UtcDateTime),  # it may be granted; NULL: taken at once
    Column("granted_by", String(256)),
    Column("refused_at", UtcDateTime),
    Column("begun_at", UtcDateTime),
    Column("ends_at", UtcDateTime, index=True),
    Column("review_by", UtcDateTime, index=True),  # NULL: none is due, or it was done
    Column("reviewed_by", String(256)),
    Column("reviewed_at", UtcDateTime),
    Column("verdict", String(12)),  # a word of Verdict
    Column("tell_at", UtcDateTime, index=True),  # NULL: at once, or it was done
    Column("told_at", UtcDateTime),
    Column("row_mac", LargeBinary),  # see `gateway.store.sealed.rows`
)
"""What operators were allowed to open, for how long, and who looked at it after."""

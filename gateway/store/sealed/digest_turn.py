"""
Who writes a digest by which somebody is found, and who turns its key over, take turns.

A row of the older key and one of the newer one are two for the database, though they
be of one INS or one login: no constraint would keep the second out.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

_LOCK: Final = 0x6761746577617902
"""Ours among PostgreSQL's advisory locks; SQLite has one writer."""

_SHARED: Final = text("SELECT pg_advisory_xact_lock_shared(:number)")
_ALONE: Final = text("SELECT pg_advisory_xact_lock(:number)")


def have_none_begin(connection: Connection) -> None:
    """Have no turn begin until the commit; who writes digests waits for no other."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SHARED, {"number": _LOCK})


def wait_for_writers(connection: Connection) -> None:
    """Wait for who writes digests by the keys of before, and for another's turn."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"number": _LOCK})

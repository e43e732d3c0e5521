"""Runs the revisions on the connection that was handed over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from gateway.store.tables import UtcDateTime, metadata


def _render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our own column type as what it is in the database."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.BigInteger()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

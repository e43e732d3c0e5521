"""Time as a parameter: what the program calls now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


def utc_now() -> datetime:
    """Return the present moment of the machine, in UTC."""
    return datetime.now(UTC)

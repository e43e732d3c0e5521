"""What the program tells its operator in the log, as it reads there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twisted.logger import LogEvent, capturedLogs, formatEvent


@contextmanager
def lines_logged() -> Iterator[list[str]]:
    """Collect the lines of a block from ``info`` on, each with its level before it."""
    told: list[str] = []
    with capturedLogs() as events:
        yield told
    told += [
        f"{one['log_level'].name} {formatEvent(one)}"
        for one in list(events)
        if one["log_level"].name != "debug"
    ]


@contextmanager
def warnings_logged() -> Iterator[list[str]]:
    """Collect the warnings of a block; the list is full once it has ended."""
    told: list[str] = []
    with capturedLogs() as events:
        yield told
    found: list[LogEvent] = list(events)
    told += [formatEvent(one) for one in found if one["log_level"].name == "warn"]

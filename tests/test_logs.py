"""What reaches an operator's eyes: lines that say something, and no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.protocol import ServerFactory
from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    Logger,
    eventAsText,
    globalLogPublisher,
)
from twisted.python import log as legacy
from zope.interface import provider

from gateway.logs import says_something


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The lines that pass, as they come."""
    seen: list[str] = []

    @provider(ILogObserver)
    def keep(event: LogEvent) -> None:
        seen.append(
            eventAsText(event, includeTimestamp=False, includeSystem=False).strip()
        )

    observer = FilteringLogObserver(keep, [says_something])
    globalLogPublisher.addObserver(observer)
    yield seen
    globalLogPublisher.removeObserver(observer)


def test_a_port_that_opens_and_closes_says_nothing_by_itself(lines: list[str]) -> None:
    from twisted.internet import reactor
    from twisted.internet.tcp import Port

    factory = ServerFactory()
    factory.noisy = False
    port = Port(0, factory, interface="127.0.0.1", reactor=reactor)
    port.startListening()
    port.connectionLost(None)

    assert lines == []


def test_what_else_twisted_says_passes(lines: list[str]) -> None:
    legacy.msg("Could not accept new connection (EMFILE)")
    Logger("gateway.node.service").info("smtp starting on 25")

    assert lines == ["Could not accept new connection (EMFILE)", "smtp starting on 25"]

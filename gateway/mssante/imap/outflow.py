"""Sends what is large no faster than the client reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IDelayedCall, IPushProducer
from zope.interface import implementer

_CHUNK = 32 * 1024
_STALL_SECONDS = 120.0


@implementer(IPushProducer)
class Outflow:
    """
    One response that is written as the transport has room for it.

    Between `begin` and `end` the transport says when to pause; a client that reads
    nothing for two minutes is given up by calling ``stalled``.
    """

    def __init__(self, transport: Any, clock: Any, stalled: Callable[[], None]) -> None:
        self._transport = transport
        self._clock = clock
        self._stalled = stalled
        self._began = False
        self._stopped = False
        self._waiting: Deferred[None] | None = None
        self._paused = False
        self._alarm: IDelayedCall | None = None

    def begin(self) -> None:
        """Ask the transport to tell when it is full."""
        if not self._stopped:
            self._began = True
            self._transport.registerProducer(self, True)

    def end(self) -> None:
        """The response is written."""
        if self._began:
            self._began = False
            self._transport.unregisterProducer()
        self.stopProducing()

    async def send(self, pieces: Iterable[bytes]) -> None:
        """
        Write the pieces one after the other.

        Raises:
            ConnectionDone: the client is gone.
        """
        for piece in pieces:
            for start in range(0, len(piece), _CHUNK):
                if self._stopped:
                    raise ConnectionDone
                whole = len(piece) <= _CHUNK
                self._transport.write(piece if whole else piece[start : start + _CHUNK])
                if self._paused:
                    self._waiting = Deferred()
                    self._alarm = self._clock.callLater(_STALL_SECONDS, self._stalled)
                    await self._waiting

    def pauseProducing(self) -> None:  # noqa: N802
        self._paused = True

    def resumeProducing(self) -> None:  # noqa: N802
        self._paused = False
        self._wake()

    def stopProducing(self) -> None:  # noqa: N802
        self._stopped = True
        self._wake()

    def _wake(self) -> None:
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()
        self._alarm = None
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.callback(None)

"""Sending a long answer: a piece is made when the one before has left."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from twisted.web.server import Request
from zope.interface import implementer

from gateway.errors import GatewayError
from gateway.web.site.answers import Flow

log = Logger()


def next_of(pieces: Iterator[bytes]) -> bytes:
    """Return the next piece, or nothing at the end; it blocks."""
    return next(pieces, b"")


@implementer(IPushProducer)
@define
class _Valve:
    """Knows whether the connection takes more now; the transport tells it."""

    _is_open: bool = True
    _is_gone: bool = False
    _waiting: Deferred[None] | None = field(default=None, init=False)

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self._is_open = False

    def resumeProducing(self) -> None:  # noqa: N802
        self._is_open = True
        self._go_on()

    def stopProducing(self) -> None:  # noqa: N802
        self.gone()

    def gone(self, _: Any = None) -> None:
        """Note that nobody reads any more."""
        self._is_gone = True
        self._go_on()

    @property
    def is_gone(self) -> bool:
        """Whether nobody reads any more."""
        return self._is_gone

    def opened(self) -> Deferred[None]:
        """Return what fires once more is taken, or nothing will be."""
        ready: Deferred[None] = Deferred()
        if self._is_open or self._is_gone:
            ready.callback(None)
        else:
            self._waiting = ready
        return ready

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)


@inlineCallbacks
def send_pieces(
    request: Request,
    flow: Flow,
    next_piece: Callable[[Iterator[bytes]], Deferred[bytes]],
) -> Generator[Deferred[Any], Any, bytes]:
    """
    Send a long body; one piece is in memory at a time, whatever the reader takes.

    Each piece has its own time to leave (`LimitedRequest.goes_on`). Where a piece
    cannot be made the connection is broken off, so that the browser says that the file
    is not whole: its length was said before.
    """
    if request.method == b"HEAD":
        return b""
    valve, pieces, sent = _Valve(), flow.pieces(), 0
    request.notifyFinish().addErrback(valve.gone)
    request.registerProducer(valve, True)
    goes_on: Any = getattr(request, "goes_on", lambda _size: None)
    try:
        while not valve.is_gone and (piece := (yield next_piece(pieces))):
            goes_on(len(piece))
            if not valve.is_gone:
                request.write(piece)
            sent += len(piece)
            yield valve.opened()
    except GatewayError as error:
        log.error("a long answer broke off: {why}", why=str(error))
    except Exception:  # noqa: BLE001 (a defect: the reader sees a broken file)
        log.failure("a long answer broke off")
    if not valve.is_gone:
        request.unregisterProducer()
        if sent != flow.size:
            channel: Any = request.channel
            channel.transport.abortConnection()
    return b""

"""What the connections of one SMTP door share: its count, its TLS, its log line."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import define, field
from twisted.logger import Logger

from gateway import metrics
from gateway.loop import Threads
from gateway.mssante.places import Places
from gateway.mssante.smtp.farewells import Duplicable, Farewells
from gateway.settings.file import SmtpSettings
from gateway.trust.tls import RefusedHandshake, ServerContext
from gateway.trust.tls_failures import TlsFailure

if TYPE_CHECKING:
    from gateway.mssante.smtp.connection import SmtpConnection

log = Logger()

CLOSING_SECONDS = 5.0
"""Time for a peer to take our last reply and to end TLS; then the socket is closed."""


@define(kw_only=True, eq=False)
class Doorway:
    """
    What the connections of one door share.

    ``places`` counts those that were let in; ``connections`` are all that are open,
    refused ones included. ``takes_tokens``: users may sign in by one. ``untrusted``
    hears of each handshake that ends for the peer's certificate, or for want of one.
    """

    hostname: str
    settings: SmtpSettings
    tls: ServerContext
    worker: Threads
    places: Places
    untrusted: Callable[[RefusedHandshake, str], None]
    takes_tokens: bool = False
    farewells: Farewells = field(factory=lambda: Farewells(CLOSING_SECONDS))
    connections: set[SmtpConnection] = field(factory=set, repr=False)
    _left: asyncio.Event = field(init=False, factory=asyncio.Event, repr=False)

    def enter(self, connection: SmtpConnection) -> None:
        """Count a connection in."""
        self.connections.add(connection)

    def leave(self, connection: SmtpConnection) -> None:
        """Count a connection out; again is no error."""
        self.connections.discard(connection)
        self._left.set()

    def tls_for(self, address: str, peer: Duplicable) -> ssl.SSLContext:
        """Return the TLS of one connection, which tells why its handshake fails."""

        def refused(handshake: RefusedHandshake) -> None:
            note_refused(handshake.failure, address, handshake.subject)
            if handshake.failure.is_of_certificate:
                self.untrusted(handshake, address)
            self.farewells.say(peer, handshake.alert)

        return self.tls.for_one(refused)

    async def emptied(self) -> None:
        """Return when the last connection is gone, its socket closed."""
        while self.connections:
            self._left.clear()
            await self._left.wait()


def note_refused(failure: TlsFailure, address: str, subject: str = "") -> None:
    """
    Log a handshake that failed by its code: a port scan is no defect.

    The subject is that of the certificate shown, of a server or of a professional.
    """
    metrics.REFUSED.labels(failure.value).inc()
    log.info(
        "TLS refused: {code}, {address}, subject: {subject}",
        code=failure.value,
        address=address,
        subject=subject or "none shown",
    )

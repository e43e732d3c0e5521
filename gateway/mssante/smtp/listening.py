"""Listens for one door: plainly, or with the TLS handshake before anything else."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Protocol

from twisted.logger import Logger

from gateway.mssante.smtp.doorway import CLOSING_SECONDS, Doorway
from gateway.mssante.smtp.session import SmtpSession
from gateway.trust.tls_failures import failure_of

log = Logger()

_BACKLOG = 512
_PAUSE_SECONDS = 1.0
"""Rest after an accept that failed: no descriptors are left, and more may come back."""


class Listener(Protocol):
    """A door that is open."""

    @property
    def port(self) -> int:
        """The port it listens on."""

    def close(self) -> None:
        """Take no more connections; those that are there go on."""


async def listen(doorway: Doorway, host: str, port: int) -> Listener:
    """Open a door; `OSError` when the port is taken or the host is not ours."""
    loop = doorway.worker.loop
    # Bound here, and not by the loop, for both kinds of door to be alike.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server(
        (host, port),
        family=family,
        backlog=_BACKLOG,
        # The kernel then shares the connections out among the processes.
        reuse_port=doorway.settings.processes > 1,
    )
    listening.setblocking(False)
    if doorway.implicit_tls:
        return _TlsFirst(doorway, listening)
    server = await loop.create_server(
        lambda: SmtpSession(doorway), sock=listening, backlog=_BACKLOG
    )
    return _Plain(server, listening.getsockname()[1])


class _Plain:
    def __init__(self, server: asyncio.Server, port: int) -> None:
        self._server = server
        self.port = port

    def close(self) -> None:
        self._server.close()


class _TlsFirst:
    """
    Accepts by itself, so that a connection counts from its first moment.

    `create_server` would tell us only of handshakes that went well, and the half-open
    ones are the ones to limit; its failures would reach the loop's handler only.
    """

    def __init__(self, doorway: Doorway, listening: socket.socket) -> None:
        self._doorway = doorway
        self._listening = listening
        self._handshakes: set[asyncio.Task[None]] = set()
        self._accepting = doorway.worker.loop.create_task(self._accept())
        self.port = int(listening.getsockname()[1])

    def close(self) -> None:
        self._accepting.cancel()
        for handshake in self._handshakes:
            handshake.cancel()
        # Once the loop has let go of it.
        self._doorway.worker.loop.call_soon(self._listening.close)

    async def _accept(self) -> None:
        loop = self._doorway.worker.loop
        while True:
            try:
                peer, address = await loop.sock_accept(self._listening)
            except OSError as error:
                log.error("cannot accept: {why}", why=error.strerror)
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            handshake = loop.create_task(self._welcome(peer, str(address[0])))
            self._handshakes.add(handshake)
            handshake.add_done_callback(self._handshakes.discard)

    async def _welcome(self, peer: socket.socket, address: str) -> None:
        session = SmtpSession(self._doorway)
        if not session.enter(address):
            log.warn("too many connections")
            peer.close()
            return
        try:
            await self._doorway.worker.loop.connect_accepted_socket(
                lambda: session,
                peer,
                ssl=self._doorway.tls,
                ssl_handshake_timeout=self._doorway.settings.handshake_seconds,
                ssl_shutdown_timeout=CLOSING_SECONDS,
            )
        except ssl.SSLError:  # told by the context, which knows why
            session.leave()
        except (OSError, TimeoutError) as error:
            log.info("TLS refused: {code}", code=failure_of(error).value)
            session.leave()
        except asyncio.CancelledError:
            session.leave()
            raise

"""The SMTP doors: services that listen when started and finish when stopped."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.core.envelope import Door
from gateway.loop import Threads, as_deferred
from gateway.mssante.places import Places
from gateway.mssante.smtp.connection import SmtpConnection
from gateway.mssante.smtp.doorway import CLOSING_SECONDS, Doorway, note_refused
from gateway.mssante.smtp.limits import DiskSpace, Memory
from gateway.mssante.smtp.reception import SmtpReception
from gateway.mssante.smtp.session import Intake, SmtpSession
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.settings.file import Settings
from gateway.trust.networks import network_of
from gateway.trust.tls import (
    Identity,
    RefusedHandshake,
    renew_server_context,
    smtp_server_context,
)
from gateway.trust.tls_failures import TlsFailure, failure_of

log = Logger()

_BACKLOG = 512
_MOST_REFUSED = 50
"""Handshakes at once with those that are only to be told that there are too many."""

_PAUSE_SECONDS = 1.0
"""Rest after an accept that failed: no descriptors are left, and more may come back."""


class SmtpDoors:
    """
    Makes the doors of one node; they share the limit on memory.

    ``folders`` are where the database and the blobs lie: their free space is looked
    at before a message is let in. ``tokens`` sign in users, who need no certificate
    then.
    """

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        reception: SmtpReception,
        worker: Threads,
        folders: tuple[Path, ...],
        *,
        tokens: TokenSignIn | None = None,
    ) -> None:
        self._settings = settings
        self._reception = reception
        self._worker = worker
        self._identity = identity
        self._tokens = tokens
        smtp = settings.smtp
        self.memory = Memory(smtp.share(smtp.max_memory_bytes))
        self._disk = DiskSpace(folders, settings.blobs.min_free_bytes)

    def service(self, door: Door, port: int, *, implicit_tls: bool = False) -> SmtpDoor:
        """Return one door on a port of the settings' host; 0 takes a free one."""
        hostname, settings = self._settings.domains.hostname, self._settings.smtp
        tokens = self._tokens if door is Door.SUBMISSION else None
        required = tokens is None
        doorway = Doorway(
            hostname=hostname,
            settings=settings,
            tls=smtp_server_context(self._identity, refused=_said, required=required),
            worker=self._worker,
            places=Places(
                most=settings.share(settings.max_connections),
                most_per_host=settings.share(settings.max_connections_per_peer),
                most_unproven=settings.share(settings.max_connections_unproven),
                most_per_certificate=max(
                    1, settings.share(settings.max_connections_per_certificate)
                ),
            ),
            untrusted=partial(self._untrusted, door),
            takes_tokens=tokens is not None,
        )
        intake = Intake(
            door=door,
            hostname=hostname,
            settings=settings,
            worker=self._worker,
            admission=self._reception.admission,
            reception=self._reception,
            memory=self.memory,
            disk=self._disk,
            tokens=tokens,
        )
        host = self._settings.listen.host
        return SmtpDoor(doorway, intake, host, port, implicit_tls=implicit_tls)

    def _untrusted(self, door: Door, handshake: RefusedHandshake, address: str) -> None:
        """Have a refused handshake kept, as many as the settings say; off the loop."""
        if self._reception.keeps_handshake(network_of(address)):
            note = self._worker.awaitable(self._reception.note_handshake)
            note(door, handshake)


class SmtpDoor(Service):
    """
    One door on the loop the reactor runs: no thread, no second loop.

    ``listening`` fires with the port, or fails when it is taken: `gateway serve`
    must stop then, for nothing else tells.
    """

    def __init__(
        self,
        doorway: Doorway,
        intake: Intake,
        host: str,
        port: int,
        *,
        implicit_tls: bool,
    ) -> None:
        self._doorway = doorway
        self._intake = intake
        self._host = host
        self._port = port
        self._implicit_tls = implicit_tls
        self._listener: Listener | None = None
        self.listening: Deferred[int] = Deferred()

    def renew(self, identity: Identity) -> None:
        """Show another certificate to the peers that connect from now on."""
        renew_server_context(self._doorway.tls, identity)

    def startService(self) -> None:  # noqa: N802
        super().startService()
        loop = self._doorway.worker.loop
        as_deferred(self._listen(), loop).chainDeferred(self.listening)

    async def _listen(self) -> int:
        doorway = self._doorway
        # Bound here, and not by the loop, for both kinds of door to be alike.
        listening = socket.create_server(
            (self._host, self._port),
            family=socket.AF_INET6 if ":" in self._host else socket.AF_INET,
            backlog=_BACKLOG,
            # The kernel then shares the connections out among the processes.
            reuse_port=doorway.settings.processes > 1,
        )
        listening.setblocking(False)
        if self._implicit_tls:
            self._listener = _TlsFirst(doorway, self._connect, listening)
        else:
            server = await doorway.worker.loop.create_server(
                self._connect, sock=listening, backlog=_BACKLOG
            )
            self._listener = _Plain(server, listening.getsockname()[1])
        return self._listener.port

    def stopService(self) -> Deferred[None]:  # noqa: N802
        super().stopService()
        return as_deferred(self._finish(), self._doorway.worker.loop)

    def _connect(self) -> SmtpConnection:
        return SmtpConnection(self._doorway, partial(SmtpSession, intake=self._intake))

    async def _finish(self) -> None:
        """Stop listening, let each message under way end, then close what is left."""
        if self._listener is not None:
            self._listener.close()
        self._doorway.farewells.close()
        connections = self._doorway.connections
        last = [connection.finish() for connection in list(connections)]
        if last:
            await asyncio.wait(last, timeout=self._doorway.settings.stop_seconds)
        for connection in list(connections):
            connection.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._doorway.emptied()


def _said(_: TlsFailure) -> None:
    """Each connection says it with its address: see `Doorway.tls_for`."""


class Listener(Protocol):
    """A door that is open."""

    @property
    def port(self) -> int:
        """The port it listens on."""

    def close(self) -> None:
        """Take no more connections; those that are there go on."""


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

    def __init__(
        self,
        doorway: Doorway,
        connect: Callable[[], SmtpConnection],
        listening: socket.socket,
    ) -> None:
        self._doorway = doorway
        self._connect = connect
        self._listening = listening
        self._handshakes: set[asyncio.Task[None]] = set()
        self._refusing = 0
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
        connection = self._connect()
        if not connection.enter(address) and self._refusing >= _MOST_REFUSED:
            log.warn("too many connections")
            peer.close()
            return
        self._refusing += connection.refused
        try:
            await self._shake_hands(peer, connection)
        finally:
            self._refusing -= connection.refused

    async def _shake_hands(
        self, peer: socket.socket, connection: SmtpConnection
    ) -> None:
        connection.handshake = asyncio.current_task()
        try:
            await self._doorway.worker.loop.connect_accepted_socket(
                lambda: connection,
                peer,
                ssl=self._doorway.tls_for(connection.address, peer),
                ssl_handshake_timeout=self._doorway.settings.handshake_seconds,
                ssl_shutdown_timeout=CLOSING_SECONDS,
            )
        except ssl.SSLError:  # told by the context, which knows why
            connection.leave()
        except (OSError, TimeoutError) as error:
            note_refused(failure_of(error), connection.address)
            connection.leave()
        except asyncio.CancelledError:
            connection.leave()
            raise
        finally:
            connection.handshake = None

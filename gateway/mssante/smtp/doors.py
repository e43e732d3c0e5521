"""The SMTP doors as services: they listen when started and finish when stopped."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway import metrics
from gateway.core.envelope import Door
from gateway.loop import Threads, as_deferred
from gateway.mssante.smtp.doorway import Doorway
from gateway.mssante.smtp.limits import DiskSpace, Gate, Memory
from gateway.mssante.smtp.listening import Listener, listen
from gateway.mssante.smtp.reception import SmtpReception
from gateway.settings.file import Settings
from gateway.trust.tls import Identity, smtp_server_context
from gateway.trust.tls_failures import TlsFailure

log = Logger()


class SmtpDoors:
    """
    Makes the doors of one node; they share the limits on connections and memory.

    ``folders`` are where the database and the blobs lie: their free space is looked
    at before a message is let in.
    """

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        reception: SmtpReception,
        worker: Threads,
        folders: tuple[Path, ...],
    ) -> None:
        self._settings = settings
        self._reception = reception
        self._worker = worker
        self._tls = smtp_server_context(identity, refused=_note)  # a bad key fails here
        smtp = settings.smtp
        self._gate = Gate(
            smtp.share(smtp.max_connections),
            smtp.share(smtp.max_connections_per_peer),
        )
        self._memory = Memory(smtp.share(smtp.max_memory_bytes))
        self._disk = DiskSpace(folders, settings.blobs.min_free_bytes)

    def service(self, door: Door, port: int, *, implicit_tls: bool = False) -> SmtpDoor:
        """Return one door on a port of the settings' host; 0 takes a free one."""
        doorway = Doorway(
            door=door,
            implicit_tls=implicit_tls,
            hostname=self._settings.domains.hostname,
            settings=self._settings.smtp,
            tls=self._tls,
            admission=self._reception.admission,
            reception=self._reception,
            worker=self._worker,
            gate=self._gate,
            memory=self._memory,
            disk=self._disk,
        )
        return SmtpDoor(doorway, self._settings.listen.host, port)


class SmtpDoor(Service):
    """
    One door on the loop the reactor runs: no thread, no second loop.

    ``listening`` fires with the port, or fails when it is taken: `gateway serve`
    must stop then, for nothing else tells.
    """

    def __init__(self, doorway: Doorway, host: str, port: int) -> None:
        self._doorway = doorway
        self._host = host
        self._port = port
        self._listener: Listener | None = None
        self.listening: Deferred[int] = Deferred()

    def startService(self) -> None:  # noqa: N802
        super().startService()
        loop = self._doorway.worker.loop
        as_deferred(self._listen(), loop).chainDeferred(self.listening)

    async def _listen(self) -> int:
        self._listener = await listen(self._doorway, self._host, self._port)
        return self._listener.port

    def stopService(self) -> Deferred[None]:  # noqa: N802
        super().stopService()
        return as_deferred(self._finish(), self._doorway.worker.loop)

    async def _finish(self) -> None:
        """Stop listening, let each message under way end, then close what is left."""
        if self._listener is not None:
            self._listener.close()
        connections = self._doorway.connections
        last = [connection.finish() for connection in list(connections)]
        if last:
            await asyncio.wait(last, timeout=self._doorway.settings.stop_seconds)
        for connection in list(connections):
            connection.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._doorway.emptied()


def _note(failure: TlsFailure) -> None:
    """Log a handshake that failed by its code: a port scan is no defect."""
    metrics.REFUSED.labels(failure.value).inc()
    log.info("TLS refused: {code}", code=failure.value)

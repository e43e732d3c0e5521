"""What the connections of one SMTP door share."""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol

from attrs import define, field

from gateway.core.envelope import Door
from gateway.loop import Threads
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.limits import DiskSpace, Gate, Memory
from gateway.mssante.smtp.reception import SmtpReception
from gateway.settings.file import SmtpSettings

CLOSING_SECONDS = 5.0
"""Time for a peer to take our last reply and to end TLS; then the socket is closed."""


class OpenConnection(Protocol):
    """What stopping a door asks of its connections."""

    def finish(self) -> asyncio.Task[None]:
        """End now if it waits for a command, else after it; return the last of it."""

    def abort(self) -> None:
        """End at once."""


@define(kw_only=True, eq=False)
class Doorway:
    """
    What the connections of one door share.

    ``connections`` are those that are open, refused ones included.
    """

    door: Door
    implicit_tls: bool
    hostname: str
    settings: SmtpSettings
    tls: ssl.SSLContext
    admission: Admission
    reception: SmtpReception
    worker: Threads
    gate: Gate
    memory: Memory
    disk: DiskSpace
    connections: set[OpenConnection] = field(factory=set, repr=False)
    _left: asyncio.Event = field(init=False, factory=asyncio.Event, repr=False)

    def enter(self, connection: OpenConnection) -> None:
        """Count a connection in."""
        self.connections.add(connection)

    def leave(self, connection: OpenConnection) -> None:
        """Count a connection out; again is no error."""
        self.connections.discard(connection)
        self._left.set()

    async def emptied(self) -> None:
        """Return when the last connection is gone, its socket closed."""
        while self.connections:
            self._left.clear()
            await self._left.wait()

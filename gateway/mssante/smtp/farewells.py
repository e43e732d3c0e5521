"""Refused handshakes hear why: the alert leaves, and the peer has time to read it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Protocol

MOST = 50
"""Sockets at once that are only there for their alert; more are closed after it."""


class Duplicable(Protocol):
    """A socket, or what asyncio shows of a transport's."""

    def dup(self) -> socket.socket:
        """Return the same connection under another descriptor."""


class Farewells:
    """
    Sends alerts that asyncio would drop, and keeps their sockets for a while.

    A socket that is closed with unread bytes in it resets the connection, and the peer
    may lose what it was told: in TLS 1.3 it has sent its first command by then.
    """

    def __init__(self, seconds: float, most: int = MOST) -> None:
        """Keep a socket that long, in seconds, and so many at once."""
        self._seconds = seconds
        self._most = most
        self._waiting: set[asyncio.Task[None]] = set()

    def say(self, connection: Duplicable, alert: bytes) -> None:
        """Send an alert on a connection that its owner is about to close."""
        if not alert:
            return
        try:
            own = connection.dup()
        except OSError:  # it is closed, or no descriptor is left
            return
        try:
            own.setblocking(False)
            own.send(alert)
            own.shutdown(socket.SHUT_WR)
        except OSError:
            own.close()
            return
        if len(self._waiting) >= self._most:
            own.close()
            return
        waiting = asyncio.get_running_loop().create_task(self._wait(own))
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)

    async def _wait(self, own: socket.socket) -> None:
        """Read what the peer sends, until it ends or its time is over."""
        loop = asyncio.get_running_loop()
        try:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(self._seconds):
                    while await loop.sock_recv(own, 4096):
                        pass
        finally:
            own.close()

    def close(self) -> None:
        """Wait for nobody any more."""
        for waiting in self._waiting:
            waiting.cancel()

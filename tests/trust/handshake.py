"""Plays TLS handshakes in memory, between any two of `ssl` and pyOpenSSL."""

from __future__ import annotations

import ssl
from typing import Protocol

from attrs import field, frozen
from OpenSSL import SSL

from gateway.trust.tls_twisted import ServerConnections


class Side(Protocol):
    """One end of a connection in memory."""

    def step(self) -> bool:
        """Go on with the handshake; tell whether it is done."""

    def take(self) -> bytes:
        """Return what is to be sent to the other side."""

    def give(self, content: bytes) -> None:
        """Hand in what the other side sent."""


class StdlibSide:
    """An `ssl` context's end."""

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        server: bool = False,
        name: str | None = None,
        session: ssl.SSLSession | None = None,
    ) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(
            self._in, self._out, server, None if server else name, session
        )

    def step(self) -> bool:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def take(self) -> bytes:
        return self._out.read()

    def give(self, content: bytes) -> None:
        self._in.write(content)


class PyopensslSide:
    """A pyOpenSSL server's end, as Twisted drives it."""

    def __init__(self, made: ServerConnections) -> None:
        self.tls = made.serverConnectionForTLS(None)
        self.tls.set_accept_state()

    def step(self) -> bool:
        try:
            self.tls.do_handshake()
        except SSL.WantReadError:
            return False
        return True

    def take(self) -> bytes:
        try:
            return self.tls.bio_read(65536)
        except SSL.WantReadError:
            return b""

    def give(self, content: bytes) -> None:
        self.tls.bio_write(content)


@frozen
class Outcome:
    """How a handshake ended on both sides; None where nothing went wrong."""

    server: Exception | None = field(default=None)
    client: Exception | None = field(default=None)

    @property
    def done(self) -> bool:
        """True when both sides are content."""
        return self.server is None and self.client is None


def shake(server: Side, client: Side, rounds: int = 12) -> Outcome:
    """Carry bytes to and fro until neither side has more to say."""
    failures: dict[str, Exception] = {}
    for _ in range(rounds):
        for name, side, other in (
            ("client", client, server),
            ("server", server, client),
        ):
            if name not in failures:
                try:
                    side.step()
                except (ssl.SSLError, SSL.Error) as error:
                    failures[name] = error
            if content := side.take():
                other.give(content)
    return Outcome(failures.get("server"), failures.get("client"))

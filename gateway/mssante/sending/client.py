"""aiosmtplib's client, made strict about STARTTLS."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, cast

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)

_READY = 220
_TURNS = 3
"""Of the loop, until a closed transport has let go of its socket."""


class InjectedError(SMTPException):
    """Bytes came in clear behind the answer to STARTTLS: somebody is in between."""


class StrictClient(SMTP):
    """
    A client for one exchange, in clear until `secure`.

    aiosmtplib drops bytes that came in clear behind the answer to STARTTLS. Here they
    end the exchange, as no honest server sends any (RFC 3207 §4.2, attack S07).
    """

    _clear: asyncio.WriteTransport | None = None

    async def secure(self, host: str, context: ssl.SSLContext, seconds: float) -> None:
        """
        Change to TLS; the caller then says EHLO again.

        Raises:
            InjectedError: bytes were waiting that are not of the handshake.
            SMTPResponseException: the server refused.
            ssl.SSLError, OSError: the handshake failed.
        """
        response = await self.execute_command(b"STARTTLS")
        if response.code != _READY:
            raise SMTPResponseException(response.code, response.message)
        protocol = self.protocol
        if protocol is None or protocol.transport is None or self.transport is None:
            raise SMTPServerDisconnected("Connection lost")
        if cast("Any", protocol)._buffer:  # noqa: SLF001 (nothing public tells)
            raise InjectedError("bytes before the handshake")
        self._clear = cast("asyncio.WriteTransport", self.transport)
        protected = await asyncio.get_running_loop().start_tls(
            self._clear,
            protocol,
            context,
            server_hostname=host,
            ssl_handshake_timeout=seconds,
        )
        if protected is None:
            raise SMTPServerDisconnected("Connection lost")
        self.transport = protocol.transport = protected

    def peer_certificate(self) -> bytes | None:
        """Return the server's certificate in DER, or None without TLS."""
        tls = self.get_transport_info("ssl_object")
        return None if tls is None else tls.getpeercert(binary_form=True)

    async def end(self) -> None:
        """
        Close the connection, whatever its state, before the loop ends. Under TLS it is
        cut at once: a proper close would wait for the other side.
        """
        self.close()
        if self._clear is not None:
            self._clear.abort()
        for _ in range(_TURNS):
            await asyncio.sleep(0)

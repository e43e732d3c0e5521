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


class InjectedError(SMTPException):
    """Bytes came in clear behind the answer to STARTTLS: somebody is in between."""


class StrictClient(SMTP):
    """
    A client for one exchange, in clear until `secure`.

    aiosmtplib drops what came in clear behind the answer to STARTTLS; here it ends
    the exchange, for no honest server sends any (RFC 3207 §4.2, attack S07).
    """

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
        loop = asyncio.get_running_loop()
        protected = await loop.start_tls(
            cast("asyncio.WriteTransport", self.transport),
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
        """Close the connection whatever state it is in, and let that happen."""
        transport = self.transport
        self.close()
        if transport is not None:
            cast("asyncio.WriteTransport", transport).abort()
            await asyncio.sleep(0)

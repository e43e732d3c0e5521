"""aiosmtplib's client, made strict about STARTTLS."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, cast

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from gateway.mssante.sending.times import SmtpTimes

_READY = 220
_SEND_BODY = 354
_OK = 250
_PIECE = 64 * 1024
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
    waits_for_end = False
    """True from the final dot until its answer."""

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

    async def hand_over(self, content: bytes, times: SmtpTimes) -> SMTPResponse:
        """
        Send a message whose recipient was accepted; return the answer that takes it.

        Each wait has its own length (RFC 5321 §4.5.3.2): aiosmtplib has one for all,
        and counts the time a large message takes as time that the peer hangs.

        Raises:
            SMTPDataError: the peer answered otherwise.
            SMTPException, OSError: it did not answer, or went away.
        """
        response = await self.execute_command(b"DATA", timeout=times.data)
        if response.code != _SEND_BODY:
            raise SMTPDataError(response.code, response.message)
        protocol = self.protocol
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        # Else an answer that comes before all is sent would be thrown away.
        cast("Any", protocol)._response_pending = True  # noqa: SLF001
        body = _stuffed(content)
        async with asyncio.timeout(times.transfer):
            for at in range(0, len(body), _PIECE):
                protocol.write(body[at : at + _PIECE])
                async with asyncio.timeout(times.block):
                    await cast("Any", protocol)._drain_helper()  # noqa: SLF001
        self.waits_for_end = True
        try:
            response = await protocol.read_response(timeout=times.end)
        finally:
            self.waits_for_end = False
        if response.code != _OK:
            raise SMTPDataError(response.code, response.message)
        return response

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


def _stuffed(content: bytes) -> bytes:
    """Return a message with its dots doubled, and its end (RFC 5321 §4.5.2)."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return (b"\r\n" + whole).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"

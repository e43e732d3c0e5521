"""The connection to the host of one domain, kept for its next messages."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final, Protocol

import aiosmtplib
from attrs import define, evolve, field
from twisted.logger import Logger

from gateway.errors import NotFoundError, UnavailableError
from gateway.mssante.sending.attempts import (
    Attempt,
    Outcome,
    OutgoingCopy,
    accepted,
    answered,
    deferred,
    not_ready,
    refused,
    unreached,
)
from gateway.mssante.sending.client import InjectedError, StrictClient
from gateway.mssante.sending.times import SmtpTimes
from gateway.trust.tls_failures import failure_of

log = Logger()

_MOST_HOSTS: Final = 5
_CLOSING: Final = 421
"""The peer ends the connection, whatever it answers (RFC 5321 §3.8)."""


class Peers(Protocol):
    """What a line asks of whoever opens it: `out.SmtpOut`."""

    @property
    def times(self) -> SmtpTimes:
        """How long a peer is waited for."""

    def find(self, domain: str) -> list[tuple[str, int]]:
        """Return the hosts of a domain, best first: `mail_hosts.find_hosts`."""

    def domain_objection(self, domain: str) -> Attempt | None:
        """Return why nothing is sent to a domain, or None when all is well."""

    def client(self, host: str, port: int) -> StrictClient:
        """Return a client that is not connected yet."""

    def objection(self, client: StrictClient, domain: str, host: str) -> Attempt | None:
        """Return why nothing is sent to this server, or None when all is well."""

    @property
    def context(self) -> ssl.SSLContext:
        """Our side of TLS."""


@define
class PeerLine:
    """
    Sends the messages of one domain, one after the other, over one connection.

    What a peer does ends in an `Attempt`. The certificate is judged for each message,
    with the lists as they are then.
    """

    peers: Peers
    domain: str
    _client: StrictClient | None = field(init=False, default=None)
    _host: str = field(init=False, default="")

    @property
    def may_be_taken(self) -> bool:
        """True from the final dot until its answer: the peer may have the message."""
        return self._client is not None and self._client.waits_for_end

    async def send(self, parcel: OutgoingCopy) -> Attempt:
        """
        Try each host of the domain until one takes the message or refuses it.

        Who gives it up meanwhile cuts the connection: what would be said next belongs
        to the message.
        """
        try:
            return await self._send(parcel)
        except asyncio.CancelledError:
            await self.close()
            raise

    async def _send(self, parcel: OutgoingCopy) -> Attempt:
        if not parcel.is_well_formed:
            return refused("5.1.3", "an address or parameter is malformed")
        if objection := self.peers.domain_objection(self.domain):
            await self.close()
            return objection
        if await self._is_still_there():
            return await self._give(parcel)
        try:
            hosts = self.peers.find(self.domain)[:_MOST_HOSTS]
        except NotFoundError as error:
            return refused("5.1.2", error.public)
        except UnavailableError as error:
            return unreached("4.4.3", error.public)
        if not hosts:
            return refused("5.1.10", "the domain takes no mail")
        attempt = unreached("4.4.1", "no host answered")
        for host, port in hosts:
            await self.close()
            failure = await self._open(host, port, parcel)
            attempt = failure or await self._give(parcel)
            if attempt.outcome is not Outcome.DEFERRED:
                break
        return attempt

    async def close(self) -> None:
        """End the connection, if there is one."""
        client, self._client = self._client, None
        if client is not None:
            await client.end()

    async def leave(self) -> None:
        """Say QUIT; what was taken is the peer's, whatever becomes of this."""
        try:
            if self._client is not None:
                await self._client.quit(timeout=_GOODBYE_SECONDS)
        except (aiosmtplib.SMTPException, OSError) as error:
            log.debug("no farewell: {why}", why=_name(error))
        finally:
            await self.close()

    async def _is_still_there(self) -> bool:
        """Tell whether the connection of the last message serves for the next one."""
        client = self._client
        if client is None:
            return False
        try:
            if self.peers.objection(client, self.domain, self._host) is None:
                await client.rset(timeout=self.peers.times.command)
                return True
        except (aiosmtplib.SMTPException, OSError) as error:
            log.debug("not kept: {why}", why=_name(error))
        await self.close()
        return False

    async def _open(self, host: str, port: int, parcel: OutgoingCopy) -> Attempt | None:
        """Connect and change to TLS; return why not, or None."""
        client = self._client = self.peers.client(host, port)
        self._host = host
        try:
            failure = await self._greet(client, host)
        except InjectedError:
            failure = unreached("4.7.0", "bytes came before the TLS handshake", host)
        except aiosmtplib.SMTPResponseException as error:
            failure = not_ready(error.code, error.message, host, parcel)
        except ssl.SSLError as error:
            why = failure_of(error).value
            failure = unreached("4.7.5", f"TLS failed: {why}", host)
        except (aiosmtplib.SMTPException, OSError) as error:
            failure = evolve(_broken(error, host), reached=False)
        if failure is not None:
            await self.close()
        return failure

    async def _greet(self, client: StrictClient, host: str) -> Attempt | None:
        await client.connect()
        await client.ehlo()
        if not client.supports_extension("starttls"):
            return unreached("4.7.4", "the peer does not offer STARTTLS", host)
        await client.secure(host, self.peers.context, self.peers.times.command)
        if objection := self.peers.objection(client, self.domain, host):
            return objection
        await client.ehlo()
        return None

    async def _give(self, parcel: OutgoingCopy) -> Attempt:
        """Hand a message over; the connection stays if the peer is still there."""
        client, host = self._client, self._host
        assert client is not None, "opened before"
        try:
            attempt = await self._hand_over(client, host, parcel)
        except aiosmtplib.SMTPResponseException as error:
            attempt = answered(error.code, error.message, host, parcel)
            if error.code == _CLOSING or not client.is_connected:
                await self.close()
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            attempt = _broken(error, host)
        return attempt

    async def _hand_over(
        self, client: StrictClient, host: str, parcel: OutgoingCopy
    ) -> Attempt:
        speaks_dsn = client.supports_extension("dsn")
        options = []
        if client.supports_extension("size"):
            options.append(f"SIZE={len(parcel.content)}")
        if not parcel.content.isascii():
            if not client.supports_extension("8bitmime"):
                return refused("5.6.3", "the peer takes no 8-bit messages", host)
            options.append("BODY=8BITMIME")
        recipient_options = []
        if speaks_dsn:
            options += _given(RET=parcel.ret, ENVID=parcel.envid)
            recipient_options = _given(NOTIFY=parcel.notify, ORCPT=parcel.orcpt)
        await client.mail(parcel.reverse_path, options=options)
        await client.rcpt(parcel.recipient, options=recipient_options)
        response = await client.hand_over(parcel.content, self.peers.times)
        return accepted(response.code, response.message, host, parcel, told=speaks_dsn)


_GOODBYE_SECONDS: Final = 5.0


def _broken(error: Exception, host: str) -> Attempt:
    return deferred("4.4.2", f"the exchange failed: {_name(error)}", host)


def _given(**parameters: str) -> list[str]:
    return [f"{name}={value}" for name, value in parameters.items() if value]


def _name(error: BaseException) -> str:
    return type(error).__name__

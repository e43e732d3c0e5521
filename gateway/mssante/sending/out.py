"""Delivery of one message to another operator: SMTP, STARTTLS, mutual TLS."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

import aiosmtplib
import dns.exception
import dns.resolver
from attrs import frozen
from twisted.logger import Logger

from gateway.mssante.sending.attempts import (
    Attempt,
    Outcome,
    OutgoingCopy,
    accepted,
    answered,
    deferred,
    not_ready,
    refused,
)
from gateway.mssante.sending.client import InjectedError, StrictClient
from gateway.trust.certificate_rules import CertificateRefused, Role
from gateway.trust.certificates import SenderCertificate
from gateway.trust.space import TrustSpace
from gateway.trust.tls_failures import failure_of

log = Logger()

SMTP_PORT: Final = 25
_NOT_CURRENT = "our own list of the space of trust is not current"
_MOST_HOSTS = 5
_DNS_SECONDS = 10.0

Hosts = Callable[[str], list[tuple[str, int]]]
"""Returns the hosts that take mail for a domain, best first; may be empty."""


def find_hosts(
    routes: Mapping[str, str],
    domain: str,
    resolver: dns.resolver.Resolver | None = None,
) -> list[tuple[str, int]]:
    """
    Return the hosts of a domain: the route set for it, else its MX (RFC 5321 §5.1).

    A domain without MX is its own host; one whose MX is ``.`` takes no mail
    (RFC 7505) and has none.

    Raises:
        dns.exception.DNSException: `NXDOMAIN` where there is no such domain,
            another where that is not known now.
    """
    if route := routes.get(domain):
        host, _, port = route.rpartition(":")
        return [(host.strip("[]"), int(port))]
    resolver = resolver or dns.resolver.get_default_resolver()
    try:
        answers = resolver.resolve(domain, "MX", lifetime=_DNS_SECONDS)
    except dns.resolver.NoAnswer:
        return [(domain, SMTP_PORT)]
    ranked = sorted((answer.preference, str(answer.exchange)) for answer in answers)
    return [(host.rstrip("."), SMTP_PORT) for _, host in ranked if host != "."]


class HostCheck(StrEnum):
    """What to do when a server's certificate does not name the host contacted."""

    OFF = "off"
    WARN = "warn"
    ENFORCE = "enforce"


@frozen
class SmtpOut:
    """
    Speaks to other operators.

    The peer's server proves itself as a sender would: pinned chain, not revoked, and on
    the allow-list for the domain written to. Where it cannot, nothing is sent: neither
    in clear (somebody may have taken STARTTLS away, attack S06) nor to a stranger. A
    certificate that is listed for another domain is refused for good; one that is
    expired, revoked or of another authority is tried again later, because an honest
    peer renews it within hours; the sender hears of the delay.

    ``timeout`` is in seconds, for all the hosts of a domain together; it has to end
    before the lease of the task does, or another worker sends the message as well.
    """

    trust: TrustSpace
    context: ssl.SSLContext
    hosts: Hosts
    hostname: str
    timeout: float
    host_check: HostCheck = HostCheck.WARN

    async def send(self, parcel: OutgoingCopy) -> Attempt:
        """Try each host of the domain until one takes the message or refuses it."""
        if not parcel.is_well_formed:
            return refused("5.1.3", "an address or parameter is malformed")
        domain = parcel.domain
        if not self.trust.lists(domain):
            if not self.trust.allowlist_is_current:
                return deferred("4.3.5", _NOT_CURRENT)
            return refused("5.7.1", "the domain is not in the space of trust")
        try:
            hosts = self.hosts(domain)[:_MOST_HOSTS]
        except dns.resolver.NXDOMAIN:
            return refused("5.1.2", "there is no such domain")
        except dns.exception.DNSException as error:
            return deferred("4.4.3", f"the domain was not found: {_name(error)}")
        if not hosts:
            return refused("5.1.10", "the domain takes no mail")
        attempt = deferred("4.4.1", "no host answered")
        end = asyncio.get_running_loop().time() + self.timeout
        for left, (host, port) in zip(range(len(hosts), 0, -1), hosts, strict=True):
            share = (end - asyncio.get_running_loop().time()) / left
            attempt = await self._send_within(share, host, port, parcel)
            if attempt.outcome is not Outcome.DEFERRED:
                break
        return attempt

    async def _send_within(
        self, seconds: float, host: str, port: int, parcel: OutgoingCopy
    ) -> Attempt:
        client = StrictClient(
            hostname=host,
            port=port,
            local_hostname=self.hostname,
            start_tls=False,
            timeout=seconds,
        )
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(client, host, parcel, seconds)
        except InjectedError:
            return deferred("4.7.0", "bytes came before the TLS handshake", host)
        except aiosmtplib.SMTPResponseException as error:
            return not_ready(error.code, error.message, host, parcel)
        except ssl.SSLError as error:
            return deferred("4.7.5", f"TLS failed: {failure_of(error).value}", host)
        except (aiosmtplib.SMTPException, OSError) as error:
            return deferred("4.4.2", f"the exchange failed: {_name(error)}", host)
        finally:
            await client.end()

    async def _exchange(
        self, client: StrictClient, host: str, parcel: OutgoingCopy, seconds: float
    ) -> Attempt:
        await client.connect()
        await client.ehlo()
        if not client.supports_extension("starttls"):
            return deferred("4.7.4", "the peer does not offer STARTTLS", host)
        await client.secure(host, self.context, seconds)
        if (objection := self._judge(client, parcel.domain, host)) is not None:
            return objection
        await client.ehlo()
        return await self._hand_over(client, host, parcel)

    def _judge(self, client: StrictClient, domain: str, host: str) -> Attempt | None:
        """Return why nothing is sent to this server, or None when all is well."""
        der = client.peer_certificate()
        if der is None:
            return deferred("4.7.5", "the peer showed no certificate", host)
        peer = self.trust.judge_peer(der, Role.SERVER)
        if isinstance(peer.verdict, CertificateRefused):
            why = peer.verdict.code.value
            return deferred("4.7.5", f"the peer's certificate is refused: {why}", host)
        if not self.trust.may_send_for(peer, domain):
            if not self.trust.allowlist_is_current:
                return deferred("4.3.5", _NOT_CURRENT, host)
            return refused(
                "5.7.5",
                "the peer's certificate is not one listed for the domain",
                host,
            )
        assert peer.certificate is not None, "trusted unread"
        return self._check_host(peer.certificate, host)

    def _check_host(self, certificate: SenderCertificate, host: str) -> Attempt | None:
        """The allow-list binds the domain; the host's name is a second look."""
        if self.host_check is HostCheck.OFF or _names(certificate, host):
            return None
        if self.host_check is HostCheck.ENFORCE:
            return deferred("4.7.5", "the certificate is of another host", host)
        log.warn("the certificate of {host} does not name it", host=host)
        return None

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
        try:
            await client.mail(parcel.reverse_path, options=options)
            await client.rcpt(parcel.recipient, options=recipient_options)
            response = await client.data(parcel.content)
        except aiosmtplib.SMTPResponseException as error:
            return answered(error.code, error.message, host, parcel)
        await _leave(client)
        return accepted(response.code, response.message, host, parcel, told=speaks_dsn)


def _given(**parameters: str) -> list[str]:
    return [f"{name}={value}" for name, value in parameters.items() if value]


def _names(certificate: SenderCertificate, host: str) -> bool:
    """
    Tell whether a certificate names a host, or an address that a route leads to.

    By its alternative names alone: the CN is free text (RFC 9525 §6.3), and a
    certificate that is believed has no wildcard.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        named = {name.lower().removesuffix(".") for name in certificate.dns_names}
        return host.lower().removesuffix(".") in named
    return str(address) in certificate.addresses


async def _leave(client: StrictClient) -> None:
    """Say QUIT; the message is the peer's already, whatever becomes of this."""
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        log.debug("no farewell: {why}", why=_name(error))


def _name(error: BaseException) -> str:
    return type(error).__name__

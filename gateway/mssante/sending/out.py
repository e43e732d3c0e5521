"""Delivery of one message to another operator: SMTP, STARTTLS, mutual TLS."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from enum import StrEnum

from attrs import frozen
from twisted.logger import Logger

from gateway.mssante.sending.attempts import (
    Attempt,
    OutgoingCopy,
    refused,
    unreached,
)
from gateway.mssante.sending.client import StrictClient
from gateway.mssante.sending.peer_line import PeerLine
from gateway.mssante.sending.times import SmtpTimes
from gateway.trust.certificate_rules import CertificateRefused, Role
from gateway.trust.certificates import SenderCertificate
from gateway.trust.space import TrustSpace

log = Logger()

_NOT_CURRENT = "our own list of the space of trust is not current"

Hosts = Callable[[str], list[tuple[str, int]]]
"""Returns the hosts that take mail for a domain: `mail_hosts.find_hosts`."""


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

    A domain has one connection at a time of each line: see `peer_line.PeerLine`.
    """

    trust: TrustSpace
    context: ssl.SSLContext
    hosts: Hosts
    hostname: str
    times: SmtpTimes
    host_check: HostCheck = HostCheck.WARN

    def line(self, domain: str) -> PeerLine:
        """Return a line to the host of a domain; it connects with the first message."""
        return PeerLine(self, domain)

    async def send(self, parcel: OutgoingCopy) -> Attempt:
        """Send one message over a connection of its own."""
        line = self.line(parcel.domain)
        try:
            return await line.send(parcel)
        finally:
            await line.leave()

    def find(self, domain: str) -> list[tuple[str, int]]:
        """Return the hosts of a domain, best first."""
        return self.hosts(domain)

    def domain_objection(self, domain: str) -> Attempt | None:
        """Return why nothing is sent to a domain as of now, or None."""
        if self.trust.lists(domain):
            return None
        if not self.trust.allowlist_is_current:
            return unreached("4.3.5", _NOT_CURRENT)
        return refused("5.7.1", "the domain is not in the space of trust")

    def client(self, host: str, port: int) -> StrictClient:
        """Return a client that is not connected yet."""
        return StrictClient(
            hostname=host,
            port=port,
            local_hostname=self.hostname,
            start_tls=False,
            timeout=self.times.command,
        )

    def objection(self, client: StrictClient, domain: str, host: str) -> Attempt | None:
        """Return why nothing is sent to this server, or None when all is well."""
        der = client.peer_certificate()
        if der is None:
            return unreached("4.7.5", "the peer showed no certificate", host)
        peer = self.trust.judge_peer(der, Role.SERVER)
        if isinstance(peer.verdict, CertificateRefused):
            why = peer.verdict.code.value
            return unreached("4.7.5", f"the peer's certificate is refused: {why}", host)
        if not self.trust.may_send_for(peer, domain):
            if not self.trust.allowlist_is_current:
                return unreached("4.3.5", _NOT_CURRENT, host)
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
            return unreached("4.7.5", "the certificate is of another host", host)
        log.warn("the certificate of {host} does not name it", host=host)
        return None


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

"""Delivery of one message to another operator: SMTP, STARTTLS, mutual TLS."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

import aiosmtplib
import dns.exception
import dns.resolver
from aiosmtplib import SMTP
from attrs import field, frozen

from gateway.mssante.trust import TrustSpace

SMTP_PORT: Final = 25


class Outcome(StrEnum):
    """What one try came to."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


@frozen(kw_only=True)
class Attempt:
    """
    The result of a try.

    ``status`` is an enhanced code (RFC 3463), ``reply`` what the peer answered or
    what stopped us, without its line ends. ``told`` is True when the peer promised
    to report success itself (it speaks DSN).
    """

    outcome: Outcome
    status: str
    reply: str
    host: str = ""
    told: bool = False


@frozen(kw_only=True)
class Parcel:
    """One recipient's copy: ``notify``, ``orcpt``, ``ret``, ``envid`` as they came."""

    reverse_path: str = field(repr=False)
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)
    notify: str = ""
    orcpt: str = field(default="", repr=False)
    ret: str = ""
    envid: str = ""


Hosts = Callable[[str], list[tuple[str, int]]]
"""Returns the hosts that take mail for a domain, best first; may be empty."""


def find_hosts(routes: Mapping[str, str], domain: str) -> list[tuple[str, int]]:
    """
    Return the hosts of a domain: the route set for it, else its MX (RFC 5321 §5.1).

    A domain without MX is its own host; one whose MX is ``.`` takes no mail
    (RFC 7505) and has none.
    """
    if route := routes.get(domain):
        host, _, port = route.rpartition(":")
        return [(host, int(port))]
    try:
        answers = dns.resolver.resolve(domain, "MX", lifetime=20)
    except dns.resolver.NoAnswer:
        return [(domain, SMTP_PORT)]
    ranked = sorted((answer.preference, str(answer.exchange)) for answer in answers)
    return [(host.rstrip("."), SMTP_PORT) for _, host in ranked if host != "."]


@frozen
class SmtpOut:
    """
    Speaks to other operators.

    The peer's server proves itself as a sender would: pinned chain, not revoked, and
    on the allow-list for the domain written to. Where it cannot, nothing is sent:
    not in clear (no STARTTLS: a proxy may have taken it away), and not to a stranger.
    """

    trust: TrustSpace
    context: ssl.SSLContext
    hosts: Hosts
    hostname: str
    timeout: float

    async def send(self, parcel: Parcel) -> Attempt:
        """Try each host of the domain until one answers for good or for ill."""
        domain = parcel.recipient.rpartition("@")[2].lower()
        if not self.trust.lists(domain):
            return Attempt(
                outcome=Outcome.REFUSED,
                status="5.7.1",
                reply="the domain is not in the space of trust",
            )
        try:
            hosts = self.hosts(domain)
        except dns.resolver.NXDOMAIN:
            return Attempt(
                outcome=Outcome.REFUSED, status="5.1.2", reply="no such domain"
            )
        except dns.exception.DNSException as error:
            return _deferred("4.4.3", f"the domain was not found: {_name(error)}")
        if not hosts:
            return Attempt(
                outcome=Outcome.REFUSED,
                status="5.1.10",
                reply="the domain takes no mail",
            )
        attempt = _deferred("4.4.1", "no host answered")
        for host, port in hosts:
            attempt = await self._send_to(host, port, domain, parcel)
            if attempt.outcome is not Outcome.DEFERRED:
                break
        return attempt

    async def _send_to(
        self, host: str, port: int, domain: str, parcel: Parcel
    ) -> Attempt:
        client = SMTP(
            hostname=host,
            port=port,
            local_hostname=self.hostname,
            start_tls=False,
            tls_context=self.context,
            timeout=self.timeout,
        )
        try:
            await client.connect()
            await client.ehlo()
            if not client.supports_extension("starttls"):
                return _deferred("4.7.4", "the peer does not offer STARTTLS", host)
            await client.starttls(server_hostname=host, tls_context=self.context)
            if refused := self._judge(client, domain, host):
                return refused
            await client.ehlo()
            return await self._hand_over(client, host, parcel)
        except aiosmtplib.SMTPResponseException as error:
            return _answered(error.code, error.message, host)
        except ssl.SSLError as error:
            return _deferred("4.7.5", f"TLS failed: {error.reason}", host)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return _deferred("4.4.2", f"the exchange failed: {_name(error)}", host)
        finally:
            client.close()

    def _judge(self, client: SMTP, domain: str, host: str) -> Attempt | None:
        transport = client.transport
        tls = transport.get_extra_info("ssl_object") if transport else None
        der = tls.getpeercert(binary_form=True) if tls else None
        if der is None:
            return _deferred("4.7.5", "the peer showed no certificate", host)
        peer = self.trust.judge_peer(der)
        if not peer.trusted:
            # A revocation list that is late is our own trouble: it may come.
            return _deferred("4.7.5", f"certificate refused: {peer.verdict}", host)
        if not self.trust.may_send_for(peer, domain):
            return Attempt(
                outcome=Outcome.REFUSED,
                status="5.7.5",
                reply="the peer's certificate is not the one listed for the domain",
                host=host,
            )
        return None

    async def _hand_over(self, client: SMTP, host: str, parcel: Parcel) -> Attempt:
        speaks_dsn = client.supports_extension("dsn")
        mail_options = [f"SIZE={len(parcel.content)}"]
        if not client.supports_extension("size"):
            mail_options = []
        if not parcel.content.isascii():
            if not client.supports_extension("8bitmime"):
                return Attempt(
                    outcome=Outcome.REFUSED,
                    status="5.6.3",
                    reply="the peer does not take 8-bit messages",
                    host=host,
                )
            mail_options.append("BODY=8BITMIME")
        recipient_options = []
        if speaks_dsn:
            mail_options += [f"RET={parcel.ret}"] if parcel.ret else []
            mail_options += [f"ENVID={parcel.envid}"] if parcel.envid else []
            recipient_options += [f"NOTIFY={parcel.notify}"] if parcel.notify else []
            recipient_options += [f"ORCPT={parcel.orcpt}"] if parcel.orcpt else []
        await client.mail(parcel.reverse_path, options=mail_options)
        await client.rcpt(parcel.recipient, options=recipient_options)
        response = await client.data(parcel.content)
        await _leave(client)
        return Attempt(
            outcome=Outcome.SENT,
            status="2.0.0",
            reply=f"{response.code} {_line(response.message)}",
            host=host,
            told=speaks_dsn,
        )


async def _leave(client: SMTP) -> None:
    """Say QUIT; the message is the peer's already, whatever becomes of this."""
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _answered(code: int, message: str, host: str) -> Attempt:
    text = _line(message)
    permanent = 500 <= code < 600
    first = text.split(" ", 1)[0]
    parts = first.split(".")
    enhanced = len(parts) == 3 and all(part.isdigit() for part in parts)
    return Attempt(
        outcome=Outcome.REFUSED if permanent else Outcome.DEFERRED,
        status=first if enhanced else ("5.0.0" if permanent else "4.0.0"),
        reply=f"{code} {text}",
        host=host,
    )


def _deferred(status: str, reply: str, host: str = "") -> Attempt:
    return Attempt(outcome=Outcome.DEFERRED, status=status, reply=reply, host=host)


def _line(text: str) -> str:
    return " ".join(text.split())[:400]


def _name(error: BaseException) -> str:
    return type(error).__name__

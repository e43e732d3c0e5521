"""
What mail programs read to set themselves up: Mozilla's, Apple's, and the DNS.

All of it is public, but for the key that a profile may carry: names, ports, and that a
certificate signs in, or a token.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from html import escape
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid5

from attrs import field, frozen

_NAMESPACE: Final = UUID("d3c3a2c0-6c56-5c80-9d0b-0a1f5e1b7c11")
_ADDRESS: Final = "%EMAILADDRESS%"
_LIFE: Final = 3600  # seconds that a name server's answer is kept


class MailUse(StrEnum):
    """What a door is for."""

    READ = "imap"
    SEND = "smtp"


@frozen(kw_only=True)
class MailDoor:
    """One door for mail programs; with STARTTLS unless TLS comes first."""

    use: MailUse
    host: str
    port: int
    tls_first: bool


@frozen(kw_only=True)
class MailTokens:
    """
    Where programs get the tokens that sign in too: a provider of identities.

    ``authorization`` and ``token`` are its addresses, ``scope`` what is asked for.
    """

    name: str
    issuer: str
    scope: str
    authorization: str
    token: str


@frozen(kw_only=True)
class MailService:
    """
    What is said to everybody of a mail service; the best door of a use is first.

    ``tokens`` is None where a certificate alone signs in.
    """

    domain: str
    name: str
    doors: tuple[MailDoor, ...]
    tokens: MailTokens | None = None

    def best(self, use: MailUse) -> MailDoor | None:
        """Return the door to take for a use, None where none is open."""
        return next((one for one in self.doors if one.use is use), None)


def autoconfig(service: MailService) -> bytes:
    """
    Return Mozilla's ``config-v1.1.xml``, as Thunderbird and others fetch it.

    The certificate signs in (``TLS-client-cert``), under the address as name, or a
    token (``OAuth2``) where it may: a program takes the first that it can.
    """
    said = [
        _element("domain", service.domain),
        _element("displayName", service.name),
        _element("displayShortName", service.name),
        *(line for door in service.doors for line in _server(door, service)),
    ]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<clientConfig version="1.1">',
        f'<emailProvider id="{escape(service.domain)}">',
        *said,
        "</emailProvider>",
        *_tokens(service.tokens),
        "</clientConfig>",
        "",
    ]
    return "\n".join(lines).encode()


def _server(door: MailDoor, service: MailService) -> Iterator[str]:
    name = "incomingServer" if door.use is MailUse.READ else "outgoingServer"
    yield f'<{name} type="{door.use.value}">'
    yield _element("hostname", door.host)
    yield _element("port", str(door.port))
    yield _element("socketType", "SSL" if door.tls_first else "STARTTLS")
    yield _element("username", _ADDRESS)
    yield _element("authentication", "TLS-client-cert")
    if service.tokens is not None:
        yield _element("authentication", "OAuth2")
    yield f"</{name}>"


def _tokens(source: MailTokens | None) -> Iterator[str]:
    if source is None:
        return
    yield "<oAuth2>"
    yield _element("issuer", source.issuer)
    yield _element("scope", source.scope)
    yield _element("authURL", source.authorization)
    yield _element("tokenURL", source.token)
    yield "</oAuth2>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


_SRV: Final[Mapping[tuple[MailUse, bool], str]] = MappingProxyType(
    {
        (MailUse.READ, True): "_imaps._tcp",
        (MailUse.READ, False): "_imap._tcp",
        (MailUse.SEND, True): "_submissions._tcp",
        (MailUse.SEND, False): "_submission._tcp",
    }
)


def srv_lines(service: MailService) -> str:
    """
    Return the lines of a DNS zone that name the doors (RFC 6186, RFC 8314).

    A door that is not open is said to be none: a port of 0 at the root (RFC 6186 §3.4).
    """
    return "".join(f"{line}\n" for line in _lines(service))


def _lines(service: MailService) -> Iterator[str]:
    open_doors = {(one.use, one.tls_first): one for one in reversed(service.doors)}
    for kind, name in _SRV.items():
        door = open_doors.get(kind)
        rank = 0 if kind[1] else 10  # TLS first is to be preferred (RFC 8314 §5.1)
        said = f"{rank} 1 {door.port} {door.host}." if door else "0 0 0 ."
        yield f"{name}.{service.domain}. {_LIFE} IN SRV {said}"


@frozen(kw_only=True)
class ProfileOwner:
    """
    Whose profile it is; ``pkcs12`` is their certificate with its key, where we have it.

    Its passphrase is never in the profile: the device asks for it.
    """

    address: str
    name: str
    pkcs12: bytes = field(default=b"", repr=False)


def apple_profile(service: MailService, owner: ProfileOwner) -> bytes | None:
    """
    Return a ``.mobileconfig`` for macOS and iOS; None where no door reads, or sends.

    There is no word in it for signing in by a certificate, so the page of instructions
    says what to choose.
    """
    read, send = service.best(MailUse.READ), service.best(MailUse.SEND)
    if read is None or send is None:
        return None
    mail: dict[str, Any] = {
        "EmailAccountDescription": service.name,
        "EmailAccountName": owner.name,
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAddress": owner.address,
        "IncomingMailServerAuthentication": "EmailAuthNone",
        "IncomingMailServerHostName": read.host,
        "IncomingMailServerPortNumber": read.port,
        "IncomingMailServerUseSSL": True,
        "IncomingMailServerUsername": owner.address,
        "OutgoingMailServerAuthentication": "EmailAuthNone",
        "OutgoingMailServerHostName": send.host,
        "OutgoingMailServerPortNumber": send.port,
        "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerUsername": owner.address,
        "PreventMove": True,  # letters stay where they are protected
    }
    payloads = [_payload("com.apple.mail.managed", owner, service.name, mail)]
    if owner.pkcs12:
        held = {
            "PayloadContent": owner.pkcs12,
            "PayloadCertificateFileName": f"{owner.address}.p12",
        }
        payloads.append(
            _payload("com.apple.security.pkcs12", owner, owner.address, held)
        )
    whole = {"PayloadContent": payloads, "PayloadOrganization": service.name}
    return plistlib.dumps(_payload("Configuration", owner, service.name, whole))


def _payload(
    kind: str, owner: ProfileOwner, shown: str, content: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a payload; made again it has the same id, and takes the old one's place"""
    unique = uuid5(_NAMESPACE, f"{kind}:{owner.address}")
    return {
        "PayloadDisplayName": shown,
        "PayloadIdentifier": f"{kind}.{unique}",
        "PayloadType": kind,
        "PayloadUUID": str(unique).upper(),
        "PayloadVersion": 1,
        **content,
    }

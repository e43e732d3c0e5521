"""TLS as the space of trust wants it, for asyncio: the SMTP doors and deliveries."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import field, frozen
from cryptography import x509

from gateway.errors import InvalidError
from gateway.settings.file import TrustSettings
from gateway.trust.authorities import Authorities, read_authorities
from gateway.trust.tls_failures import TlsFailure, failure_of

CIPHERS = (
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256"
)
"""
The four suites of Référentiel socle MSSanté #2, ECO.1.1.3.

TLS 1.3 has its own, all good.
"""

SECURITY = "@SECLEVEL=2"
"""OpenSSL itself then refuses RSA under 2048 bits, small curves, SHA-1, RC4, MD5."""


@frozen(kw_only=True)
class Identity:
    """Our certificate and key, and the authorities a peer's must come from."""

    certificate: Path
    private_key: Path = field(repr=False)
    ends: datetime
    """When our certificate does."""
    authorities: Authorities = field(repr=False)


def load_identity(certificate: Path, private_key: Path, authorities: Path) -> Identity:
    """
    Return an identity whose files were tried.

    Raises:
        InvalidError: a file is missing or malformed, or the key is not the
            certificate's.
    """
    try:
        own = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        identity = Identity(
            certificate=certificate,
            private_key=private_key,
            ends=own.not_valid_after_utc,
            authorities=read_authorities(authorities.read_bytes()),
        )
        _equip(_server_policy(), identity)
    except (OSError, ssl.SSLError, ValueError, IndexError) as error:
        raise InvalidError("certificate, key or authorities that cannot be used") from (
            error
        )
    return identity


def own_identity(settings: TrustSettings) -> Identity:
    """Return the identity of the service, as `load_identity` does."""
    return load_identity(
        settings.certificate, settings.private_key, settings.authorities
    )


Refused = Callable[[TlsFailure], None]
"""Hears why a handshake failed; asyncio itself says nothing of it."""


def smtp_server_context(identity: Identity, refused: Refused) -> ssl.SSLContext:
    """
    Return the context of the SMTP doors: a client certificate is required.

    The handshake checks the chain, the dates and the purpose. Revocation and
    entitlement are judged after it, so that a peer whose chain is good is refused in
    words. In TLS 1.3 a peer takes a refused handshake for a lost connection, and tries
    again for days.
    """
    context = _UnresumedContext(ssl.PROTOCOL_TLS_SERVER)
    context.full = _equip(_server_policy(), identity)
    context.watched = _watched(refused)
    return context


def renew_server_context(context: ssl.SSLContext, identity: Identity) -> None:
    """
    Have a context of `smtp_server_context` show another certificate from now on.

    Connections that are there go on with theirs.
    """
    assert isinstance(context, _UnresumedContext), "made by smtp_server_context"
    context.full = _equip(_server_policy(), identity)


def smtp_client_context(
    identity: Identity, *, check_hostname: bool = False
) -> ssl.SSLContext:
    """
    Return the context for delivery to another operator.

    The server's certificate is judged after the handshake against the domain
    written to; its host name is compared on top of that when asked, with the
    alternative names only.
    """
    context = _equip(_policy(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)), identity)
    context.check_hostname = check_hostname
    context.hostname_checks_common_name = False
    return context


class _UnresumedContext(ssl.SSLContext):
    """
    A context whose sessions cannot be resumed, in TLS 1.2 either.

    A resumed session skips the client's certificate. The `ssl` module can turn tickets
    off but not OpenSSL's session cache, which belongs to the context a connection
    starts in. So each connection starts in an empty context of its own, which holds the
    policy but no certificate, and moves to the full one when the client's hello comes.
    If the move fails, there is no certificate to answer with, and so no connection.
    """

    full: ssl.SSLContext
    watched: type[ssl.SSLObject]

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Start a connection for asyncio."""
        return self._start().wrap_bio(*args, **kwargs)

    def _start(self) -> ssl.SSLContext:
        full = self.full  # of now, whatever it is when the hello comes

        def move(
            connection: ssl.SSLObject, _name: str | None, _start: ssl.SSLContext
        ) -> None:
            connection.context = full

        start = _server_policy()
        start.sslobject_class = self.watched
        start.sni_callback = move  # called for every hello, with or without a name
        return start


def _watched(refused: Refused) -> type[ssl.SSLObject]:
    class WatchedHandshake(ssl.SSLObject):
        """Reports why a handshake fails: asyncio drops the reason with the peer."""

        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                refused(failure_of(error))
                raise

    return WatchedHandshake


def _server_policy() -> ssl.SSLContext:
    context = _policy(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    context.num_tickets = 0
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


def _policy(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{CIPHERS}:{SECURITY}")
    context.options |= (
        ssl.OP_NO_COMPRESSION
        | ssl.OP_NO_RENEGOTIATION
        | ssl.OP_NO_TICKET
        | ssl.OP_SINGLE_ECDH_USE
    )
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_TRUSTED_FIRST
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _equip(context: ssl.SSLContext, identity: Identity) -> ssl.SSLContext:
    # The intermediates too: swaks and fetchmail send their own certificate alone.
    context.load_verify_locations(cadata=identity.authorities.pem())
    context.load_cert_chain(identity.certificate, identity.private_key)
    return context

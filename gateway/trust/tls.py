"""TLS as the space of trust wants it, for asyncio: the SMTP doors and deliveries."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen
from cryptography import x509

from gateway.errors import InvalidError
from gateway.settings.file import TrustSettings
from gateway.trust.authorities import Authorities, read_authorities
from gateway.trust.certificates import UNREADABLE
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


@frozen
class RefusedHandshake:
    """
    A handshake that failed on our side.

    ``certificate`` is the one that was shown, in DER if it is one, empty for none.
    ``alert`` are the bytes that tell the peer why (RFC 5246 §7.2, RFC 8446 §6).
    """

    failure: TlsFailure
    certificate: bytes = field(repr=False)
    alert: bytes = field(repr=False)

    @property
    def subject(self) -> str:
        """Whose certificate was shown, printable; empty where none could be read."""
        try:
            shown = x509.load_der_x509_certificate(self.certificate)
            return printable(shown.subject.rfc4514_string())
        except UNREADABLE:
            return ""


HandshakeRefused = Callable[[RefusedHandshake], None]
"""Hears of one connection's handshake, while its socket is still open."""


def smtp_server_context(
    identity: Identity, refused: Refused, *, required: bool = True
) -> ServerContext:
    """
    Return the context of the SMTP doors: a client certificate is ``required``.

    Where it is not, whoever shows none gets in, to sign in by another means; one that
    is shown has to be good all the same.

    The handshake checks the chain, the dates and the purpose. Revocation and
    entitlement are judged after it, so that a peer whose chain is good is refused in
    words. In TLS 1.3 a peer learns of a refused handshake only if it reads the alert,
    when it believes to be through: see `ServerContext.for_one`.
    """
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.asks = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    context.full = _full(identity)
    context.refused = refused
    return context


def renew_server_context(context: ssl.SSLContext, identity: Identity) -> None:
    """
    Have a context of `smtp_server_context` show another certificate from now on.

    Connections that are there go on with theirs.
    """
    assert isinstance(context, ServerContext), "made by smtp_server_context"
    context.full = _full(identity)


def _full(identity: Identity) -> ssl.SSLContext:
    """Return the context a connection moves to: whom it refuses, it can name."""
    full = _equip(_server_policy(), identity)
    _tell_messages(full)
    return full


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


class ServerContext(ssl.SSLContext):
    """
    A context whose sessions cannot be resumed, in TLS 1.2 either.

    A resumed session skips the client's certificate. The `ssl` module can turn tickets
    off but not OpenSSL's session cache, which belongs to the context a connection
    starts in. So each connection starts in an empty context of its own, which holds the
    policy but no certificate, and moves to the full one when the client's hello comes.
    If the move fails, there is no certificate to answer with, and so no connection.
    """

    full: ssl.SSLContext
    refused: Refused
    asks: ssl.VerifyMode

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Start a connection for asyncio, whose alert is left to asyncio."""
        return self._start().wrap_bio(*args, **kwargs)

    def _start(self) -> ssl.SSLContext:
        return self.for_one(lambda handshake: self.refused(handshake.failure))

    def for_one(self, refused: HandshakeRefused) -> ssl.SSLContext:
        """
        Return the context of one connection.

        asyncio drops the alert of a handshake that fails with the connection: whoever
        is told here sends it.
        """
        full = self.full  # of now, whatever it is when the hello comes

        def move(
            connection: ssl.SSLObject, _name: str | None, _start: ssl.SSLContext
        ) -> None:
            connection.context = full

        start = _FirstContext(ssl.PROTOCOL_TLS_SERVER)
        _serve(start)
        start.verify_mode = self.asks  # that of the context a connection starts in
        start.refused = refused
        start.sslobject_class = _WatchedHandshake
        start.sni_callback = move  # called for every hello, with or without a name
        _tell_messages(start)
        return start


class _FirstContext(ssl.SSLContext):
    refused: HandshakeRefused

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        *args: Any,
        **kwargs: Any,
    ) -> ssl.SSLObject:
        made = super().wrap_bio(incoming, outgoing, *args, **kwargs)
        assert isinstance(made, _WatchedHandshake)
        made.outgoing, made.refused = outgoing, self.refused
        return made


class _WatchedHandshake(ssl.SSLObject):
    """Reports why a handshake fails: asyncio drops the reason with the peer."""

    outgoing: ssl.MemoryBIO
    refused: HandshakeRefused
    shown = b""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            shown, alert = certificate_in(self.shown), self.outgoing.read()
            self.refused(RefusedHandshake(failure_of(error), shown, alert))
            raise
        self.shown = b""


_HANDSHAKE, _CERTIFICATE = 22, 11
"""The content and the message that show a certificate (RFC 8446 §4, §5.1)."""


def _tell_messages(context: ssl.SSLContext) -> None:
    """
    Have the message with the peer's certificate noted on its connection.

    OpenSSL forgets a certificate that it refuses, and `ssl` has no other way to it.
    Set beneath the property of `ssl`, which would make three enums of every record.
    """

    def tell(
        connection: object,
        direction: str,
        _version: int,
        content: int,
        message: int,
        data: bytes,
    ) -> None:
        if (content, message, direction) == (_HANDSHAKE, _CERTIFICATE, "read"):
            cast("_WatchedHandshake", connection).shown = data

    below = cast("Any", super(ssl.SSLContext, ssl.SSLContext))
    below._msg_callback.__set__(context, tell)  # noqa: SLF001


def certificate_in(message: bytes) -> bytes:
    """
    Return the first certificate of a Certificate message as it was sent.

    Of TLS 1.2 (RFC 5246 §7.4.2) or 1.3 (RFC 8446 §4.4.2), which has a context in front;
    empty for what holds none.
    """
    body = message[4:]
    for start in (0, 1 + body[0] if body else 0):
        size = int.from_bytes(body[start : start + 3], "big")
        if size and start + 3 + size == len(body):
            first = int.from_bytes(body[start + 3 : start + 6], "big")
            return body[start + 6 : start + 6 + first]
    return b""


def printable(name: str) -> str:
    """Return a stranger's name as it may stand in a line of the log."""
    signs = (sign if sign.isprintable() else "?" for sign in name)
    return "".join(signs)[:_LONGEST_SUBJECT]


_LONGEST_SUBJECT = 300
"""Characters of a stranger's subject that are worth a line of the log."""


def _server_policy() -> ssl.SSLContext:
    return _serve(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


def _serve(context: ssl.SSLContext) -> ssl.SSLContext:
    _policy(context)
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

"""TLS as the space of trust wants it, for asyncio (SMTP) and Twisted (IMAP, web)."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import field, frozen
from cryptography import x509
from OpenSSL import SSL, crypto
from twisted.internet.ssl import (
    AcceptableCiphers,
    Certificate,
    CertificateOptions,
    TLSVersion,
    trustRootFromCertificates,
)

from gateway.errors import InvalidError
from gateway.mssante.authorities import Authorities, read_authorities
from gateway.mssante.tls_failures import TlsFailure, failure_of_code

CIPHERS = (
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256"
)
"""The four suites of Référentiel #2 (ECO.1.1.3); TLS 1.3 has its own, all good."""

_SECURITY = "@SECLEVEL=2"
"""OpenSSL itself then refuses RSA under 2048 bits, small curves, SHA-1, RC4, MD5."""


@frozen(kw_only=True)
class Identity:
    """Our certificate and key, and the authorities a peer's must come from."""

    certificate: Path
    private_key: Path = field(repr=False)
    authorities: Authorities = field(repr=False)


def load_identity(certificate: Path, private_key: Path, authorities: Path) -> Identity:
    """
    Return an identity whose files were tried.

    Raises:
        InvalidError: a file is missing or malformed, or the key is not the
            certificate's.
    """
    try:
        identity = Identity(
            certificate=certificate,
            private_key=private_key,
            authorities=read_authorities(authorities.read_bytes()),
        )
        smtp_server_context(identity)
    except (OSError, ssl.SSLError) as error:
        raise InvalidError("certificate, key or authorities that cannot be used") from (
            error
        )
    return identity


def smtp_server_context(identity: Identity) -> ssl.SSLContext:
    """
    Return the context of the SMTP doors: a client certificate is required.

    The handshake checks the chain, the dates and the purpose. Revocation and
    entitlement are judged after it, so that a peer whose chain is good hears an
    explicit refusal: in TLS 1.3 a refused handshake looks to it like a lost
    connection, which it retries for days.
    """
    return _UnresumedContext.to(_equip(_server_policy(), identity))


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

    A resumed session skips the client's certificate. The `ssl` module can turn
    tickets off but not OpenSSL's session cache, which belongs to the context a
    connection starts in. So each connection starts in an empty context of its own,
    which holds the policy but no certificate, and moves to the full one when the
    client's hello comes. Were the move to fail, there would be no certificate to
    answer with, and no connection.
    """

    full: ssl.SSLContext

    @classmethod
    def to(cls, full: ssl.SSLContext) -> _UnresumedContext:
        """Return the context that leads each connection to the full one."""
        context = cls(ssl.PROTOCOL_TLS_SERVER)
        context.full = full
        return context

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Start a connection for asyncio."""
        return self._start().wrap_bio(*args, **kwargs)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Start a connection on a socket."""
        return self._start().wrap_socket(*args, **kwargs)

    def _start(self) -> ssl.SSLContext:
        full = self.full

        def move(
            connection: ssl.SSLObject, _name: str | None, _start: ssl.SSLContext
        ) -> None:
            connection.context = full

        start = _server_policy()
        start.sni_callback = move  # called for every hello, with or without a name
        return start


def _server_policy() -> ssl.SSLContext:
    context = _policy(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    context.num_tickets = 0
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


def _policy(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{CIPHERS}:{_SECURITY}")
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


def mutual_twisted_options(
    identity: Identity, *, refused: Callable[[TlsFailure], None]
) -> CertificateOptions:
    """
    Return the context factory of Twisted's doors that require a certificate.

    ``refused`` hears the code of each chain that does not verify. The same policy
    as for SMTP; sessions are neither cached nor put in tickets.
    """
    trusted = trustRootFromCertificates(
        [
            Certificate(crypto.X509.from_cryptography(authority.certificate))
            for authority in identity.authorities.members
        ]
    )
    options = _twisted_options(identity, trustRoot=trusted)
    context = options.getContext()
    context.set_verify_depth(4)
    store = context.get_cert_store()
    assert store is not None, "the trust root filled it"
    store.set_flags(crypto.X509StoreFlags.X509_STRICT)

    def verified(
        _: SSL.Connection, _certificate: crypto.X509, code: int, _depth: int, good: int
    ) -> bool:
        if not good:
            refused(failure_of_code(code))
        return bool(good)

    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verified)
    return options


def plain_twisted_options(identity: Identity) -> CertificateOptions:
    """Return the context factory of the patients' web: nobody shows a certificate."""
    return _twisted_options(identity)


def _twisted_options(identity: Identity, **more: Any) -> CertificateOptions:
    key = crypto.load_privatekey(crypto.FILETYPE_PEM, identity.private_key.read_bytes())
    own, *chain = _chain(identity.certificate)
    options = CertificateOptions(
        privateKey=key,
        certificate=own,
        extraCertChain=chain,
        raiseMinimumTo=TLSVersion.TLSv1_2,
        acceptableCiphers=AcceptableCiphers.fromOpenSSLCipherString(CIPHERS),
        enableSessions=False,
        enableSessionTickets=False,
        **more,
    )
    context = options.getContext()
    context.set_cipher_list(f"{CIPHERS}:{_SECURITY}".encode("ascii"))
    context.set_options(
        SSL.OP_NO_RENEGOTIATION
        | SSL.OP_NO_COMPRESSION
        | SSL.OP_NO_TICKET
        | SSL.OP_CIPHER_SERVER_PREFERENCE
    )
    return options


def _chain(path: Path) -> list[crypto.X509]:
    return [
        crypto.X509.from_cryptography(certificate)
        for certificate in x509.load_pem_x509_certificates(path.read_bytes())
    ]

"""TLS for Twisted's doors (IMAP): the same policy, in pyOpenSSL's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from zope.interface import implementer

from gateway.errors import InvalidError
from gateway.trust.authorities import Authorities
from gateway.trust.tls import CIPHERS, SECURITY, Identity
from gateway.trust.tls_failures import TlsFailure, failure_of_code

Refused = Callable[[TlsFailure], None]
"""Hears why a peer's chain did not verify."""

_DEPTH = 4
"""Authorities between a certificate and its root, with some to spare."""


@implementer(IOpenSSLServerConnectionCreator)
class ServerConnections:
    """What `listenSSL` and `startTLS` ask for the TLS side of each connection."""

    def __init__(self, context: SSL.Context) -> None:
        self._context = context

    def renew(self, other: ServerConnections) -> None:
        """Make the next connections as the other one does; those there go on."""
        self._context = other._context

    def serverConnectionForTLS(  # noqa: N802 (Twisted's name)
        self, _: object
    ) -> SSL.Connection:
        """Return the TLS side of one new connection."""
        return SSL.Connection(self._context, None)


def mutual_connections(identity: Identity, refused: Refused) -> ServerConnections:
    """
    Return what makes connections for a door that requires a client certificate.

    As with SMTP the handshake checks the chain, the dates and the purpose; who may
    enter is judged after it.
    """
    context = _context(identity)
    _trust(context, identity.authorities)
    demands = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT

    def verified(
        _connection: SSL.Connection,
        _certificate: crypto.X509,
        code: int,
        _depth: int,
        good: int,
    ) -> bool:
        if not good:
            refused(failure_of_code(code))
        return bool(good)

    context.set_verify(demands, verified)
    return ServerConnections(context)


def _context(identity: Identity) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(f"{CIPHERS}:{SECURITY}".encode("ascii"))
    context.set_options(
        SSL.OP_NO_RENEGOTIATION
        | SSL.OP_NO_COMPRESSION
        | SSL.OP_NO_TICKET
        | SSL.OP_SINGLE_ECDH_USE
        | SSL.OP_CIPHER_SERVER_PREFERENCE
    )
    # A resumed session skips the client's certificate: none is kept.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    own, *chain = _read_chain(identity.certificate)
    context.use_certificate(own)
    for certificate in chain:
        context.add_extra_chain_cert(certificate)
    context.use_privatekey(_read_key(identity.private_key))
    context.check_privatekey()
    return context


def _trust(context: SSL.Context, authorities: Authorities) -> None:
    store = context.get_cert_store()
    assert store is not None, "a context has one"
    for authority in authorities.members:
        store.add_cert(crypto.X509.from_cryptography(authority.certificate))
    store.set_flags(crypto.X509StoreFlags.X509_STRICT)
    context.set_verify_depth(_DEPTH)


def _read_chain(path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(path.read_bytes())


def _read_key(path: Path) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise InvalidError("private key of a kind that is not used")
    return key

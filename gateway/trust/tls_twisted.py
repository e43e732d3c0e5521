"""TLS for Twisted's doors (IMAP): the same policy, in pyOpenSSL's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from zope.interface import implementer

from gateway.errors import InvalidError
from gateway.trust.authorities import Authorities
from gateway.trust.tls import CIPHERS, SECURITY, Identity, printable
from gateway.trust.tls_failures import TlsFailure, failure_of_code

Refused = Callable[[TlsFailure], None]
"""Hears why a peer's chain did not verify."""

RefusedPeer = Callable[[TlsFailure, str, str, bytes], None]
"""
Hears the same, with the peer's address, the subject of the certificate at fault, and
the peer's own in DER: empty where the fault is an authority's.
"""

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
        self, protocol: object
    ) -> SSL.Connection:
        """Return the TLS side of one new connection; it knows whose it is."""
        connection = SSL.Connection(self._context, None)
        connection.set_app_data(protocol)
        return connection


def mutual_connections(
    identity: Identity,
    refused: Refused,
    *,
    told: RefusedPeer | None = None,
    required: bool = True,
) -> ServerConnections:
    """
    Return what makes connections for a door that requires a client certificate.

    As with SMTP the handshake checks the chain, the dates and the purpose; who may
    enter is judged after it. Where none is ``required``, whoever shows none gets in.
    """
    context = _context(identity)
    _trust(context, identity.authorities)
    demands = SSL.VERIFY_PEER
    if required:
        demands |= SSL.VERIFY_FAIL_IF_NO_PEER_CERT

    def verified(
        connection: SSL.Connection,
        certificate: crypto.X509,
        code: int,
        depth: int,
        good: int,
    ) -> bool:
        if not good:
            failure = failure_of_code(code)
            refused(failure)
            if told is not None:
                shown = certificate.to_cryptography()
                subject = printable(shown.subject.rfc4514_string())
                der = shown.public_bytes(Encoding.DER) if depth == 0 else b""
                told(failure, _address_of(connection), subject, der)
        return bool(good)

    context.set_verify(demands, verified)
    return ServerConnections(context)


_FAULTS: WeakKeyDictionary[SSL.Connection, TlsFailure] = WeakKeyDictionary()
"""What is wrong with the chains that clients showed, as long as they are there."""


def chain_fault(connection: SSL.Connection) -> TlsFailure | None:
    """Return why the chain did not verify that a client showed where it was asked."""
    return _FAULTS.get(connection)


def asking_context(identity: Identity, suites: str) -> SSL.Context:
    """
    Return the context of a door that asks for a client certificate, and needs none.

    The handshake goes on with a chain that does not verify, so that a page can say in
    words what is wrong with it: nothing of it is believed where it has a fault
    (`chain_fault`). The authorities that clients
    are told of have browsers offer only what they signed (RFC 8446 §4.2.4).
    """
    context = _context(identity, suites)
    _trust(context, identity.authorities)
    for authority in identity.authorities.members:
        context.add_client_ca(authority.certificate)

    def verified(
        connection: SSL.Connection,
        _certificate: crypto.X509,
        code: int,
        _depth: int,
        good: int,
    ) -> bool:
        if not good:
            _FAULTS.setdefault(connection, failure_of_code(code))
        return True

    context.set_verify(SSL.VERIFY_PEER, verified)
    return context


def _address_of(connection: SSL.Connection) -> str:
    transport = getattr(connection.get_app_data(), "transport", None)
    return str(transport.getPeer().host) if transport is not None else ""


def _context(identity: Identity, suites: str = CIPHERS) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(f"{suites}:{SECURITY}".encode("ascii"))
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

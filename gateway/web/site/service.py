"""The service of one audience's pages: TLS, limits, threads, a listener."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from OpenSSL import SSL
from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IListeningPort, IOpenSSLContextFactory
from twisted.internet.ssl import AcceptableCiphers, CertificateOptions, TLSVersion
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from gateway.errors import MisuseError
from gateway.loop import Threads
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.web.site.app import AddressLimits, PageThreads, SiteApp, make_rules
from gateway.web.site.forwarding import networks_of
from gateway.web.site.languages import zone_of
from gateway.web.site.limits import CappedFactory, LimitedSite, WebLimits
from gateway.web.site.ports import Visitors
from gateway.web.site.routes import Route
from gateway.web.site.serving import Serving

_SUITES = (
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    "ECDHE+AESGCM:ECDHE+CHACHA20"
)
_FORM_ROOM = 256 * 1024  # fields and boundaries around the files of a form


class WebService(Service):
    """
    Listens for browsers, on one port for one audience.

    TLS is set up at once, so a bad key fails early.

    ``port`` is the port that was bound: ask after `startService`, which raises
    `twisted.internet.error.CannotListenError` when the port is taken.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        port: int,
        routes: Iterable[Route],
        visitors: Visitors,
        loop: asyncio.AbstractEventLoop,
        reactor: Any,
    ) -> None:
        self._settings = settings
        self._database = database
        self._wanted_port = port
        self._routes = routes
        self._visitors = visitors
        self._reactor = reactor
        self._loop = loop
        self._tls = _PageTls(tls_of(settings))
        self._threads: PageThreads | None = None
        self._listening: IListeningPort | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; 0 while none is."""
        if self._listening is None:
            return 0
        return int(cast("Any", self._listening.getHost()).port)

    def renew(self) -> None:
        """
        Show the certificate that is in its file now to browsers that connect.

        Raises:
            MisuseError: it cannot be used; the one in use stays.
        """
        self._tls.options = tls_of(self._settings)

    def startService(self) -> None:  # noqa: N802
        """Listen, or raise `CannotListenError`."""
        web, database = self._settings.web, self._database
        proxies = networks_of(web.trusted_proxies)
        zone_of(web.time_zone)
        limits = WebLimits(
            request_seconds=web.request_seconds,
            large_body=web.max_message_bytes + _FORM_ROOM,
            max_connections=web.max_connections,
            max_connections_per_peer=web.max_connections_per_peer,
            proxies=proxies,
        )
        threads = PageThreads.start()
        app = SiteApp(
            self._routes,
            Serving(database.keys, self._visitors),
            clock=database.clock,
            loop=self._loop,
            reactor=self._reactor,
            threads=threads,
            limits=AddressLimits(tries=web.address_tries, proxies=proxies),
        )
        right_of = Threads(self._loop, threads.pages).deferred(
            self._visitors.right_to_files
        )
        rules = make_rules(self._settings, database.keys, self._wanted_port, right_of)
        site = LimitedSite(app.klein.resource(), limits, rules, self._reactor)
        factory = CappedFactory(TLSMemoryBIOFactory(self._tls, False, site), limits)
        try:
            self._listening = self._reactor.listenTCP(
                self._wanted_port, factory, interface=self._settings.listen.host
            )
        except Exception:
            threads.stop()
            raise
        self._threads = threads
        super().startService()

    def stopService(self) -> Deferred[None]:  # noqa: N802
        """Stop listening, then the threads."""
        super().stopService()
        listening, self._listening = self._listening, None
        closed = succeed(None)
        if listening is not None:
            closed = cast("Deferred[None]", listening.stopListening()) or closed
        return closed.addCallback(self._stop_threads)

    def _stop_threads(self, _: object) -> None:
        if self._threads is not None:
            self._threads.stop()
            self._threads = None


@implementer(IOpenSSLContextFactory)
class _PageTls:
    """What TLS asks for the context of each connection: the one in use now."""

    def __init__(self, options: CertificateOptions) -> None:
        self.options = options

    def getContext(self) -> SSL.Context:  # noqa: N802 (Twisted's name)
        """Return the context of a new connection."""
        return self.options.getContext()


def tls_of(settings: Settings) -> CertificateOptions:
    """
    Return the TLS of the pages: their certificate, or ours; TLS 1.2 at least, and
    only suites that authenticate what they encrypt and keep the past secret when the
    key is lost. No client's certificate is asked for.

    Raises:
        MisuseError: the certificate or its key cannot be read, or do not match.
    """
    web, trust = settings.web, settings.trust
    if bool(web.certificate) != bool(web.private_key):
        raise MisuseError("[web] needs certificate and private_key, or neither")
    certificate = Path(web.certificate or trust.certificate)
    private_key = Path(web.private_key or trust.private_key)
    try:
        chain: list[Any] = load_pem_x509_certificates(certificate.read_bytes())
        key: Any = load_pem_private_key(private_key.read_bytes(), None)
        options = CertificateOptions(
            privateKey=key,
            certificate=chain[0],
            extraCertChain=chain[1:],
            raiseMinimumTo=TLSVersion.TLSv1_2,
            acceptableCiphers=AcceptableCiphers.fromOpenSSLCipherString(_SUITES),
        )
        options.getContext().check_privatekey()
    except (OSError, SSL.Error, IndexError, ValueError, TypeError) as error:
        raise MisuseError("the web's certificate or key cannot be used") from error
    return options

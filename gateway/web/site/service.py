"""The service of one audience's pages: TLS, limits, threads, a listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, cast

from attrs import field, frozen
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from OpenSSL import SSL
from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IListeningPort, IOpenSSLServerConnectionCreator
from twisted.internet.ssl import AcceptableCiphers, CertificateOptions, TLSVersion
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from gateway.errors import MisuseError
from gateway.loop import Threads
from gateway.settings.file import Settings
from gateway.store.base.work import Database
from gateway.web.site.app import (
    AddressLimits,
    Audience,
    PageThreads,
    SiteApp,
    SiteSettings,
    make_rules,
)
from gateway.web.site.forwarding import networks_of
from gateway.web.site.hosts import allowed_hosts, ported
from gateway.web.site.languages import zone_of
from gateway.web.site.limits import CappedFactory, LimitedSite, WebLimits
from gateway.web.site.mail_setup import autoconfig_hosts
from gateway.web.site.routes import Route

SUITES: Final = (
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    "ECDHE+AESGCM:ECDHE+CHACHA20"
)
"""Suites that authenticate what they encrypt, and keep the past secret."""
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
        place: SitePlace,
        routes: Iterable[Route],
        audience: Audience,
        loop: asyncio.AbstractEventLoop,
        reactor: Any,
    ) -> None:
        self._settings = settings
        self._database = database
        self._place = place
        self._routes = routes
        self._audience = audience
        self._reactor = reactor
        self._loop = loop
        self._tls = _PageTls(place.context())
        self._threads: PageThreads | None = None
        self._listening: IListeningPort | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; 0 while none is."""
        if self._listening is None:
            return 0
        return int(cast("Any", self._listening.getHost()).port)

    def renew(self, _identity: object = None) -> None:
        """
        Show the certificate that is in its file now to browsers that connect.

        Raises:
            MisuseError: it cannot be used; the one in use stays.
        """
        self._tls.context = self._place.context()

    def startService(self) -> None:  # noqa: N802
        """Listen, or raise `CannotListenError`."""
        place, database = self._place, self._database
        web = place.settings
        proxies = networks_of(web.trusted_proxies)
        zone_of(self._settings.web.time_zone)
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
            self._audience,
            clock=database.clock,
            loop=self._loop,
            reactor=self._reactor,
            threads=threads,
            limits=AddressLimits(tries=web.address_tries, proxies=proxies),
        )
        right_of = Threads(self._loop, threads.pages).deferred(
            self._audience.right_to_files
        )
        hosts = allowed_hosts(self._settings, web.hosts, place.public_url, place.port)
        rules = make_rules(
            hosts,
            database.keys,
            self._audience,
            right_of,
            ported(autoconfig_hosts(self._settings), place.port),
        )
        site = LimitedSite(app.klein.resource(), limits, rules, self._reactor)
        factory = CappedFactory(TLSMemoryBIOFactory(self._tls, False, site), limits)
        try:
            self._listening = self._reactor.listenTCP(
                place.port, factory, interface=self._settings.listen.host
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


@implementer(IOpenSSLServerConnectionCreator)
class _PageTls:
    """What TLS asks for each connection: by the context in use now."""

    def __init__(self, context: SSL.Context) -> None:
        self.context = context

    def serverConnectionForTLS(  # noqa: N802 (Twisted's name)
        self, _protocol: object
    ) -> SSL.Connection:
        """Return the TLS side of a new connection."""
        return SSL.Connection(self.context, None)


@frozen(kw_only=True)
class SitePlace:
    """Where the pages of an audience are, and what they may cost."""

    port: int
    public_url: str
    """The address people type."""
    settings: SiteSettings
    context: Callable[[], SSL.Context] = field(repr=False)
    """Reads certificate and key; raises `MisuseError` where they cannot be used."""


def patients_place(settings: Settings) -> SitePlace:
    """Return where the patients' pages are."""
    return SitePlace(
        port=settings.listen.patient_https,
        public_url=settings.public_url,
        settings=settings.web,
        context=lambda: tls_of(settings).getContext(),
    )


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
            acceptableCiphers=AcceptableCiphers.fromOpenSSLCipherString(SUITES),
        )
        options.getContext().check_privatekey()
    except (OSError, SSL.Error, IndexError, ValueError, TypeError) as error:
        raise MisuseError("the web's certificate or key cannot be used") from error
    return options

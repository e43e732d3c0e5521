"""The Klein application: from Twisted's requests to pages on threads, and back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, Protocol
from urllib.parse import parse_qsl

from attrs import evolve, frozen
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.server import Request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from gateway.clock import Clock
from gateway.loop import Threads
from gateway.store.sealed.keys import KeyRing
from gateway.trust.throttle import Throttle
from gateway.trust.tls_twisted import chain_fault
from gateway.web.site.answers import ALWAYS, Answer, Pairs, static
from gateway.web.site.flowing import next_of, send_pieces
from gateway.web.site.forwarding import Networks, client_of
from gateway.web.site.languages import FIRST, choose_language
from gateway.web.site.limits import FilesRight, Rules
from gateway.web.site.mail_setup import AUTOCONFIG_PATHS
from gateway.web.site.routes import Route
from gateway.web.site.serving import error_page, language_of
from gateway.web.site.templating import STATIC
from gateway.web.site.visits import (
    RawRequest,
    ShownCertificate,
    is_among,
    upload_tickets,
)

log = Logger()
_STEP = 0.25  # seconds: guarded answers leave at whole steps after the request
_MINUTES = timedelta(minutes=5)
_HEADERS = (
    "host",
    "origin",
    "content-type",
    "accept-language",
    "sec-fetch-site",
    "user-agent",
)
_COOKIES = frozenset(
    f"__Host-{name}".encode()
    for name in (
        "session",
        "language",
        "device",
        "trusted",
        "acting",
        "professional",
        "provider",
        "call",
    )
)
_MAX_QUERY = 20
_ALLOWED = "GET, HEAD, POST"
_FOR_PROGRAMS = frozenset(path.encode("ascii") for path in AUTOCONFIG_PATHS)
"""What is asked under a name of the mailboxes' domain, and no page beside."""
_METHODS = frozenset(_ALLOWED.encode().split(b", "))


class Audience(Protocol):
    """Whom a site is for: who serves its requests, blocking, on worker threads."""

    @property
    def frame(self) -> str:
        """The template around the pages of errors."""

    @property
    def cookie(self) -> str:
        """The name of the cookie of its sessions, without what browsers ask before."""

    def serve(self, route: Route, raw: RawRequest, parts: dict[str, Any]) -> Answer:
        """Return the answer of a route; a failure becomes a page that says so."""

    def right_to_files(self, cookie: str) -> FilesRight:
        """Return what of a form with files is taken of whoever has a cookie now."""


class SiteSettings(Protocol):
    """What the settings say of the site of one audience."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names the pages answer to."""

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """Addresses of proxies that are believed."""

    @property
    def address_tries(self) -> int:
        """Requests to sign in from one address in five minutes."""

    @property
    def max_message_bytes(self) -> int:
        """All files of one form."""

    @property
    def request_seconds(self) -> float:
        """Time for a whole request."""

    @property
    def max_connections(self) -> int:
        """Connections at once."""

    @property
    def max_connections_per_peer(self) -> int:
        """Connections at once, one address."""


@frozen(kw_only=True)
class AddressLimits:
    """How often one address may try to sign in, and whose word is taken for others."""

    tries: int
    proxies: Networks = ()


@frozen
class PageThreads:
    """The pools: pages on one, passwords on another that may be slow alone."""

    pages: ThreadPoolExecutor
    passwords: ThreadPoolExecutor

    @classmethod
    def start(cls) -> PageThreads:
        """Make the pools; two passwords at once bound the memory argon2 takes."""
        return cls(
            ThreadPoolExecutor(8, thread_name_prefix="web"),
            ThreadPoolExecutor(2, thread_name_prefix="web-password"),
        )

    def stop(self) -> None:
        """Let what runs end; what waits is dropped."""
        self.pages.shutdown(wait=False, cancel_futures=True)
        self.passwords.shutdown(wait=False, cancel_futures=True)


class SiteApp:
    """Builds the Klein application of one audience's pages."""

    def __init__(
        self,
        routes: Iterable[Route],
        audience: Audience,
        *,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        reactor: Any,
        threads: PageThreads,
        limits: AddressLimits,
    ) -> None:
        # Klein installs a reactor when it is imported: ours must be there before.
        from klein import Klein

        self._reactor = reactor
        self._clock = clock
        self._serve = Threads(loop, threads.pages).deferred(audience.serve)
        self._serve_slowly = Threads(loop, threads.passwords).deferred(audience.serve)
        self._next_piece = Threads(loop, threads.pages).deferred(next_of)
        self._limits = limits
        self._frame = audience.frame
        self._throttle = Throttle(limits.tries, _MINUTES)
        self.klein = Klein()
        self.klein.url_map.merge_slashes = False
        for number, route in enumerate(routes):
            self._add(route, f"page{number}")
        self.klein.route("/static/<string:name>", methods=["GET"], endpoint="static")(
            self._static
        )
        on_errors: Any = self.klein.handle_errors
        on_errors(HTTPException)(self._missing)
        on_errors(Exception)(self._failed)

    def _add(self, route: Route, endpoint: str) -> None:
        def view(request: Request, **parts: Any) -> Deferred[bytes]:
            return self._answer(route, request, parts)

        self.klein.route(route.path, methods=[route.method], endpoint=endpoint)(view)

    def _answer(
        self, route: Route, request: Request, parts: dict[str, Any]
    ) -> Deferred[bytes]:
        raw = raw_request(request, self._limits.proxies)
        wait = timedelta(0)
        if route.guarded:
            wait = self._throttle.wait(raw.peer, self._clock())
        if wait:
            seconds = math.ceil(wait.total_seconds())
            page = error_page(
                language_of(raw), 429, wait_seconds=seconds, frame=self._frame
            )
            retry = ("Retry-After", str(seconds))
            page = evolve(page, headers=(*page.headers, retry))
            return succeed(put(request, page))
        start = self._reactor.seconds()
        serve = self._serve_slowly if route.slow else self._serve
        answered: Deferred[Answer] = serve(route, raw, parts)
        if route.guarded:
            answered.addCallback(self._at_a_step, start)
        return answered.addCallback(lambda answer: self._put(request, answer))

    def _put(self, request: Request, answer: Answer) -> Any:
        body = put(request, answer)
        if answer.flow is None:
            return body
        return send_pieces(request, answer.flow, self._next_piece)

    def _at_a_step(self, answer: Answer, start: float) -> Deferred[Answer]:
        spent = self._reactor.seconds() - start
        wait = math.ceil(spent / _STEP) * _STEP - spent
        return deferLater(self._reactor, wait, lambda: answer)

    def _static(self, request: Request, name: str) -> bytes:
        if name not in STATIC:
            return self._error(request, 404)
        return put(request, static(*STATIC[name]))

    def _error(self, request: Request, status: int) -> bytes:
        language = language_of(raw_request(request))
        return put(request, error_page(language, status, frame=self._frame))

    def _missing(self, request: Request, failure: Failure) -> bytes:
        if not isinstance(failure.value, MethodNotAllowed):
            return self._error(request, 404)
        request.setHeader("Allow", ", ".join(sorted(failure.value.valid_methods or ())))
        return self._error(request, 405)

    def _failed(self, request: Request, failure: Failure) -> bytes:
        log.failure("defect while serving a page", failure=failure)
        return self._error(request, 500)


def raw_request(request: Request, proxies: Networks = ()) -> RawRequest:
    """Return what a request says, decoded; its body is read from memory."""
    path, _, query = request.uri.partition(b"?")
    headers = {
        name: (request.getHeader(name) or "")
        for name in _HEADERS
        if request.getHeader(name) is not None
    }
    body = b""
    if request.method == b"POST" and request.content is not None:
        request.content.seek(0)
        body = request.content.read()
    return RawRequest(
        method=request.method.decode("latin-1"),
        path=path.decode("latin-1"),
        query=_query(query),
        cookies=read_cookies(request),
        headers=headers,
        body=body,
        cut=getattr(request, "cut", 0),
        peer=client_of(
            str(getattr(request.getClientAddress(), "host", "")),
            _joined(request, b"forwarded"),
            _joined(request, b"x-forwarded-for"),
            proxies,
        ),
        shown=shown_by(request),
    )


def shown_by(request: Request) -> ShownCertificate | None:
    """Return the certificate that the client of a request showed, or None."""
    transport: Any = getattr(request.channel, "transport", None)
    handle = transport.getHandle() if hasattr(transport, "getHandle") else None
    if not isinstance(handle, SSL.Connection):
        return None
    certificate = handle.get_peer_certificate(as_cryptography=True)
    if certificate is None:
        return None
    der = certificate.public_bytes(Encoding.DER)
    return ShownCertificate(der, chain_fault(handle) is None)


def _joined(request: Request, name: bytes) -> str:
    values = request.requestHeaders.getRawHeaders(name, [])
    return b",".join(values).decode("latin-1")


def _query(query: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(
            query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_QUERY
        )
    except ValueError:  # too many: the page then shows as without any
        return {}
    return dict(pairs)


def read_cookies(request: Request) -> Mapping[str, str]:
    """Return our cookies; the first of a name counts."""
    return {
        name.decode(): value.decode("latin-1")
        for name, value in request.received_cookies.items()
        if name in _COOKIES
    }


def put(request: Request, answer: Answer) -> bytes:
    """Set an answer's status and headers on a request; return its body."""
    request.setResponseCode(answer.status)
    request.responseHeaders.removeHeader(b"Server")
    for name, value in ALWAYS.items():
        request.setHeader(name, value)
    for name, value in answer.headers:
        request.responseHeaders.addRawHeader(name, value)
    size = len(answer.body) if answer.flow is None else answer.flow.size
    request.setHeader(b"Content-Length", str(size))
    return answer.body


def make_rules(
    hosts: frozenset[str],
    keys: KeyRing,
    audience: Audience,
    right_of: Callable[[str], Deferred[FilesRight]],
    for_programs: frozenset[str] = frozenset(),
) -> Rules:
    """
    Return what the site checks of a request before it is served.

    Under the names ``for_programs`` the addresses for mail programs alone are answered.
    """
    name = f"__Host-{audience.cookie}"

    def has_ticket(request: Request) -> bool:
        cookie = read_cookies(request).get(name, "")
        ticket = _query(request.uri.partition(b"?")[2]).get("upload", "")
        return bool(cookie) and is_among(ticket, upload_tickets(keys, cookie))

    def right_to_files(request: Request) -> Deferred[FilesRight]:
        return right_of(read_cookies(request).get(name, ""))

    def objection(request: Request) -> int | None:
        if not request.uri.startswith(b"/") or b"//" in request.path:
            return 400
        names = request.requestHeaders.getRawHeaders(b"host", [])
        if len(names) != 1:
            return 400
        host = names[0].decode("latin-1").lower()
        is_program = host in for_programs and request.path in _FOR_PROGRAMS
        if host not in hosts and not is_program:
            return 421
        return None if request.method in _METHODS else 405

    return Rules(
        has_ticket=has_ticket,
        right_to_files=right_to_files,
        objection=objection,
        refusal=partial(refusal, frame=audience.frame),
    )


def refusal(status: int, request: Request | None, *, frame: str) -> tuple[Pairs, bytes]:
    """Return the page of a refusal that comes before any route, and its headers."""
    language = FIRST
    if request is not None:
        accept = request.getHeader("accept-language") or ""
        cookie = read_cookies(request).get("__Host-language", "")
        language = choose_language(cookie, accept)
    answer = error_page(language, status, frame=frame)
    allow = (("Allow", _ALLOWED),) if status == 405 else ()
    return (*ALWAYS.items(), *answer.headers, *allow), answer.body

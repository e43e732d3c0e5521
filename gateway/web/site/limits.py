"""
What a client may cost: bytes, seconds, connections, and how often it may ask.

The stock server restarts its idle clock at any byte and takes a body of any length
at all. Here a request has an absolute deadline, its body a limit
known before the first byte of it is read, and connections are counted before TLS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum
from http import HTTPStatus
from io import BytesIO
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel
from twisted.web.resource import IResource
from twisted.web.server import Request, Site

from gateway.trust.tls_failures import failure_of_lost
from gateway.web.site.forwarding import Networks, is_in

log = Logger()

KIB = 1024
SMALL_BODY = 64 * KIB
"""Body of a form without files."""

_LARGE_AT_ONCE = 8
_SLOWEST = 16 * KIB  # bytes a second of an answer; a slower reader is let go
_MOST_CUT = 10  # times a large body: so much is taken to show what was written in it
_PARTING = 5.0  # seconds to read why one was refused


@frozen(kw_only=True)
class WebLimits:
    """The limits of one site; times in seconds."""

    request_seconds: float
    idle_seconds: float = 30.0
    large_body: int
    max_connections: int
    max_connections_per_peer: int
    proxies: Networks = ()


class FilesRight(Enum):
    """What of a large form is taken."""

    WHOLE = "whole"
    TEXT = "text"  # the session ended of itself: what was written is kept, no file
    NONE = "none"


@frozen(kw_only=True)
class Rules:
    """What the site asks of the application before a request is served."""

    has_ticket: Callable[[Request], bool]
    """Whether the headers show that a form of ours is sent; called before the body."""
    right_to_files: Callable[[Request], Deferred[FilesRight]]
    """What the session behind that ticket may send now."""
    objection: Callable[[Request], int | None]
    """The status of what is refused whatever its path: a foreign Host."""
    refusal: Callable[[int, Request | None], tuple[Sequence[tuple[str, str]], bytes]]
    """Headers and page of a refusal; what is known of the request gives the language"""


class LimitedChannel(HTTPChannel):
    """One connection: a deadline for each request and each answer, whatever arrives."""

    maxHeaders = 64  # noqa: N815
    site: LimitedSite
    _deadline: IDelayedCall | None = None
    _is_receiving = False
    _is_refused = False

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        self._within(self.site.limits.request_seconds)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._is_refused:
            return
        self._is_receiving = True
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        if self._is_refused:
            return
        if line[:1] in {b" ", b"\t"}:  # obs-fold, two readings of one header
            self.refuse(400)
            return
        if self._receivedHeaderSize + len(line) > self.totalHeadersSize:
            self.lineLengthExceeded(line)
            return
        super().lineReceived(line)

    def headerReceived(self, line: bytes) -> bool:  # noqa: N802
        if self._receivedHeaderCount >= self.maxHeaders:
            self.refuse(431)
            return False
        return bool(super().headerReceived(line))

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        self.refuse(431 if self._receivedHeaderSize else 414)

    def allContentReceived(self) -> None:  # noqa: N802
        self._is_receiving = False
        self._within(10 * self.site.limits.request_seconds)
        super().allContentReceived()

    def requestDone(self, request: Any) -> None:  # noqa: N802
        self._within(self.site.limits.request_seconds + request.sentLength / _SLOWEST)
        super().requestDone(request)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        self._within(None)
        failure = failure_of_lost(getattr(reason, "value", None))
        if failure is not None:
            log.info(
                "web: handshake refused: {code}, {address}",
                code=failure.value,
                address=str(getattr(self.getPeer(), "host", "")),
            )
        super().connectionLost(reason)

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        self.refuse(400)

    def refuse(self, status: int) -> None:
        """Answer with a page that says why, and close; what still comes is not read."""
        if self._is_refused:
            return
        self._is_refused = True
        request = self.requests[-1] if self.requests else None
        headers, page = self.site.rules.refusal(status, request)
        words = HTTPStatus(status).phrase.encode()
        head = [b"HTTP/1.1 %d %s" % (status, words), b"Connection: close"]
        head += [f"{name}: {value}".encode("latin-1") for name, value in headers]
        head += [b"Content-Length: %d" % len(page), b"", page]
        wire: Any = self.transport
        wire.write(b"\r\n".join(head))
        self.loseConnection()
        self._within(_PARTING)

    def _late(self) -> None:
        wire: Any = self.transport
        if self._is_receiving and not self._is_refused:
            self.refuse(408)
        else:
            wire.abortConnection()

    def _within(self, seconds: float | None) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None
        if seconds is not None:
            self._deadline = self.callLater(seconds, self._late)


class LimitedRequest(Request):
    """
    A request whose body stays in memory, within the limit its headers allow.

    A form with files that are too large is taken to its end, so that what was written
    in it can be shown again: ``cut`` is then the status that says why its body is not
    whole.
    """

    channel: LimitedChannel
    site: LimitedSite
    cut = 0
    _allowed = 0
    _may_be_cut = False
    _came = 0
    content: BytesIO
    _holds_place = False
    _refused = False
    _waits = False
    _is_gone = False
    _ended: tuple[bytes, bytes, bytes] | None = None

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        # In memory: a file would put what a patient writes unencrypted on the disk.
        self.content = BytesIO()
        self._early: list[bytes] = []
        self._allowed = SMALL_BODY
        if length is None or length > SMALL_BODY:
            self.uri = self.channel._path  # not yet set: the body comes first here
            if self.channel.site.rules.has_ticket(self):
                self._ask(length)
                return
        if length is not None and length > self._allowed:
            self._too_large(413, length)

    def _ask(self, length: int | None) -> None:
        """
        Look whether the session still lasts; nothing more is read meanwhile.

        What came with the headers waits: it is no more than one read of the socket.
        """
        self._waits = True
        self.channel._networkProducer.pauseProducing()
        right = self.channel.site.rules.right_to_files(self)
        right.addErrback(_unknown).addCallback(self._answered, length)

    def _answered(self, right: FilesRight | None, length: int | None) -> None:
        self._waits = False
        if self._is_gone:
            return
        site = self.channel.site
        status = 413 if right in {FilesRight.TEXT, FilesRight.NONE} else 503
        self._may_be_cut = right is not FilesRight.NONE
        # Without a place others are sending files; without an answer nothing is known.
        if right is FilesRight.WHOLE and site.take_place():
            self._holds_place = True
            self._allowed, status = site.limits.large_body, 413
        if length is not None and length > self._allowed:
            self._too_large(status, length)
        for data in self._early:
            self.handleContentChunk(data)
        self._early.clear()
        if self._ended is not None:
            self.requestReceived(*self._ended)
        else:
            self.channel._networkProducer.resumeProducing()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        if self._refused:
            return
        if self._waits:
            self._early.append(data)
            return
        self._came += len(data)
        room = max(0, self._allowed - self.content.tell())
        if len(data) > room:
            self._too_large(self.cut or 413, self._came)
        if not self._refused:
            self.content.write(data[:room])

    def _too_large(self, status: int, size: int) -> None:
        if self._may_be_cut and size <= _MOST_CUT * self.channel.site.limits.large_body:
            self.cut = status
            return
        self._refused = True
        self.channel.refuse(413)

    def requestReceived(  # noqa: N802
        self, command: bytes, path: bytes, version: bytes
    ) -> None:
        if self._waits:
            self._ended = (command, path, version)
        elif not self._refused:
            # Some programs send what is only their own to look at (RFC 3986 §3.5).
            super().requestReceived(command, path.partition(b"#")[0], version)

    def process(self) -> None:
        status = self.channel.site.rules.objection(self)
        if status is None:
            super().process()
            return
        headers, page = self.channel.site.rules.refusal(status, self)
        self.setResponseCode(status, HTTPStatus(status).phrase.encode())
        for name, value in headers:
            self.setHeader(name, value)
        self.setHeader(b"Content-Length", str(len(page)).encode())
        self.setHeader(b"Connection", b"close")
        self.channel.persistent = 0  # closed once this is written
        self.write(page)
        self.finish()

    def goes_on(self, size: int) -> None:
        """Give so many bytes more of the answer their own time to leave."""
        limits = self.channel.site.limits
        self.channel._within(limits.request_seconds + size / _SLOWEST)

    def finish(self) -> None:
        self._leave()
        super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self._is_gone = True
        self._leave()
        super().connectionLost(reason)

    def _leave(self) -> None:
        if self._holds_place:
            self._holds_place = False
            self.channel.site.give_place()


def _unknown(_: Failure) -> None:
    """The database does not answer: the text is kept, and the page says to wait."""


class LimitedSite(Site):
    """The site: HTTP/1.1 alone, no access log (paths name things of patients)."""

    noisy = False
    requestFactory = LimitedRequest  # noqa: N815
    protocol = LimitedChannel  # type: ignore[assignment]

    def __init__(
        self, resource: IResource, limits: WebLimits, rules: Rules, reactor: Any
    ) -> None:
        super().__init__(
            resource,
            timeout=limits.idle_seconds,
            parsePOSTFormSubmission=False,
            reactor=reactor,
        )
        self.limits = limits
        self.rules = rules
        self._large = 0

    def acceptableProtocols(self) -> list[bytes]:  # noqa: N802
        return [b"http/1.1"]

    def log(self, request: Any) -> None:
        """Log nothing; what matters of a request is in the journal."""

    def take_place(self) -> bool:
        """Take one of the few places for large bodies; False when all are taken."""
        if self._large >= _LARGE_AT_ONCE:
            return False
        self._large += 1
        return True

    def give_place(self) -> None:
        """Give a place back."""
        self._large -= 1


class _Counted(ProtocolWrapper):
    factory: CappedFactory
    peer = ""

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        self.factory.gone(self.peer)
        super().connectionLost(reason)


class CappedFactory(WrappingFactory):
    """Counts connections, in all and by address, before any TLS is spoken."""

    noisy = False
    protocol = _Counted

    def __init__(self, wrapped: Any, limits: WebLimits) -> None:
        super().__init__(wrapped)
        self._limits = limits
        self._by_peer: Counter[str] = Counter()

    def buildProtocol(  # type: ignore[override]  # noqa: N802
        self, addr: IAddress | None
    ) -> ProtocolWrapper | None:
        peer = str(getattr(addr, "host", ""))
        limits = self._limits
        # Behind a proxy all have its address.
        is_one = not is_in(peer, limits.proxies)
        if self._by_peer.total() >= limits.max_connections or (
            is_one and self._by_peer[peer] >= limits.max_connections_per_peer
        ):
            return None
        built = super().buildProtocol(addr)
        assert isinstance(built, _Counted)
        built.peer = peer
        self._by_peer[peer] += 1
        return built

    def gone(self, peer: str) -> None:
        """Give back a connection's place."""
        self._by_peer[peer] -= 1
        if self._by_peer[peer] <= 0:
            del self._by_peer[peer]

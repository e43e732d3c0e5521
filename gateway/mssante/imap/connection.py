"""The connection under an IMAP session: whole commands in, answers out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, Protocol

from cryptography.hazmat.primitives.serialization import Encoding
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IHandshakeListener
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.protocols.policies import TimeoutMixin
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.errors import InvalidError, UnavailableError
from gateway.mssante.imap.outflow import Outflow
from gateway.mssante.imap.syntax import LITERAL, Reader, split_command, tag_of
from gateway.settings.file import ImapSettings

log = Logger()

_LITERALS = 64 * 1024
"""All literals of one command, but the message of an APPEND."""

_UNASKED = 4096
"""A literal the client need not wait to send (LITERAL-, RFC 7888)."""

_UPLOAD_SECONDS = 900.0
_CLOSE_SECONDS = 10.0


class ImapOwner(Protocol):
    """What a connection asks of the session that owns it; all of it on the loop."""

    def connected(self) -> None:
        """The connection stands; where TLS comes first, its handshake is to come."""

    async def handshake_done(self) -> None:
        """TLS is on; nothing is read before this returns."""

    async def run(self, tag: bytes, name: bytes, reader: Reader) -> None:
        """Run a whole command and answer it; nothing is read meanwhile."""

    def literal_limit(self, parts: list[bytes], usual: int) -> int | None:
        """Return how large the literal announced after these may be; None: refused."""

    async def refuse_literal(self, parts: list[bytes], size: int) -> bytes | None:
        """Return the answer that refuses a literal, or None to let it come."""

    def upload_ended(self) -> None:
        """The command that a literal was let come for is over."""

    def lost(self, why: BaseException | None) -> None:
        """The connection is gone; ``why`` in Twisted's words."""


@implementer(IHandshakeListener)
class ImapConnection(LineReceiver, TimeoutMixin):
    """
    Reads one command whole within its limits, has it run, and reads on.

    The connection is not read while a command runs: what waits, waits at the client.
    After `drop` nothing is written any more; ``closed`` tells.
    """

    transport: Any  # of TCP, or of TLS on it

    def __init__(
        self,
        settings: ImapSettings,
        clock: Any,
        make_owner: Callable[[ImapConnection], ImapOwner],
    ) -> None:
        self.MAX_LENGTH = settings.max_line_bytes
        self.closed = False
        self._settings = settings
        self._clock = clock
        self._errors = 0
        self._forget_input()
        self._answer: Deferred[bytes] | None = None
        self._outflow: Outflow | None = None
        self._deadline: IDelayedCall | None = None
        self._owner = make_owner(self)

    def _forget_input(self) -> None:
        self._parts: list[bytes] = []
        self._literals = 0
        self._line_bytes = 0
        self._chunks: list[bytes] = []
        self._missing = 0

    # What Twisted calls.

    def connectionMade(self) -> None:  # noqa: N802
        self._owner.connected()

    def handshakeCompleted(self) -> None:  # noqa: N802
        self.pauseProducing()
        self._later(self._owner.handshake_done())

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        self.closed = True
        self.setTimeout(None)
        self._cancel_deadline()
        self._end_stream()
        self._forget_input()
        if self._answer is not None:
            waiting, self._answer = self._answer, None
            waiting.errback(reason)
        self._owner.lost(reason.value)

    def timeoutConnection(self) -> None:  # noqa: N802
        self.bye(b"too long without a command")

    def callLater(  # noqa: N802
        self, period: float, func: Callable[[], object]
    ) -> IDelayedCall:
        """Use the clock given, not the global one."""
        call: IDelayedCall = self._clock.callLater(period, func)
        return call

    # From the network.

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if not self.closed:
            super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        if self.closed:
            return
        self.resetTimeout()
        if self._answer is not None:
            waiting, self._answer = self._answer, None
            self.pauseProducing()
            waiting.callback(line)
            return
        self._line_bytes += len(line)
        if self._line_bytes > self.MAX_LENGTH:
            self.bye(b"command too long")
            return
        announced = LITERAL.search(line)
        if announced is None:
            self._parts.append(line)
            self._start()
            return
        self._parts.append(line[: announced.start()])
        self.pauseProducing()
        size, unasked = int(announced.group(1)), bool(announced.group(2))
        self._later(self._announced(size, unasked=unasked))

    async def _announced(self, size: int, *, unasked: bool) -> None:
        limit = self._owner.literal_limit(self._parts, _LITERALS - self._literals)
        if unasked and (limit is None or size > min(limit, _UNASKED)):
            # It is on its way already: only the end of the connection stops it.
            self.bye(b"[TOOBIG] literal too large")
            return
        if limit is None or size > limit:
            self._refuse(b"BAD literal not expected or too large")
            return
        refusal = (
            None if unasked else await self._owner.refuse_literal(self._parts, size)
        )
        if self.closed:
            return
        if refusal is not None:
            self._refuse(refusal)
            return
        if not unasked:
            self.go_on(b"OK")
        self._deadline = self._clock.callLater(_UPLOAD_SECONDS, self._too_slow)
        self._missing = size
        if size:
            self.setRawMode()
        else:
            self._literal_ended()

    def _refuse(self, answer: bytes) -> None:
        tag = tag_of(self._parts[0])
        self._forget_input()
        self.sendLine(tag + b" " + answer)
        if answer.startswith(b"BAD"):
            self.count_error()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        self.resetTimeout()
        taken, rest = data[: self._missing], data[self._missing :]
        self._chunks.append(taken)
        self._missing -= len(taken)
        if self._missing == 0:
            self._literal_ended()
            self.setLineMode(rest)

    def _literal_ended(self) -> None:
        self._parts.append(b"".join(self._chunks))
        self._chunks = []
        self._literals += len(self._parts[-1])
        self._cancel_deadline()

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        self.bye(b"line too long")

    def _start(self) -> None:
        parts = self._parts
        self._forget_input()
        self.pauseProducing()
        self.setTimeout(None)
        self._later(self._command(parts))

    async def _command(self, parts: list[bytes]) -> None:
        try:
            tag, name, rest = split_command(parts[0])
        except InvalidError as error:
            self.bad(tag_of(parts[0]), error.public)
            return
        parts[0] = rest
        try:
            await self._owner.run(tag, name, Reader(parts))
        finally:
            self._owner.upload_ended()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        running = Deferred.fromCoroutine(work)
        running.addErrback(self._broke)
        running.addCallback(lambda _: self._ready())

    def _broke(self, failure: Failure) -> None:
        if self.closed:
            return
        if failure.check(UnavailableError):
            log.info("an IMAP session ends: {why}", why=failure.getErrorMessage())
            self.bye(b"[UNAVAILABLE] try again later")
            return
        log.failure("an IMAP session broke", failure)
        self.bye(b"[SERVERBUG] internal error")

    def _ready(self) -> None:
        if not self.closed:
            self.setTimeout(self._settings.idle_seconds)
            self.resumeProducing()

    def next_line(self) -> Deferred[bytes]:
        """Read one more line of a running command; fails when the client is gone."""
        self._answer = Deferred()
        self.setTimeout(self._settings.idle_seconds)
        answer = self._answer
        self.resumeProducing()
        return answer

    # To the network.

    def untagged(self, text: bytes) -> None:
        """Tell something that answers no command of itself (RFC 3501 §2.2.2)."""
        self.sendLine(b"* " + text)

    def go_on(self, text: bytes) -> None:
        """Ask for the rest of a command (RFC 3501 §7.5)."""
        self.sendLine(b"+ " + text)

    def complete(self, tag: bytes, state: bytes, text: bytes) -> None:
        """End a command with OK, NO or BAD."""
        self.sendLine(b" ".join((tag, state, text)))

    def bad(self, tag: bytes, text: str) -> None:
        """Answer a command that breaks the syntax; too many end the connection."""
        self.complete(tag, b"BAD", text.encode("ascii", "replace"))
        self.count_error()

    def count_error(self) -> None:
        """Count an error of the client's; too many end the connection."""
        self._errors += 1
        if self._errors >= self._settings.max_errors:
            self.bye(b"too many errors")

    def forgive(self) -> None:
        """Forget the errors so far: the client knows how to speak."""
        self._errors = 0

    def bye(self, text: bytes) -> None:
        """Say why, and end the connection."""
        if not self.closed:
            self.untagged(b"BYE " + text)
            self.drop()

    def drop(self) -> None:
        """End the connection; what was written still goes out, for a moment."""
        if self.closed:
            return
        self.closed = True
        self._end_stream()
        self.clearLineBuffer()
        self.transport.resumeProducing()  # to hear that the client went, too
        self.transport.loseConnection()
        # A peer that never answers TLS's good-bye would keep the connection.
        closing = self._clock.callLater(_CLOSE_SECONDS, self.transport.abortConnection)
        self._cancel_deadline()
        self._deadline = closing

    async def stream(self, responses: AsyncGenerator[list[bytes]]) -> None:
        """Write responses as they are made, no faster than the client reads them."""
        outflow = Outflow(self.transport, self._clock, self.abort)
        self._outflow = outflow
        outflow.begin()
        try:
            async with aclosing(responses):
                async for pieces in responses:
                    await outflow.send(pieces)
        finally:
            self._end_stream()

    def _end_stream(self) -> None:
        if self._outflow is not None:
            outflow, self._outflow = self._outflow, None
            outflow.end()

    def abort(self) -> None:
        """End the connection at once."""
        self.closed = True
        self._end_stream()
        self.transport.abortConnection()

    def _too_slow(self) -> None:
        self.bye(b"upload too slow")

    def _cancel_deadline(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    # TLS.

    def forget_unread(self) -> bool:
        """Drop what came behind the command that runs; tell whether there was any."""
        return bool(self.clearLineBuffer())

    def begin_tls(self, context: Any) -> None:
        """Go on inside TLS; `ImapOwner.handshake_done` follows."""
        self.transport.startTLS(context)

    def certificate(self) -> bytes:
        """Return the client's certificate in DER, empty for none; once TLS is on."""
        shown = self.transport.getPeerCertificate()
        if shown is None:
            return b""
        encoded: bytes = shown.to_cryptography().public_bytes(Encoding.DER)
        return encoded

"""The connection under an IMAP session: whole commands in, answers out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.mail.imap4 import IMAP4Server
from twisted.python.failure import Failure

from gateway.errors import InvalidError
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


class ImapLines(IMAP4Server):
    """
    twisted.mail's server with its own reading of commands replaced.

    Twisted's queues commands without bound, takes literals of any size, and parses
    arguments word by word as they come. Here one command is read whole within its
    limits, the connection is not read while it runs, and the next one follows: what
    waits, waits at the client. Kept of Twisted's are the connection, the states, the
    time-outs and the writing of responses.
    """

    transport: Any  # of TCP, or of TLS on it

    def __init__(self, settings: ImapSettings, clock: Any) -> None:
        super().__init__()
        self.settings = settings
        self.clock = clock
        self.MAX_LENGTH = settings.max_line_bytes
        self.closed = False
        self._errors = 0
        self._forget_input()
        self._answer: Deferred[bytes] | None = None
        self._outflow: Outflow | None = None
        self._deadline: IDelayedCall | None = None

    def _forget_input(self) -> None:
        self._parts: list[bytes] = []
        self._literals = 0
        self._line_bytes = 0
        self._chunks: list[bytes] = []
        self._missing = 0

    # What a session adds.

    async def run(self, tag: bytes, name: bytes, reader: Reader) -> None:
        """Run a whole command and answer it."""
        raise NotImplementedError

    def literal_limit(self, parts: list[bytes]) -> int | None:
        """Return how large the literal announced after these may be; None: refused."""
        return _LITERALS - self._literals

    async def refuse_literal(self, parts: list[bytes], size: int) -> bytes | None:
        """Return the answer that refuses a literal, or None to let it come."""
        return None

    def upload_ended(self) -> None:
        """The command that a literal was let come for is over."""

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
        limit = self.literal_limit(self._parts)
        if unasked and (limit is None or size > min(limit, _UNASKED)):
            # It is on its way already: only the end of the connection stops it.
            self.bye(b"[TOOBIG] literal too large")
            return
        if limit is None or size > limit:
            self._refuse(b"BAD literal not expected or too large")
            return
        refusal = None if unasked else await self.refuse_literal(self._parts, size)
        if self.closed:
            return
        if refusal is not None:
            self._refuse(refusal)
            return
        if not unasked:
            self.sendContinuationRequest(b"OK")
        self._deadline = self.clock.callLater(_UPLOAD_SECONDS, self._too_slow)
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
            await self.run(tag, name, Reader(parts))
        finally:
            self.upload_ended()

    def _later(self, work: Any) -> None:
        running = Deferred.fromCoroutine(work)
        running.addErrback(self._broke)
        running.addCallback(lambda _: self._ready())

    def _broke(self, failure: Failure) -> None:
        if not self.closed:
            log.failure("an IMAP session broke", failure)
            self.bye(b"[SERVERBUG] internal error")

    def _ready(self) -> None:
        if not self.closed:
            self.setTimeout(self.settings.idle_seconds)
            self.resumeProducing()

    def next_line(self) -> Deferred[bytes]:
        """Read one more line of a running command; fails when the client is gone."""
        self._answer = Deferred()
        self.setTimeout(self.settings.idle_seconds)
        answer = self._answer
        self.resumeProducing()
        return answer

    # To the network.

    def bad(self, tag: bytes, text: str) -> None:
        """Answer a command that breaks the syntax; too many end the connection."""
        self.sendBadResponse(tag, text.encode("ascii", "replace"))
        self.count_error()

    def count_error(self) -> None:
        """Count an error of the client's; too many end the connection."""
        self._errors += 1
        if self._errors >= self.settings.max_errors:
            self.bye(b"too many errors")

    def bye(self, text: bytes) -> None:
        """Say why, and end the connection."""
        if not self.closed:
            self.sendLine(b"* BYE " + text)
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
        closing = self.clock.callLater(_CLOSE_SECONDS, self.transport.abortConnection)
        self._cancel_deadline()
        self._deadline = closing

    async def stream(self, responses: AsyncGenerator[list[bytes]]) -> None:
        """Write responses as they are made, no faster than the client reads them."""
        outflow = Outflow(self.transport, self.clock, self.abort)
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

    def callLater(  # noqa: N802
        self, period: float, func: Callable[[], object]
    ) -> IDelayedCall:
        """Use the clock given, not the global one."""
        call: IDelayedCall = self.clock.callLater(period, func)
        return call

    def timeoutConnection(self) -> None:  # noqa: N802
        self.bye(b"too long without a command")

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        self.closed = True
        super().connectionLost(reason)
        self._cancel_deadline()
        self._end_stream()
        self._forget_input()
        if self._answer is not None:
            waiting, self._answer = self._answer, None
            waiting.errback(reason)

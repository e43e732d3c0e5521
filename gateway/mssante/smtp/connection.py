"""One SMTP connection: lines, TLS and time limits; what commands mean is elsewhere."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from aiosmtpd.smtp import SMTP
from twisted.logger import Logger

from gateway.errors import UnavailableError
from gateway.mssante.places import Place
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.body import Body, BodyLimits, read_body
from gateway.mssante.smtp.command_lines import (
    AUTH_OCTETS,
    HangUpError,
    read_command,
    read_line,
)
from gateway.mssante.smtp.doorway import CLOSING_SECONDS, Doorway, note_refused
from gateway.mssante.smtp.extensions import CommandError
from gateway.mssante.smtp.limits import Errors, Lease
from gateway.mssante.smtp.replies import Reply
from gateway.store.base.failures import AwayError
from gateway.trust.networks import network_of
from gateway.trust.tls_failures import failure_of

log = Logger()

_MOST_UNREAD = 64 * 1024
"""Bytes of replies a peer may leave unread before we wait for it."""


class SmtpOwner(Protocol):
    """What a connection asks of the session that owns it."""

    async def obey(self, line: str) -> Reply | None:
        """
        Carry out a command; return the reply, or None when it was given.

        Raises:
            CommandError: the command is refused.
            HangUpError: the connection ends.
        """


class SmtpConnection(SMTP):
    """
    aiosmtpd's protocol with a command loop of our own.

    Its loop takes a bare LF for the end of a command, answers without enhanced
    codes, resets its timer at each command and buffers what waits behind STARTTLS;
    ours does none of these. Lines are read up to their limit, each phase has an
    absolute deadline, and whatever goes wrong ends in one reply or in silence.
    """

    line_length_limit = 2048  # of the reader: commands, not bodies

    def __init__(
        self, doorway: Doorway, make_owner: Callable[[SmtpConnection], SmtpOwner]
    ) -> None:
        self.address = ""
        self.secured = False
        settings = doorway.settings
        if doorway.takes_tokens:
            self.line_length_limit = AUTH_OCTETS + settings.max_command_bytes
        self.errors = Errors(most=settings.max_errors, seconds=settings.error_seconds)
        self._doorway = doorway
        self._owner = make_owner(self)
        self._place: Place | None = None
        self.refused = False
        self.handshake: asyncio.Task[None] | None = None
        """What does the handshake, where TLS comes first, until it is done."""
        self._proving: asyncio.TimerHandle | None = None
        self._securing = False
        self._ending: Reply | None = None
        self._begun = False
        self._busy = False
        self._stopping = False
        self._unsaid = bytearray()
        super().__init__(
            object(),
            hostname=doorway.hostname,
            ident="ESMTP",
            timeout=doorway.settings.session_seconds,
            loop=doorway.worker.loop,
        )

    # What asyncio calls.

    def connection_made(self, transport: Any) -> None:
        peer = transport.get_extra_info("peername")
        if self._place is None and not self.refused:
            self.enter(str(peer[0]) if peer else "")
        seconds = self._doorway.settings.prove_seconds
        self._proving = self.loop.call_later(seconds, self._is_late)
        self.secured = transport.get_extra_info("ssl_object") is not None
        self._doorway.enter(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._stop_waiting()
        self.leave()
        self._doorway.leave(self)

    def eof_received(self) -> bool:
        # A peer that stops sending has given up, in a body as between commands.
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
        return False

    def _timeout_cb(self) -> None:
        log.info("a connection reached its time limit")
        self.abort()

    def enter(self, address: str) -> bool:
        """Count this connection in, if there is room; done before TLS where it can."""
        self.address = address
        self._place = self._doorway.places.enter(network_of(address), self._give_way)
        self.refused = self._place is None
        return not self.refused

    def prove(self, who: bytes) -> bool:
        """
        Count this connection to its certificate, or to whom a token named, who may
        send; False when there are too many of that one already.
        """
        place = self._place
        if place is not None and not self._doorway.places.prove(place, who):
            return False
        self._stop_waiting()
        return True

    def leave(self) -> None:
        """Count this connection out; again is no error."""
        if self._place is not None:
            self._doorway.places.leave(self._place)

    def _stop_waiting(self) -> None:
        if self._proving is not None:
            self._proving.cancel()

    def _give_way(self) -> None:
        log.info("too many without a certificate, the oldest is cut off")
        self._end_with(replies.TOO_MANY_CONNECTIONS)

    def _is_late(self) -> None:
        log.info("a peer showed no certificate in time")
        self._end_with(replies.TIMED_OUT)

    def _end_with(self, reply: Reply) -> None:
        """End now, whatever is under way; during a handshake no word can be said."""
        if self.handshake is not None:
            self.handshake.cancel()
        elif self._handler_coroutine is None or self._securing:
            self.abort()
        else:
            self._ending = reply
            self._interrupt(self._handler_coroutine)

    def _interrupt(self, serving: asyncio.Task[None]) -> None:
        """Cancel what serves; cancelled before it began, it would close nothing."""
        if self._begun:
            serving.cancel()

    def abort(self) -> None:
        """End the connection at once."""
        transports: tuple[Any, ...] = (self.transport, self._original_transport)
        for transport in transports:
            if transport is not None:
                transport.abort()

    # What stopping the service calls.

    def finish(self) -> asyncio.Task[None]:
        """End now if it waits for a command, else after it; return the last of it."""
        self._stopping = True
        assert self._handler_coroutine is not None, "made with the connection"
        if not self._busy:
            self._interrupt(self._handler_coroutine)
        return self._handler_coroutine

    # The loop.

    async def _handle_client(self) -> None:
        try:
            await self._serve()
        except HangUpError as end:
            self._last_word(end.reply)
        except TimeoutError:
            log.info("a peer was too slow")
            self._last_word(replies.TIMED_OUT)
        except asyncio.CancelledError:
            if self._stopping:
                self._last_word(replies.SHUTTING_DOWN)
            else:
                self._last_word(self._ending)
            raise
        except (ConnectionError, asyncio.IncompleteReadError):
            log.debug("a peer went away")
        except UnavailableError as error:
            if not isinstance(error, AwayError):  # of that the log speaks once
                log.warn("no mail can be received now: {why}", why=str(error))
            self._last_word(replies.TRY_LATER)
        except Exception:
            log.failure("defect while receiving mail")
            self._last_word(replies.TRY_LATER)
        finally:
            self.leave()
            if self.transport is not None:
                self._reset_timeout(CLOSING_SECONDS)
                self.transport.close()  # flushes first; the timer has no such patience

    async def _serve(self) -> None:
        settings = self._doorway.settings
        self._begun = True
        if self._ending is not None:
            raise HangUpError(self._ending)
        if self._stopping:
            raise HangUpError(replies.SHUTTING_DOWN)
        if self.refused:
            log.warn("too many connections")
            raise HangUpError(replies.TOO_MANY_CONNECTIONS)
        self.say(f"220 {self.hostname} {self.__ident__}")
        await self.speak()
        await self._expect_letters()
        for _ in range(settings.max_commands):
            try:
                with self._idle():
                    line = await self._read_command()
                reply = await self._owner.obey(line)
            except CommandError as error:
                self.errors.count()
                reply = error.reply
            if reply is not None:
                self.say(reply)
            if self.errors.are_too_many:
                raise HangUpError(replies.TOO_MANY_ERRORS)
            if self._stopping:
                raise HangUpError(replies.SHUTTING_DOWN)
        raise HangUpError(replies.TOO_MANY_COMMANDS)

    @contextmanager
    def _idle(self) -> Iterator[None]:
        self._busy = False
        try:
            yield
        finally:
            self._busy = True

    async def _expect_letters(self) -> None:
        """Leave at once a peer whose first byte is no command: TLS, a probe (S21)."""
        async with asyncio.timeout(self._doorway.settings.command_seconds):
            with self._idle():
                first = await self._reader.read(1)
        if not first.isalpha():
            raise HangUpError
        self._reader_buffer[:0] = first

    async def _read_command(self, most: int = 0) -> str:
        """Return the next line without its end, within its deadline and its limit."""
        if b"\n" in self._reader_buffer:  # sent ahead: nothing to wait for
            line = await read_line(self._reader)
        else:
            await self.speak()
            async with asyncio.timeout(self._doorway.settings.command_seconds):
                line = await read_line(self._reader)
        return read_command(line, most or self._doorway.settings.max_command_bytes)

    async def answer(self) -> str:
        """Return the line a client answers a challenge with, as a command is read."""
        with self._idle():
            return await self._read_command(AUTH_OCTETS)

    @property
    def has_unread(self) -> bool:
        """Tell whether the peer sent more than the command that runs."""
        return bool(self._reader_buffer)

    async def read_body(self, limits: BodyLimits, lease: Lease) -> Body:
        """Read what follows 354; see `body.read_body`."""
        return await read_body(self._reader, limits, lease)

    def say(self, reply: Reply | str) -> None:
        """Reply; it leaves with the next ones, before anything is waited for."""
        self._unsaid += f"{reply}\r\n".encode("ascii")

    async def speak(self) -> None:
        """Send the replies in one piece (RFC 2920 §3.2): each sending has its cost."""
        if not self._unsaid:
            return
        self._writer.write(bytes(self._unsaid))
        self._unsaid.clear()
        transport: Any = self.transport
        if transport is not None and transport.get_write_buffer_size() > _MOST_UNREAD:
            async with asyncio.timeout(self._doorway.settings.command_seconds):
                await self._writer.drain()

    def _last_word(self, reply: Reply | None) -> None:
        """Say it if the peer still listens; nobody waits for whether it was heard."""
        if reply is not None:
            self.say(reply)
        if self._unsaid and self.transport is not None:
            self._writer.write(bytes(self._unsaid))

    # TLS.

    @property
    def _reader_buffer(self) -> bytearray:
        return cast("bytearray", cast("Any", self._reader)._buffer)

    async def secure(self) -> None:
        """
        Change to TLS; forget all that was said before (RFC 3207 §4.2).

        Nothing is read between the command and the handshake, so no byte sent in
        clear can be taken for a protected one; bytes that came already end it.
        """
        clear: Any = self.transport
        clear.pause_reading()
        if self.has_unread:
            log.info("TLS refused: {code}", code="TLS_BYTES_BEHIND_STARTTLS")
            raise HangUpError
        self.say(replies.START_TLS)
        await self.speak()
        self._original_transport = clear
        self._securing = True
        try:
            protected = await self.loop.start_tls(
                clear,
                self,
                self._doorway.tls_for(self.address, clear.get_extra_info("socket")),
                server_side=True,
                ssl_handshake_timeout=self._doorway.settings.handshake_seconds,
                ssl_shutdown_timeout=CLOSING_SECONDS,
            )
        except ssl.SSLError:  # told by the context, which knows why
            raise HangUpError from None
        except (OSError, TimeoutError) as error:
            note_refused(failure_of(error), self.address)
            raise HangUpError from None
        finally:
            self._securing = False
        if protected is None or clear.is_closing():
            raise HangUpError
        self.transport = self._transport = protected
        streams: tuple[Any, ...] = (self._reader, self._writer)
        for stream in streams:
            stream._transport = protected  # noqa: SLF001
        self._over_ssl = True
        self.secured = True

    def peer_certificate(self) -> bytes:
        """Return the peer's certificate in DER, empty for none; once TLS is on."""
        assert self.transport is not None
        tls = self.transport.get_extra_info("ssl_object")
        return cast("bytes", tls.getpeercert(binary_form=True) or b"")

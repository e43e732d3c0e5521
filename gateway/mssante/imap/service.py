"""The mailboxes' door: listens, counts connections, ends sessions politely."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import Protocol, ServerFactory, connectionDone
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.errors import GatewayError
from gateway.mssante.imap.commands import COMMANDS
from gateway.mssante.imap.connection import ImapConnection
from gateway.mssante.imap.mail_store import MailStore
from gateway.mssante.imap.session import ImapSession
from gateway.mssante.imap.sign_in import greeting
from gateway.mssante.imap.watch import SECONDS, FolderWatch
from gateway.mssante.places import Place, Places
from gateway.settings.file import Settings
from gateway.store.base.failures import AwayError
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.professionals.ended_sign_ins import EndedSignIns
from gateway.trust.networks import network_of
from gateway.trust.space import PeerVerdict
from gateway.trust.tls import Identity
from gateway.trust.tls_failures import TlsFailure
from gateway.trust.tls_twisted import ServerConnections, mutual_connections

log = Logger()

_RECHECK_SECONDS = 60.0
_SIGN_IN_SECONDS = 10.0
"""Between two looks at sign-ins that were ended: how late a session of one ends."""
_GOODBYE_SECONDS = 2.0

_MOST_REFUSED = 50
"""Connections at once that are only there to be told that there are too many."""


class ImapService(Service):
    """
    Mailboxes over IMAP, on 993 with TLS first and on 143 with STARTTLS.

    A door without a port in the settings is not opened. ``listening`` fires when
    every door is open, or fails with the reason that one is not.
    """

    def __init__(
        self, settings: Settings, store: MailStore, identity: Identity, reactor: Any
    ) -> None:
        self._listen = settings.listen
        self._limits = settings.imap
        self.store = store
        self._tls = self._connections(identity)
        self._reactor = reactor
        self._sessions: dict[ImapSession, Place] = {}
        self.places = Places(
            most=self._limits.max_connections,
            most_per_host=self._limits.max_connections_per_peer,
            most_unproven=self._limits.max_connections_unproven,
            most_per_certificate=self._limits.max_connections_per_certificate,
        )
        self._refusing = 0
        self._ports: list[Any] = []
        self._empty: Deferred[None] | None = None
        self.watch = FolderWatch(store)
        self._looking = self._every(self.watch.look)
        self._rechecking = self._every(self._recheck)
        self._ending = self._every(self._end)
        self.listening: Deferred[None] = Deferred()

    def renew(self, identity: Identity) -> None:
        """Show another certificate to the clients that connect from now on."""
        self._tls.renew(self._connections(identity))

    def _connections(self, identity: Identity) -> ServerConnections:
        required = self.store.tokens is None
        return mutual_connections(
            identity, _said, told=self._untrusted, required=required
        )

    def _untrusted(
        self, failure: TlsFailure, address: str, subject: str, der: bytes
    ) -> None:
        """Log a certificate that a handshake refused, and have it kept; off the loop"""
        _note(failure, address, subject)
        if self.store.notes.keeps_handshake(network_of(address)):
            noted = Deferred.fromCoroutine(self._note_handshake(failure, der))
            noted.addErrback(lambda one: log.failure("imap: not noted", one))

    async def _note_handshake(self, failure: TlsFailure, der: bytes) -> None:
        judge, verdict = self.store.judge, None
        if der:
            verdict = await self.store.call(lambda: judge(der))
        self.store.notes.handshake(failure, verdict)

    def _every(self, call: Callable[[], Deferred[None]]) -> LoopingCall:
        loop = LoopingCall(call)
        loop.clock = self._reactor
        return loop

    def startService(self) -> None:  # noqa: N802
        super().startService()
        host, listen = self._listen.host, self._listen
        try:
            if listen.imaps:
                factory = _Factory(self, "imaps", None)
                opened = self._reactor.listenSSL(
                    listen.imaps, factory, self._tls, interface=host
                )
                self._ports.append(opened)
            if listen.imap:
                factory = _Factory(self, "imap", self._tls)
                opened = self._reactor.listenTCP(listen.imap, factory, interface=host)
                self._ports.append(opened)
        except CannotListenError:
            self.listening.errback(Failure())
            return
        self._keep_on(self._looking, SECONDS)
        self._keep_on(self._rechecking, _RECHECK_SECONDS)
        self._keep_on(self._ending, _SIGN_IN_SECONDS)
        self.listening.callback(None)

    @staticmethod
    def _keep_on(loop: LoopingCall, seconds: float) -> None:
        ended = loop.start(seconds, now=False)
        ended.addErrback(lambda failure: log.failure("imap: a watch ended", failure))

    async def _stop(self) -> None:
        for loop in (self._looking, self._rechecking, self._ending):
            if loop.running:
                loop.stop()
        await DeferredList([port.stopListening() for port in self._ports])
        self._ports.clear()
        if self._sessions:
            self._empty = Deferred()
            for session in list(self._sessions):
                session.connection.bye(b"the service stops, come back later")
            late = self._reactor.callLater(_GOODBYE_SECONDS, self._abort_all)
            await self._empty
            if late.active():
                late.cancel()

    def _abort_all(self) -> None:
        for session in list(self._sessions):
            session.connection.abort()

    def stopService(self) -> Deferred[None]:  # noqa: N802
        """Stop listening, say BYE to each session, and wait for them to end."""
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    def admit(self, host: str, door: str, tls: Any) -> ImapConnection | None:
        """Return the protocol of a new connection; None when there are too many."""
        limits = self._limits
        place = self.places.enter(host, lambda: self._send_away(place), door)
        if place is None:
            log.info("imap: too many connections, one more refused")
            return None

        def lost(session: ImapSession) -> None:
            self._sessions.pop(session, None)
            self.places.leave(place)
            if self._empty is not None and not self._sessions:
                self._empty.callback(None)

        def session_on(connection: ImapConnection) -> ImapSession:
            session = ImapSession(
                connection,
                self.store,
                self.watch,
                COMMANDS,
                self._reactor,
                greeting=greeting,
                tls=tls,
                proven=partial(self.places.prove, place),
                lost=lost,
            )
            self._sessions[session] = place
            return session

        return ImapConnection(limits, self._reactor, session_on)

    def _send_away(self, place: Place | None) -> None:
        log.info("imap: too many without a certificate, the oldest is cut off")
        for session in [one for one, its in self._sessions.items() if its is place]:
            session.connection.abort()

    def refuse(self, tls: Any) -> Protocol:
        """Return the protocol of a connection that is one too many."""
        if self._refusing >= _MOST_REFUSED:
            return _CutOff()
        self._refusing += 1

        def lost() -> None:
            self._refusing -= 1

        seconds = self._limits.handshake_seconds
        return _TooMany(self._reactor, seconds, lost, secured=tls is None)

    def _end(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.end_sign_ins())

    async def end_sign_ins(self) -> None:
        """End the sessions by tokens of a sign-in that the provider ended."""
        standing = {
            session: session.opened.sign_in
            for session in self._sessions
            if session.opened is not None and session.opened.sign_in is not None
        }
        if not standing:
            return
        asked = set(standing.values())
        try:
            over = await self.store.read(lambda work: EndedSignIns(work).among(asked))
        except GatewayError as error:
            if not isinstance(error, AwayError):
                log.warn("imap: sign-ins not read: {why}", why=str(error))
            return
        for session, sign_in in standing.items():
            if sign_in in over:
                log.info("imap: a sign-in by a token is over")
                session.connection.bye(b"[ALERT] your sign-in is over, sign in again")

    def _recheck(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.recheck())

    async def recheck(self) -> None:
        """End the sessions whose certificate or right to the mailbox is no more."""
        opened = {
            session: session.opened for session in self._sessions if session.opened
        }
        if not opened:
            return
        holders = {one.identity for one in opened.values()}
        certificates = {one.certificate for one in opened.values()} - {b""}
        judge = self.store.judge

        def look(
            work: UnitOfWork,
        ) -> tuple[set[tuple[str, str]], dict[bytes, PeerVerdict]]:
            boxes = Mailboxes(work)
            held = {
                (holder, box.id) for holder in holders for box in boxes.held_by(holder)
            }
            return held, {one: judge(one) for one in certificates}

        try:
            held, verdicts = await self.store.read(look)
        except GatewayError as error:
            if not isinstance(error, AwayError):
                log.warn("imap: rights not read: {why}", why=str(error))
            return
        for session, one in opened.items():
            verdict = verdicts.get(one.certificate)  # none where a token said who
            allowed = (one.identity, one.mailbox_id) in held
            is_ours = verdict is not None and verdict.is_our_fault
            if verdict is not None and allowed and is_ours:
                session.not_trusted(verdict)
            elif not allowed or (verdict is not None and not verdict.trusted):
                session.connection.bye(b"[ALERT] access to this mailbox has ended")
            elif session.idling:
                # Shows to both sides, and to what is between, that it still lives.
                session.connection.untagged(b"OK still here")


def _said(_: TlsFailure) -> None:
    """Say nothing: `_note` says more."""


def _note(failure: TlsFailure, address: str, subject: str) -> None:
    log.info(
        "imap: handshake refused: {code}, {address}, subject: {subject}",
        code=failure.value,
        address=address,
        subject=subject,
    )


class _Factory(ServerFactory):
    """Makes the sessions of one door; ``tls`` is for STARTTLS."""

    noisy = False

    def __init__(self, service: ImapService, door: str, tls: Any) -> None:
        self._service = service
        self._door = door
        self._tls = tls

    def buildProtocol(self, addr: Any) -> Protocol:  # noqa: N802
        service, host = self._service, network_of(str(addr.host))
        admitted = service.admit(host, self._door, self._tls)
        protocol = admitted or service.refuse(self._tls)
        protocol.factory = self
        return protocol


@implementer(IHandshakeListener)
class _TooMany(Protocol):
    """
    A connection that is one too many: it hears why, and ends.

    Under TLS only a client with a certificate hears it, after the handshake.
    """

    transport: Any

    def __init__(
        self, clock: Any, seconds: float, lost: Callable[[], None], *, secured: bool
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lost = lost
        self._secured = secured

    def connectionMade(self) -> None:  # noqa: N802
        self._end = self._clock.callLater(self._seconds, self.transport.abortConnection)
        if not self._secured:
            self._refuse()

    def handshakeCompleted(self) -> None:  # noqa: N802
        self._refuse()

    def _refuse(self) -> None:
        self.transport.write(
            b"* BYE [LIMIT] too many connections, close some or come back later\r\n"
        )
        self.transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self._end.active():
            self._end.cancel()
        self._lost()


class _CutOff(Protocol):
    """One more than those that are told why."""

    transport: Any

    def connectionMade(self) -> None:  # noqa: N802
        self.transport.abortConnection()

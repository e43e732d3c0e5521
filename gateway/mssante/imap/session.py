"""One IMAP session (RFC 3501): who it is, where it stands, what it may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from attrs import frozen
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from gateway.errors import GatewayError, NotFoundError
from gateway.mssante.imap.connection import ImapConnection
from gateway.mssante.imap.mail_store import MailStore
from gateway.mssante.imap.noting import NotedRefusal, refused_certificate
from gateway.mssante.imap.refusals import TRY_LATER, refusal_of
from gateway.mssante.imap.syntax import Reader
from gateway.mssante.imap.uploads import expected_upload, refusal_of_upload
from gateway.mssante.imap.view import Tells, View
from gateway.mssante.imap.watch import FolderWatch, claim_recent
from gateway.store.mailbox.reading import Changes, MailReading
from gateway.trust.certificate_rules import CertificateRefused
from gateway.trust.networks import network_of
from gateway.trust.space import PeerVerdict
from gateway.trust.tls_failures import failure_of_lost
from gateway.trust.tokens import ProviderSignIn

log = Logger()

UNAUTH, AUTH, SELECTED = "unauth", "auth", "select"

_ANY_SIZE = 10**20


@frozen(kw_only=True)
class Opened:
    """
    The mailbox of a session, and by which certificate it was opened.

    ``certificate`` is empty where none was shown: a token said who it is. ``lasts`` is
    how long that is good, and ``sign_in`` what it stands on; None for a certificate,
    which is looked at again and again.
    """

    mailbox_id: str
    address: str
    identity: str
    certificate: bytes
    lasts: timedelta | None = None
    sign_in: ProviderSignIn | None = None


@frozen
class Command:
    """
    A command: the states it is allowed in, and what it does.

    ``run`` returns the text of OK, or None when it answered itself; ``syncs`` says
    whether changes of the folder may be told before the end (RFC 3501 §7.4.1).
    """

    states: frozenset[str]
    run: Callable[[ImapSession, Reader], Awaitable[bytes | None]]
    syncs: bool = True


class ImapSession:
    """
    What is known of one client, and what its commands do it with.

    The connection is read only once the handshake is done and the certificate judged;
    a client whose certificate is not believed hears BYE, not a dropped connection.
    ``tls`` is the context STARTTLS uses, None where TLS comes first. ``proven`` is
    given the certificate that is believed, and tells whether it may have one connection
    more; ``lost`` is told when the connection is gone.
    """

    def __init__(
        self,
        connection: ImapConnection,
        store: MailStore,
        watch: FolderWatch,
        commands: Mapping[bytes, Command],
        clock: Any,
        *,
        greeting: Callable[[ImapSession], bytes],
        tls: Any = None,
        proven: Callable[[bytes], bool],
        lost: Callable[[ImapSession], None],
    ) -> None:
        self.connection = connection
        self.store = store
        self.watch = watch
        self.settings = store.settings
        self.state = UNAUTH
        self.opened: Opened | None = None
        self.view: View | None = None
        self.idling = False
        self.stale = False
        self.tells = Tells.NUMBERS
        self.refusal_noted = False
        self.tag = b""
        self.secured = tls is None
        self._tls = tls
        self._shaking_hands = self.secured
        self._greeting = greeting
        self._commands = commands
        self._clock = clock
        self._proven = proven
        self._lost = lost
        self._handshake_deadline: IDelayedCall | None = None
        self._sign_in_deadline: IDelayedCall | None = None
        self._session_deadline: IDelayedCall | None = None
        self._reserved = 0

    # The connection.

    def connected(self) -> None:
        """Greet where TLS comes later; from now on the times to sign in run."""
        late = self._clock.callLater
        limits = self.settings
        self._handshake_deadline = late(limits.handshake_seconds, self._nothing_shown)
        self._sign_in_deadline = late(limits.login_seconds, self._not_signed_in)
        if not self.secured:
            self.connection.untagged(self._greeting(self))

    async def handshake_done(self) -> None:
        """Judge the certificate before anything is read."""
        greet, self.secured, self._shaking_hands = self.secured, True, False
        certificate = self.connection.certificate()
        by_token = not certificate and self.store.tokens is not None
        verdict = None if by_token else await self.judged()
        _end(self._handshake_deadline)
        if self.connection.closed:
            return
        if verdict is not None and not verdict.trusted:
            self.not_trusted(verdict)
        elif (by_token or self.prove(certificate)) and greet:
            self.connection.untagged(self._greeting(self))

    def prove(self, who: bytes) -> bool:
        """Count the connection to who it is; one too many is told so, and ends."""
        if self._proven(who):
            return True
        log.info("imap: too many connections of one certificate, one more refused")
        self.connection.bye(b"[LIMIT] too many connections with this certificate")
        return False

    def not_trusted(self, verdict: PeerVerdict) -> None:
        """End the session of a certificate that is not, or no longer, believed."""
        judged = verdict.verdict
        faults = (
            [str(one) for one in judged.faults]
            if isinstance(judged, CertificateRefused)
            else []
        )
        log.info("imap: certificate refused: {faults}", faults=faults)
        self.note_refusal(refused_certificate(verdict))
        if verdict.is_our_fault:
            self.connection.bye(b"[UNAVAILABLE] our lists are not current, try later")
        else:
            self.connection.bye(b"[ALERT] this certificate is not accepted")

    def note_refusal(self, refusal: NotedRefusal) -> None:
        """Have a refusal written in the journal, once a connection."""
        if self.refusal_noted:
            return
        self.refusal_noted = True
        peer = network_of(str(self.connection.transport.getPeer().host))
        self.store.notes.refuse(refusal, peer)

    async def judged(self) -> PeerVerdict:
        """Return what is thought of the client's certificate now."""
        certificate, judge = self.connection.certificate(), self.store.judge
        return await self.store.call(lambda: judge(certificate))

    def begin_tls(self) -> None:
        """Go on inside TLS."""
        self._shaking_hands = True
        self.connection.begin_tls(self._tls)

    def _nothing_shown(self) -> None:
        if self._shaking_hands:
            self.connection.abort()
        else:
            self.connection.bye(b"show a certificate sooner")

    def _not_signed_in(self) -> None:
        if self._shaking_hands:
            self.connection.abort()
        else:
            self.connection.bye(b"sign in sooner")

    def signed_in(self, opened: Opened) -> None:
        """Enter the state in which folders may be used, for a while if by a token."""
        self.opened = opened
        self.state = AUTH
        _end(self._sign_in_deadline)
        if opened.lasts is not None and not self.connection.closed:
            seconds = opened.lasts.total_seconds()
            self._session_deadline = self._clock.callLater(seconds, self._has_lasted)

    def _has_lasted(self) -> None:
        """Have the program sign in again, by a token that is good then."""
        self.connection.bye(b"this sign-in has lasted its time, sign in again")

    def lost(self, why: BaseException | None) -> None:
        """Give back what the session held; log a handshake that was refused."""
        failure = failure_of_lost(why)
        if failure is not None:
            log.info(
                "imap: handshake refused: {code}, {address}, subject: none shown",
                code=failure.value,
                address=self.connection.transport.getPeer().host,
            )
            peer = network_of(str(self.connection.transport.getPeer().host))
            notes = self.store.notes
            if failure.is_of_certificate and notes.keeps_handshake(peer):
                notes.handshake(failure, None)
        _end(self._handshake_deadline)
        _end(self._sign_in_deadline)
        _end(self._session_deadline)
        self.upload_ended()
        self.unselect()
        self._lost(self)

    # Commands.

    async def run(self, tag: bytes, name: bytes, reader: Reader) -> None:
        command = self._commands.get(name)
        if command is None or self.state not in command.states:
            self.connection.bad(tag, "command unknown or not allowed now")
            return
        self.tag = tag
        state = b"OK"
        try:
            answer = await command.run(self, reader)
            if command.syncs and self.stale:
                await self.sync()
        except GatewayError as error:
            state, answer = b"NO", refusal_of(error)
            if answer is None:
                self.connection.bad(tag, error.public)
                return
            with suppress(GatewayError):
                if command.syncs and self.stale:
                    await self.sync()
        except Exception:  # noqa: BLE001 (a defect ends the command, not the session)
            if self.connection.closed:
                return
            log.failure("an IMAP command failed")
            state, answer = b"NO", b"[SERVERBUG] internal error"
        if answer is not None and not self.connection.closed:
            self.connection.complete(tag, state, answer)
            if state == b"OK":
                self.connection.forgive()

    def literal_limit(self, parts: list[bytes], usual: int) -> int | None:
        if self.opened is None:
            return None
        if expected_upload(parts) is not None:
            return _ANY_SIZE  # `refuse_literal` says NO, and which
        return usual

    async def refuse_literal(self, parts: list[bytes], size: int) -> bytes | None:
        upload, opened = expected_upload(parts), self.opened
        if upload is None or opened is None:
            return None
        limits = self.settings
        try:
            refusal = await self.store.read(
                lambda work: refusal_of_upload(
                    work, opened.mailbox_id, upload, size, limits
                )
            )
        except GatewayError:
            refusal = TRY_LATER.answer
        if refusal is None and not self.connection.closed:
            if self.store.uploads.take(size):
                self._reserved = size
            else:
                refusal = TRY_LATER.answer
        return None if refusal is None else b"NO " + refusal

    def upload_ended(self) -> None:
        self.store.uploads.give_back(self._reserved)
        self._reserved = 0

    # The selected folder.

    @property
    def identity(self) -> str:
        """Who signed in, as the certificate says."""
        assert self.opened is not None, "commands that ask are for after sign-in"
        return self.opened.identity

    @property
    def mailbox_id(self) -> str:
        """The id of the opened mailbox."""
        assert self.opened is not None, "commands that ask are for after sign-in"
        return self.opened.mailbox_id

    @property
    def selected(self) -> View:
        """The selected folder."""
        assert self.view is not None, "commands that ask are for a selected folder"
        return self.view

    def select(self, view: View) -> None:
        """Enter a folder."""
        self.view = view
        view.tells = self.tells
        self.stale = False
        self.state = SELECTED
        self.watch.add(self)

    def enable_mod_seqs(self) -> None:
        """Tell changes by their number from now on (RFC 7162 §3.1)."""
        if self.tells is Tells.NUMBERS:
            self.tells = Tells.MOD_SEQS
        if self.view is not None:
            self.view.tells = self.tells

    def unselect(self) -> None:
        """Leave the folder, if one is selected."""
        if self.view is not None:
            self.watch.remove(self)
            self.view = None
            self.stale = False
            self.state = AUTH

    async def sync(self) -> None:
        """Tell the client what changed in its folder."""
        view = self.view
        if view is None:
            return
        folder_id, since = view.folder_id, view.mod_seq
        try:
            changes = await self.store.read(
                lambda work: MailReading(work).changes(folder_id, since)
            )
        except NotFoundError:
            self.folder_is_gone()
            return
        if changes.folder.has_recent and not view.read_only:
            claim = partial(claim_recent, folders=[changes.folder])
            view.grant_recent((await self.store.write(claim))[folder_id])
        if self.view is view and not self.connection.closed:
            self.tell(changes)

    def tell(self, changes: Changes) -> None:
        """Write what changed, as untagged responses."""
        self.stale = False
        for line in self.selected.apply(changes):
            self.connection.untagged(line)

    def folder_is_gone(self) -> None:
        """End the session: what it numbers is no more."""
        self.connection.bye(b"the selected folder was deleted")


def _end(deadline: IDelayedCall | None) -> None:
    if deadline is not None and deadline.active():
        deadline.cancel()

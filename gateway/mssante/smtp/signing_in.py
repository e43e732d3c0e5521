"""AUTH on the doors of our users (RFC 4954): by a certificate, or by a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import Logger

from gateway.core.envelope import Door
from gateway.errors import InvalidError, UnavailableError
from gateway.message.address import MailAddress, read_address
from gateway.mssante.oauth_messages import TokenMechanism
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admitted import DoorRefusal, Refused
from gateway.mssante.smtp.authenticating import (
    CANCEL,
    EXTERNAL,
    AuthCommand,
    read_auth,
    read_identity,
)
from gateway.mssante.smtp.command_lines import HangUpError
from gateway.mssante.smtp.connection import SmtpConnection
from gateway.mssante.smtp.replies import Reply
from gateway.mssante.token_sign_in import MECHANISMS, TokenRefusal, TokenSignIn
from gateway.store.journal import Action
from gateway.trust.networks import network_of
from gateway.trust.tokens import Bearer

log = Logger()

if TYPE_CHECKING:
    from gateway.mssante.smtp.session import Intake


class SmtpSignIn:
    """
    Who signed in to one session, and by what.

    ``acts_as`` is the mailbox that was named, empty for any that is held. ``bearer``
    is whom a token named: the session is theirs longer than the two minutes that a
    token lives, but not when the provider ended the sign-in, nor for ever.
    """

    def __init__(self, connection: SmtpConnection, intake: Intake) -> None:
        self._connection = connection
        self._intake = intake
        self.done = False
        self.acts_as = ""
        self.bearer: Bearer | None = None

    @property
    def is_for_users(self) -> bool:
        """Whether users are here: operators have nobody to sign in as."""
        return self._intake.door is Door.SUBMISSION

    @property
    def offered(self) -> tuple[str, ...]:
        """What AUTH offers, in the order a client should try them (RFC 4954 §3)."""
        if not self.is_for_users or not self._connection.secured:
            return ()
        by_certificate = (EXTERNAL,) if self._connection.peer_certificate() else ()
        by_token = () if self._intake.tokens is None else MECHANISMS
        return (*by_certificate, *by_token)

    @property
    def is_known(self) -> bool:
        """Whether anything was shown that says who it is."""
        return bool(self.bearer or self._connection.peer_certificate())

    async def go_on(self) -> None:
        """
        End the connection of whom a token named, once their sign-in is over.

        Raises:
            HangUpError: it is, or it has lasted its time.
        """
        tokens, bearer = self._intake.tokens, self.bearer
        if tokens is None or bearer is None:
            return
        is_over = self._intake.worker.awaitable(self._intake.admission.is_over)
        if tokens.has_lasted(bearer.sign_in) or await is_over(bearer.sign_in):
            log.info("smtp: a sign-in by a token is over")
            raise HangUpError(replies.SIGN_IN_AGAIN)

    async def run(self, argument: str) -> Reply | Refused:
        """
        Carry out AUTH; a `Refused` is of the certificate, which ends the session.

        Raises:
            CommandError: the command is malformed, or given up.
        """
        command = read_auth(argument, self.offered)
        tokens = self._intake.tokens
        if tokens is None or command.mechanism == EXTERNAL:
            return await self._by_certificate(await self._response(command))
        if not tokens.may_try(self._connection.address):
            return replies.AUTH_TOO_OFTEN
        response = await self._response(command)
        if response == CANCEL:
            return replies.AUTH_CANCELLED
        try:
            refused = await self._by_token(tokens, command, response)
        except UnavailableError:
            return replies.AUTH_LATER
        if not isinstance(refused, TokenRefusal):
            return refused or replies.AUTHENTICATED
        self._note(refused.code, refused.identity)
        self._connection.say(f"{replies.AUTH_GO_ON}{refused.challenge}")
        if await self._connection.answer() == CANCEL:
            return replies.AUTH_CANCELLED
        return replies.TOKEN_REFUSED

    async def _response(self, command: AuthCommand) -> str:
        if command.response is not None:
            return command.response
        self._connection.say(replies.AUTH_GO_ON)
        return await self._connection.answer()

    async def _by_certificate(self, response: str) -> Reply | Refused:
        named = read_identity(response)
        admit = self._intake.worker.awaitable(self._intake.admission.admit_sender)
        certificate = self._connection.peer_certificate()
        admitted = await admit(self._intake.door, certificate, named)
        if isinstance(admitted, Refused):
            if admitted.of_peer:
                return admitted
            self._note(admitted.code, refusal=admitted.refusal)
            return replies.AUTH_FAILED
        self.done, self.acts_as = True, admitted.path_text
        return replies.AUTHENTICATED

    async def _by_token(
        self, tokens: TokenSignIn, command: AuthCommand, response: str
    ) -> TokenRefusal | Refused | None:
        """Sign in whom a token names, if they hold the mailbox that is named."""
        shown = tokens.read(TokenMechanism(command.mechanism), response)
        if isinstance(shown, TokenRefusal):
            return shown
        certificate = self._connection.peer_certificate()
        found = await self._intake.worker.awaitable(tokens.bearer)(shown, certificate)
        if isinstance(found, TokenRefusal):
            return found
        named = _mailbox(shown.address)
        if named is None and shown.address:
            return tokens.not_held("MALFORMED_NAME", found)
        admit = self._intake.worker.awaitable(self._intake.admission.admit_sender)
        admitted = await admit(self._intake.door, certificate, named, "", found)
        if isinstance(admitted, Refused):
            if admitted.of_peer:
                return admitted
            return tokens.not_held(admitted.code, found)
        if not self._connection.prove(found.key):
            raise HangUpError(replies.TOO_MANY_CONNECTIONS)
        self.done, self.acts_as, self.bearer = True, admitted.path_text, found
        return None

    def _note(
        self, code: str, identity: str = "", refusal: DoorRefusal | None = None
    ) -> None:
        self._intake.reception.note(
            Action.SIGN_IN_REFUSED,
            code,
            self._intake.door,
            identity,
            refusal,
            peer=network_of(self._connection.address),
        )


def _mailbox(name: str) -> MailAddress | None:
    try:
        return read_address(name)
    except InvalidError:
        return None

"""The commands of the SMTP doors; who may send, and what is kept, is for others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from attrs import define, evolve, field
from twisted.logger import Logger

from gateway.core.envelope import Door, Recipient
from gateway.loop import Threads
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.admitted import AdmittedSender, Refused
from gateway.mssante.smtp.body import BodyLimits, BodyLostError
from gateway.mssante.smtp.command_lines import HangUpError
from gateway.mssante.smtp.connection import SmtpConnection
from gateway.mssante.smtp.extensions import MailCommand, keywords, read_mail, read_rcpt
from gateway.mssante.smtp.limits import DiskSpace, Lease, Memory
from gateway.mssante.smtp.reception import Incoming, SmtpReception
from gateway.mssante.smtp.replies import Reply
from gateway.mssante.smtp.signing_in import SmtpSignIn
from gateway.mssante.token_sign_in import TokenSignIn
from gateway.settings.file import SmtpSettings
from gateway.store.journal import Action
from gateway.trust.networks import network_of

log = Logger()

_NAME = re.compile(r"[!-~]{1,255}")
_ALLOWED_IN_CLEAR = frozenset(
    {"EHLO", "HELO", "NOOP", "RSET", "QUIT", "STARTTLS", "HELP"}
)
_ALLOWED_WHEN_REFUSED = frozenset({"NOOP", "RSET", "QUIT", "HELP"})
_REFUSALS_HEARD = 3
"""How often a peer that is not entitled hears it before the connection ends."""

_FAULTS = {
    replies.BARE_CR: "BARE_CR",
    replies.BARE_LF: "BARE_LF",
    replies.NUL_FOUND: "NUL",
    replies.BODY_LINE_TOO_LONG: "LINE_TOO_LONG",
    replies.TOO_LARGE: "TOO_LARGE",
    replies.STORAGE_FULL: "MEMORY_FULL",
}
"""What the journal and the metrics call the faults of a body."""


@define(kw_only=True, eq=False)
class Intake:
    """
    What the sessions of one door share: who may send there, and what keeps it.

    ``tokens`` sign in whoever shows no certificate, None where one is required.
    """

    door: Door
    hostname: str
    settings: SmtpSettings
    worker: Threads
    admission: Admission
    reception: SmtpReception
    memory: Memory
    disk: DiskSpace
    tokens: TokenSignIn | None = None


@define
class Transaction:
    """One message on its way in: MAIL was accepted."""

    mail: MailCommand
    admitted: AdmittedSender
    recipients: dict[str, Recipient] = field(factory=dict, repr=False)


Command = Callable[[str], Awaitable[Reply | None]]


class SmtpSession:
    """What each command does; checks in the order of the dialogue."""

    def __init__(self, connection: SmtpConnection, intake: Intake) -> None:
        self._connection = connection
        self._intake = intake
        self._greeted = False
        self._client = ""
        self._refusals = 0
        self._entitled = False
        self._signing_in = SmtpSignIn(connection, intake)
        self._mail: Transaction | None = None
        self._counted_apart = False
        self._verbs: dict[str, Command] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "MAIL": self._mail_from,
            "RCPT": self._rcpt_to,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
            "HELP": self._help,
            "VRFY": self._vrfy,
            "EXPN": self._not_implemented,
            "AUTH": self._auth,
            "ETRN": self._not_implemented,
            "TURN": self._not_implemented,
            "BDAT": self._bdat,
        }

    async def obey(self, line: str) -> Reply | None:
        """Carry out a command; return the reply, or None when it was given."""
        self._counted_apart = False
        reply = await self._obey(line)
        if reply is not None and reply.is_error and not self._counted_apart:
            self._connection.errors.count()
        return reply

    async def _obey(self, line: str) -> Reply | None:
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        command = self._verbs.get(verb)
        if command is None:
            return replies.UNKNOWN_COMMAND
        if not self._connection.secured and verb not in _ALLOWED_IN_CLEAR:
            return replies.STARTTLS_FIRST
        hears_again = self._refusals and not self._entitled
        if hears_again and verb not in _ALLOWED_WHEN_REFUSED:
            refusal = await self._judge()
            if refusal is not None:
                return refusal
        return await command(argument)

    # Greeting.

    async def _ehlo(self, argument: str) -> Reply | None:
        if (refusal := await self._greet(argument)) is not None:
            return refusal
        *lines, last = keywords(
            max_message_bytes=self._intake.settings.max_message_bytes,
            secured=self._connection.secured,
            mechanisms=self._signing_in.offered,
        )
        said = [f"250-{line}" for line in (self._intake.hostname, *lines)]
        self._connection.say("\r\n".join([*said, f"250 {last}"]))
        return None

    async def _helo(self, argument: str) -> Reply | None:
        if (refusal := await self._greet(argument)) is not None:
            return refusal
        self._connection.say(f"250 {self._intake.hostname}")
        return None

    async def _greet(self, argument: str) -> Reply | None:
        self._give_up()
        if not _NAME.fullmatch(argument.strip(" ")):
            return replies.BAD_SYNTAX
        self._client = argument.strip(" ")
        self._greeted = True
        return await self._judge() if self._connection.secured else None

    async def _judge(self) -> Reply | None:
        """Tell a peer whose chain is good but who is not entitled, in plain words."""
        certificate = self._connection.peer_certificate()
        if not certificate and self._intake.tokens is not None:
            return None  # AUTH is to say who it is, and it has not
        judge = self._intake.worker.awaitable(self._intake.admission.judge)
        verdict = await judge(self._intake.door, certificate)
        if not isinstance(verdict, Refused):
            if not self._connection.prove(certificate):
                raise HangUpError(replies.TOO_MANY_CONNECTIONS)
            self._entitled = True
            return None
        return self._refuse_peer(verdict)

    def _refuse_peer(self, refused: Refused) -> Reply:
        self._entitled = False
        self._give_up()
        if not self._refusals:
            self._intake.reception.note(
                Action.CONNECTION_REFUSED,
                refused.code,
                self._intake.door,
                refusal=refused.refusal,
                peer=network_of(self._connection.address),
            )
        self._refusals += 1
        if self._refusals > _REFUSALS_HEARD:
            raise HangUpError(replies.TOO_MANY_ERRORS)
        return refused.reply

    async def _starttls(self, argument: str) -> Reply | None:
        if argument:
            return replies.BAD_SYNTAX
        if self._connection.secured:
            return replies.BAD_SEQUENCE
        await self._connection.secure()
        self._greeted = False
        self._give_up()
        return None

    async def _auth(self, argument: str) -> Reply | None:
        """AUTH (RFC 4954 §4): once, and never within a transaction."""
        if not self._signing_in.is_for_users:
            return replies.NOT_IMPLEMENTED
        if not self._greeted or self._signing_in.done or self._mail is not None:
            return replies.BAD_SEQUENCE
        answered = await self._signing_in.run(argument)
        if isinstance(answered, Refused):  # since the greeting
            return self._refuse_peer(answered)
        self._entitled |= self._signing_in.done
        return answered

    def _give_up(self) -> None:
        """End the transaction, if there is one: no message came of it."""
        self._mail = None
        self._connection.errors.give_up()

    # The envelope.

    async def _mail_from(self, argument: str) -> Reply | None:
        if not self._greeted or self._mail is not None:
            return replies.BAD_SEQUENCE
        if not self._signing_in.is_known:
            return replies.AUTH_REQUIRED
        mail = read_mail(argument, with_auth=bool(self._signing_in.offered))
        if (refusal := self._refuse_size(mail.size)) is not None:
            return refusal
        await self._signing_in.go_on()
        admission, door = self._intake.admission, self._intake.door
        asked = (
            door,
            self._connection.peer_certificate(),
            mail.sender,
            self._signing_in.acts_as,
            self._signing_in.bearer,
        )
        if admission.is_quick_at(door):
            admitted = admission.admit_sender(*asked)
        else:
            admit = self._intake.worker.awaitable(admission.admit_sender)
            admitted = await admit(*asked)
        if isinstance(admitted, Refused):
            if admitted.of_peer:  # since the greeting
                return self._refuse_peer(admitted)
            self._intake.reception.note(
                Action.SENDER_REFUSED, admitted.code, door, refusal=admitted.refusal
            )
            return admitted.reply
        self._mail = Transaction(mail, admitted)
        return replies.SENDER_OK

    def _refuse_size(self, size: int) -> Reply | None:
        if size > self._intake.settings.max_message_bytes:
            return replies.TOO_LARGE
        if not self._intake.reception.is_ready:
            return replies.TRY_LATER
        if not self._intake.disk.has_room_for(size):
            return replies.STORAGE_FULL
        return None

    async def _rcpt_to(self, argument: str) -> Reply | None:
        if self._mail is None:
            return replies.BAD_SEQUENCE
        command = read_rcpt(argument)
        if len(self._mail.recipients) >= self._intake.settings.max_recipients:
            self._counted_apart = True  # they come again with another message
            return replies.TOO_MANY_RECIPIENTS
        admission, admitted = self._intake.admission, self._mail.admitted
        found = admission.admit_recipient_at_once(admitted, command.address)
        if found is None:
            admit = self._intake.worker.awaitable(admission.admit_recipient)
            found = await admit(admitted, command.address)
        if isinstance(found, Refused):
            self._intake.reception.note(
                Action.RECIPIENT_REFUSED,
                found.code,
                self._intake.door,
                admitted.sender.identity,
                found.refusal,
            )
            self._counted_apart = True
            self._connection.errors.count_recipient()
            return found.reply
        self._mail.recipients.setdefault(
            found.address.lower(),
            evolve(found, notify=command.notify, orcpt=command.orcpt),
        )
        return replies.RECIPIENT_OK

    # The message.

    async def _data(self, argument: str) -> Reply | None:
        mail, self._mail = self._mail, None
        if argument:
            self._mail = mail
            return replies.BAD_SYNTAX
        if mail is None or not mail.recipients:
            self._mail = mail
            # Sent ahead of the answers to RCPT: those were counted (RFC 2920 §3.1).
            self._counted_apart = mail is not None
            return replies.BAD_SEQUENCE
        if self._connection.has_unread:  # S03: a body that did not wait for 354
            raise HangUpError(replies.EARLY_BYTES)
        lease = Lease(self._intake.memory)
        try:
            self._connection.say(replies.SEND_BODY)
            await self._connection.speak()
            reply = await self._receive(mail, lease)
        finally:
            lease.end()
        if reply.is_error:
            self._connection.errors.give_up()
        else:
            self._connection.errors.succeed()
        return reply

    async def _receive(self, transaction: Transaction, lease: Lease) -> Reply:
        settings, mail = self._intake.settings, transaction.mail
        limits = BodyLimits(
            max_bytes=settings.max_message_bytes,
            max_line_bytes=settings.max_line_bytes,
            declared=mail.size,
        )
        try:
            async with asyncio.timeout(settings.data_seconds):
                body = await self._connection.read_body(limits, lease)
        except BodyLostError:
            raise HangUpError(replies.TOO_LARGE) from None
        if body.fault is not None:
            code = _FAULTS[body.fault]
            self._intake.reception.refused(transaction.admitted, code)
            return body.fault
        if not mail.eight_bit and not body.content.isascii():
            log.info("8-bit message that was not declared")
        return await self._intake.reception.receive(
            Incoming(
                admitted=transaction.admitted,
                recipients=tuple(transaction.recipients.values()),
                content=body.content,
                ret=mail.ret,
                envid=mail.envid,
                client=self._client,
                address=self._connection.address,
            )
        )

    # The rest.

    async def _rset(self, argument: str) -> Reply | None:
        if argument:
            return replies.BAD_SYNTAX
        self._give_up()
        return replies.OK

    async def _noop(self, _: str) -> Reply | None:
        return replies.OK

    async def _quit(self, _: str) -> Reply | None:
        raise HangUpError(replies.BYE)

    async def _help(self, _: str) -> Reply | None:
        return replies.HELP

    async def _vrfy(self, _: str) -> Reply | None:
        return replies.CANNOT_VERIFY

    async def _not_implemented(self, _: str) -> Reply | None:
        return replies.NOT_IMPLEMENTED

    async def _bdat(self, _: str) -> Reply | None:
        # Its chunk follows without waiting: it must not be read as commands (S11).
        raise HangUpError(replies.NOT_IMPLEMENTED)

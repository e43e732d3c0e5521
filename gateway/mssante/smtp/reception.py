"""The end of DATA: checks that need the content, then the reception, then a reply."""

from __future__ import annotations

from typing import Any

from attrs import define, field, frozen
from twisted.logger import Logger

from gateway import metrics
from gateway.core.envelope import Door, Recipient, RecipientKind, Sender
from gateway.errors import InvalidError
from gateway.evidence.arguments import Circumstances
from gateway.evidence.policies import text_of
from gateway.evidence.program import rules_hash
from gateway.message.headers import Headers, read_headers
from gateway.message.reading import MimeLimits, TooLargeError, read_parts
from gateway.message.received import received_line, return_path
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.admission import Admission
from gateway.mssante.smtp.admitted import AdmittedSender, DoorRefusal, Refused
from gateway.mssante.smtp.replies import Reply
from gateway.mssante.smtp.replying import reply_to
from gateway.reception.keeping import Failed, Reception
from gateway.reception.submission import Message, Submission, new_id
from gateway.settings.file import SmtpSettings
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.evidence.quota import HANDSHAKES, HourlyQuota, RoomLeft
from gateway.store.evidence.settings import SettingsText
from gateway.store.journal import Action
from gateway.trust.tls import RefusedHandshake

log = Logger()

_TRACE = 1024
"""More than our own Received line takes."""


@frozen(kw_only=True)
class Incoming:
    """
    A whole message as the door read it; its recipients were admitted one by one.

    ``client`` is the name the peer gave itself, ``address`` where it came from.
    """

    admitted: AdmittedSender
    recipients: tuple[Recipient, ...]
    content: bytes = field(repr=False)
    ret: str = ""
    envid: str = ""
    client: str = ""
    address: str = ""


@define
class SmtpReception:
    """What all SMTP doors have in common once a message is read, or was refused."""

    reception: Reception
    admission: Admission
    settings: SmtpSettings
    filing_settings: SettingsText = field(init=False, repr=False)

    kept_refusals: HourlyQuota = field(init=False, repr=False)

    @kept_refusals.default
    def _counted(self) -> HourlyQuota:
        return HourlyQuota(
            self.settings.refusals_kept_per_hour,
            self.settings.refusals_per_address_per_hour,
        )

    refused_handshakes: HourlyQuota = field(init=False, repr=False)

    @refused_handshakes.default
    def _counted_handshakes(self) -> HourlyQuota:
        return HourlyQuota(
            self.settings.refusals_kept_per_hour,
            self.settings.refusals_per_address_per_hour,
            HANDSHAKES,
        )

    @filing_settings.default
    def _text(self) -> SettingsText:
        return SettingsText(text_of(self.admission.filing))

    @property
    def is_ready(self) -> bool:
        """False after a disk failure: nothing is accepted until a restart."""
        return self.reception.is_ready

    async def receive(self, incoming: Incoming) -> Reply:
        """
        Return 250 once the message, its journal line and its task are on disk.

        Whatever else is returned, nothing was kept, and 4xx says it may come again.
        """
        size = len(incoming.content) + _TRACE
        answer = await self.reception.take(size, lambda: self._submission(incoming))
        if isinstance(answer, Reply):
            return answer
        if not isinstance(answer, Failed):
            metrics.ACCEPTED.inc()
            log.info(
                "message {id} accepted by {door}",
                id=answer.id,
                door=incoming.admitted.door,
            )
        return reply_to(answer)

    def note(
        self,
        action: Action,
        code: str,
        door: Door,
        identity: str = "",
        refusal: DoorRefusal | None = None,
        *,
        peer: str = "",
    ) -> None:
        """
        Write a refusal in the journal, without making the peer wait for it.

        What it rests on is kept beside, where a rule refused. Of one whose address is
        given as ``peer`` no more lines are written than the settings say.
        """
        now, room = self.reception.database.clock(), RoomLeft.LINE
        if refusal is not None or peer:
            room = self.kept_refusals.take(now, peer)
        is_whole = refusal is not None and room is RoomLeft.WHOLE
        before = self.kept_refusals.not_said() if is_whole else {}

        def job(work: UnitOfWork) -> None:
            kept: dict[str, Any] = {}
            if refusal is not None and is_whole:
                kept = {**self._keep(work, refusal), **before}
            work.note(action, code, "", door=door.value, identity=identity, **kept)
            if refusal is not None and refusal.profile_id and kept.get("decision"):
                # The patient reads of it too, and no more of them than are kept.
                profile_id = refusal.profile_id
                work.note_patient(action, code, profile_id, identity=identity, **kept)

        metrics.REFUSED.labels(code).inc()
        log.info("{action} {code}", action=action.value, code=code)
        if room is not RoomLeft.NOTHING:
            self.reception.writer.submit(job)

    def keeps_handshake(self, peer: str) -> bool:
        """Count a refused handshake of an address; tell whether it has its line."""
        now = self.reception.database.clock()
        return self.refused_handshakes.take(now, peer) is RoomLeft.WHOLE

    def note_handshake(self, door: Door, handshake: RefusedHandshake) -> None:
        """
        Write in the journal that a handshake was refused; blocking.

        Beside it is kept what our own rules say of the certificate that was shown: who
        it names is as it says, for nothing of it was proven.
        """
        shown = handshake.certificate
        judged = self.admission.judge(door, shown) if shown else None
        refusal = judged.refusal if isinstance(judged, Refused) else None
        before = self.refused_handshakes.not_said()

        def job(work: UnitOfWork) -> None:
            said: dict[str, Any] = dict(before)
            if refusal is not None:
                said |= self._keep(work, refusal)
            action, code = Action.CONNECTION_REFUSED, handshake.failure.value
            work.note(action, code, "", door=door.value, identity="", **said)

        self.reception.writer.submit(job)

    def _keep(self, work: UnitOfWork, refusal: DoorRefusal) -> dict[str, str]:
        """Keep what a refusal rests on; return what its line says of that."""
        self.filing_settings.keep(work)
        sender, program = refusal.sender, rules_hash()
        settings = self.filing_settings.hash
        circumstances = (
            Circumstances.of(sender, program=program, settings=settings)
            if isinstance(sender, Sender)
            else Circumstances.of_peer(sender, program=program, settings=settings)
        )
        return EvidenceKeeper(work).keep(
            refusal.part, circumstances, profile_id=refusal.profile_id
        )

    def refused(
        self, admitted: AdmittedSender, code: str, refusal: DoorRefusal | None = None
    ) -> None:
        """Note that a message was refused for what it holds."""
        identity = admitted.sender.identity
        self.note(Action.MESSAGE_REFUSED, code, admitted.door, identity, refusal)

    def _submission(self, incoming: Incoming) -> Submission | Reply:
        """Return what is to be kept, or the refusal of what it holds."""
        admitted = incoming.admitted
        try:
            headers = read_headers(incoming.content)
            refused = self._objection(incoming, headers)
        except TooLargeError:
            refused = Refused(replies.TOO_LARGE, "TOO_LARGE")
        except InvalidError as error:
            log.info("malformed message: {why}", why=error.public)
            refused = Refused(replies.malformed(error.public), "MALFORMED")
        if refused is not None:
            self.refused(admitted, refused.code, refused.refusal)
            return refused.reply
        submission_id = new_id()
        return Submission(
            id=submission_id,
            door=admitted.door,
            sender=admitted.sender,
            recipients=incoming.recipients,
            brings=Message(
                content=incoming.content,
                message_id=headers.message_id,
                reverse_path=admitted.path_text,
                ret=incoming.ret,
                envid=incoming.envid,
                trace=self._trace(incoming, submission_id),
            ),
        )

    def _objection(self, incoming: Incoming, headers: Headers) -> Refused | None:
        """
        Return the refusal of what a message holds; None when nothing objects.

        Raises:
            TooLargeError: decoded, it is larger than the settings allow.
            InvalidError: a header address or the structure is malformed.
        """
        if headers.count("received") > self.settings.max_hops:
            return Refused(replies.MAIL_LOOP, "MAIL_LOOP")
        refused = self.admission.admit_headers(incoming.admitted, headers)
        if len(incoming.content) > self.settings.max_decoded_bytes:
            most = self.settings.max_decoded_bytes
            read_parts(incoming.content, MimeLimits(max_decoded_bytes=most))
        return refused

    def _trace(self, incoming: Incoming, arrival_id: str) -> bytes:
        """Our own lines; where a user was is nobody's business but theirs."""
        kinds = {one.kind for one in incoming.recipients}
        ends_here = RecipientKind.MAILBOX in kinds
        path = return_path(incoming.admitted.path_text) if ends_here else b""
        by_operator = incoming.admitted.door is Door.OPERATOR
        return path + received_line(
            client=incoming.client,
            address=incoming.address if by_operator else "",
            by=self.admission.domains.hostname,
            protocol="ESMTPS",
            identifier=arrival_id,
            at=self.reception.database.clock(),
        )

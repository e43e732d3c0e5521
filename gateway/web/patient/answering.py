"""The patient writes: may they, to which address, and the message that results."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from gateway.core.decision import Permit, Refuse
from gateway.core.envelope import (
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.core.refusals import WritingRefusal
from gateway.errors import InvalidError
from gateway.evidence.writing import FilesAsked
from gateway.message.address import MailAddress, NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from gateway.message.received import return_path
from gateway.reception.submission import Message, Submission
from gateway.rights.attachment_rules import AttachmentPolicy
from gateway.rights.filing_facts import Standing
from gateway.rights.first_message_rules import may_write_first
from gateway.rights.messaging_rules import (
    END_SUBJECT,
    AnswerFacts,
    AnswerQuota,
    CorrespondentKind,
    ReceivedMessage,
    decide_answer,
    message_to_answer,
)
from gateway.rights.profile import ProfileState
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.sent_lately import SentLately
from gateway.store.inbox.values import (
    AttachedFile,
    Conversation,
    ConversationState,
    InboxMessage,
    MayReply,
)
from gateway.store.journal import Action, chain_of
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.terms import MailboxTerms, ReplyTerms
from gateway.store.patients.profiles import Profile
from gateway.store.sealed.blobs import Parcel
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.pharmacies import KnownPharmacies
from gateway.web.patient.writing_evidence import keep_decision, writing_part
from gateway.web.site.uploads import AcceptedFile
from gateway.web.site.visits import person_name

Also = Callable[[UnitOfWork, str, str], None]
"""What is done with a message, by the ids of its conversation and of itself."""

_REFERENCES = 20
_NO_FILES = FilesAsked(policy=AttachmentPolicy())


@frozen(kw_only=True)
class AnswerRoute:
    """
    Where an answer goes, or why there is none, and the facts that decide it.

    ``message`` is what it answers, None where it is refused, and in a conversation that
    only the patient wrote in so far. ``terms`` are those of the mailbox it goes to.
    """

    refusal: WritingRefusal | None
    facts: AnswerFacts = field(repr=False)
    terms: ReplyTerms
    message: ReceivedMessage | None = None
    recipients: tuple[Recipient, ...] = ()
    references: tuple[str, ...] = field(default=(), repr=False)


@frozen(kw_only=True)
class Writing:
    """
    What the patient wrote; ``once`` tells a second click from a second message.

    ``documents`` are those of the vault that are among the files. ``asked`` is what was
    asked of the files, of which ``files`` may be sent.
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[AcceptedFile, ...] = field(default=(), repr=False)
    documents: tuple[str, ...] = ()
    asked: FilesAsked = field(default=_NO_FILES, repr=False)
    once: str


@frozen
class Answering:
    """Answers and new messages; blocking."""

    desk: PatientDesk

    def route(
        self, work: UnitOfWork, profile: Profile, conversation: Conversation
    ) -> AnswerRoute:
        """Decide whether the patient may write in a conversation, and where to."""
        kept = inbox_of(work).received(profile.id, conversation)
        received = _received(conversation, kept)
        message = message_to_answer(received, received)
        if message is None and not received:
            message = _nothing_from(conversation)
        elif message is None:
            # Refused for what the newest message says: ended, or never open.
            newest = [one for one in received if not one.ends_exchange]
            message = newest[-1] if newest else received[-1]
        recipients, standing = self._recipients(work, message)
        terms = self.terms(work, profile.id, conversation)
        quota, pharmacies = terms.quota, KnownPharmacies(work, profile)
        facts = AnswerFacts(
            profile=ProfileState(profile.state),
            message=message,
            received=received,
            trust=standing,
            leads_to_patient=self._leads_to_patient(message),
            answer_until=terms.until,
            most=quota.messages if quota else 0,
            sent=terms.sent,
            most_file_bytes=quota.file_bytes if quota else 0,
            is_known_pharmacy=not received
            and may_write_first(pharmacies.facts(conversation.address)),
            now=work.now,
        )
        match decide_answer(facts):
            case Refuse(reasons):
                return AnswerRoute(refusal=reasons[0], facts=facts, terms=terms)
            case Permit():
                is_here = any(one.conversation_id == conversation.id for one in kept)
                return AnswerRoute(
                    refusal=None,
                    message=message if is_here else None,
                    facts=facts,
                    terms=terms,
                    recipients=recipients,
                    references=inbox_of(work).references(
                        profile.id, conversation.id, _REFERENCES
                    ),
                )

    def terms(
        self, work: UnitOfWork, profile_id: str, conversation: Conversation
    ) -> ReplyTerms:
        """Return what holds for a patient who writes to a correspondent now."""
        terms = MailboxTerms(work).for_patient(conversation.address, profile_id)
        quota = terms.quota or self.usual
        sent = SentLately(work).counted(profile_id, conversation, quota)
        return evolve(terms, quota=quota, sent=len(sent), again_at=quota.again_at(sent))

    @property
    def usual(self) -> AnswerQuota:
        """What a correspondent takes who set nothing else."""
        web = self.desk.settings.web
        return AnswerQuota(messages=web.answer_messages, days=web.answer_days)

    def _leads_to_patient(self, message: ReceivedMessage) -> bool:
        domain = self.desk.settings.domains.patient.lower()
        return any(
            address.rpartition("@")[2] == domain for address in message.answer_addresses
        )

    def _recipients(
        self, work: UnitOfWork, message: ReceivedMessage
    ) -> tuple[tuple[Recipient, ...], Standing]:
        found: list[Recipient] = []
        for text in message.answer_addresses:
            try:
                address = read_address(text)
            except InvalidError:
                return (), Standing.BAD
            recipient = self._recipient(work, address)
            if recipient is None:
                return (), Standing.BAD
            found.append(recipient)
        return tuple(found), Standing.GOOD

    def _recipient(self, work: UnitOfWork, address: MailAddress) -> Recipient | None:
        if address.domain == self.desk.settings.domains.professional.lower():
            mailbox = Mailboxes(work).find(address.key)
            if mailbox is None or mailbox.state != "open":
                return None
            return Recipient(
                kind=RecipientKind.MAILBOX,
                address=mailbox.address,
                target_id=mailbox.id,
            )
        if not self.desk.trusts(address.domain):
            return None
        return Recipient(kind=RecipientKind.REMOTE, address=str(address))

    def send(
        self,
        profile: Profile,
        conversation: Conversation,
        route: AnswerRoute,
        writing: Writing,
        now: datetime,
        *,
        begins: bool = False,
        also: Also | None = None,
    ) -> str:
        """
        Keep the patient's message: for its recipients and in the thread, at once.

        The decision to send it is kept with it. The encryption is done before the
        transaction. Sent twice, it is kept once.
        Returns the id of the conversation that it stands in.

        Args:
            profile: Whose message.
            conversation: That it answers, or another one with its recipient.
            route: Where it goes.
            writing: What it says.
            now: Its date.
            begins: It is no answer: it stands in the conversation on its own subject.
            also: Done in the same commit, with the conversation and the message.
        """
        if begins:
            route = evolve(route, message=None, references=())
        submission, message_id = self._submission(
            profile, conversation, route, writing, now
        )
        part = writing_part(route.facts, writing.asked, profile)

        def in_the_thread(work: UnitOfWork, parcel: Parcel) -> None:
            inbox, place = Inbox(work), conversation.id
            if begins:
                place = inbox.begin(conversation, profile.id, writing.subject)
            if also is not None:
                also(work, place, submission.id)
            inbox.send(
                place,
                profile.id,
                submission.id,
                subject=writing.subject,
                text=writing.text,
                attachments=[
                    AttachedFile(one.name, one.media_type, len(one.content))
                    for one in writing.files
                ],
                parcel=parcel,
                message_id=message_id,
                kept=keep_decision(work, profile, part, submission.id),
            )
            self._note_sent(work, profile.id, writing.documents)

        self.desk.keep(submission, in_the_thread)
        with self.desk.database.read() as work:
            return inbox_of(work).brought_by(profile.id, submission.id)

    def _note_sent(
        self, work: UnitOfWork, profile_id: str, documents: Sequence[str]
    ) -> None:
        """What was sent on counts as opened, for who would take it back unread."""
        vault = self.desk.open_vault(work)
        for document_id in documents:
            vault.mark_read(document_id)
            work.note(
                Action.DOCUMENT_SENT, "message", document_id, chain=chain_of(profile_id)
            )

    def _submission(
        self,
        profile: Profile,
        conversation: Conversation,
        route: AnswerRoute,
        writing: Writing,
        now: datetime,
    ) -> tuple[Submission, str]:
        """Return the message to keep, and its Message-ID."""
        domain = self.desk.settings.domains.patient
        own = MailAddress(profile.ins.matricule, domain)
        arrival_id = hashlib.sha256(
            f"{profile.id}:{conversation.id}:{writing.once}".encode()
        ).hexdigest()[:32]
        message_id = f"{arrival_id}@{domain}"
        answered = route.message.message_id.strip("<>") if route.message else ""
        content = build_message(
            sender=NamedAddress(own, person_name(profile)),
            to=[
                NamedAddress(read_address(one.address), conversation.name)
                for one in route.recipients
            ],
            subject=writing.subject,
            text=writing.text,
            date=now,
            message_id=message_id,
            in_reply_to=answered,
            references=[one.strip("<>") for one in route.references],
            parts=[
                OutgoingPart(
                    media_type=one.media_type, content=one.content, name=one.name
                )
                for one in writing.files
            ],
        )
        submission = Submission(
            id=arrival_id,
            id_is_derived=True,
            door=Door.WEB,
            sender=Sender(kind=SenderKind.PATIENT, identity=profile.id),
            recipients=route.recipients,
            brings=Message(
                content=content,
                message_id=message_id,
                reverse_path=str(own),
                trace=return_path(str(own)) if _ends_here(route) else b"",
            ),
        )
        return submission, message_id


def _ends_here(route: AnswerRoute) -> bool:
    return any(one.kind is RecipientKind.MAILBOX for one in route.recipients)


def _received(
    conversation: Conversation, kept: Sequence[InboxMessage]
) -> tuple[ReceivedMessage, ...]:
    """Return what came in as the rules see it, the professional's end included."""
    kind = _kind(conversation.kind)
    found = [
        (
            one.at,
            ReceivedMessage(
                message_id=one.message_id,
                sender=one.sender,
                kind=kind,
                subject=one.subject,
                forbids_answer=one.reply is MayReply.NO_REPLY,
                reply_to=one.reply_to,
            ),
        )
        for one in kept
    ]
    if conversation.ended_at is not None and (
        conversation.state is ConversationState.ENDED
    ):
        end = ReceivedMessage(
            message_id="",
            sender=conversation.address,
            kind=kind,
            subject=END_SUBJECT,
            forbids_answer=False,
        )
        found.append((conversation.ended_at, end))
        found.sort(key=lambda item: item[0])
    return tuple(message for _, message in found)


def _nothing_from(conversation: Conversation) -> ReceivedMessage:
    """Return what stands for the first message of who never wrote."""
    return ReceivedMessage(
        message_id="",
        sender=conversation.address,
        kind=_kind(conversation.kind),
        subject="",
        forbids_answer=False,
    )


def _kind(word: str) -> CorrespondentKind:
    try:
        return CorrespondentKind(word)
    except ValueError:
        return CorrespondentKind.UNKNOWN

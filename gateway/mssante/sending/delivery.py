"""Delivery: copies into inboxes and mailboxes, or on their way to other operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import evolve, field, frozen

from gateway.core.copies import LOST, Copy, CopyReason
from gateway.core.document import Visibility
from gateway.core.envelope import Door, RecipientKind, Sender, SenderKind
from gateway.core.texts.notices import NoticeKind
from gateway.errors import InvalidError
from gateway.evidence.arguments import Circumstances, answered_part
from gateway.evidence.program import rules_hash
from gateway.message.address import NamedAddress
from gateway.message.outline import Outline, read_outline
from gateway.message.reading import MessageParts, MimeLimits, read_parts
from gateway.message.subjects import shown_subject
from gateway.mssante.receipts.report_reading import Report, read_report
from gateway.mssante.receipts.reports_in import AnswersFor, ReportsIn
from gateway.mssante.receipts.requests import may_be_due
from gateway.rights.mailbox_rules import (
    DeliveryFacts,
    DeliveryRefusal,
    refuse_delivery,
)
from gateway.rights.messaging_rules import END_SUBJECT, forbids_answer
from gateway.rights.recall_rules import RECALL_SUBJECT
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import (
    Arrivals,
    ArrivalState,
    KeptArrival,
    RecipientOutcome,
)
from gateway.store.arrivals.deliveries import Deliveries
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.values import AttachedFile, MayReply
from gateway.store.journal import Action, chain_of
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailbox, Mailboxes
from gateway.store.patients.notices import Notices
from gateway.store.professionals.telling import ProfessionalNotices
from gateway.store.tasks.steps import HeavyJob
from gateway.store.tasks.tasks import Task, TaskKind
from gateway.trust.names import DistinguishedName

_PROFESSIONALS = frozenset(
    {
        SenderKind.PERSON,
        SenderKind.EMPLOYEE,
        SenderKind.ORGANISATION,
        SenderKind.OPERATOR,
    }
)


@frozen(kw_only=True)
class _Shown:
    """What patients are shown of a message; ``reply_to`` is what Reply-To names."""

    subject: str = field(repr=False)
    files: tuple[AttachedFile, ...] = field(repr=False)
    reply_to: tuple[str, ...] = field(repr=False)
    answerable: bool
    receipt_asked: bool

    @classmethod
    def of(cls, parts: MessageParts) -> _Shown:
        """
        Read it off a message.

        Raises:
            InvalidError: Reply-To holds what is no address.
        """
        headers = parts.headers
        return cls(
            subject=shown_subject(headers.subject),
            files=tuple(
                AttachedFile(part.name, part.media_type, part.size)
                for part in parts.attachments
            ),
            reply_to=tuple(str(one.address) for one in headers.mailboxes("reply-to")),
            answerable=not forbids_answer(headers.get("x-mss-mes")),
            receipt_asked=bool(headers.count("disposition-notification-to")),
        )


@frozen(kw_only=True)
class _Opened:
    """
    A message read outside of the transaction.

    ``outline`` is there for mailboxes, ``shown`` for patients.
    """

    parts: MessageParts
    sender: NamedAddress | None
    outline: Outline | None
    shown: _Shown | None
    report: Report | None


@frozen
class Delivering:
    """
    The step for `TaskKind.DELIVER`: every recipient's copy, in one transaction.

    ``answers_for`` tells whose a report is that comes from a host (`ReportsIn`).
    """

    database: Database
    settings: Settings
    answers_for: AnswersFor = lambda _, __: False

    def __call__(self, task: Task) -> Job:
        """
        Read the message; return the job that delivers it.

        Raises:
            InvalidError: there is no such message, or it cannot be read.
        """
        with self.database.read() as work:
            kept = Arrivals(work).get(task.subject)
            if kept is None:
                raise InvalidError("no such message")
            content = Arrivals(work).content(kept)
        limits = MimeLimits(max_decoded_bytes=self.settings.smtp.max_decoded_bytes)
        opened = self._open(kept, content, read_parts(content, limits))
        return HeavyJob(partial(self._deliver, kept, opened), len(content))

    def at_once(
        self, kept: KeptArrival, content: bytes, parts: MessageParts
    ) -> Callable[[KeptArrival, UnitOfWork], None]:
        """
        Return what delivers a message in the transaction that decides on it.

        It is given the message with what was decided.

        Raises:
            InvalidError: the message cannot be read.
        """
        opened = self._open(kept, content, parts)
        return lambda decided, work: self._copy(decided, opened, work)

    def _open(self, kept: KeptArrival, content: bytes, parts: MessageParts) -> _Opened:
        authors = parts.headers.mailboxes("from")
        kinds = {one.recipient.kind for one in kept.recipients}
        is_ours = kept.door is Door.SYSTEM
        return _Opened(
            parts=parts,
            sender=authors[0] if authors else None,
            outline=read_outline(content) if RecipientKind.MAILBOX in kinds else None,
            shown=_Shown.of(parts) if RecipientKind.PATIENT in kinds else None,
            # Receipts of ours are recorded where they are made, not here.
            report=None if is_ours else read_report(parts, kept.reverse_path),
        )

    def _deliver(self, kept: KeptArrival, opened: _Opened, work: UnitOfWork) -> None:
        if Arrivals(work).state_of(kept.id) is not ArrivalState.DECIDED:
            return  # another worker was quicker, or an operator stopped it
        self._copy(kept, opened, work)

    def _copy(self, kept: KeptArrival, opened: _Opened, work: UnitOfWork) -> None:
        notices = Notices.of(work, self.settings)
        _Copies(work, kept, opened, notices, self.answers_for).deliver()


@frozen
class _Copies:
    """The copies of one message within the transaction that makes them."""

    work: UnitOfWork
    kept: KeptArrival
    opened: _Opened = field(repr=False)
    notices: Notices = field(repr=False)
    answers_for: AnswersFor

    def deliver(self) -> None:
        """Make each copy; what is left to do is tasks of its own."""
        away, outcomes = False, []
        # In one order for all workers, so that no two wait for each other.
        for one in sorted(self.kept.recipients, key=_by_target):
            outcomes.append(one)
            if one.outcome in LOST:
                continue  # who gets no copy was decided before
            match one.recipient.kind:
                case RecipientKind.PATIENT:
                    if one.outcome and one.deliver:
                        self._to_patient(one)
                case RecipientKind.MAILBOX:
                    outcomes[-1] = self._to_mailbox(one)
                case RecipientKind.REMOTE:
                    Deliveries(self.work).add(self.kept, one)
                    away = True
        if self._asks_back:
            self.work.tasks.add(TaskKind.RECALL, self.kept.id)
        self._tell_holders(outcomes)
        state = ArrivalState.RELAYING if away else ArrivalState.ENDED
        Arrivals(self.work).set_state(self.kept.id, state)
        if self.kept.reverse_path and may_be_due(self.opened.parts.headers, outcomes):
            self.work.tasks.add(TaskKind.ACKNOWLEDGE, self.kept.id)

    def _tell_holders(self, outcomes: Sequence[RecipientOutcome]) -> None:
        """Have those told who read the mailboxes that a patient wrote to."""
        if self.kept.door is not Door.WEB:
            return
        came = {
            one.recipient.target_id
            for one in outcomes
            if one.recipient.kind is RecipientKind.MAILBOX
            and one.outcome == Copy.DELIVERED
        }
        ProfessionalNotices(self.work, self.notices.hour).came(came)

    @property
    def _asks_back(self) -> bool:
        """Whether a professional takes back what was sent; with files it is mail."""
        parts = self.opened.parts
        return (
            self.kept.sender.kind in _PROFESSIONALS
            and parts.headers.subject.strip() == RECALL_SUBJECT
            and not parts.attachments
        )

    def _to_patient(self, one: RecipientOutcome) -> None:
        opened, profile_id = self.opened, one.recipient.target_id
        if opened.report is not None:
            self._take_report(one, opened.report)
            self._note(one, "report")
            return
        if self._asks_back:
            self._note(one, "recall")
            return
        ends = opened.parts.headers.subject == END_SUBJECT
        is_secret = self._is_secret(one)
        says_something = opened.parts.text.strip() or opened.parts.attachments
        if not ends or says_something:
            self._receive(one, ends=ends, is_secret=is_secret)
        if ends:
            Inbox(self.work).end_conversations(
                profile_id,
                self._correspondent,
                self.kept.received_at,
                opened.sender.name if opened.sender else "",
            )
        kept = {} if ends else self._announce(one, is_secret=is_secret)
        self._note(one, "ended" if ends else "inbox", **kept)

    def _is_secret(self, one: RecipientOutcome) -> bool:
        """Whether a patient's representatives may not know of this message."""
        if Visibility.HIDDEN_FROM_REPRESENTATIVES in one.hidden:
            return True
        return Inbox(self.work).answers_secret(
            one.recipient.target_id,
            self._correspondent,
            self.opened.parts.headers.references,
        )

    def _receive(self, one: RecipientOutcome, *, ends: bool, is_secret: bool) -> None:
        kept, sender, shown = self.kept, self.opened.sender, self.opened.shown
        assert shown is not None, "made for patients"
        correspondent = self._correspondent
        mailbox = Mailboxes(self.work).find(correspondent)
        # Nobody reads mail at the address that reports and automatic answers come from.
        closed = ends or not kept.reverse_path
        answerable = shown.answerable and not closed
        Inbox(self.work).receive(
            one.recipient.target_id,
            kept.id,
            correspondent=correspondent,
            display_name=sender.name if sender else "",
            subject=shown.subject,
            text=self.opened.parts.text,
            attachments=shown.files,
            blob_id=kept.blob_id,
            from_key=kept.key_id,
            message_id=kept.message_id,
            reply_to=_reply_to(shown, mailbox),
            reply=MayReply.REPLY if answerable else MayReply.NO_REPLY,
            mailbox_kind=mailbox.kind if mailbox else "",
            receipt_asked=shown.receipt_asked,
            hidden_until=one.hidden_until,
            received_at=kept.received_at,
            proven=holder_of(kept.sender),
            is_secret=is_secret,
            references=self.opened.parts.headers.references,
        )

    @property
    def _correspondent(self) -> str:
        """The address in From; the door let in one, and one of the sender's own."""
        sender = self.opened.sender
        return str(sender.address) if sender else self.kept.reverse_path

    def _announce(self, one: RecipientOutcome, *, is_secret: bool) -> Mapping[str, str]:
        """Tell the patient that something waits, unless nobody may know of it yet."""
        is_hidden = one.hidden_until is not None and one.hidden_until > self.work.now
        return self.notices.tell(
            one.recipient.target_id,
            NoticeKind.MESSAGE,
            subject=self.kept.id,
            is_hidden=is_hidden,
            is_secret=is_secret,
        ).kept

    def _to_mailbox(self, one: RecipientOutcome) -> RecipientOutcome:
        work, kept, arrivals = self.work, self.kept, Arrivals(self.work)
        mailbox = Mailboxes(work).get(one.recipient.target_id)
        facts = DeliveryFacts(
            exists=mailbox is not None,
            is_open=mailbox is not None and mailbox.state == "open",
        )
        refusal = refuse_delivery(facts)
        said = self._keep(facts, refusal)
        if refusal is not None or mailbox is None:
            arrivals.decide_recipient(
                kept.id, one.position, Copy.BOUNCED, [CopyReason.MAILBOX_CLOSED]
            )
            work.note(
                Action.MESSAGE_RETURNED,
                CopyReason.MAILBOX_CLOSED,
                kept.id,
                recipient=one.position,
                **said,
            )
            return evolve(one, outcome=Copy.BOUNCED)
        assert self.opened.outline is not None, "made for mailboxes"
        Mail(work).deliver(
            mailbox.id,
            kept.blob_id,
            kept.key_id,
            self.opened.outline,
            arrival_id=kept.id,
        )
        arrivals.decide_recipient(kept.id, one.position, Copy.DELIVERED, ())
        work.note(
            Action.MESSAGE_DELIVERED,
            "mailbox",
            kept.id,
            recipient=one.position,
            **said,
        )
        if self.opened.report is not None:
            self._take_report(one, self.opened.report)
        return evolve(one, outcome=Copy.DELIVERED)

    def _keep(
        self, facts: DeliveryFacts, refusal: DeliveryRefusal | None
    ) -> dict[str, str]:
        """Keep of a patient's own message why it gets into a mailbox, or does not."""
        sender = self.kept.sender
        if sender.kind is not SenderKind.PATIENT:
            return {}
        around = Circumstances(sender=sender.kind.value, program=rules_hash())
        return EvidenceKeeper(self.work).keep(
            answered_part(facts, *([refusal] if refusal else [])),
            around,
            subject=self.kept.id,
            profile_id=sender.identity,
        )

    def _take_report(self, one: RecipientOutcome, report: Report) -> None:
        ReportsIn(self.work, self.notices, self.answers_for).take(
            self.kept, one.recipient.address, self._correspondent, report
        )

    def _note(self, one: RecipientOutcome, outcome: str, **kept: str) -> None:
        self.work.note(
            Action.MESSAGE_DELIVERED,
            outcome,
            self.kept.id,
            chain=chain_of(one.recipient.target_id),
            recipient=one.position,
            **kept,
        )


def _reply_to(shown: _Shown, mailbox: Mailbox | None) -> tuple[str, ...]:
    """
    Return where an answer goes instead of the sender's address.

    Reply-To of the message, else what the structure declared for its mailbox: the
    answer to a software's mailbox must not be lost.
    """
    if not shown.reply_to and mailbox is not None and mailbox.reply_to:
        return (mailbox.reply_to,)
    return shown.reply_to


def holder_of(sender: Sender) -> str:
    """
    Return who a certificate is of, in the words of its subject: O, else CN.

    >>> holder_of(Sender(kind=SenderKind.ORGANISATION, subject="CN=a,OU=1,O=CHU,C=FR"))
    'CHU'
    """
    try:
        name = DistinguishedName.parse(sender.subject)
    except InvalidError:
        return ""
    if sender.kind is SenderKind.PERSON:
        parts = (*name.values("GN"), *name.values("SN"))
        return " ".join(parts) or "".join(name.values("CN")[:1])
    return next((name.values(kind)[0] for kind in ("O", "CN") if name.values(kind)), "")


def _by_target(one: RecipientOutcome) -> tuple[str, str, int]:
    return one.recipient.kind.value, one.recipient.target_id, one.position

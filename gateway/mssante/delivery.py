"""Delivery: copies into inboxes and mailboxes, or on their way to other operators."""

from __future__ import annotations

from attrs import frozen

from gateway.core.copies import Copy
from gateway.core.envelope import RecipientKind
from gateway.core.mime import MessageParts, MimeLimits, read_parts
from gateway.errors import InvalidError
from gateway.settings import Settings
from gateway.store.arrivals import (
    Arrivals,
    ArrivalState,
    KeptArrival,
    RecipientOutcome,
)
from gateway.store.deliveries import Deliveries
from gateway.store.inbox import Inbox
from gateway.store.inbox_values import AttachedFile, Reply
from gateway.store.journal import Action, chain_of
from gateway.store.mail import Mail
from gateway.store.mailboxes import Mailboxes
from gateway.store.notice_texts import NoticeKind
from gateway.store.notices import Notices
from gateway.store.profiles import Profiles
from gateway.store.tasks import Task, TaskKind
from gateway.store.work import Database, Job, UnitOfWork

CLOSING_SUBJECT = "[FIN]"
"""A message with this subject, exactly, ends all its sender's conversations."""


@frozen
class Delivering:
    """The step for `TaskKind.DELIVER`: every recipient's copy, in one transaction."""

    database: Database
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Read the message; return the job that delivers it."""
        with self.database.read() as work:
            kept = Arrivals(work).get(task.subject)
            if kept is None:
                raise InvalidError("no such message")
            content = Arrivals(work).content(kept)
        limits = MimeLimits(max_decoded_bytes=self.settings.smtp.max_decoded_bytes)
        parts = read_parts(content, limits)

        def deliver(work: UnitOfWork) -> None:
            _Copies(work, kept, parts, content, self.settings).deliver()

        return deliver


@frozen
class _Copies:
    """The copies of one message within the transaction that makes them."""

    work: UnitOfWork
    kept: KeptArrival
    parts: MessageParts
    content: bytes
    settings: Settings

    def deliver(self) -> None:
        """Make each copy; what is left to do is tasks of its own."""
        away = False
        for one in self.kept.recipients:
            match one.recipient.kind:
                case RecipientKind.PATIENT:
                    if one.deliver:
                        self._to_patient(one)
                case RecipientKind.MAILBOX:
                    self._to_mailbox(one)
                case RecipientKind.REMOTE:
                    Deliveries(self.work).add(self.kept, one)
                    away = True
        arrivals = Arrivals(self.work)
        if not away:
            arrivals.set_state(self.kept.id, ArrivalState.ENDED)
        self.work.tasks.add(TaskKind.ACKNOWLEDGE, self.kept.id)

    def _to_patient(self, one: RecipientOutcome) -> None:
        work, kept, headers = self.work, self.kept, self.parts.headers
        profile_id = one.recipient.target_id
        authors = headers.mailboxes("from")
        correspondent = str(authors[0].address) if authors else kept.reverse_path
        inbox = Inbox(work)
        if headers.subject == CLOSING_SUBJECT:
            inbox.end_conversations(profile_id, correspondent)
            self._note(one, "ended")
            return
        ends = headers.get("x-mss-mes").strip().upper() == "FIN"
        mailbox = Mailboxes(work).find(correspondent)
        inbox.receive(
            profile_id,
            kept.id,
            correspondent=correspondent,
            display_name=authors[0].name if authors else "",
            subject=headers.subject,
            text=self.parts.text,
            attachments=[
                AttachedFile(part.name, part.media_type, part.size)
                for part in self.parts.attachments
            ],
            blob_id=kept.blob_id,
            from_key=kept.key_id,
            message_id=kept.message_id,
            reply_to=[str(each.address) for each in headers.mailboxes("reply-to")],
            reply=Reply.NO_REPLY if ends else Reply.REPLY,
            mailbox_kind=mailbox.kind if mailbox else "",
            receipt_asked=bool(headers.get("disposition-notification-to")),
            hidden_until=one.hidden_until,
        )
        self._note(one, "inbox")
        profile = Profiles(work).get(profile_id)
        # Nothing is announced before the patient may see it (CSP R. 1111-53).
        if profile is not None and one.hidden_until is None:
            Notices(
                work, self.settings.domains.operator_name, self.settings.web.public_url
            ).make(profile, NoticeKind.MESSAGE)

    def _to_mailbox(self, one: RecipientOutcome) -> None:
        work, kept = self.work, self.kept
        Mail(work).deliver(
            one.recipient.target_id,
            kept.blob_id,
            kept.key_id,
            self.content,
            arrival_id=kept.id,
        )
        Arrivals(work).decide_recipient(kept.id, one.position, Copy.DELIVERED, ())
        work.note(Action.MESSAGE_DELIVERED, "mailbox", kept.id, recipient=one.position)

    def _note(self, one: RecipientOutcome, outcome: str) -> None:
        self.work.note(
            Action.MESSAGE_DELIVERED,
            outcome,
            self.kept.id,
            chain=chain_of(one.recipient.target_id),
            recipient=one.position,
        )

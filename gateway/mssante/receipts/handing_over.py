"""A receipt goes to its mailbox or to relaying in the transaction that decides it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from attrs import field, frozen

from gateway.core.copies import Copy, CopyReason
from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.message.outline import Outline, read_outline
from gateway.message.received import return_path
from gateway.settings.doors import DomainSettings
from gateway.store.arrivals.arrivals import Arrivals, RecipientOutcome
from gateway.store.arrivals.deliveries import Deliveries
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.sealed.blobs import Parcel


@frozen
class WrittenReceipt:
    """
    A receipt as a message, encrypted; nothing of it has to be read again.

    ``outline`` is what a mailbox here shows of it, None for another operator's.
    """

    arrival: Arrival
    parcel: Parcel = field(repr=False)
    outline: Outline | None = field(repr=False)

    @classmethod
    def of(
        cls,
        database: Database,
        domains: DomainSettings,
        recipient: Recipient,
        write: Callable[[str], bytes],
    ) -> WrittenReceipt:
        """
        Encrypt a receipt for its only recipient; it has the null path (RFC 3464 §2).

        ``write`` is given the Message-ID, without ``<>``, and returns the message.

        Raises:
            UnavailableError: the disk refused.
        """
        message_id = f"{uuid4().hex}@{domains.professional}"
        content = write(message_id)
        is_here = recipient.kind is RecipientKind.MAILBOX
        if is_here:
            content = return_path("") + content
        arrival = Arrival(
            id=uuid4().hex,
            door=Door.SYSTEM,
            sender=Sender(kind=SenderKind.SYSTEM),
            reverse_path="",
            recipients=(recipient,),
            content=content,
            message_id=message_id,
        )
        outline = read_outline(content) if is_here else None
        return cls(arrival, database.prepare(content), outline)

    def hand_over(self, work: UnitOfWork) -> None:
        """Deliver it, or have it relayed: no other task carries it on."""
        if self.outline is None:
            kept = Arrivals(work).keep_to_relay(self.arrival, self.parcel)
            Deliveries(work).add(kept, kept.recipients[0])
        else:
            self._deliver(self.outline, work)

    def discard(self, work: UnitOfWork) -> None:
        """Leave no file of it behind, once it is certain that it is not sent."""
        work.after_commit(partial(work.folder.discard, self.parcel.id))

    def _deliver(self, outline: Outline, work: UnitOfWork) -> None:
        arrival, (recipient,) = self.arrival, self.arrival.recipients
        mailbox = Mailboxes(work).get(recipient.target_id)
        if mailbox is None or mailbox.state != "open":
            self.discard(work)
            returned = RecipientOutcome(
                position=0,
                recipient=recipient,
                outcome=Copy.BOUNCED,
                reasons=(CopyReason.MAILBOX_CLOSED,),
            )
            Arrivals(work).keep_ended(arrival, self.parcel, [returned])
            why = CopyReason.MAILBOX_CLOSED
            work.note(Action.MESSAGE_RETURNED, why, arrival.id, recipient=0)
            return
        Mail(work).deliver_new(mailbox.id, self.parcel, outline, arrival_id=arrival.id)
        delivered = RecipientOutcome(
            position=0, recipient=recipient, outcome=Copy.DELIVERED
        )
        Arrivals(work).keep_ended(arrival, self.parcel, [delivered])
        work.note(Action.MESSAGE_DELIVERED, "mailbox", arrival.id, recipient=0)

"""What the gateway writes under its own name, for people: mostly an answer."""

from __future__ import annotations

from gateway.core.envelope import Recipient, RecipientKind
from gateway.message.address import MailAddress, NamedAddress, read_address
from gateway.message.building import build_message
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.settings.doors import DomainSettings
from gateway.store.arrivals.values import KeptArrival
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.mailbox.mailboxes import PERSONAL, Mailboxes


def postmaster_of(domains: DomainSettings) -> NamedAddress:
    """Return who writes in place of the gateway (RFC 5321 §4.5.1)."""
    address = MailAddress("postmaster", domains.professional.lower())
    return NamedAddress(address, domains.operator_name)


def own_mailbox(work: UnitOfWork, identity: str) -> Recipient | None:
    """Return a professional's own mailbox here, the first of several, or None."""
    held = Mailboxes(work).held_by(identity)
    mailbox = next((one for one in held if one.kind == PERSONAL), None)
    if mailbox is None:
        return None
    return Recipient(
        kind=RecipientKind.MAILBOX, address=mailbox.address, target_id=mailbox.id
    )


def write_mail(
    database: Database,
    domains: DomainSettings,
    recipient: Recipient,
    *,
    subject: str,
    text: str,
    answers: KeptArrival | None = None,
    about: str = "",
) -> WrittenReceipt:
    """
    Return a mail in plain words, encrypted; one that ``answers`` a message goes to its
    return path. ``about`` is the Message-ID of one that the recipient was sent.

    Raises:
        UnavailableError: the disk refused.
    """
    to = recipient.address if answers is None else answers.reverse_path
    how = "auto-generated" if answers is None else "auto-replied"

    def write(message_id: str) -> bytes:
        return build_message(
            sender=postmaster_of(domains),
            to=[NamedAddress(read_address(to))],
            subject=subject,
            text=text,
            date=database.clock(),
            message_id=message_id,
            in_reply_to=(about if answers is None else answers.message_id).strip("<>"),
            headers={"Auto-Submitted": how},
        )

    return WrittenReceipt.of(database, domains, recipient, write)

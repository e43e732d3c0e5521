"""What the gateway writes under its own name, for people: mostly an answer."""

from __future__ import annotations

from gateway.core.envelope import Recipient
from gateway.message.address import MailAddress, NamedAddress, read_address
from gateway.message.building import build_message
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.settings.doors import DomainSettings
from gateway.store.arrivals.values import KeptArrival
from gateway.store.base.work import Database


def postmaster_of(domains: DomainSettings) -> NamedAddress:
    """Return who writes in place of the gateway (RFC 5321 §4.5.1)."""
    address = MailAddress("postmaster", domains.professional.lower())
    return NamedAddress(address, domains.operator_name)


def write_mail(
    database: Database,
    domains: DomainSettings,
    recipient: Recipient,
    *,
    subject: str,
    text: str,
    answers: KeptArrival | None = None,
) -> WrittenReceipt:
    """
    Return a mail in plain words, encrypted; one that ``answers`` a message goes to its
    return path.

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
            in_reply_to="" if answers is None else answers.message_id.strip("<>"),
            headers={"Auto-Submitted": how},
        )

    return WrittenReceipt.of(database, domains, recipient, write)

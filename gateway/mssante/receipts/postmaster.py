"""What the gateway writes under its own name: an answer to a sender, for people."""

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


def write_answer(
    database: Database,
    domains: DomainSettings,
    answered: KeptArrival,
    recipient: Recipient,
    *,
    subject: str,
    text: str,
) -> WrittenReceipt:
    """
    Return an answer to a message, encrypted: it goes where receipts of it go.

    Raises:
        UnavailableError: the disk refused.
    """

    def write(message_id: str) -> bytes:
        return build_message(
            sender=postmaster_of(domains),
            to=[NamedAddress(read_address(answered.reverse_path))],
            subject=subject,
            text=text,
            date=database.clock(),
            message_id=message_id,
            in_reply_to=answered.message_id.strip("<>"),
            headers={"Auto-Submitted": "auto-replied"},
        )

    return WrittenReceipt.of(database, domains, recipient, write)

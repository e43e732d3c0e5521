"""E-mails that the service itself sends, by its name: to patients, to professionals."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from gateway.message.address import NamedAddress, read_address
from gateway.message.building import build_message
from gateway.mssante.sending.bounce_address import bounce_address
from gateway.mssante.sending.email import Carrier, Email, Sync
from gateway.mssante.sending.outbox import Outbox
from gateway.mssante.sending.smart_host import SmartHost
from gateway.settings.file import Settings
from gateway.store.sealed.keys import KeyRing


@frozen(kw_only=True)
class PlainEmail:
    """What an e-mail of the service says, and to whom."""

    id: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    created_at: datetime


@frozen
class ServiceMail:
    """
    Has e-mails leave, from one sender by the name of the service.

    ``sees_bounces``: each leaves from an address of its own, which its bounce says.
    """

    keys: KeyRing
    sender: str
    service: str
    carry: Carrier
    sees_bounces: bool = False

    @classmethod
    def from_settings(cls, keys: KeyRing, settings: Settings) -> ServiceMail:
        """Build from the settings: the smart host if there is one, else the outbox."""
        outgoing = settings.outgoing
        carry: Carrier = Outbox(outgoing.outbox)
        if outgoing.smart_host:
            carry = SmartHost.from_settings(outgoing, settings.exchange_seconds)
        name = settings.domains.operator_name
        return cls(keys, outgoing.notice_from, name, carry, bool(outgoing.bounces))

    def send(self, plain: PlainEmail) -> Sync | None:
        """
        Hand an e-mail over; return what its carrier does.

        Raises:
            InvalidError: an address is not one, or the relay says so.
            UnavailableError: it may be tried again.
        """
        return self.carry(plain.id, self.written(plain))

    def written(self, plain: PlainEmail) -> Email:
        """
        Return an e-mail as it leaves, in UTF-8 plain text.

        Raises:
            InvalidError: an address is not one.
        """
        to, own = read_address(plain.to), read_address(self.sender)
        content = build_message(
            sender=NamedAddress(own, self.service),
            to=[NamedAddress(to)],
            subject=plain.subject,
            text=plain.text,
            date=plain.created_at,
            message_id=f"{plain.id}@{own.domain}",
            headers={"Auto-Submitted": "auto-generated"},  # RFC 3834 §5
        )
        envelope = str(own)
        if self.sees_bounces:
            envelope = bounce_address(self.keys, self.sender, plain.id)
        return Email(sender=envelope, to=str(to), content=content)

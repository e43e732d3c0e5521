"""An e-mail to the outside, and what carries one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from attrs import field, frozen

from gateway.message.address import NamedAddress, read_address
from gateway.message.building import build_message


@frozen
class Email:
    """An e-mail to the outside, and its envelope."""

    sender: str
    to: str = field(repr=False)
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class PlainEmail:
    """What an e-mail of the service says, and to whom."""

    id: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    created_at: datetime


def written(plain: PlainEmail, sender: str, service: str, envelope: str = "") -> Email:
    """
    Return an e-mail as it leaves, in UTF-8 plain text, from the service by its name.

    ``envelope`` is where its bounce goes, if that is not the sender.

    Raises:
        InvalidError: an address is not one.
    """
    to, own = read_address(plain.to), read_address(sender)
    content = build_message(
        sender=NamedAddress(own, service),
        to=[NamedAddress(to)],
        subject=plain.subject,
        text=plain.text,
        date=plain.created_at,
        message_id=f"{plain.id}@{own.domain}",
        headers={"Auto-Submitted": "auto-generated"},  # RFC 3834 §5
    )
    return Email(sender=envelope or str(own), to=str(to), content=content)


Sync = Callable[[], None]

Carrier = Callable[[str, Email], Sync | None]
"""
Takes a notice's id and e-mail, and hands it over.

Returns what is to be called before that is safe; one call is enough for all that return
the same.
"""

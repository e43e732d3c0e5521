"""One try to give a message to another operator: what is given, what it came to."""

from __future__ import annotations

import re
from enum import StrEnum

from attrs import evolve, field, frozen

from gateway.errors import InvalidError
from gateway.message.address import read_address


class Outcome(StrEnum):
    """What one try came to."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"


@frozen(kw_only=True)
class Attempt:
    """
    The result of a try.

    ``status`` is an enhanced code (RFC 3463), ``reply`` what the peer answered or
    what stopped us, on one line of plain ASCII, naming no mailbox. ``told`` is True
    when the peer promised to report success itself (it speaks DSN). ``reached`` is
    False when it says something of the peer and nothing of the message: no other one
    would get further now.
    """

    outcome: Outcome
    status: str
    reply: str
    host: str = ""
    told: bool = False
    reached: bool = True


@frozen(kw_only=True)
class OutgoingCopy:
    """One recipient's copy: ``notify``, ``orcpt``, ``ret``, ``envid`` as they came."""

    reverse_path: str = field(repr=False)
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)
    notify: str = ""
    orcpt: str = field(default="", repr=False)
    ret: str = ""
    envid: str = ""

    @property
    def domain(self) -> str:
        """The recipient's domain, in lower case."""
        return self.recipient.rpartition("@")[2].lower()

    @property
    def is_well_formed(self) -> bool:
        """False when an address or parameter could say more than itself (S08)."""
        try:
            for address in filter(None, (self.reverse_path, self.recipient)):
                read_address(address)
        except InvalidError:
            return False
        given = (self.notify, self.orcpt, self.ret, self.envid)
        return all(_PARAMETER.fullmatch(one) for one in given)


_PARAMETER = re.compile(r"[!-~]{0,520}")
_ENHANCED = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?=\s|$)")
_UNSEEN = re.compile(r"[^ -~]+")


def deferred(status: str, reply: str, host: str = "") -> Attempt:
    """Return a failure that may pass."""
    return Attempt(outcome=Outcome.DEFERRED, status=status, reply=reply, host=host)


def unreached(status: str, reply: str, host: str = "") -> Attempt:
    """Return a failure that may pass, and that every message to the peer meets now."""
    return evolve(deferred(status, reply, host), reached=False)


def refused(status: str, reply: str, host: str = "") -> Attempt:
    """Return a failure for good."""
    return Attempt(outcome=Outcome.REFUSED, status=status, reply=reply, host=host)


def answered(code: int, message: str, host: str, parcel: OutgoingCopy) -> Attempt:
    """
    Return what a peer's reply to MAIL, RCPT or DATA means: 5xx is for good.

    The enhanced code is the peer's where it is of the same class (RFC 3463).
    """
    permanent = 500 <= code < 600
    text = plain(message)
    found = _ENHANCED.match(text)
    digit = "5" if permanent else "4"
    status = found[0] if found and found[1] == digit else f"{digit}.0.0"
    shown = f"{code} {_without_mailboxes(text, parcel)}"[:400]
    make = refused if permanent else deferred
    return make(status, shown.strip(), host)


def not_ready(code: int, message: str, host: str, parcel: OutgoingCopy) -> Attempt:
    """
    Return what a refusal before MAIL means: that host takes no mail for now.

    It says nothing of the message, so the next host may take it, or this one later.
    """
    attempt = answered(code, message, host, parcel)
    return unreached(f"4{attempt.status[1:]}", attempt.reply, host)


def accepted(
    code: int, message: str, host: str, parcel: OutgoingCopy, *, told: bool
) -> Attempt:
    """Return success; ``told``: the peer reports what follows itself."""
    return Attempt(
        outcome=Outcome.SENT,
        status="2.0.0",
        reply=f"{code} {_without_mailboxes(plain(message), parcel)}"[:400].strip(),
        host=host,
        told=told,
    )


def plain(text: str) -> str:
    """
    Return a peer's text on one line, in printable ASCII.

    >>> plain("5.1.1  no\\nsuch \\x00 user")
    '5.1.1 no such ? user'
    """
    return " ".join(_UNSEEN.sub("?", word) for word in text.split())


def _without_mailboxes(text: str, parcel: OutgoingCopy) -> str:
    """Leave out the addresses that servers like to repeat: one may be a patient's."""
    for address in filter(None, (parcel.recipient, parcel.reverse_path)):
        text = re.sub(re.escape(address), "...", text, flags=re.I)
    return text

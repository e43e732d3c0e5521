"""
Is the sender who it says it is? Reverse path and headers against the certificate.

Source: what MSSanté asks of operators (Référentiel socle MSSanté #1), and gematik KIM
A_23421 and A_23422 for the shape of the header rules. The certificate itself (chain,
dates, usage, revocation) is judged before, by the TLS side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from enum import StrEnum

from attrs import evolve, field, frozen

from gateway.core.decision import Decision, Permit, Refuse


class LinkKind(StrEnum):
    """By which listener a message comes."""

    RELAY = "RELAY"
    """From another operator, on behalf of its users."""
    SUBMISSION = "SUBMISSION"
    """From a client of ours, by a structure's or person's certificate."""


class SenderRefusal(StrEnum):
    """Why a sender is not believed; for the log, never for the peer."""

    OPERATOR_NOT_LISTED = "OPERATOR_NOT_LISTED"
    CLIENT_WITHOUT_MAILBOX = "CLIENT_WITHOUT_MAILBOX"
    REVERSE_PATH_MALFORMED = "REVERSE_PATH_MALFORMED"
    REVERSE_PATH_NOT_LISTED = "REVERSE_PATH_NOT_LISTED"
    REVERSE_PATH_NOT_HELD = "REVERSE_PATH_NOT_HELD"
    FROM_MISSING = "FROM_MISSING"
    FROM_SEVERAL = "FROM_SEVERAL"
    FROM_NOT_LISTED = "FROM_NOT_LISTED"
    FROM_DIFFERS = "FROM_DIFFERS"
    FROM_NOT_HELD = "FROM_NOT_HELD"
    SENDER_SEVERAL = "SENDER_SEVERAL"
    SENDER_NOT_LISTED = "SENDER_NOT_LISTED"
    SENDER_DIFFERS = "SENDER_DIFFERS"
    REPLY_TO_OUTSIDE = "REPLY_TO_OUTSIDE"


@frozen(kw_only=True)
class Link:
    """
    Who holds the link, as its certificate proves.

    ``domains``: on the `RELAY` door, the domains the allow-list binds to this
    certificate; ``hosts``: the hosts the certificate itself names. ``mailboxes``: on
    the `SUBMISSION` door, the addresses it holds here. ``trusted``: every domain of
    the space of trust, ours included. All in lower case.
    """

    door: LinkKind
    domains: Set[str] = field(default=frozenset(), repr=False)
    hosts: Set[str] = field(default=frozenset(), repr=False)
    mailboxes: Set[str] = field(default=frozenset(), repr=False)
    trusted: Set[str] = field(default=frozenset(), repr=False)


@frozen(kw_only=True)
class SenderHeaders:
    """
    The addresses of all From, Sender and Reply-To fields, without display names.

    Several fields of one name count together. An address that cannot be read stands
    as an empty text, which no rule accepts.
    """

    from_: tuple[str, ...] = field(repr=False)
    sender: tuple[str, ...] = field(default=(), repr=False)
    reply_to: tuple[str, ...] = field(default=(), repr=False)


def narrowed(link: Link, address: str) -> Link:
    """
    Return the link of a client that signed in as a mailbox, and sends as no other.

    An empty address leaves it all that its certificate holds (RFC 4422 appendix A).
    """
    if not address:
        return link
    return evolve(link, mailboxes=link.mailboxes & {address.lower()})


def decide_reverse_path(link: Link, reverse_path: str) -> Decision[SenderRefusal]:
    """
    Permit or refuse MAIL FROM; ``""`` is the null path (RFC 5321 §4.5.5).

    The null path carries receipts. It is accepted from every listed operator, and from
    a client that holds a mailbox; its headers must still prove who sends.
    """
    refusal = _reverse_path_refusal(link, reverse_path)
    return Permit() if refusal is None else Refuse((refusal,))


def decide_headers(
    link: Link, reverse_path: str, headers: SenderHeaders
) -> Decision[SenderRefusal]:
    """
    Permit the headers, or refuse with everything that is wrong with them.

    From holds exactly one address. By submission it is MAIL FROM (or, with the null
    path, a mailbox the client holds); from an operator its domain is one of its own,
    or with the null path a host of its certificate: mail servers sign their reports
    as ``MAILER-DAEMON`` of the machine they run on (RFC 3464 §2). Sender obeys the
    same, and Reply-To stays within the space of trust.
    """
    refusals = tuple(
        refusal
        for rule in HEADER_RULES
        if (refusal := rule(link, reverse_path.lower(), headers)) is not None
    )
    return Refuse(refusals) if refusals else Permit()


def writes_as_patient(
    reverse_path: str, headers: SenderHeaders, patient_domain: str
) -> bool:
    """Tell whether a patient's address poses as the sender: they write by the web."""
    named = (reverse_path, *headers.from_, *headers.sender)
    return any(domain_of(address) == patient_domain for address in named)


def _reverse_path_refusal(link: Link, reverse_path: str) -> SenderRefusal | None:
    if link.door is LinkKind.RELAY and not link.domains:
        return SenderRefusal.OPERATOR_NOT_LISTED
    if link.door is LinkKind.SUBMISSION and not link.mailboxes:
        return SenderRefusal.CLIENT_WITHOUT_MAILBOX
    if reverse_path == "":
        return None
    if not domain_of(reverse_path):
        return SenderRefusal.REVERSE_PATH_MALFORMED
    if link.door is LinkKind.SUBMISSION:
        held = _is_held(link, reverse_path)
        return None if held else SenderRefusal.REVERSE_PATH_NOT_HELD
    listed = domain_of(reverse_path) in link.domains
    return None if listed else SenderRefusal.REVERSE_PATH_NOT_LISTED


def _from_is_one_address(
    _: Link, __: str, headers: SenderHeaders
) -> SenderRefusal | None:
    if len(headers.from_) > 1:
        return SenderRefusal.FROM_SEVERAL
    if not headers.from_ or not domain_of(headers.from_[0]):
        return SenderRefusal.FROM_MISSING
    return None


def _from_is_the_senders(
    link: Link, reverse_path: str, headers: SenderHeaders
) -> SenderRefusal | None:
    for address in headers.from_:
        if link.door is LinkKind.RELAY:
            if not _is_of_operator(link, reverse_path, address):
                return SenderRefusal.FROM_NOT_LISTED
        elif reverse_path and address.lower() != reverse_path:
            return SenderRefusal.FROM_DIFFERS
        elif not _is_held(link, address):
            return SenderRefusal.FROM_NOT_HELD
    return None


def _sender_is_the_senders(
    link: Link, reverse_path: str, headers: SenderHeaders
) -> SenderRefusal | None:
    if len(headers.sender) > 1:
        return SenderRefusal.SENDER_SEVERAL
    for address in headers.sender:
        if link.door is LinkKind.RELAY:
            if not _is_of_operator(link, reverse_path, address):
                return SenderRefusal.SENDER_NOT_LISTED
        elif not _is_held(link, address) or (
            reverse_path and address.lower() != reverse_path
        ):
            return SenderRefusal.SENDER_DIFFERS
    return None


def _reply_to_is_trusted(
    link: Link, _: str, headers: SenderHeaders
) -> SenderRefusal | None:
    for address in headers.reply_to:
        if domain_of(address) not in link.trusted:
            return SenderRefusal.REPLY_TO_OUTSIDE
    return None


HeaderRule = Callable[[Link, str, SenderHeaders], SenderRefusal | None]

HEADER_RULES: tuple[HeaderRule, ...] = (
    _from_is_one_address,
    _from_is_the_senders,
    _sender_is_the_senders,
    _reply_to_is_trusted,
)


def _is_of_operator(link: Link, reverse_path: str, address: str) -> bool:
    domain = domain_of(address)
    return domain in link.domains or (not reverse_path and domain in link.hosts)


def _is_held(link: Link, address: str) -> bool:
    return bool(domain_of(address)) and address.lower() in link.mailboxes


_PLAIN = r"[!#-'*+\-./0-9=?A-Z^-~]+"
_ADDRESS = re.compile(f"{_PLAIN}@({_PLAIN})")
"""ASCII that shows, but for space and ``"<>()[],;:\\@``."""


def domain_of(address: str) -> str:
    """
    Return the domain in lower case, or ``""`` for what is not one plain address.

    Quoted local parts, source routes, address literals and letters beyond ASCII are not
    used in the space of trust, and programs do not agree on how to read them.

    >>> domain_of("Dr@Hopital.Example"), domain_of("a@b@c"), domain_of("@c:a@b")
    ('hopital.example', '', '')
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return ""
    domain = found[1].lower()
    return domain if all(domain.split(".")) else ""

"""What a message asks of receipts by its headers: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve

from gateway.core.envelope import RecipientKind
from gateway.core.headers import Headers
from gateway.core.mail_address import read_address
from gateway.errors import InvalidError
from gateway.mssante.receipt_facts import MdnRequest, RecipientFacts

_ASKING = ("disposition-notification-to", "return-receipt-to")
_BY_HEADER = "SUCCESS,FAILURE"


def request_of(headers: Headers, reverse_path: str) -> MdnRequest:
    """
    Return whether an MDN may be sent by a program (RFC 8098 §2.1).

    Only where one address is asked for, the very one of the return path, the local
    part in the same letters. Two fields, or two addresses, ask for a person.
    """
    if not headers.count("disposition-notification-to"):
        return MdnRequest.ABSENT
    same = _is_return_path(headers, "disposition-notification-to", reverse_path)
    return MdnRequest.MATCHES if same else MdnRequest.DIFFERS


def asks_nothing(headers: Headers, notify: Iterable[str]) -> bool:
    """
    Tell whether a message asks for no receipt at all, by its header or by NOTIFY.

    Most ask for none: when all went well, nothing is then looked up for them.
    """
    asked = any(headers.count(name) for name in _ASKING)
    return not asked and not any(notify)


def with_header_request(
    facts: Sequence[RecipientFacts], headers: Headers, reverse_path: str
) -> list[RecipientFacts]:
    """
    Return the facts with the DSN that ``Return-Receipt-To`` asks for.

    Some software asks by this header in place of NOTIFY (Ségur REM MSS/va1.15). It
    counts for the recipients here that have no NOTIFY of their own: another
    operator's reads the same header itself.
    """
    if not _is_return_path(headers, "return-receipt-to", reverse_path):
        return list(facts)
    return [
        one
        if one.notify or one.kind is RecipientKind.REMOTE
        else evolve(one, notify=_BY_HEADER)
        for one in facts
    ]


def _is_return_path(headers: Headers, name: str, reverse_path: str) -> bool:
    try:
        asked = headers.mailboxes(name)
        return len(asked) == 1 and asked[0].address == read_address(reverse_path)
    except InvalidError:
        return False

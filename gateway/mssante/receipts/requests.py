"""What a message asks of receipts by its headers: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve

from gateway.core.copies import LOST, Copy
from gateway.core.envelope import RecipientKind
from gateway.core.reasons import Effect, Reason
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.errors import InvalidError
from gateway.message.address import read_address
from gateway.message.headers import Headers
from gateway.mssante.receipts.facts import MdnRequest, RecipientFacts
from gateway.store.arrivals.arrivals import RecipientOutcome

_MDN_FIELD = "disposition-notification-to"
_DSN_FIELD = "return-receipt-to"
_BY_HEADER = "SUCCESS,FAILURE"
_GOOD_NEWS = frozenset(
    {Effect.FILED, Effect.ALREADY_FILED, Effect.MESSAGE_ONLY, Effect.WITHDRAWN}
)


def request_of(headers: Headers, reverse_path: str) -> MdnRequest:
    """
    Return whether an MDN may be sent by a program (RFC 8098 §2.1).

    It may where the one address asked for is that of the return path, with the local
    part in the same case. Two fields or two addresses need a person to agree.
    """
    if not headers.count(_MDN_FIELD):
        return MdnRequest.ABSENT
    same = _is_return_path(headers, _MDN_FIELD, reverse_path)
    return MdnRequest.MATCHES if same else MdnRequest.DIFFERS


def with_header_request(
    facts: Sequence[RecipientFacts], headers: Headers, reverse_path: str
) -> list[RecipientFacts]:
    """
    Return the facts with the DSN that ``Return-Receipt-To`` asks for.

    Some software asks by this header in place of NOTIFY (Ségur REM MSS/va1.15). It
    counts for the recipients here that have no NOTIFY. For its own recipients another
    operator reads the same header.
    """
    if not _is_return_path(headers, _DSN_FIELD, reverse_path):
        return list(facts)
    return [
        one
        if one.notify or one.kind is RecipientKind.REMOTE
        else evolve(one, notify=_BY_HEADER)
        for one in facts
    ]


def may_be_due(headers: Headers, recipients: Iterable[RecipientOutcome]) -> bool:
    """
    Tell whether a receipt may be due once the copies here are made.

    False for most messages: nothing was asked and all went well. This spares a task
    that would find nothing; a copy for another operator has a task anyway.
    """
    if headers.count(_MDN_FIELD) or headers.count(_DSN_FIELD):
        return True
    return any(
        "SUCCESS" in one.recipient.notify.upper() or not _went_well(one)
        for one in recipients
    )


def _went_well(one: RecipientOutcome) -> bool:
    match one.recipient.kind:
        case RecipientKind.PATIENT:
            known = one.outcome in set(Reason)
            return (
                one.deliver
                and known
                and REASON_TEXTS[Reason(one.outcome)].effect in _GOOD_NEWS
            )
        case RecipientKind.MAILBOX:
            return one.outcome == Copy.DELIVERED
        case RecipientKind.REMOTE:
            return one.outcome not in LOST


def _is_return_path(headers: Headers, name: str, reverse_path: str) -> bool:
    try:
        asked = headers.mailboxes(name)
        return len(asked) == 1 and asked[0].address == read_address(reverse_path)
    except InvalidError:
        return False

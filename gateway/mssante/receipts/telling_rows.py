"""The rows of the table of who is told: every outcome of a copy, see `telling`."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.envelope import RecipientKind
from gateway.core.reasons import Effect, ErrorCode, Reason, Told
from gateway.core.texts import senders
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.senders import text_for_sender
from gateway.mssante.receipts.dsn import DsnAction
from gateway.mssante.receipts.telling import By, Row


def _of_reason(reason: Reason) -> Row:
    """The row of a patient's copy, with one document where there is one."""
    text = REASON_TEXTS[reason]
    sentence = " / ".join(text_for_sender(reason))
    error = text.error if text.told is Told.REASON or not text.error else None
    if text.error and error is None:
        error = ErrorCode.OTHER  # a finer one would tell what the patient decided
    temporary = text.effect is Effect.TEMPORARY
    not_activated = reason is Reason.FILED_NOT_ACTIVATED
    return Row(
        name=reason.value,
        to=RecipientKind.PATIENT,
        action=DsnAction.DELIVERED if text.delivers else DsnAction.FAILED,
        status="2.0.0" if text.delivers else "4.2.1" if temporary else "5.7.1",
        words=(senders.NOT_ACTIVATED if not_activated else "")
        if text.delivers
        else sentence,
        processed=""
        if reason is Reason.MESSAGE_ONLY
        else "error"
        if error
        else "processed",
        error=error,
        sentence=sentence,
        delivers=text.delivers,
        patient=_shown(reason) if text.delivers else (),
        quarantined=text.effect is Effect.QUARANTINED,
    )


def _shown(reason: Reason) -> tuple[By, ...]:
    match reason:
        case Reason.FILED_INVISIBLE:
            return ()  # in its own time, by a task of its own (CSP R. 1111-53)
        case Reason.FILED_SECRET | Reason.FILED_NOT_ACTIVATED:
            return (By.PAGE,)  # the e-mail may be a parent's, or nobody signs in yet
        case _:
            return (By.PAGE, By.NOTICE)


def _ours(to: RecipientKind) -> tuple[Row, ...]:
    """What a fault of ours does to any copy."""
    return (
        Row(
            name="LATE",
            to=to,
            action=DsnAction.DELAYED,
            status="4.3.0",
            words=senders.LATE,
            held=True,
            fate="delayed",
        ),
        Row(
            name="STOPPED",
            to=to,
            action=DsnAction.DELAYED,
            status="4.3.0",
            words=senders.STOPPED,
            held=True,
            stopped=True,
            fate="stopped",
        ),
        Row(
            name="GIVEN_UP",
            to=to,
            action=DsnAction.FAILED,
            status="5.3.0",
            words=senders.GIVEN_UP,
            # An MDN says so too, where one was asked for: nothing was processed.
            processed="error" if to is RecipientKind.PATIENT else "",
            error=ErrorCode.OTHER if to is RecipientKind.PATIENT else None,
            sentence=senders.GIVEN_UP,
            delivers=False,
            fate="fault",
            lost=True,
        ),
    )


def _masked(to: RecipientKind) -> Row:
    return Row(
        name="BOUNCED MASKED_DOCUMENT",
        to=to,
        action=DsnAction.FAILED,
        status="5.7.1",
        words=senders.MASKED_COPY,
        delivers=False,
        fate="refused",
        lost=True,
    )


def _set_aside(to: RecipientKind) -> Row:
    return Row(
        name="BOUNCED PATIENT_MISMATCH",
        to=to,
        action=DsnAction.FAILED,
        status="5.7.1",
        words=senders.SET_ASIDE,
        delivers=False,
        fate="refused",
        lost=True,
        quarantined=True,
    )


_HERE = RecipientKind.MAILBOX
_AWAY = RecipientKind.REMOTE
_REPLY = "{reply}"
"""In the words: what the other operator answered last."""

PATIENT_ROWS: tuple[Row, ...] = (
    *(_of_reason(reason) for reason in Reason),
    Row(
        name="MESSAGE_ONLY, read",
        to=RecipientKind.PATIENT,
        action=DsnAction.DELIVERED,
        status="2.0.0",
        processed="displayed",
        sentence=senders.MESSAGE_OPENED,
        patient=(By.PAGE, By.NOTICE),
    ),
    *_ours(RecipientKind.PATIENT),
)
"""What may become of the copy of a patient here."""

MAILBOX_ROWS: tuple[Row, ...] = (
    Row(name="DELIVERED", to=_HERE, action=DsnAction.DELIVERED, status="2.0.0"),
    Row(
        name="BOUNCED MAILBOX_CLOSED",
        to=_HERE,
        action=DsnAction.FAILED,
        status="5.2.1",
        words=senders.MAILBOX_CLOSED,
        delivers=False,
        fate="refused",
        lost=True,
    ),
    _set_aside(_HERE),
    _masked(_HERE),
    *_ours(_HERE),
)
"""What may become of the copy of a professional here."""

REMOTE_ROWS: tuple[Row, ...] = (
    Row(name="RELAYED", to=_AWAY, action=DsnAction.RELAYED, status="2.0.0", waits=True),
    Row(
        name="RELAYED DSN_BY_PEER",
        to=_AWAY,
        action=DsnAction.RELAYED,
        status="2.0.0",
        promised=True,
        waits=True,
    ),
    Row(
        name="RELAYED UNCONFIRMED",
        to=_AWAY,
        action=DsnAction.RELAYED,
        status="2.0.0",
        words=senders.UNCONFIRMED,
        unconfirmed=True,
        fate="unconfirmed",
    ),
    Row(
        name="RELAYED CONFIRMED_BY_READER",
        to=_AWAY,
        action=DsnAction.RELAYED,
        status="2.0.0",
    ),
    Row(
        name="RELAYED REPORTED_BY_PEER",
        to=_AWAY,
        action=DsnAction.RELAYED,
        status="2.0.0",
        peer_told=True,
    ),
    Row(
        name="DELIVERED REPORTED_BY_PEER",
        to=_AWAY,
        action=DsnAction.DELIVERED,
        status="2.0.0",
        peer_told=True,
    ),
    Row(
        name="BOUNCED REPORTED_BY_PEER",
        to=_AWAY,
        action=DsnAction.FAILED,
        status="5.0.0",
        delivers=False,
        peer_told=True,
        fate="refused",
        lost=True,
    ),
    Row(
        name="BOUNCED",
        to=_AWAY,
        action=DsnAction.FAILED,
        status="5.1.1",
        words=_REPLY,
        delivers=False,
        fate="refused",
        lost=True,
    ),
    Row(
        name="pending, late",
        to=_AWAY,
        action=DsnAction.DELAYED,
        status="4.4.1",
        words=senders.STILL_TRIED.format(_REPLY),
        fate="delayed",
    ),
    Row(
        name="pending, held by our operator",
        to=_AWAY,
        action=DsnAction.DELAYED,
        status="4.3.0",
        words=senders.STOPPED,
        stopped=True,
        fate="stopped",
    ),
    Row(
        name="EXPIRED",
        to=_AWAY,
        action=DsnAction.FAILED,
        status="5.4.7",
        words=senders.TRIES_ENDED.format(_REPLY),
        delivers=False,
        fate="expired",
        lost=True,
    ),
    _set_aside(_AWAY),
    _masked(_AWAY),
    *_ours(_AWAY),
)
"""What may become of the copy of somebody at another operator."""

ROWS: Sequence[Row] = (*PATIENT_ROWS, *MAILBOX_ROWS, *REMOTE_ROWS)
"""Every outcome of a copy, of each kind of recipient."""

"""
Who is told what became of a message, by what, and in which words: one row an outcome.

The rows say what has to be; `rules`, the pages and the doors do it, and a test holds
the two against each other, for every outcome, whatever was asked, whoever sent. A cell
in which its sender hears nothing says why that is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import product

from attrs import field, frozen
from attrs.validators import min_len

from gateway.core.envelope import RecipientKind
from gateway.core.reasons import Effect, ErrorCode, Reason, Told
from gateway.core.texts import senders
from gateway.core.texts.notices import NoticeKind
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.senders import text_for_sender
from gateway.mssante.receipts.dsn import DsnAction, is_wanted
from gateway.mssante.receipts.facts import MdnRequest


class Writer(StrEnum):
    """The kinds of senders."""

    PEER = "a user of another operator"
    USER = "a user of ours, by SMTP"
    PATIENT = "a patient, on the page"
    AUTOMATIC = "a program, with the null path"
    NO_MAIL = "a door that is no mail"


class By(StrEnum):
    """By what somebody is told."""

    DSN = "DSN"
    MDN = "MDN"
    ERROR_REPORT = "error report"
    PAGE = "page"
    NOTICE = "notice"
    ANSWER = "answer of the door"
    TRACE = "trace"
    QUARANTINE = "quarantine"


class Quiet(StrEnum):
    """Why it is right that a sender hears nothing."""

    WENT_WELL = "all went well, and nothing was asked"
    NOT_WANTED = "it asked not to hear of this"
    NOT_YET = "word of the peer is waited for, until confirm_hours"
    PEER_TOLD = "the peer told it itself"
    NOBODY_THERE = "nobody is told of a report (RFC 5321 §6.1)"
    PAGE_IS_CLEAR = "its page shows the message without a remark"
    CANNOT_BE = "such a sender does not write to such a recipient"


@frozen
class Asked:
    """What a sender asked: NOTIFY as given (RFC 3461 §4.1), and an MDN."""

    notify: str = ""
    mdn: MdnRequest = MdnRequest.ABSENT


ASKED: tuple[Asked, ...] = tuple(
    Asked(notify, mdn)
    for notify, mdn in product(
        ("", "SUCCESS", "FAILURE", "DELAY", "SUCCESS,FAILURE,DELAY", "NEVER"),
        MdnRequest,
    )
)
"""All there is to ask; NOTIFY in the combinations that differ."""


@frozen
class Telling:
    """One thing said: ``word`` is its status, ``words`` what people read of it."""

    by: By
    word: str
    words: str = ""


@frozen(kw_only=True)
class Row:
    """
    What is to be told of one outcome.

    ``name`` is the outcome as the trace has it, with what else is known of the copy
    behind it. ``status`` goes with ``action`` (RFC 3463). ``processed`` is the word of
    an MDN, ``error`` its code, ``sentence`` what it explains. ``fate`` is the word of
    the page of a patient who sent it; ``patient`` what the patient to whom it was sent
    sees. ``waits``: word of the other operator may still come, ``promised``: it took on
    to tell the sender, ``peer_told``: it did.
    """

    name: str
    to: RecipientKind
    action: DsnAction | None = None
    status: str = ""
    words: str = ""
    processed: str = ""
    error: ErrorCode | None = None
    sentence: str = ""
    delivers: bool = True
    fate: str = ""
    lost: bool = False
    patient: tuple[By, ...] = ()
    held: bool = False
    stopped: bool = False
    unconfirmed: bool = False
    waits: bool = False
    promised: bool = False
    peer_told: bool = False
    quarantined: bool = False


@frozen(kw_only=True)
class Cell:
    """
    What the sender, the patient and the operator learn; ``quiet`` says why the first
    learns nothing, and is None where it does.
    """

    sender: tuple[Telling, ...]
    quiet: Quiet | None
    patient: tuple[Telling, ...]
    operator: tuple[Telling, ...] = field(validator=min_len(1))


def cell(row: Row, asked: Asked, writer: Writer) -> Cell:
    """Return who is told of an outcome, by what and in which words."""
    sender = tuple(_to_sender(row, asked, writer))
    return Cell(
        sender=sender,
        quiet=None if sender else _why_quiet(row, asked, writer),
        patient=tuple(Telling(by, "") for by in _to_patient(row, writer)),
        operator=(
            Telling(By.TRACE, row.name),
            *([Telling(By.QUARANTINE, row.name)] if row.quarantined else ()),
        ),
    )


def _to_sender(row: Row, asked: Asked, writer: Writer) -> Iterator[Telling]:
    if _cannot_be(row, writer) or writer is Writer.AUTOMATIC:
        return
    if writer is Writer.NO_MAIL:
        yield Telling(By.ANSWER, row.name)
        return
    if writer is Writer.PATIENT:
        if row.fate:
            yield Telling(By.PAGE, row.fate)
        if row.lost:
            yield Telling(By.NOTICE, NoticeKind.UNDELIVERED)
        return
    if _hears_by_dsn(row, asked):
        assert row.action is not None, "a DSN of nothing"
        word = "stopped" if row.stopped else row.action.value
        yield Telling(By.DSN, word, row.words)
    yield from _of_documents(row, asked)


def _hears_by_dsn(row: Row, asked: Asked) -> bool:
    if row.action is None or row.promised or row.peer_told:
        return False
    unasked = row.unconfirmed and not asked.notify
    return unasked or is_wanted(row.action, asked.notify)


def _of_documents(row: Row, asked: Asked) -> Iterator[Telling]:
    if not row.processed:
        return
    if asked.mdn is MdnRequest.MATCHES:
        yield Telling(By.MDN, row.processed, row.sentence)
        return
    if row.error and row.delivers and asked.notify != "NEVER":
        yield Telling(By.ERROR_REPORT, "error", row.sentence)


def _to_patient(row: Row, writer: Writer) -> tuple[By, ...]:
    """A report is told to the message it is about, and shown to nobody as such."""
    if _cannot_be(row, writer) or writer is Writer.NO_MAIL:
        return ()
    return row.patient


def _why_quiet(row: Row, asked: Asked, writer: Writer) -> Quiet:
    if _cannot_be(row, writer):
        return Quiet.CANNOT_BE
    if writer is Writer.AUTOMATIC:
        return Quiet.NOBODY_THERE
    if writer is Writer.PATIENT:
        return Quiet.PAGE_IS_CLEAR
    if row.peer_told:
        return Quiet.PEER_TOLD
    unwanted = row.action is not None and not is_wanted(row.action, asked.notify)
    if asked.notify and (unwanted or row.error):
        return Quiet.NOT_WANTED
    return Quiet.NOT_YET if row.waits else Quiet.WENT_WELL


def _cannot_be(row: Row, writer: Writer) -> bool:
    """
    Patients write to no patient and bring nothing to file; nothing is relayed from one
    operator to another; a door without messages files, and no more.
    """
    to_patient = row.to is RecipientKind.PATIENT
    match writer:
        case Writer.PATIENT:
            return to_patient or row.quarantined
        case Writer.PEER:
            return row.to is RecipientKind.REMOTE
        case Writer.NO_MAIL:
            return not to_patient
        case _:
            return False


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
    *_ours(_AWAY),
)
"""What may become of the copy of somebody at another operator."""

ROWS: Sequence[Row] = (*PATIENT_ROWS, *MAILBOX_ROWS, *REMOTE_ROWS)
"""Every outcome of a copy, of each kind of recipient."""

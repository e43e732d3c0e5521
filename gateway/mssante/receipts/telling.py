"""
Who is told what became of a message, by what and in which words: a cell for each
outcome (`telling_rows`), whatever was asked, whoever sent.

The table says what has to be; `rules`, the pages and the doors do it, and a test holds
the two against each other. A cell in which its sender hears nothing says why that is
right.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import product

from attrs import field, frozen
from attrs.validators import min_len

from gateway.core.envelope import RecipientKind
from gateway.core.reasons import ErrorCode
from gateway.core.texts.notices import NoticeKind
from gateway.mssante.receipts.dsn import DsnAction, is_wanted
from gateway.mssante.receipts.facts import MdnRequest


class WriterKind(StrEnum):
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
class ReceiptsAsked:
    """What a sender asked: NOTIFY as given (RFC 3461 §4.1), and an MDN."""

    notify: str = ""
    mdn: MdnRequest = MdnRequest.ABSENT


ASKED: tuple[ReceiptsAsked, ...] = tuple(
    ReceiptsAsked(notify, mdn)
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


def cell(row: Row, asked: ReceiptsAsked, writer: WriterKind) -> Cell:
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


def _to_sender(row: Row, asked: ReceiptsAsked, writer: WriterKind) -> Iterator[Telling]:
    if _cannot_be(row, writer) or writer is WriterKind.AUTOMATIC:
        return
    if writer is WriterKind.NO_MAIL:
        yield Telling(By.ANSWER, row.name)
        return
    if writer is WriterKind.PATIENT:
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


def _hears_by_dsn(row: Row, asked: ReceiptsAsked) -> bool:
    if row.action is None or row.promised or row.peer_told:
        return False
    unasked = row.unconfirmed and not asked.notify
    return unasked or is_wanted(row.action, asked.notify)


def _of_documents(row: Row, asked: ReceiptsAsked) -> Iterator[Telling]:
    if not row.processed:
        return
    if asked.mdn is MdnRequest.MATCHES:
        yield Telling(By.MDN, row.processed, row.sentence)
        return
    if row.error and row.delivers and asked.notify != "NEVER":
        yield Telling(By.ERROR_REPORT, "error", row.sentence)


def _to_patient(row: Row, writer: WriterKind) -> tuple[By, ...]:
    """A report is told to the message it is about, and shown to nobody as such."""
    if _cannot_be(row, writer) or writer is WriterKind.NO_MAIL:
        return ()
    return row.patient


def _why_quiet(row: Row, asked: ReceiptsAsked, writer: WriterKind) -> Quiet:
    if _cannot_be(row, writer):
        return Quiet.CANNOT_BE
    if writer is WriterKind.AUTOMATIC:
        return Quiet.NOBODY_THERE
    if writer is WriterKind.PATIENT:
        return Quiet.PAGE_IS_CLEAR
    if row.peer_told:
        return Quiet.PEER_TOLD
    unwanted = row.action is not None and not is_wanted(row.action, asked.notify)
    if asked.notify and (unwanted or row.error):
        return Quiet.NOT_WANTED
    return Quiet.NOT_YET if row.waits else Quiet.WENT_WELL


def _cannot_be(row: Row, writer: WriterKind) -> bool:
    """
    Patients write to no patient and bring nothing to file; nothing is relayed from one
    operator to another; a door without messages files, and no more.
    """
    to_patient = row.to is RecipientKind.PATIENT
    match writer:
        case WriterKind.PATIENT:
            return to_patient or row.quarantined
        case WriterKind.PEER:
            return row.to is RecipientKind.REMOTE
        case WriterKind.NO_MAIL:
            return not to_patient
        case _:
            return False

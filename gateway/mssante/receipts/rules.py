"""Which receipts are due for a message: pure, from what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateway.core.copies import HEARD, Copy, CopyReason
from gateway.core.decision import Announcement
from gateway.core.envelope import RecipientKind
from gateway.core.reasons import Effect, ErrorCode, Reason, Told
from gateway.core.texts import senders
from gateway.core.texts.details import BETWEEN, BOTH, in_both
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.core.texts.senders import code_for_sender, text_for_sender
from gateway.mssante.receipts.dsn import DsnAction, RecipientStatus, is_wanted
from gateway.mssante.receipts.facts import (
    DocumentFact,
    Due,
    MdnRequest,
    ReceiptKind,
    RecipientFacts,
)
from gateway.mssante.receipts.mdn import Disposition, lines_of

_NEVER = "NEVER"
_SET_ASIDE = frozenset({Reason.PATIENT_MISMATCH, Reason.TRAITS_MISMATCH})
_STOPPED = "stopped"
"""Told after a delay too: what was said to go on has stopped."""
_NOT_THE_RETURN_PATH = "the address asked for is not the return path (RFC 8098 §2.1)"


def receipts_due(
    recipients: Sequence[RecipientFacts],
    request: MdnRequest,
    *,
    report_refused: bool,
    report_unconfirmed: bool = True,
) -> list[Due]:
    """
    Return every receipt that the sender is owed so far, made already or not: a DSN by
    NOTIFY (RFC 3461 §4.1), and an MDN where one was asked for in the form that a
    program may answer (RFC 8098 §2.1). Where no MDN may be sent, ``report_refused``
    adds an error report for a document that was not filed: its sender would believe it
    was. Who asked for nothing hears of a copy that was relayed and never confirmed with
    ``report_unconfirmed``; who asked for an MDN hears of it in any case.
    """
    unasked = report_unconfirmed or request is not MdnRequest.ABSENT
    due: list[Due] = []
    for one in recipients:
        due += _dsn(one, unconfirmed=unasked)
        if one.kind is RecipientKind.PATIENT and one.outcome:
            due += _mdn(one, request)
            if request is not MdnRequest.MATCHES and report_refused:
                due += _error_report(one)
    return due


def _dsn(one: RecipientFacts, *, unconfirmed: bool) -> Iterator[Due]:
    status = _status(one)
    if status is None:
        return
    tells = unconfirmed and not one.notify and _is_unconfirmed(one)
    if tells or is_wanted(status.action, one.notify):
        yield Due(
            kind=ReceiptKind.DSN,
            position=one.position,
            status=_STOPPED if one.stopped else status.action.value,
            dsn=status,
        )


def _status(one: RecipientFacts) -> RecipientStatus | None:
    if one.outcome == Copy.GIVEN_UP:
        return _make(one, DsnAction.FAILED, "5.3.0", senders.GIVEN_UP)
    if one.held_up:
        text = senders.STOPPED if one.stopped else senders.LATE
        return _make(one, DsnAction.DELAYED, "4.3.0", text)
    if one.kind is RecipientKind.PATIENT:
        return _patient_status(one)
    if CopyReason.REPORTED_BY_PEER in one.reasons:
        return None  # by its own DSN, which went to the sender as well
    match one.outcome:
        case Copy.DELIVERED:
            return _make(one, DsnAction.DELIVERED, "2.0.0")
        case Copy.RELAYED:
            return _relayed(one)
        case Copy.BOUNCED if CopyReason.MAILBOX_CLOSED in one.reasons:
            return _make(one, DsnAction.FAILED, "5.2.1", senders.MAILBOX_CLOSED)
        case Copy.BOUNCED if kept_back := _kept_back(one.reasons):
            return _make(one, DsnAction.FAILED, "5.7.1", kept_back)
        case Copy.BOUNCED:
            status = one.last_status if one.last_status.startswith("5.") else "5.0.0"
            return _make(one, DsnAction.FAILED, status, one.last_reply)
        case Copy.EXPIRED:
            text = senders.TRIES_ENDED.format(one.last_reply)
            return _make(one, DsnAction.FAILED, "5.4.7", text)
        case "" if one.delayed:
            status = one.last_status if one.last_status.startswith("4.") else "4.4.1"
            text = senders.STILL_TRIED.format(one.last_reply)
            return _make(one, DsnAction.DELAYED, status, text)
        case _:
            return None


def _kept_back(reasons: Sequence[str]) -> str:
    """Return what to say of a copy that was not made on purpose, or nothing."""
    if CopyReason.MASKED_DOCUMENT in reasons:
        return senders.MASKED_COPY
    return "" if _SET_ASIDE.isdisjoint(reasons) else senders.SET_ASIDE


def _relayed(one: RecipientFacts) -> RecipientStatus | None:
    if _is_unconfirmed(one):
        return _make(one, DsnAction.RELAYED, "2.0.0", senders.UNCONFIRMED)
    if CopyReason.DSN_BY_PEER in one.reasons:
        return None  # it promised to tell, and has its time
    return _make(one, DsnAction.RELAYED, "2.0.0")


def _is_unconfirmed(one: RecipientFacts) -> bool:
    return CopyReason.UNCONFIRMED in one.reasons and HEARD.isdisjoint(one.reasons)


def _patient_status(one: RecipientFacts) -> RecipientStatus | None:
    reason = _reason(one.outcome)
    if reason is None:
        return None
    if one.deliver:
        text = "" if one.activated else senders.NOT_ACTIVATED
        return _make(one, DsnAction.DELIVERED, "2.0.0", text)
    stopped = _what_stopped(one, reason)
    details = dict.fromkeys(
        each.detail
        for each in one.documents
        if each.detail and each.outcome == stopped is Reason.DOC_INVALID
    )
    if details:
        text = _sentence(stopped, details)
        return _make(one, DsnAction.FAILED, "5.7.1", text)
    if REASON_TEXTS[stopped].effect is Effect.TEMPORARY:
        # Failed for good, as nothing is tried again after the 250, though it may pass
        # later (RFC 3463 §3.3: mailbox disabled, not accepting messages).
        return _make(one, DsnAction.FAILED, "4.2.1", _sentence(stopped))
    return _make(one, DsnAction.FAILED, "5.7.1", _sentence(stopped))


def _what_stopped(one: RecipientFacts, reason: Reason) -> Reason:
    """Return the reason for which nothing was delivered, among all that were found."""
    found = [reason, *(_reason(word) for word in one.reasons)]
    found += [_reason(each.outcome) for each in one.documents]
    stopping = [each for each in found if each and not REASON_TEXTS[each].delivers]
    return stopping[0] if stopping else reason


def _make(
    one: RecipientFacts, action: DsnAction, status: str, text: str = ""
) -> RecipientStatus:
    is_reply = one.last_reply[:3].isdigit()
    return RecipientStatus(
        address=one.address,
        action=action,
        status=status,
        text=text,
        original=one.orcpt,
        diagnostic=one.last_reply if is_reply else "",
        remote_mta=one.last_host if is_reply else "",
    )


def _mdn(one: RecipientFacts, request: MdnRequest) -> Iterator[Due]:
    if request is MdnRequest.DIFFERS:
        yield Due(
            kind=ReceiptKind.MDN,
            position=one.position,
            status="withheld",
            withheld=_NOT_THE_RETURN_PATH,
        )
    disposition = _disposition(one)
    if request is MdnRequest.MATCHES and disposition is not None:
        yield Due(
            kind=ReceiptKind.MDN,
            position=one.position,
            status=_word(disposition),
            code=disposition.error.value if disposition.error else "",
            disposition=disposition,
        )


def _error_report(one: RecipientFacts) -> Iterator[Due]:
    """Yield a report where the message went through and a document did not."""
    disposition = _disposition(one)
    silent = one.notify.upper() == _NEVER or not one.deliver  # else the DSN says it
    if silent or disposition is None or disposition.error is None:
        return
    yield Due(
        kind=ReceiptKind.ERROR,
        position=one.position,
        status="error",
        code=disposition.error.value,
        disposition=disposition,
    )


def _word(disposition: Disposition) -> str:
    if disposition.was_read:
        return "displayed"
    return "error" if disposition.error else "processed"


def _disposition(one: RecipientFacts) -> Disposition | None:
    """
    Return what to say of a patient's copy; None while there is nothing to say.

    Of several documents the code is that of the first that failed, in the order of
    the message; the text names all.
    """
    reason = _reason(one.outcome)
    if one.documents:
        errors = [code for each in one.documents if (code := _error(each))]
        return _dispose(
            one,
            error=errors[0] if errors else None,
            lines=lines_of([_line(each, one.announcement) for each in one.documents]),
            informed=_informed(one.documents),
        )
    if one.outcome == Copy.GIVEN_UP:
        return _dispose(one, error=ErrorCode.OTHER, lines=(senders.GIVEN_UP,))
    if reason is not None and not one.deliver:
        error = REASON_TEXTS[reason].error or ErrorCode.OTHER
        if REASON_TEXTS[reason].told is not Told.REASON:
            error = ErrorCode.OTHER
        return _dispose(one, error=error, lines=(_sentence(reason),))
    if one.was_read:
        return _dispose(one, was_read=True)
    return None


def _dispose(
    one: RecipientFacts,
    *,
    error: ErrorCode | None = None,
    lines: tuple[str, ...] = (),
    was_read: bool = False,
    informed: bool | None = None,
) -> Disposition:
    return Disposition(
        recipient=one.address,
        original_recipient=one.orcpt,
        error=error,
        lines=lines,
        was_read=was_read,
        informed=informed,
    )


def _informed(documents: Sequence[DocumentFact]) -> bool | None:
    """
    Return whether the patient is known to have been told; None where nothing is filed.

    It is the same for all that one structure files.
    """
    filed = [
        each
        for each in documents
        if (reason := _reason(each.outcome)) is not None
        and REASON_TEXTS[reason].effect is Effect.FILED
    ]
    return any(each.informed for each in filed) if filed else None


def _error(document: DocumentFact) -> ErrorCode | None:
    reason = _reason(document.outcome)
    if reason is None:
        return None
    error = ErrorCode(document.error) if document.error else REASON_TEXTS[reason].error
    if error is not None and REASON_TEXTS[reason].told is not Told.REASON:
        return ErrorCode.OTHER  # a finer code would say what the patient decided
    return error


def _line(document: DocumentFact, announcement: Announcement) -> tuple[str, str, str]:
    reason = _reason(document.outcome)
    if reason is None:
        return document.unique_id, document.outcome, ""
    said, text = [], REASON_TEXTS[reason]
    if reason is Reason.FILED_INVISIBLE:
        said.append(senders.waiting_times(announcement))
    # Of whatever is filed the same is said, masked by the patient's setting or not.
    if document.detail and (text.told is Told.REASON or text.effect is Effect.FILED):
        said.append(document.detail)
    return document.unique_id, code_for_sender(reason), _sentence(reason, said)


def _sentence(reason: Reason, details: Iterable[str] = ()) -> str:
    """Return what the sender may read of a reason, in French and in English."""
    french, english = text_for_sender(reason)
    said = [in_both(one) for one in details]
    if said:
        french += f" ({BETWEEN.join(one[0] for one in said)})"
        english += f" ({BETWEEN.join(one[1] for one in said)})"
    return BOTH.join((french, english))


def _reason(outcome: str) -> Reason | None:
    try:
        return Reason(outcome)
    except ValueError:
        return None

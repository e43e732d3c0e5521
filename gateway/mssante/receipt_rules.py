"""Which receipts are due for a message: pure, from what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from attrs import field, frozen

from gateway.core.copies import Copy
from gateway.core.envelope import RecipientKind
from gateway.core.reason_texts import REASON_TEXTS
from gateway.core.reasons import Effect, ErrorCode, Reason, Told
from gateway.core.sender_notice import code_for_sender, text_for_sender
from gateway.mssante.dsn import DsnAction, RecipientStatus, is_wanted
from gateway.mssante.mdn import Disposition, lines_of

BY_PEER = "DSN_BY_PEER"
"""Among a relayed copy's reasons: the peer promised to report success itself."""

_BAD_EFFECTS = {
    Effect.REFUSED,
    Effect.HELD,
    Effect.QUARANTINED,
    Effect.REFUSED_AT_DOOR,
    # After the 250 nothing is tried again: the sender has to know.
    Effect.TEMPORARY,
}


class MdnRequest(StrEnum):
    """What the message says of Disposition-Notification-To (RFC 8098 §2.1)."""

    ABSENT = "absent"
    MATCHES = "matches"  # one address, that of the return path
    DIFFERS = "differs"  # a person would have to agree: nobody here can


@frozen(kw_only=True)
class DocumentFact:
    """One document: its id, outcome word, MDN code if any, what to correct."""

    unique_id: str
    outcome: str
    error: str = ""
    detail: str = ""


@frozen(kw_only=True)
class RecipientFacts:
    """One recipient as the receipts need it."""

    position: int
    kind: RecipientKind
    address: str = field(repr=False)
    notify: str = ""
    orcpt: str = field(default="", repr=False)
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    deliver: bool = True
    documents: tuple[DocumentFact, ...] = ()
    was_read: bool = False
    delayed: bool = False
    last_reply: str = ""


@frozen(kw_only=True)
class Due:
    """A receipt to make; ``withheld`` says why it is only recorded."""

    kind: str
    position: int
    status: str
    code: str = ""
    dsn: RecipientStatus | None = None
    disposition: Disposition | None = None
    withheld: str = ""


def receipts_due(
    recipients: Sequence[RecipientFacts],
    request: MdnRequest,
    *,
    report_refused: bool,
) -> list[Due]:
    """
    Return every receipt the sender is owed so far, made already or not.

    A DSN by NOTIFY (RFC 3461); an MDN where one was asked in the form that lets a
    program answer (RFC 8098 §2.1); and, where none was asked, an error report for a
    document that was not filed, since its sender believes it was.
    """
    due: list[Due] = []
    for one in recipients:
        due += _dsn(one)
        due += _mdn(one, request, report_refused=report_refused)
    return due


def _dsn(one: RecipientFacts) -> Iterator[Due]:
    status = _status(one)
    if status is not None and is_wanted(status.action, one.notify):
        yield Due(
            kind="DSN", position=one.position, status=status.action.value, dsn=status
        )


def _status(one: RecipientFacts) -> RecipientStatus | None:
    if one.kind is RecipientKind.PATIENT:
        return _patient_status(one)
    match one.outcome:
        case Copy.DELIVERED:
            return _make(one, DsnAction.DELIVERED, "2.0.0")
        case Copy.RELAYED:
            if BY_PEER in one.reasons:
                return None
            return _make(one, DsnAction.RELAYED, "2.0.0")
        case Copy.BOUNCED:
            return _make(one, DsnAction.FAILED, _code_of(one.last_reply, "5.0.0"))
        case Copy.EXPIRED:
            return _make(one, DsnAction.FAILED, "5.4.7")
        case _:
            pass
    if one.delayed:
        return _make(one, DsnAction.DELAYED, _code_of(one.last_reply, "4.4.1"))
    return None


def _patient_status(one: RecipientFacts) -> RecipientStatus | None:
    reason = _reason(one.outcome)
    if reason is None:
        return None
    if one.deliver:
        return _make(one, DsnAction.DELIVERED, "2.0.0")
    text = " / ".join(text_for_sender(reason))
    temporary = REASON_TEXTS[reason].effect is Effect.TEMPORARY
    return _make(one, DsnAction.FAILED, "4.2.1" if temporary else "5.7.1", text)


def _make(
    one: RecipientFacts, action: DsnAction, status: str, text: str = ""
) -> RecipientStatus:
    spoken = one.last_reply.partition(" ")[2]
    is_reply = spoken[:3].isdigit()
    return RecipientStatus(
        address=one.address,
        action=action,
        status=status,
        text=text or ("" if action is DsnAction.DELIVERED else spoken),
        original=one.orcpt,
        diagnostic=spoken if is_reply and action is DsnAction.FAILED else "",
    )


def _code_of(reply: str, otherwise: str) -> str:
    code = reply.partition(" ")[0]
    return code if code[:2] in {"4.", "5."} else otherwise


def _mdn(
    one: RecipientFacts, request: MdnRequest, *, report_refused: bool
) -> Iterator[Due]:
    if one.kind is not RecipientKind.PATIENT or not one.outcome:
        return
    disposition = _disposition(one)
    if request is MdnRequest.DIFFERS:
        yield Due(
            kind="MDN",
            position=one.position,
            status="withheld",
            withheld="the address asked for is not the return path (RFC 8098 §2.1)",
        )
    elif request is MdnRequest.MATCHES and disposition is not None:
        yield Due(
            kind="MDN",
            position=one.position,
            status=_word(disposition),
            code=disposition.error.value if disposition.error else "",
            disposition=disposition,
        )
    refused = disposition is not None and disposition.error is not None
    if request is not MdnRequest.MATCHES and refused and report_refused:
        assert disposition is not None
        assert disposition.error is not None
        if REASON_TEXTS[Reason(one.outcome)].delivers:
            yield Due(
                kind="ERR",
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
    """Return what to say of a patient's copy; None while there is nothing to say."""
    original = one.orcpt
    if one.documents:
        errors = [code for each in one.documents if (code := _error(each))]
        return Disposition(
            recipient=one.address,
            original_recipient=original,
            error=errors[0] if errors else None,
            lines=lines_of([_line(each) for each in one.documents]),
        )
    reason = _reason(one.outcome)
    if reason is not None and REASON_TEXTS[reason].effect in _BAD_EFFECTS:
        sentence = " / ".join(text_for_sender(reason))
        return Disposition(
            recipient=one.address,
            original_recipient=original,
            error=REASON_TEXTS[reason].error or ErrorCode.OTHER,
            lines=(sentence,),
        )
    if one.was_read:
        return Disposition(
            recipient=one.address, original_recipient=original, was_read=True
        )
    return None


def _error(document: DocumentFact) -> ErrorCode | None:
    reason = _reason(document.outcome)
    if reason is None or REASON_TEXTS[reason].error is None:
        return None
    if REASON_TEXTS[reason].told is not Told.REASON:
        return ErrorCode.OTHER  # a finer code would say what the patient decided
    if document.error:
        return ErrorCode(document.error)
    return REASON_TEXTS[reason].error


def _line(document: DocumentFact) -> tuple[str, str, str]:
    reason = _reason(document.outcome)
    if reason is None:
        return document.unique_id, document.outcome, ""
    told = REASON_TEXTS[reason].told
    word = code_for_sender(reason)
    sentence = " / ".join(text_for_sender(reason))
    if document.detail and told is Told.REASON:
        sentence = f"{sentence} ({document.detail})"
    return document.unique_id, word, sentence


def _reason(outcome: str) -> Reason | None:
    try:
        return Reason(outcome)
    except ValueError:
        return None

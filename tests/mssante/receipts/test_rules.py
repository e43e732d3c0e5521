"""Which receipts are due: every outcome, whatever was asked, in tables."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.copies import Copy, CopyReason
from gateway.core.decision import Announcement
from gateway.core.envelope import Recipient, RecipientKind
from gateway.core.reasons import Effect, ErrorCode, Reason
from gateway.core.texts import senders
from gateway.core.texts.outcomes import REASON_TEXTS
from gateway.message.headers import read_headers
from gateway.mssante.receipts.dsn import DsnAction
from gateway.mssante.receipts.facts import (
    DocumentFact,
    Due,
    MdnRequest,
    ReceiptKind,
    RecipientFacts,
    key_of,
)
from gateway.mssante.receipts.requests import (
    may_be_due,
    request_of,
    with_header_request,
)
from gateway.mssante.receipts.rules import receipts_due
from gateway.store.arrivals.arrivals import RecipientOutcome

PATIENT = "279035121518989@patient.mssante.test"
SENDER = "service@hopital.mssante.test"


@frozen
class Case:
    """What the sender is to hear of an outcome, if it asked for everything."""

    outcome: Reason
    deliver: bool
    action: str
    status: str
    mdn: str  # "", processed, error
    code: str = ""
    with_document: bool = True


CASES = (
    Case(Reason.SENDER_NOT_TRUSTED, False, "failed", "5.7.1", "error", "906"),
    Case(Reason.SENDER_NOT_ENTITLED, False, "failed", "5.7.1", "error", "906"),
    Case(Reason.INS_MALFORMED, False, "failed", "5.7.1", "error", "906"),
    Case(Reason.PROFILE_ABSENT, False, "failed", "5.7.1", "error", "902"),
    Case(Reason.PROFILE_OPPOSED, False, "failed", "5.7.1", "error", "906"),
    Case(Reason.PROFILE_CLOSED, False, "failed", "5.7.1", "error", "906"),
    Case(Reason.PROFILE_SUSPENDED, False, "failed", "4.2.1", "error", "906"),
    Case(Reason.FILED_NOT_ACTIVATED, True, "delivered", "2.0.0", "processed"),
    Case(Reason.SENDER_BLOCKED, False, "failed", "5.7.1", "error", "906"),
    Case(Reason.MESSAGE_ONLY, True, "delivered", "2.0.0", "", "", False),
    Case(Reason.DOC_INVALID, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.PATIENT_MISMATCH, False, "failed", "5.7.1", "error", "904"),
    Case(Reason.TRAITS_MISMATCH, False, "failed", "5.7.1", "error", "904"),
    Case(Reason.INS_NOT_QUALIFIED, True, "delivered", "2.0.0", "error", "903"),
    Case(Reason.AUTHOR_UNVERIFIED, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.TYPE_UNKNOWN, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.CONFIDENTIALITY_CONFLICT, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.DUPLICATE, True, "delivered", "2.0.0", "processed"),
    Case(Reason.ID_REUSED, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.REPLACED, True, "delivered", "2.0.0", "processed"),
    Case(Reason.REPLACE_FORBIDDEN, True, "delivered", "2.0.0", "error", "901"),
    Case(Reason.REPLACED_PARENT_UNKNOWN, True, "delivered", "2.0.0", "processed"),
    Case(Reason.PATIENT_OPPOSED_DOC, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.OPPOSITION_ON_RECORD, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.FILED_SECRET, True, "delivered", "2.0.0", "processed"),
    Case(Reason.FILED_INVISIBLE, True, "delivered", "2.0.0", "processed"),
    Case(Reason.FILED_MASKED, True, "delivered", "2.0.0", "processed"),
    Case(Reason.FILED_MASKED_BY_DEFAULT, True, "delivered", "2.0.0", "processed"),
    Case(Reason.FILED, True, "delivered", "2.0.0", "processed"),
    Case(Reason.WITHDRAWN, True, "delivered", "2.0.0", "processed"),
    Case(Reason.WITHDRAWAL_UNKNOWN, True, "delivered", "2.0.0", "error", "906"),
    Case(Reason.WITHDRAWAL_FORBIDDEN, True, "delivered", "2.0.0", "error", "901"),
    Case(Reason.WITHDRAWAL_OUTDATED, True, "delivered", "2.0.0", "error", "900"),
)


def _case(outcome: Reason) -> Case:
    return next(case for case in CASES if case.outcome is outcome)


NOTIFY = {
    # What is told of a delivery, of a failure.
    "": (False, True),
    "NEVER": (False, False),
    "SUCCESS": (True, False),
    "FAILURE": (False, True),
    "DELAY": (False, False),
    "SUCCESS,FAILURE": (True, True),
    "SUCCESS,FAILURE,DELAY": (True, True),
}


def facts_of(case: Case, **changes: Any) -> RecipientFacts:
    document = DocumentFact(unique_id="1.2.3", outcome=case.outcome.value)
    values = {
        "position": 0,
        "kind": RecipientKind.PATIENT,
        "address": PATIENT,
        "outcome": case.outcome.value,
        "reasons": (case.outcome.value,),
        "deliver": case.deliver,
        "documents": (document,) if case.with_document else (),
    }
    return RecipientFacts(**{**values, **changes})


def due_for(
    facts: RecipientFacts,
    request: MdnRequest = MdnRequest.ABSENT,
    *,
    report_refused: bool = True,
) -> list[Due]:
    return receipts_due([facts], request, report_refused=report_refused)


def kinds(due: list[Due]) -> list[str]:
    return [one.kind.value for one in due]


def test_the_table_has_every_outcome_once() -> None:
    assert [case.outcome for case in CASES] == list(Reason)


@pytest.mark.parametrize("request_", MdnRequest)
@pytest.mark.parametrize("notify", NOTIFY)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.outcome.value)
def test_what_a_patients_copy_owes_its_sender(
    case: Case, notify: str, request_: MdnRequest
) -> None:
    due = due_for(facts_of(case, notify=notify), request_)

    success, failure = NOTIFY[notify]
    told = success if case.action == "delivered" else failure
    dsn = [one.dsn for one in due if one.kind is ReceiptKind.DSN]
    assert [(one.action.value, one.status) for one in dsn if one] == (
        [(case.action, case.status)] if told else []
    )
    mdn = [one for one in due if one.kind is ReceiptKind.MDN]
    if request_ is MdnRequest.ABSENT:
        assert mdn == []
    elif request_ is MdnRequest.DIFFERS:
        assert [(one.status, bool(one.withheld)) for one in mdn] == [("withheld", True)]
    else:
        expected = [(case.mdn, case.code)] if case.mdn else []
        assert [(one.status, one.code) for one in mdn] == expected
    errors = [one for one in due if one.kind is ReceiptKind.ERROR]
    reported = (
        request_ is not MdnRequest.MATCHES
        and case.mdn == "error"
        and case.deliver
        and notify != "NEVER"
    )
    assert [one.code for one in errors] == ([case.code] if reported else [])


def test_a_blocked_sender_learns_that_its_document_is_withdrawn_and_no_more() -> None:
    case = _case(Reason.WITHDRAWN)
    reasons = (Reason.WITHDRAWN.value, Reason.SENDER_BLOCKED.value)

    due = due_for(facts_of(case, deliver=False, reasons=reasons), MdnRequest.MATCHES)

    dsn, mdn = due[0].dsn, due[1].disposition
    assert dsn is not None
    assert (dsn.action.value, dsn.text.partition(" / ")[2]) == (
        "failed",
        "Refused by the patient's settings.",
    )
    assert mdn is not None
    assert mdn.error is None
    assert "WITHDRAWN" in str(mdn.lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.outcome.value)
def test_nothing_is_said_without_being_asked_but_what_failed(case: Case) -> None:
    due = due_for(facts_of(case), report_refused=False)

    assert kinds(due) == ([] if case.deliver else ["DSN"])


@pytest.mark.parametrize("request_", MdnRequest)
@pytest.mark.parametrize("kind", RecipientKind)
def test_nothing_is_said_of_a_copy_that_is_pending(
    kind: RecipientKind, request_: MdnRequest
) -> None:
    pending = RecipientFacts(
        position=0, kind=kind, address=PATIENT, notify="SUCCESS,FAILURE,DELAY"
    )

    assert due_for(pending, request_) == []


def test_what_a_fault_of_ours_holds_up_is_said_to_be_late() -> None:
    late = RecipientFacts(
        position=0, kind=RecipientKind.PATIENT, address=PATIENT, held_up=True
    )

    (due,) = due_for(late)

    assert due.dsn is not None
    assert (due.status, due.dsn.status) == ("delayed", "4.3.0")
    assert due.dsn.text == senders.LATE

    (stopped,) = due_for(evolve(late, stopped=True))

    assert stopped.dsn is not None
    assert (stopped.status, stopped.dsn.action) == ("stopped", "delayed")
    assert stopped.dsn.text == senders.STOPPED
    assert stopped.key != due.key


def test_a_patients_copy_an_operator_gave_up_is_said_to_have_failed() -> None:
    ended = RecipientFacts(
        position=0,
        kind=RecipientKind.PATIENT,
        address=PATIENT,
        outcome=Copy.GIVEN_UP,
        deliver=False,
    )

    (due,) = due_for(ended)

    assert due.dsn is not None
    assert (due.status, due.dsn.status) == ("failed", "5.3.0")


COPIES = (
    # outcome, reasons, last status, action, status; "" is silence
    (Copy.DELIVERED, (), "", "delivered", "2.0.0"),
    (Copy.DELIVERED, (CopyReason.REPORTED_BY_PEER,), "", "", ""),
    (Copy.RELAYED, (), "2.0.0", "relayed", "2.0.0"),
    (Copy.RELAYED, (CopyReason.DSN_BY_PEER,), "2.0.0", "", ""),
    (Copy.BOUNCED, (), "5.1.1", "failed", "5.1.1"),
    (Copy.BOUNCED, (), "", "failed", "5.0.0"),
    (Copy.BOUNCED, (CopyReason.MAILBOX_CLOSED,), "", "failed", "5.2.1"),
    (Copy.BOUNCED, (CopyReason.REPORTED_BY_PEER,), "2.0.0", "", ""),
    (Copy.EXPIRED, (), "4.4.1", "failed", "5.4.7"),
    (Copy.GIVEN_UP, (), "", "failed", "5.3.0"),
    (Copy.BOUNCED, ("PATIENT_MISMATCH",), "", "failed", "5.7.1"),
    (Copy.BOUNCED, ("TRAITS_MISMATCH",), "", "failed", "5.7.1"),
    (Copy.BOUNCED, (CopyReason.MASKED_DOCUMENT,), "", "failed", "5.7.1"),
)


def test_the_table_has_every_outcome_of_a_copy() -> None:
    assert {row[0] for row in COPIES} == set(Copy)


@pytest.mark.parametrize("request_", MdnRequest)
@pytest.mark.parametrize("kind", [RecipientKind.MAILBOX, RecipientKind.REMOTE])
@pytest.mark.parametrize(("outcome", "reasons", "last", "action", "status"), COPIES)
def test_what_a_professionals_copy_owes_its_sender(
    outcome: Copy,
    reasons: tuple[str, ...],
    last: str,
    action: str,
    status: str,
    kind: RecipientKind,
    request_: MdnRequest,
) -> None:
    copy = RecipientFacts(
        position=1,
        kind=kind,
        address="dr@peer.mssante.test",
        notify="SUCCESS,FAILURE,DELAY",
        outcome=outcome.value,
        reasons=reasons,
        last_status=last,
        last_reply="550 no such user" if last else "",
        last_host="mx.peer.mssante.test",
    )

    due = due_for(copy, request_)

    # MDN of professionals are sent by their own software.
    assert kinds(due) == (["DSN"] if action else [])
    for one in due:
        assert one.dsn is not None
        assert (one.dsn.action.value, one.dsn.status) == (action, status)


def test_a_refusal_by_the_peer_is_quoted_and_our_own_words_are_not() -> None:
    bounced = RecipientFacts(
        position=0,
        kind=RecipientKind.REMOTE,
        address="dr@peer.mssante.test",
        outcome=Copy.BOUNCED.value,
        last_status="5.1.1",
        last_reply="550 5.1.1 no such user",
        last_host="mx.peer.mssante.test",
    )
    own = evolve(bounced, last_status="5.7.5", last_reply="TLS failed")

    (by_peer,), (by_us,) = due_for(bounced), due_for(own)

    assert by_peer.dsn is not None
    assert by_us.dsn is not None
    assert by_peer.dsn.diagnostic == "550 5.1.1 no such user"
    assert by_peer.dsn.remote_mta == "mx.peer.mssante.test"
    assert (by_us.dsn.diagnostic, by_us.dsn.remote_mta) == ("", "")
    assert by_us.dsn.text == "TLS failed"


@pytest.mark.parametrize(
    ("notify", "told"), [("", True), ("DELAY", True), ("FAILURE", False)]
)
def test_a_delay_is_told_while_the_copy_is_pending(notify: str, told: bool) -> None:
    late = RecipientFacts(
        position=0,
        kind=RecipientKind.REMOTE,
        address="dr@peer.mssante.test",
        notify=notify,
        delayed=True,
        last_status="4.4.1",
        last_reply="no host answered",
    )

    due = due_for(late)

    assert [one.status for one in due] == (["delayed"] if told else [])


def test_after_the_end_the_delay_is_not_told_any_more() -> None:
    late = RecipientFacts(
        position=0,
        kind=RecipientKind.REMOTE,
        address="dr@peer.mssante.test",
        outcome=Copy.EXPIRED.value,
        delayed=True,
        last_status="4.4.1",
        last_reply="no host answered",
    )

    (one,) = due_for(late)

    assert one.status == "failed"


def document(outcome: Reason, unique_id: str, **changes: Any) -> DocumentFact:
    return DocumentFact(unique_id=unique_id, outcome=outcome.value, **changes)


@pytest.mark.parametrize(
    ("outcome", "informed", "told"),
    [
        (Reason.FILED, True, True),
        (Reason.FILED_MASKED_BY_DEFAULT, False, False),
        (Reason.REPLACED, True, True),
        (Reason.DUPLICATE, False, None),
        (Reason.DOC_INVALID, False, None),
    ],
)
def test_of_what_is_filed_alone_it_says_whether_the_patient_is_informed(
    outcome: Reason, informed: bool, told: bool | None
) -> None:
    one = document(outcome, "1.1", informed=informed)
    facts = facts_of(CASES[0], outcome=outcome.value, documents=(one,))

    (mdn,) = due_for(evolve(facts, deliver=True), MdnRequest.MATCHES)

    assert mdn.disposition is not None
    assert mdn.disposition.informed is told


def test_a_remark_does_not_tell_that_the_patient_masks_everything() -> None:
    said = set()
    for outcome in (Reason.FILED, Reason.FILED_MASKED_BY_DEFAULT):
        remarked = document(outcome, "1.1", detail="README.TXT is missing")
        facts = facts_of(CASES[0], outcome=outcome.value, documents=(remarked,))
        (mdn,) = due_for(evolve(facts, deliver=True), MdnRequest.MATCHES)
        assert mdn.disposition is not None
        said.add(mdn.disposition.lines)

    (lines,) = said
    french, english = lines[1].split(" / ")
    assert french.endswith(" (README.TXT manque)")
    assert english.endswith(" (README.TXT is missing)")


def test_what_to_correct_stands_in_each_language_in_a_dsn_too() -> None:
    """Details of several documents, each once; the French ones with the French text."""
    broken = (
        document(Reason.DOC_INVALID, "", detail="archive cut short"),
        document(Reason.DOC_INVALID, "", detail="archive cut short"),
        document(Reason.DOC_INVALID, "", detail="trop de parties / too many parts"),
    )
    facts = facts_of(_case(Reason.DOC_INVALID), deliver=False, documents=broken)

    (dsn,) = [one for one in due_for(facts) if one.dsn]

    assert dsn.dsn is not None
    french, english = dsn.dsn.text.split(" / ")
    assert french.endswith(" (archive coupée avant sa fin; trop de parties)")
    assert english.endswith(" (archive cut short; too many parts)")


def test_several_documents_give_the_first_error_and_a_line_each() -> None:
    facts = facts_of(
        CASES[0],
        outcome=Reason.DOC_INVALID.value,
        deliver=True,
        documents=(
            document(Reason.FILED, "1.1"),
            document(Reason.INS_NOT_QUALIFIED, "1.2", error="905"),
            document(Reason.DOC_INVALID, "", detail="DTD forbidden"),
        ),
    )

    (mdn,) = due_for(facts, MdnRequest.MATCHES)

    assert mdn.code == ErrorCode.TRAITS_INCOMPLETE
    assert mdn.disposition is not None
    lines = mdn.disposition.lines
    assert lines[0::2] == ("1.1 : FILED", "1.2 : INS_NOT_QUALIFIED", "- : DOC_INVALID")
    assert "DTD forbidden" in lines[5]


@pytest.mark.parametrize(
    ("outcome", "error"), [(Reason.SENDER_BLOCKED, "904"), (Reason.SENDER_BLOCKED, "")]
)
def test_what_the_patient_decided_is_not_told(outcome: Reason, error: str) -> None:
    facts = facts_of(
        CASES[0],
        outcome=outcome.value,
        deliver=False,
        documents=(document(outcome, "1.1", error=error, detail="blocked on Monday"),),
    )

    mdn, dsn = sorted(due_for(facts, MdnRequest.MATCHES), key=lambda one: one.kind)[
        ::-1
    ]

    assert mdn.code == ErrorCode.OTHER
    assert mdn.disposition is not None
    assert dsn.dsn is not None
    said = " ".join((*mdn.disposition.lines, dsn.dsn.text))
    assert "REFUSED_BY_PATIENT_SETTINGS" in said
    assert "bloqu" not in said
    assert "block" not in said


def test_a_document_masked_by_default_reads_like_any_other() -> None:
    facts = facts_of(_case(Reason.FILED_MASKED_BY_DEFAULT))
    plain = facts_of(_case(Reason.FILED))

    (masked,), (filed,) = (due_for(one, MdnRequest.MATCHES) for one in (facts, plain))

    assert masked.disposition == filed.disposition


def test_the_reason_that_stopped_the_message_is_the_one_told() -> None:
    facts = facts_of(
        CASES[0],
        outcome=Reason.DOC_INVALID.value,
        reasons=(Reason.DOC_INVALID.value,),
        deliver=False,
        documents=(
            document(Reason.DOC_INVALID, "1.1"),
            document(Reason.TRAITS_MISMATCH, "1.2"),
        ),
    )

    (dsn,) = [one for one in due_for(facts) if one.dsn]

    assert dsn.dsn is not None
    assert "diffèrent de ceux du patient" in dsn.dsn.text


def test_a_space_not_activated_yet_is_said_in_the_receipt() -> None:
    facts = facts_of(CASES[9], notify="SUCCESS", activated=False)

    (dsn,) = [one for one in due_for(facts) if one.dsn]

    assert dsn.dsn is not None
    assert dsn.dsn.action is DsnAction.DELIVERED
    assert "à l’activation" in dsn.dsn.text


def test_a_suspended_space_does_not_promise_another_try() -> None:
    facts = facts_of(CASES[6])

    (mdn,) = due_for(evolve(facts, notify="NEVER"), MdnRequest.MATCHES)

    assert mdn.disposition is not None
    assert "Faites un nouvel envoi" in " ".join(mdn.disposition.lines)
    assert "retenté" not in " ".join(mdn.disposition.lines)


@pytest.mark.parametrize(
    ("case", "read", "status"),
    [
        (CASES[9], False, ""),
        (CASES[9], True, "displayed"),
        (_case(Reason.FILED), True, "processed"),
        (CASES[10], True, "error"),
    ],
)
def test_reading_is_told_where_nothing_was_processed(
    case: Case, read: bool, status: str
) -> None:
    due = due_for(facts_of(case, was_read=read, notify="NEVER"), MdnRequest.MATCHES)

    assert [one.status for one in due] == ([status] if status else [])


@pytest.mark.parametrize("request_", MdnRequest)
@pytest.mark.parametrize("notify", NOTIFY)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.outcome.value)
def test_where_the_task_is_saved_nothing_would_have_been_due(
    case: Case, notify: str, request_: MdnRequest
) -> None:
    address = {"absent": "", "matches": SENDER, "differs": "x@evil.test"}[request_]
    line = f"Disposition-Notification-To: {address}\r\n" if address else ""
    headers = read_headers(f"From: {SENDER}\r\n{line}\r\n".encode())
    recipient = Recipient(kind=RecipientKind.PATIENT, address=PATIENT, notify=notify)
    outcome = RecipientOutcome(
        position=0,
        recipient=recipient,
        outcome=case.outcome.value,
        deliver=case.deliver,
    )

    if not may_be_due(headers, [outcome]):
        assert due_for(facts_of(case, notify=notify), request_) == []


@pytest.mark.parametrize(
    ("lines", "notify", "kind", "outcome", "expected"),
    [
        ("", "", "patient", "FILED", False),
        ("", "FAILURE", "patient", "DUPLICATE", False),
        ("", "SUCCESS", "patient", "FILED", True),
        ("Return-Receipt-To: x@y.test\r\n", "", "patient", "FILED", True),
        ("Disposition-Notification-To: x@y.test\r\n", "", "patient", "FILED", True),
        ("", "", "patient", "PATIENT_OPPOSED_DOC", True),
        ("", "", "patient", "", True),
        ("", "", "mailbox", "DELIVERED", False),
        ("", "", "mailbox", "BOUNCED", True),
        ("", "", "remote", "", False),
        ("", "", "remote", "BOUNCED", True),
    ],
)
def test_most_messages_need_no_look_at_all(
    lines: str, notify: str, kind: str, outcome: str, expected: bool
) -> None:
    recipient = Recipient(kind=RecipientKind(kind), address=PATIENT, notify=notify)
    one = RecipientOutcome(position=0, recipient=recipient, outcome=outcome)

    found = may_be_due(read_headers(f"{lines}\r\n".encode()), [one])

    assert found is expected


@given(
    st.lists(st.sampled_from(CASES), max_size=4),
    st.sampled_from(list(NOTIFY)),
    st.sampled_from(MdnRequest),
    st.booleans(),
    st.booleans(),
)
def test_there_is_never_more_than_one_of_a_kind_for_a_recipient(
    cases: list[Case], notify: str, request_: MdnRequest, was_read: bool, report: bool
) -> None:
    facts = [
        facts_of(case, position=number, notify=notify, was_read=was_read)
        for number, case in enumerate(cases)
    ]

    due = receipts_due(facts, request_, report_refused=report)

    keys = [one.key for one in due]
    assert len(set(keys)) == len(keys)
    for number in range(len(cases)):
        answers = [one for one in due if one.position == number and one.kind != "DSN"]
        assert len([one for one in answers if not one.withheld]) <= 1


def test_an_mdn_is_the_same_one_whatever_it_says() -> None:
    assert key_of("MDN", 0, "processed") == key_of("MDN", 0, "displayed")
    assert key_of("DSN", 0, "delayed") != key_of("DSN", 0, "failed")
    assert key_of("MDN", 0, "processed") != key_of("MDN", 1, "processed")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", MdnRequest.ABSENT),
        (f"Disposition-Notification-To: {SENDER}", MdnRequest.MATCHES),
        (f"Disposition-Notification-To: Service <{SENDER}>", MdnRequest.MATCHES),
        (
            "Disposition-Notification-To: <service@HOPITAL.mssante.test>",
            MdnRequest.MATCHES,
        ),
        (
            "Disposition-Notification-To: <Service@hopital.mssante.test>",
            MdnRequest.DIFFERS,
        ),
        ("Disposition-Notification-To: x@evil.test", MdnRequest.DIFFERS),
        (f"Disposition-Notification-To: {SENDER}, x@evil.test", MdnRequest.DIFFERS),
        (
            f"Disposition-Notification-To: {SENDER}\r\n"
            f"Disposition-Notification-To: {SENDER}",
            MdnRequest.DIFFERS,
        ),
        ("Disposition-Notification-To:", MdnRequest.DIFFERS),
        ("Disposition-Notification-To: <>", MdnRequest.DIFFERS),
        ("Disposition-Notification-To: not an address", MdnRequest.DIFFERS),
    ],
)
def test_an_mdn_may_be_sent_to_the_return_path_alone(
    lines: str, expected: MdnRequest
) -> None:
    block = f"From: {SENDER}\r\n{lines}\r\n\r\n".replace("\r\n\r\n\r\n", "\r\n\r\n")

    assert request_of(read_headers(block.encode()), SENDER) is expected


@pytest.mark.parametrize(
    ("line", "notify", "kind", "expected"),
    [
        (f"Return-Receipt-To: {SENDER}", "", "patient", "SUCCESS,FAILURE"),
        (f"Return-Receipt-To: {SENDER}", "", "mailbox", "SUCCESS,FAILURE"),
        (f"Return-Receipt-To: {SENDER}", "", "remote", ""),
        (f"Return-Receipt-To: {SENDER}", "NEVER", "patient", "NEVER"),
        ("Return-Receipt-To: x@evil.test", "", "patient", ""),
        ("X-Other: 1", "", "patient", ""),
    ],
)
def test_a_dsn_may_be_asked_for_by_header(
    line: str, notify: str, kind: str, expected: str
) -> None:
    facts = RecipientFacts(
        position=0, kind=RecipientKind(kind), address=PATIENT, notify=notify
    )
    headers = read_headers(f"{line}\r\n\r\n".encode())

    assert with_header_request([facts], headers, SENDER)[0].notify == expected


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        (("PATIENT_MISMATCH",), senders.SET_ASIDE),
        (("TRAITS_MISMATCH",), senders.SET_ASIDE),
        ((CopyReason.MASKED_DOCUMENT,), senders.MASKED_COPY),
    ],
)
def test_why_a_copy_was_not_made_is_said_in_its_own_words(
    reasons: tuple[str, ...], text: str
) -> None:
    copy = RecipientFacts(
        position=0,
        kind=RecipientKind.MAILBOX,
        address="dr@h.test",
        outcome=Copy.BOUNCED.value,
        reasons=reasons,
    )

    (due,) = due_for(copy)

    assert due.dsn is not None
    assert due.dsn.text == text


def test_what_stayed_closed_is_named_where_nothing_was_delivered() -> None:
    documents = (
        DocumentFact(unique_id="", outcome="DOC_INVALID", detail="partie 2"),
        DocumentFact(unique_id="", outcome="DOC_INVALID", detail="partie 3"),
        DocumentFact(unique_id="", outcome="DOC_INVALID", detail="partie 2"),
        DocumentFact(unique_id="1.2", outcome="FILED", detail="a remark"),
    )
    patient = RecipientFacts(
        position=0,
        kind=RecipientKind.PATIENT,
        address=PATIENT,
        outcome="DOC_INVALID",
        reasons=("DOC_INVALID",),
        deliver=False,
        documents=documents,
    )

    (due,) = due_for(patient)

    assert due.dsn is not None
    assert due.dsn.status == "5.7.1"
    assert due.dsn.text.endswith("not given to the patient. (partie 2; partie 3)")


@pytest.mark.parametrize(
    ("announcement", "said"),
    [
        (
            Announcement(),
            "invité après 14 jours, visible après 1 mois / invited after 14 days, "
            "shown after 1 month",
        ),
        (
            Announcement(notice_after_days=1, shown_after_months=2),
            "invité après 1 jour, visible après 2 mois / invited after 1 day, shown "
            "after 2 months",
        ),
        (
            Announcement(notice_after_days=27),
            "invité après 27 jours, visible après 1 mois / invited after 27 days, "
            "shown after 1 month",
        ),
        # In February it may be shown on the day of the notice: none is promised.
        (
            Announcement(notice_after_days=28),
            "visible après 1 mois / shown after 1 month",
        ),
    ],
)
def test_how_long_a_document_is_hidden_is_said_as_the_settings_have_it(
    announcement: Announcement, said: str
) -> None:
    one = RecipientFacts(
        position=0,
        kind=RecipientKind.PATIENT,
        address=PATIENT,
        outcome=Reason.FILED_INVISIBLE,
        documents=(DocumentFact(unique_id="1.2", outcome=Reason.FILED_INVISIBLE),),
        announcement=announcement,
    )

    (due,) = due_for(one, MdnRequest.MATCHES)

    assert due.disposition is not None
    text = due.disposition.lines[1]
    for half, time in zip(text.split(" / "), said.split(" / "), strict=True):
        assert half.endswith(f" ({time})")
        assert not any(one.isdigit() for one in half.removesuffix(f" ({time})"))


def test_what_is_not_filed_has_an_error_code() -> None:
    """Without one, its sender would hear that all was processed."""
    fine = {
        Effect.FILED,
        Effect.ALREADY_FILED,
        Effect.MESSAGE_ONLY,
        Effect.WITHDRAWN,
    }

    assert [
        reason
        for reason, text in REASON_TEXTS.items()
        if text.error is None and text.effect not in fine
    ] == []

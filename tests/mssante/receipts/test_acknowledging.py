"""Receipts end to end: asked, due, sent once, and never an answer to a report."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.copies import Copy
from gateway.errors import InvalidError
from gateway.message.reading import read_parts
from gateway.mssante.receipts.report_reading import read_report
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState, DocumentOutcome
from gateway.store.arrivals.quarantine import Quarantine
from gateway.store.base.work import Database
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.sent_copies import Fate, SentCopies, StrayCopy
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_mail import as_xdm, make_mail
from tests.fakes import SetClock
from tests.mssante.post import (
    ASKS,
    DOCTOR,
    LATER,
    NEVER,
    OPERATOR,
    PATIENT,
    PEER,
    SERVICE,
    Post,
    mail,
)
from tests.mssante.receipts.reports import ReadReport, parse


def document(outcome: str, position: int = 0, **changes: Any) -> DocumentOutcome:
    return DocumentOutcome(
        recipient=0,
        position=position,
        unique_id=f"1.2.{position}",
        outcome=outcome,
        **changes,
    )


def only(post: Post, address: str = SERVICE) -> ReadReport:
    (content,) = post.box(address)
    assert content.startswith(b"Return-Path: <>\r\n")  # it has ended here
    return parse(content)


def refused(post: Post) -> dict[str, object]:
    return {"outcome": "SENDER_BLOCKED", "deliver": False}


def test_nothing_is_said_when_all_went_well_and_nothing_was_asked(post: Post) -> None:
    arrival_id = post.send(
        mail(),
        post.patient(),
        post.mailbox(),
        decided={"outcome": "FILED", "documents": [document("FILED")]},
    )

    assert post.receipts(arrival_id) == []
    assert post.box() == []
    assert post.tasks(TaskKind.ACKNOWLEDGE) == []


def test_a_dsn_tells_of_each_recipient_that_asked(post: Post) -> None:
    arrival_id = post.send(
        mail(), post.patient(notify="SUCCESS"), post.mailbox(DOCTOR, notify="NEVER")
    )

    assert post.said(arrival_id) == [("DSN", "delivered", "sent")]
    report = only(post)
    assert report.groups[1]["Final-Recipient"] == f"rfc822;{PATIENT}"
    assert report.message["To"] == SERVICE
    assert "postmaster@hopital.mssante.test" in str(report.message["From"])


def test_a_copy_that_was_not_delivered_is_told_without_being_asked(post: Post) -> None:
    arrival_id = post.send(mail(), post.patient(), decided=refused(post))

    assert post.said(arrival_id) == [("DSN", "failed", "sent")]
    report = only(post)
    assert report.groups[1]["Status"] == "5.7.1"
    assert "réglages du patient" in report.text
    (line,) = post.lines("receipt:send")
    assert (line.subject, line.outcome) == (arrival_id, "DSN")
    assert line.detail["status"] == "failed"


def test_not_even_that_to_who_wants_no_news(post: Post) -> None:
    arrival_id = post.send(mail(), post.patient(notify="NEVER"), decided=refused(post))

    assert post.receipts(arrival_id) == []


def test_an_mdn_goes_to_who_asked_in_the_form_of_the_profile(post: Post) -> None:
    content = make_mail(
        as_xdm(b"PK\x03\x04 not opened here"), sender=SERVICE, message_id="x@h.test"
    )
    content = f"{ASKS}\r\n".encode() + content

    arrival_id = post.send(
        content,
        post.patient(),
        message_id="x@h.test",
        decided={"outcome": "FILED", "documents": [document("FILED")]},
    )

    assert post.said(arrival_id) == [("MDN", "processed", "sent")]
    report = only(post)
    assert report.groups[0]["Original-Message-ID"] == "<x@h.test>"
    assert report.message["Subject"] == "XDM/1.0/DDM+Document"
    assert report.message["From"] == PATIENT
    assert report.files[-1] == "IHE_XDM.ZIP"
    assert "1.2.0 : FILED" in report.text


@pytest.mark.parametrize(("informed", "word"), [(True, "yes"), (False, "unknown")])
def test_an_mdn_says_whether_the_patient_was_told_as_it_was_kept(
    post: Post, informed: bool, word: str
) -> None:
    kept = document("FILED", informed=informed)

    post.send(
        mail(ASKS), post.patient(), decided={"outcome": "FILED", "documents": [kept]}
    )

    assert only(post).groups[0]["X-Patient-Informed"] == word


def test_an_mdn_of_failure_has_code_and_all_documents(post: Post) -> None:
    documents = [
        document("FILED"),
        document("DOC_INVALID", 1, detail="DTD forbidden"),
        document("INS_NOT_QUALIFIED", 2, error="905"),
    ]

    arrival_id = post.send(
        mail(ASKS),
        post.patient(),
        decided={"outcome": "DOC_INVALID", "documents": documents},
    )

    (receipt,) = post.receipts(arrival_id)
    assert (receipt.kind, receipt.status, receipt.code) == ("MDN", "error", "906")
    report = only(post)
    assert report.groups[0]["Disposition"].endswith("processed/Error: 906^Autre erreur")
    for text in ("1.2.0 : FILED", "DTD forbidden", "1.2.2 : INS_NOT_QUALIFIED"):
        assert text in report.text


@pytest.mark.parametrize(
    "line",
    [
        "Disposition-Notification-To: stranger@evil.test",
        f"Disposition-Notification-To: {SERVICE}, stranger@evil.test",
        "Disposition-Notification-To: nobody",
    ],
)
def test_s16_an_mdn_to_another_address_is_withheld_and_recorded(
    post: Post, line: str
) -> None:
    arrival_id = post.send(
        mail(line),
        post.patient(),
        decided={"outcome": "FILED", "documents": [document("FILED")]},
    )

    assert post.said(arrival_id) == [("MDN", "withheld", "withheld")]
    assert post.box() == []
    assert post.tasks() == post.tasks(TaskKind.NOTIFY)
    (noted,) = post.lines("receipt:withhold")
    assert "return path" in noted.detail["why"]


def test_a_document_not_filed_is_told_though_nobody_asked(post: Post) -> None:
    arrival_id = post.send(
        mail(subject="XDM/1.0/DDM+CR"),
        post.patient(),
        decided={"outcome": "DOC_INVALID", "documents": [document("DOC_INVALID")]},
    )

    assert post.said(arrival_id) == [("ERR", "error", "sent")]
    report = only(post)
    assert report.message.get_content_type() == "multipart/mixed"
    assert report.message["Subject"] == (
        "[KO Intégration système !][906] XDM/1.0/DDM+CR"
    )
    assert report.message["Auto-Submitted"] == "auto-replied"
    assert report.files[1] == "message_original.eml"


def test_unless_the_setting_says_so(database: Database, clock: SetClock) -> None:
    post = Post.open(database, clock, receipts={"report_refused_documents": False})

    arrival_id = post.send(
        mail(),
        post.patient(),
        decided={"outcome": "DOC_INVALID", "documents": [document("DOC_INVALID")]},
    )

    assert post.receipts(arrival_id) == []


def test_m09_a_large_message_comes_back_as_its_header(
    database: Database, clock: SetClock
) -> None:
    post = Post.open(database, clock, receipts={"max_original_bytes": 1000})

    post.send(
        mail(ASKS, text="x" * 900 + "\r\n" + "y" * 900),
        post.patient(),
        ret="FULL",
        decided={"outcome": "FILED", "documents": [document("FILED")]},
    )

    (content,) = post.box()
    assert parse(content).types[-1] == "text/rfc822-headers"
    assert len(content) < 3000


# Once, and at the right time.


def test_nothing_is_said_before_the_copies_are_made(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient(notify="SUCCESS"))
    post.decide(arrival_id)

    post.work(TaskKind.ACKNOWLEDGE)

    assert post.receipts(arrival_id) == []
    post.work()
    assert post.said(arrival_id) == [("DSN", "delivered", "sent")]


def test_however_often_it_is_asked_it_is_said_once(post: Post) -> None:
    arrival_id = post.send(
        mail(ASKS),
        post.patient(notify="SUCCESS"),
        decided={"outcome": "FILED", "documents": [document("FILED")]},
    )

    for _ in range(3):
        post.again(TaskKind.ACKNOWLEDGE, arrival_id)
    post.work()

    assert post.said(arrival_id) == [
        ("DSN", "delivered", "sent"),
        ("MDN", "processed", "sent"),
    ]
    assert len(post.box()) == 2


def test_two_workers_at_once_say_it_once(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient(notify="SUCCESS"))
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    task = Task(0, TaskKind.ACKNOWLEDGE, arrival_id, 0, post.clock())
    first, second = (post.steps[TaskKind.ACKNOWLEDGE](task) for _ in range(2))

    with post.database.write() as work:  # committed together, as the writer may
        first(work)
        second(work)
    post.work()

    assert post.said(arrival_id) == [("DSN", "delivered", "sent")]
    assert len(post.box()) == 1


def test_reading_is_told_when_the_patient_opens_the_message(post: Post) -> None:
    arrival_id = post.send(mail(ASKS), post.patient())
    assert post.receipts(arrival_id) == []
    (conversation,) = post.conversations()

    with post.database.write() as work:
        (opened,) = Inbox(work).open(post.profile_id, conversation.id)
    post.work()

    assert opened.receipt_asked
    assert post.said(arrival_id) == [("MDN", "displayed", "sent")]
    assert only(post).groups[0]["Disposition"].endswith("; displayed")


def test_nobody_is_told_that_a_patient_reads_who_blocked_them_since(post: Post) -> None:
    arrival_id = post.send(mail(ASKS), post.patient())
    (conversation,) = post.conversations()
    with post.database.write() as work:
        Decisions(work).block(post.profile_id, conversation.address)

    with post.database.write() as work:
        Inbox(work).open(post.profile_id, conversation.id)
    post.work()

    assert post.said(arrival_id) == []
    assert post.box() == []


def test_what_was_processed_is_not_told_again_when_it_is_read(post: Post) -> None:
    arrival_id = post.send(
        mail(ASKS),
        post.patient(),
        decided={"outcome": "FILED", "documents": [document("FILED")]},
    )
    (conversation,) = post.conversations()

    with post.database.write() as work:
        Inbox(work).open(post.profile_id, conversation.id)
    post.work()

    assert post.said(arrival_id) == [("MDN", "processed", "sent")]


def test_a_dsn_asked_for_by_header_is_sent(post: Post) -> None:
    arrival_id = post.send(mail(f"Return-Receipt-To: {SERVICE}"), post.patient())

    assert post.said(arrival_id) == [("DSN", "delivered", "sent")]


def test_a_message_in_quarantine_is_told_to_its_sender_at_once(post: Post) -> None:
    arrival_id = post.keep(mail(ASKS), post.patient(), post.mailbox())
    post.decide(
        arrival_id,
        "PATIENT_MISMATCH",
        deliver=False,
        documents=[document("PATIENT_MISMATCH")],
        state=ArrivalState.QUARANTINED,
    )
    with post.database.write() as work:
        Arrivals(work).decide_recipient(arrival_id, 1, "BOUNCED", ["PATIENT_MISMATCH"])

    post.work()

    assert sorted(post.said(arrival_id)) == [
        ("DSN", "failed", "sent"),
        ("DSN", "failed", "sent"),
        ("MDN", "error", "sent"),
    ]
    assert post.box(DOCTOR) == []
    (mdn,) = [one for one in post.receipts(arrival_id) if one.kind == "MDN"]
    assert mdn.code == "904"


def test_after_a_release_the_sender_learns_by_dsn_and_never_by_a_second_mdn(
    post: Post,
) -> None:
    arrival_id = post.keep(mail(ASKS), post.patient(notify="SUCCESS,FAILURE"))
    post.decide(
        arrival_id,
        "PATIENT_MISMATCH",
        documents=[document("PATIENT_MISMATCH")],
        deliver=False,
        state=ArrivalState.QUARANTINED,
    )
    post.work()
    post.clock.advance(minutes=1)
    with post.database.write() as work:
        Quarantine(work).release(arrival_id, by="alice", reason="record mended")

    post.decide(arrival_id, "FILED", documents=[document("FILED")])
    post.work()

    assert post.said(arrival_id) == [
        ("DSN", "failed", "sent"),
        ("MDN", "error", "sent"),
        ("DSN", "delivered", "sent"),
    ]


# To whom.


def test_receipts_for_another_operators_sender_are_relayed(post: Post) -> None:
    post.send(
        mail(sender=PEER),
        post.patient(notify="SUCCESS"),
        sender=OPERATOR,
        reverse_path=PEER,
    )

    (parcel,) = post.peer.parcels
    assert (parcel.reverse_path, parcel.recipient) == ("", PEER)
    report = read_report(read_parts(parcel.content), "")
    assert report is not None
    assert report.original_id == "one@hopital.mssante.test"


def test_a_report_that_cannot_be_delivered_is_not_reported(post: Post) -> None:
    post.peer.answer = NEVER

    post.send(
        mail(sender=PEER),
        post.patient(notify="SUCCESS"),
        sender=OPERATOR,
        reverse_path=PEER,
    )

    assert len(post.peer.parcels) == 1
    assert len(post.lines("message:return")) == 1
    assert len(post.lines("receipt:send")) == 1
    assert post.tasks() == post.tasks(TaskKind.NOTIFY)


def test_s16_the_null_path_never_has_a_receipt(post: Post) -> None:
    arrival_id = post.send(
        mail(ASKS, f"Return-Receipt-To: {SERVICE}"),
        post.patient(notify="SUCCESS,FAILURE"),
        post.remote(notify="SUCCESS,FAILURE"),
        reverse_path="",
        decided={"outcome": "DOC_INVALID", "documents": [document("DOC_INVALID")]},
    )

    assert post.receipts(arrival_id) == []
    assert post.box() == []


def test_s22_a_report_is_never_answered_by_an_mdn(post: Post) -> None:
    lines = (
        "Content-Type: multipart/report; report-type=disposition-notification; "
        "boundary=b",
        ASKS,
    )
    body = "--b\r\nContent-Type: text/plain\r\n\r\nlu\r\n--b--"

    arrival_id = post.send(
        mail(*lines, text=body),
        post.patient(),
        decided={"outcome": "DOC_INVALID", "documents": [document("DOC_INVALID")]},
    )

    assert post.receipts(arrival_id) == []


def test_without_a_mailbox_any_more_it_is_recorded_that_nothing_was_sent(
    post: Post,
) -> None:
    gone = "gone@hopital.mssante.test"

    arrival_id = post.send(
        mail(sender=gone), post.patient(), reverse_path=gone, decided=refused(post)
    )

    assert post.said(arrival_id) == [("DSN", "failed", "withheld")]
    assert post.receipts(arrival_id)[0].detail == "the sender has no mailbox here"


def test_a_patient_sees_on_the_page_what_became_of_an_answer(post: Post) -> None:
    post.peer.answer = NEVER

    arrival_id = post.send(
        mail(sender=PATIENT), post.remote(), sender=post.own, reverse_path=PATIENT
    )

    assert post.outcomes(arrival_id) == [Copy.BOUNCED]
    assert post.said(arrival_id) == [("DSN", "failed", "shown")]
    stray = StrayCopy(PEER, Fate.REFUSED)
    found = post.read(
        lambda work: SentCopies(work, post.profile_id).astray([arrival_id])
    )
    assert found == {arrival_id: [stray]}
    assert len(post.lines("receipt:send", own=True)) == 1
    assert post.inbox() == []
    assert post.notices() == ["undelivered"]


def test_a_delay_of_an_answer_is_on_the_page_only(post: Post) -> None:
    post.peer.answer = LATER
    arrival_id = post.send(
        mail(sender=PATIENT), post.remote(), sender=post.own, reverse_path=PATIENT
    )

    post.clock.advance(hours=5)
    post.work()

    assert post.said(arrival_id) == [("DSN", "delayed", "shown")]
    assert post.notices() == []


def test_a_closed_mailbox_of_the_sender_returns_the_receipt_to_nobody(
    post: Post,
) -> None:
    arrival_id = post.keep(mail(), post.patient())
    with post.database.write() as work:
        Mailboxes(work).set_state(post.mailboxes[SERVICE], "closed")

    post.decide(arrival_id, "SENDER_BLOCKED", deliver=False)
    post.work()

    assert post.said(arrival_id) == [("DSN", "failed", "sent")]
    assert [line.outcome for line in post.lines("message:return")] == ["MAILBOX_CLOSED"]
    assert post.tasks() == []


def test_an_unknown_message_is_given_up_at_once(post: Post) -> None:
    with pytest.raises(InvalidError):
        post.again(TaskKind.ACKNOWLEDGE, "0" * 32)

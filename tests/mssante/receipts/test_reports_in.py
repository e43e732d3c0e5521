"""Reports that come in: matched with what was sent, never shown, never answered."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.copies import Copy, CopyReason
from gateway.core.envelope import Sender, SenderKind
from gateway.mssante.sending.delivery import Delivering
from gateway.store.arrivals.arrivals import ArrivalState
from gateway.store.arrivals.deliveries import Deliveries
from gateway.store.inbox.values import MayReply
from gateway.store.tasks.tasks import TaskKind
from tests.mssante.post import (
    DOCTOR,
    LATER,
    OPERATOR,
    PATIENT,
    PEER,
    SENT,
    SERVICE,
    Post,
    mail,
)
from tests.mssante.receipts.bounces import STOCK

WRITTEN = "written@patient.mssante.test"
PERSON = Sender(kind=SenderKind.PERSON, identity="899700000017", fingerprint="d0")


def dsn(action: str, *, about: str = WRITTEN, recipient: str = PEER) -> bytes:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nVoici.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822;{recipient}\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{about}>\r\n--b--"
    )
    return mail(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        sender="postmaster@peer.mssante.test",
        subject="Undelivered Mail Returned to Sender",
        text=body,
        message_id="report@peer.mssante.test",
    )


def mdn(disposition: str, *, sender: str = DOCTOR, about: str = WRITTEN) -> bytes:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nLu.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822;{sender}\r\nOriginal-Message-ID: <{about}>\r\n"
        f"Disposition: {disposition}\r\n--b--"
    )
    return mail(
        "Content-Type: multipart/report; report-type=disposition-notification; "
        "boundary=b",
        sender=sender,
        subject="Lu",
        text=body,
        message_id="report@peer.mssante.test",
    )


def written(post: Post, *recipients: Any) -> str:
    """Let the patient write to another operator's doctor."""
    return post.send(
        mail(sender=PATIENT, message_id=WRITTEN),
        *(recipients or (post.remote(),)),
        sender=post.own,
        reverse_path=PATIENT,
        message_id=WRITTEN,
    )


def receive(post: Post, content: bytes, *recipients: Any, **options: Any) -> str:
    """Let a report come in from the peer, for the patient."""
    values = {"sender": OPERATOR, "reverse_path": "", "message_id": "report@peer.test"}
    return post.send(
        content, *(recipients or (post.patient(),)), **{**values, **options}
    )


def test_a_failure_reported_by_the_peer_is_told_to_the_message(post: Post) -> None:
    original = written(post)
    assert post.outcomes(original) == [Copy.RELAYED]

    report = receive(post, dsn("failed"))

    assert post.outcomes(original) == [Copy.BOUNCED]
    assert post.kept(original).recipients[0].reasons == (CopyReason.REPORTED_BY_PEER,)
    (line,) = post.lines("message:report", own=True)
    assert (line.subject, line.outcome) == (original, "failed")
    assert line.detail["report"] == report
    assert line.detail["certificate"] == "f0"
    assert post.inbox() == []
    assert post.notices() == ["undelivered"]


def test_a_delivery_reported_by_the_peer_is_the_end(post: Post) -> None:
    original = written(post)

    receive(post, dsn("delivered"))

    assert post.outcomes(original) == [Copy.DELIVERED]
    assert post.notices() == []
    post.again(TaskKind.ACKNOWLEDGE, original)
    assert post.receipts(original) == []


def test_a_delay_is_noted_and_changes_nothing(post: Post) -> None:
    original = written(post)

    receive(post, dsn("delayed"))

    assert post.outcomes(original) == [Copy.RELAYED]
    assert [line.outcome for line in post.lines("message:report", own=True)] == [
        "delayed"
    ]


@pytest.mark.parametrize("path", ["", DOCTOR])
@pytest.mark.parametrize(
    ("disposition", "word"),
    [
        ("manual-action/MDN-sent-manually; displayed", "displayed"),
        ("automatic-action/MDN-sent-automatically; processed/Error: 902^x", "error"),
    ],
)
def test_the_mdn_of_a_doctors_client_is_noted_and_not_shown(
    post: Post, path: str, disposition: str, word: str
) -> None:
    original = written(post, post.mailbox())

    receive(post, mdn(disposition), sender=PERSON, reverse_path=path)

    (line,) = post.lines("message:report", own=True)
    assert (line.subject, line.outcome) == (original, word)
    assert post.outcomes(original) == ["DELIVERED"]
    assert post.inbox() == []


def test_s22_a_report_about_nothing_known_is_ignored_and_counted(post: Post) -> None:
    original = written(post)

    forged = [
        dsn("failed", about="never@patient.mssante.test"),
        dsn("failed", recipient="somebody@peer.mssante.test"),
        dsn("wild"),
        mdn("displayed"),
        mdn("manual-action/MDN-sent-manually; displayed", about=""),
    ]
    for content in forged:
        receive(post, content)

    assert post.outcomes(original) == [Copy.RELAYED]
    assert len(post.lines("report:ignore")) == len(forged)
    assert post.lines("message:report", own=True) == []
    assert post.inbox() == []


def test_s22_a_report_about_the_message_of_another_is_ignored(post: Post) -> None:
    by_doctor = post.send(
        mail(sender=DOCTOR, message_id=WRITTEN),
        post.remote(),
        reverse_path=DOCTOR,
        message_id=WRITTEN,
    )

    receive(post, dsn("failed"))

    assert post.outcomes(by_doctor) == [Copy.RELAYED]
    assert len(post.lines("report:ignore")) == 1


def test_s22_only_the_operator_of_the_recipient_changes_an_outcome(post: Post) -> None:
    original = written(post)
    other = dsn("failed").replace(b"postmaster@peer", b"postmaster@other")

    receive(post, other)

    assert post.outcomes(original) == [Copy.RELAYED]
    assert len(post.lines("message:report", own=True)) == 1


def test_no_report_is_answered_whatever_it_asks(post: Post) -> None:
    written(post)

    receive(
        post,
        f"Disposition-Notification-To: {PEER}\r\n".encode() + dsn("failed"),
        post.patient(notify="SUCCESS,FAILURE"),
    )

    assert post.lines("receipt:send") == []
    assert len(post.peer.parcels) == 1  # the patient's own message


def test_a_bounce_without_a_part_for_programs_counts_too(post: Post) -> None:
    original = written(post)

    receive(
        post,
        mail(
            f"In-Reply-To: <{WRITTEN}>",
            sender="postmaster@peer.mssante.test",
            subject="Message non distribué",
        ),
    )

    assert post.outcomes(original) == [Copy.BOUNCED]
    assert post.inbox() == []


def test_a_professional_reads_the_report_and_the_trace_knows_it(post: Post) -> None:
    original = post.send(
        mail(sender=SERVICE, message_id=WRITTEN),
        post.remote(),
        message_id=WRITTEN,
    )

    receive(post, dsn("failed"), post.mailbox(SERVICE))

    assert len(post.box(SERVICE)) == 1
    assert post.outcomes(original) == [Copy.BOUNCED]
    (line,) = post.lines("message:report")
    assert line.subject == original


def test_a_first_report_cannot_open_a_conversation(post: Post) -> None:
    receive(post, dsn("failed"))

    assert post.conversations() == []


def test_what_a_person_writes_from_the_null_path_is_no_report(post: Post) -> None:
    receive(post, mail(sender=DOCTOR, subject="Absence"), sender=PERSON)

    (message,) = post.inbox()
    assert message.reply is MayReply.NO_REPLY
    assert post.lines("report:ignore") == []


PEER_OPERATOR = evolve(OPERATOR, subject="CN=smtp.peer")


@pytest.fixture
def knowing(post: Post) -> Post:
    """The post, told by the allow-list whose domain the peer's is."""
    delivering = post.steps[TaskKind.DELIVER]
    assert isinstance(delivering, Delivering)
    told = evolve(
        delivering,
        answers_for=lambda subject, domain: (
            (subject, domain) == ("CN=smtp.peer", "peer.mssante.test")
        ),
    )
    return evolve(post, steps={**post.steps, TaskKind.DELIVER: told})


@pytest.mark.parametrize("name", sorted(STOCK))
def test_the_bounce_of_a_stock_server_reaches_the_patients_page(
    knowing: Post, name: str
) -> None:
    original = written(knowing)

    receive(knowing, STOCK[name](WRITTEN, PEER), sender=PEER_OPERATOR)

    assert knowing.outcomes(original) == [Copy.BOUNCED]
    assert knowing.notices() == ["undelivered"]
    assert knowing.inbox() == []


@pytest.mark.parametrize("name", sorted(STOCK))
def test_the_bounce_of_a_stock_server_reaches_the_professionals_mailbox(
    knowing: Post, name: str
) -> None:
    original = knowing.send(
        mail(message_id=WRITTEN), knowing.remote(), message_id=WRITTEN
    )
    bounce = STOCK[name](WRITTEN, PEER)

    receive(knowing, bounce, knowing.mailbox(SERVICE), sender=PEER_OPERATOR)

    assert knowing.box(SERVICE) == [bounce]
    assert knowing.outcomes(original) == [Copy.BOUNCED]
    assert knowing.said(original) == []  # the peer has told it


def test_s22_a_host_of_another_operator_changes_no_outcome(knowing: Post) -> None:
    original = written(knowing)

    receive(knowing, STOCK["postfix"](WRITTEN, PEER), sender=OPERATOR)

    assert knowing.outcomes(original) == [Copy.RELAYED]
    assert len(knowing.lines("message:report", own=True)) == 1


@pytest.mark.parametrize(
    ("action", "outcome", "state"),
    [
        ("failed", Copy.BOUNCED, "failed"),
        ("delivered", Copy.DELIVERED, "sent"),
        ("relayed", Copy.RELAYED, "sent"),
        ("expanded", Copy.RELAYED, "sent"),
        ("delayed", "", "pending"),
    ],
)
def test_a_report_that_overtakes_our_own_note_of_the_relay_counts(
    post: Post, action: str, outcome: str, state: str
) -> None:
    """The peer took it; its report is here before the task that relays has ended."""
    original = post.keep(
        mail(sender=PATIENT, message_id=WRITTEN),
        post.remote(),
        sender=post.own,
        reverse_path=PATIENT,
        message_id=WRITTEN,
    )
    post.decide(original)
    post.work(TaskKind.DELIVER)
    (relay,) = post.due(TaskKind.RELAY)
    job = post.begin(TaskKind.RELAY, relay)  # 250, and nothing noted yet

    report = post.keep(dsn(action), post.patient(), sender=OPERATOR, reverse_path="")
    post.decide(report)
    post.work(TaskKind.DELIVER)
    with post.database.write() as work:
        assert work.tasks.finish(relay, "test")
        job(work)
    post.work()

    (copy,) = post.read(lambda work: Deliveries(work).of(original))
    (one,) = post.kept(original).recipients
    if outcome:
        assert (one.outcome, one.reasons) == (outcome, (CopyReason.REPORTED_BY_PEER,))
        assert copy.state == state
    else:
        assert one.outcome == Copy.RELAYED
    assert post.kept(original).state == ArrivalState.ENDED
    assert len(post.peer.parcels) == 1
    assert post.notices() == (["undelivered"] if action == "failed" else [])


def test_a_copy_that_the_peer_reports_as_delivered_is_not_sent_again(
    post: Post,
) -> None:
    """It took the copy in a try whose answer we never saw."""
    post.peer.answer = LATER
    original = written(post)

    receive(post, dsn("delivered"))
    post.peer.answer = SENT
    post.clock.advance(hours=50)
    post.work()

    assert len(post.peer.parcels) == 1
    assert post.outcomes(original) == [Copy.DELIVERED]
    assert post.kept(original).state == ArrivalState.ENDED


def test_a_delivery_reported_after_we_gave_up_corrects_that(post: Post) -> None:
    post.peer.answer = LATER
    original = written(post)
    post.clock.advance(hours=49)
    post.work()
    assert post.outcomes(original) == [Copy.EXPIRED]

    receive(post, dsn("failed"))
    assert post.outcomes(original) == [Copy.EXPIRED]
    receive(post, dsn("delivered"))
    assert post.outcomes(original) == [Copy.DELIVERED]
    receive(post, dsn("failed"))
    assert post.outcomes(original) == [Copy.DELIVERED]


def without_id(action: str, *, envelope_id: str = "", recipient: str = PEER) -> bytes:
    """Return a report that gives nothing of the message back."""
    whole = dsn(action, recipient=recipient)
    named = f"Original-Envelope-Id: {envelope_id}\r\n" if envelope_id else ""
    return whole.replace(f"Message-ID: <{WRITTEN}>\r\n".encode(), b"").replace(
        b"Reporting-MTA", f"{named}Reporting-MTA".encode()
    )


def test_a_report_without_the_message_is_matched_by_its_envelope_id(
    post: Post,
) -> None:
    first, second = (
        post.send(
            mail(message_id=f"{number}@x.test"),
            post.remote(),
            message_id=f"{number}@x.test",
            envid=f"E+2B{number}",
        )
        for number in (1, 2)
    )

    receive(post, without_id("failed", envelope_id="E+2"), post.mailbox(SERVICE))

    assert post.outcomes(first) == [Copy.RELAYED]
    assert post.outcomes(second) == [Copy.BOUNCED]


def test_a_report_that_names_only_the_recipient_is_about_the_one_message_to_it(
    post: Post,
) -> None:
    original = post.send(mail(), post.remote())

    receive(post, without_id("failed"), post.mailbox(SERVICE))

    assert post.outcomes(original) == [Copy.BOUNCED]


@pytest.mark.parametrize("to", [SERVICE, DOCTOR])
def test_a_report_that_may_be_about_two_messages_is_about_none(
    post: Post, to: str
) -> None:
    numbers = (1, 2) if to == SERVICE else (1,)
    sent = [
        post.send(
            mail(message_id=f"{one}@x.test"), post.remote(), message_id=f"{one}@x.test"
        )
        for one in numbers
    ]

    receive(post, without_id("failed"), post.mailbox(to))

    assert [post.outcomes(one) for one in sent] == [[Copy.RELAYED]] * len(sent)
    assert len(post.lines("report:ignore")) == 1


def test_an_mdn_of_the_reader_confirms_and_changes_no_outcome(post: Post) -> None:
    original = written(post)

    receive(post, mdn("manual-action/MDN-sent-manually; displayed", sender=PEER))
    receive(post, mdn("manual-action/MDN-sent-manually; displayed", sender=PEER))

    (one,) = post.kept(original).recipients
    assert (one.outcome, one.reasons) == (
        Copy.RELAYED,
        (CopyReason.CONFIRMED_BY_READER,),
    )

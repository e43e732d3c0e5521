"""Reports that come in: matched with what was sent, never shown, never answered."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.copies import Copy, CopyReason
from gateway.core.envelope import Sender, SenderKind
from gateway.store.inbox.values import MayReply
from gateway.store.tasks.tasks import TaskKind
from tests.mssante.post import DOCTOR, OPERATOR, PATIENT, PEER, SERVICE, Post, mail

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

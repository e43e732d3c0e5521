"""The treating doctor is told of an emergency, by mail to their own mailbox."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from gateway.core.reading import ReadingWay
from gateway.core.texts.treating import REGULATION_REASON
from gateway.mssante.sending.treating import KIND, TellingTreating
from gateway.rights.reading_request import ReadingRequest
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.treating import NamedDoctor, name_treating
from gateway.store.tasks.tasks import TaskKind
from tests.builders_settings import make_settings
from tests.dmp_bridge.reading.readers import (
    DOCTOR,
    EMERGENCY,
    LOCUM,
    REASON,
    REGULATION,
    REGULATOR,
    TEAM,
    Ward,
)
from tests.mssante.post import DOCTOR as MAILBOX
from tests.mssante.post import TABLES, Post

GP = NamedDoctor(identity=DOCTOR.national_id, name=DOCTOR.name)


@pytest.fixture
def ward(post: Post) -> Ward:
    settings = make_settings(**TABLES)
    post.steps[TaskKind.TELL_TREATING] = TellingTreating(post.database, settings)
    made = Ward.of(post.database, post.profile_id)
    made.write(lambda work: name_treating(work, made.patient, GP))
    return made


def mails(post: Post) -> list[EmailMessage]:
    post.work(TaskKind.TELL_TREATING)
    return [message_from_bytes(one, policy=default) for one in post.box(MAILBOX)]


def said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@pytest.mark.parametrize(
    ("asked", "who", "reason"),
    [(EMERGENCY, LOCUM, REASON), (REGULATION, REGULATOR, REGULATION_REASON)],
)
def test_b7_10_the_treating_doctor_is_told_who_and_why(
    ward: Ward, post: Post, asked: ReadingRequest, who: object, reason: str
) -> None:
    assert who in {LOCUM, REGULATOR}
    ward.opened(LOCUM if asked.way is ReadingWay.EMERGENCY else REGULATOR, asked)

    (mail,) = mails(post)
    text = said(mail)
    assert mail["To"] == MAILBOX
    assert "Dominique PAT-TROIS" in text
    assert "28/03/1979" in text
    assert reason in text
    (line,) = [one for one in ward.lines("notice:send") if one.detail["kind"] == KIND]
    assert line.outcome == "sent"


def test_of_any_other_reading_nobody_is_told_by_mail(ward: Ward, post: Post) -> None:
    ward.opened(DOCTOR, TEAM)

    assert mails(post) == []


def test_who_reads_is_not_told_what_they_did(ward: Ward, post: Post) -> None:
    ward.opened(DOCTOR, EMERGENCY)

    assert mails(post) == []


def test_a_doctor_without_a_mailbox_here_is_told_nothing_and_that_is_said(
    ward: Ward, post: Post
) -> None:
    box = post.mailboxes[MAILBOX]
    ward.write(lambda work: Mailboxes(work).set_state(box, "closed"))
    ward.opened(LOCUM, EMERGENCY)
    post.work(TaskKind.TELL_TREATING)

    (line,) = [one for one in ward.lines("notice:send") if one.detail["kind"] == KIND]
    assert line.outcome == "no-address"

"""Copies: in the patient's inbox, in mailboxes, on their way to other operators."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.core.copies import Copy, CopyReason
from gateway.core.document import Visibility
from gateway.core.envelope import Sender, SenderKind
from gateway.errors import InvalidError
from gateway.evidence.replaying import decide_again
from gateway.message.received import return_path
from gateway.store.arrivals.arrivals import ArrivalState, digest_of
from gateway.store.arrivals.deliveries import Deliveries
from gateway.store.arrivals.rows import content_digest
from gateway.store.evidence.keeping import EvidenceReader
from gateway.store.inbox.values import ConversationState, MayReply
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import arrivals
from gateway.store.tasks.tasks import Task, TaskKind
from tests.mssante.post import (
    DOCTOR,
    OPERATOR,
    PEER,
    SERVICE,
    Post,
    mail,
)

FIN = "X-MSS-MES: FIN"


def notices(post: Post) -> int:
    return len(post.tasks(TaskKind.NOTIFY))


def test_the_patient_finds_the_message_and_is_told_that_one_waits(post: Post) -> None:
    content = mail(text="Bonjour, voici votre lettre.")

    arrival_id = post.send(content, post.patient())

    (message,), (conversation,) = post.inbox(), post.conversations()
    assert message.text.strip() == "Bonjour, voici votre lettre."
    assert message.subject == "Votre sortie"
    assert (message.sender, conversation.name) == (SERVICE, "Service")
    assert conversation.kind == "ORG"
    assert conversation.state is ConversationState.OPEN
    assert post.kept(arrival_id).state == ArrivalState.ENDED
    assert notices(post) == 1
    (line,) = post.lines("message:deliver", own=True)
    assert (line.subject, line.outcome) == (arrival_id, "inbox")


def test_the_bytes_are_shared_and_not_copied(post: Post) -> None:
    arrival_id = post.send(mail(), post.patient(), post.mailbox())

    kept = post.kept(arrival_id)
    (message,) = post.inbox()
    assert message.blob_id == kept.blob_id
    assert message.key_id != kept.key_id
    assert post.box(DOCTOR) == [mail()]


def test_files_are_listed_as_they_came(post: Post) -> None:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nVoici.\r\n"
        '--b\r\nContent-Type: application/pdf; name="lettre.pdf"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\n--b--"
    )
    content = mail("Content-Type: multipart/mixed; boundary=b", text=body)

    post.send(content, post.patient())

    (message,) = post.inbox()
    (file,) = message.files
    assert (file.name, file.media_type, file.size) == (
        "lettre.pdf",
        "application/pdf",
        6,
    )


def test_a_professionals_copy_is_in_the_mailbox_and_decided(post: Post) -> None:
    arrival_id = post.send(mail(), post.mailbox(DOCTOR), post.mailbox(SERVICE))

    assert post.outcomes(arrival_id) == ["DELIVERED", "DELIVERED"]
    assert post.box(DOCTOR) == post.box(SERVICE) == [mail()]
    assert [line.outcome for line in post.lines("message:deliver")] == ["mailbox"] * 2


def test_a_mailbox_closed_meanwhile_returns_the_copy(post: Post) -> None:
    arrival_id = post.keep(mail(), post.mailbox(DOCTOR), post.patient())
    with post.database.write() as work:
        Mailboxes(work).set_state(post.mailboxes[DOCTOR], "closed")

    post.decide(arrival_id)
    post.work()

    assert post.outcomes(arrival_id) == [Copy.BOUNCED, "MESSAGE_ONLY"]
    assert post.kept(arrival_id).recipients[0].reasons == (CopyReason.MAILBOX_CLOSED,)
    assert post.box(DOCTOR) == []
    assert post.said(arrival_id) == [("DSN", "failed", "sent")]


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_patients_own_message_is_kept_with_why_it_gets_in_or_does_not(
    post: Post, state: str
) -> None:
    arrival_id = post.keep(mail(), post.mailbox(DOCTOR), sender=post.own)
    with post.database.write() as work:
        Mailboxes(work).set_state(post.mailboxes[DOCTOR], state)
    post.decide(arrival_id)

    post.work(TaskKind.DELIVER)

    action = "message:deliver" if state == "open" else "message:return"
    (line,) = post.lines(action)
    with post.database.read() as work:
        (kept,) = EvidenceReader(work).about(arrival_id)
    (part,) = kept.parts
    assert (kept.id, kept.profile_id) == (line.detail["decision"], post.profile_id)
    assert kept.digests == (line.detail["evidence"],)
    assert part.reasons == (() if state == "open" else ("MAILBOX_CLOSED",))
    assert decide_again([part]) == (part.decided,)


def test_another_operators_copy_waits_for_its_relay(post: Post) -> None:
    arrival_id = post.keep(
        mail(), post.remote(notify="FAILURE", orcpt="rfc822;a@b.test"), envid="E1"
    )
    post.decide(arrival_id)

    post.work(TaskKind.DELIVER)

    assert post.kept(arrival_id).state == ArrivalState.RELAYING
    assert post.outcomes(arrival_id) == [""]
    (delivery,) = post.read(lambda work: Deliveries(work).of(arrival_id))
    assert (delivery.recipient, delivery.domain) == (PEER, "peer.mssante.test")
    assert (delivery.notify, delivery.orcpt) == ("FAILURE", "rfc822;a@b.test")
    assert (delivery.envid, delivery.reverse_path) == ("E1", SERVICE)
    assert post.tasks(TaskKind.RELAY) == [delivery.id]


def test_doing_it_twice_changes_nothing(post: Post) -> None:
    recipients = (post.patient(), post.mailbox(), post.remote())
    arrival_id = post.keep(mail(), *recipients)
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    before = post.tasks()

    post.again(TaskKind.DELIVER, arrival_id)

    assert len(post.inbox()) == 1
    assert len(post.box(DOCTOR)) == 1
    assert post.tasks() == before


def test_two_workers_at_once_deliver_once(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient(), post.mailbox(), post.remote())
    post.decide(arrival_id)
    task = Task(0, TaskKind.DELIVER, arrival_id, 0, post.clock())
    first, second = (post.steps[TaskKind.DELIVER](task) for _ in range(2))

    for job in (first, second):
        with post.database.write() as work:
            job(work)

    assert len(post.inbox()) == len(post.box(DOCTOR)) == 1
    assert len(post.tasks(TaskKind.RELAY)) == 1


@pytest.mark.parametrize(
    "state", [ArrivalState.QUARANTINED, ArrivalState.RETURNED, ArrivalState.RECEIVED]
)
def test_a_message_that_was_stopped_goes_nowhere(
    post: Post, state: ArrivalState
) -> None:
    arrival_id = post.keep(mail(), post.patient(), post.mailbox())
    post.decide(arrival_id, state=state)

    post.again(TaskKind.DELIVER, arrival_id)

    assert post.inbox() == []
    assert post.box(DOCTOR) == []


def test_an_unknown_message_is_given_up_at_once(post: Post) -> None:
    with pytest.raises(InvalidError):
        post.again(TaskKind.DELIVER, "0" * 32)


def test_a_patient_who_is_not_to_have_it_does_not(post: Post) -> None:
    post.send(
        mail(), post.patient(), decided={"outcome": "SENDER_BLOCKED", "deliver": False}
    )

    assert post.inbox() == []
    assert notices(post) == 0


def test_a_message_hidden_with_its_document_shows_on_its_day(post: Post) -> None:
    shown = post.clock() + timedelta(days=30)
    hidden = [Visibility.HIDDEN_FROM_PATIENT.value]

    post.send(
        mail(),
        post.patient(),
        decided={
            "outcome": "FILED_INVISIBLE",
            "hidden_until": shown,
            "hidden": hidden,
        },
    )

    assert post.inbox() == []
    assert post.conversations() == []
    assert notices(post) == 0
    post.clock.advance(days=30)
    assert len(post.inbox()) == 1


def test_what_representatives_may_not_know_is_not_announced(post: Post) -> None:
    hidden = [Visibility.HIDDEN_FROM_REPRESENTATIVES.value]

    arrival_id = post.send(
        mail(), post.patient(), decided={"outcome": "FILED_SECRET", "hidden": hidden}
    )

    assert len(post.inbox()) == 1
    assert notices(post) == 0
    assert post.kept(arrival_id).recipients[0].hidden == tuple(hidden)


def test_who_cannot_sign_in_yet_has_the_message_and_no_notice(post: Post) -> None:
    with post.database.write() as work:
        Profiles(work).change(post.profile_id, "test", state="OPEN_NOT_ACTIVATED")

    post.send(mail(), post.patient())

    assert len(post.inbox()) == 1
    assert notices(post) == 0


# Who may be answered, and where (mssante §3.3, §3.5).


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        ((), MayReply.REPLY),
        ((FIN,), MayReply.NO_REPLY),
        (("X-MSS-MES: fin",), MayReply.REPLY),
        (("X-MSS-MES: FINAL",), MayReply.REPLY),
    ],
)
def test_a_message_may_forbid_its_answer(
    post: Post, lines: tuple[str, ...], reply: MayReply
) -> None:
    post.send(mail(*lines), post.patient())

    (message,) = post.inbox()
    assert message.reply is reply


def test_reply_to_takes_the_place_of_the_sender(post: Post) -> None:
    post.send(mail(f"Reply-To: Dr Demo <{DOCTOR.upper()}>"), post.patient())

    (message,) = post.inbox()
    assert message.reply_to == (DOCTOR,)


def test_the_answer_to_a_software_goes_where_its_structure_declared(post: Post) -> None:
    software = "lgc@hopital.mssante.test"
    with post.database.write() as work:
        Mailboxes(work).add(
            software, kind="APP", holders=["1750000011"], reply_to=DOCTOR
        )

    post.send(mail(sender=software), post.patient(), reverse_path=software)
    declared = f"Reply-To: {SERVICE}"
    post.send(
        mail(declared, sender=software, message_id="two@hopital.mssante.test"),
        post.patient(),
        reverse_path=software,
        message_id="two@hopital.mssante.test",
    )

    first, second = sorted(post.inbox(), key=lambda one: one.message_id)
    assert first.reply_to == (DOCTOR,)
    assert second.reply_to == (SERVICE,)
    assert {one.kind for one in post.conversations()} == {"APP"}


def test_fin_ends_all_that_went_before_and_is_not_a_message(post: Post) -> None:
    post.send(mail(), post.patient())

    post.send(
        mail(subject="[FIN]", text="", message_id="end@hopital.mssante.test"),
        post.patient(),
        message_id="end@hopital.mssante.test",
    )

    (conversation,) = post.conversations()
    assert conversation.state is ConversationState.ENDED
    assert [one.subject for one in post.inbox()] == ["Votre sortie"]
    assert [line.outcome for line in post.lines("message:deliver", own=True)] == [
        "inbox",
        "ended",
    ]
    assert notices(post) == 1


def test_fin_with_something_to_say_is_read_as_well(post: Post) -> None:
    post.send(mail(), post.patient())
    post.clock.advance(minutes=1)

    post.send(
        mail(subject="[FIN]", text="Bon rétablissement.", message_id="e@h.test"),
        post.patient(),
        message_id="e@h.test",
    )

    (conversation,) = post.conversations()
    assert conversation.state is ConversationState.ENDED
    last = post.inbox()[-1]
    assert last.text.strip() == "Bon rétablissement."
    assert last.reply is MayReply.NO_REPLY


@pytest.mark.parametrize("subject", ["[fin]", "[FIN] merci", "Re: [FIN]", "FIN"])
def test_only_the_five_characters_end_an_exchange(post: Post, subject: str) -> None:
    post.send(mail(subject=subject), post.patient())

    (conversation,) = post.conversations()
    assert conversation.state is ConversationState.OPEN
    assert [one.subject for one in post.inbox()] == [subject]


def test_a_later_message_opens_the_exchange_again(post: Post) -> None:
    post.send(mail(), post.patient())
    post.send(mail(subject="[FIN]", text="", message_id="e@h.test"), post.patient())
    post.clock.advance(minutes=1)

    post.send(mail(message_id="n@h.test"), post.patient(), message_id="n@h.test")

    (conversation,) = post.conversations()
    assert conversation.state is ConversationState.OPEN


def test_an_automatic_answer_is_shown_and_cannot_be_answered(post: Post) -> None:
    post.send(
        mail("Auto-Submitted: auto-replied", subject="Absence", sender=PEER),
        post.patient(),
        sender=OPERATOR,
        reverse_path="",
    )

    (message,) = post.inbox()
    assert message.reply is MayReply.NO_REPLY


def test_a_receipt_that_an_earlier_version_left_to_be_delivered_still_is(
    post: Post,
) -> None:
    ours = Sender(kind=SenderKind.SYSTEM)

    post.send(mail(), post.mailbox(), sender=ours, reverse_path="")

    assert post.box(DOCTOR) == [mail()]
    assert post.tasks() == []


def test_every_copy_has_our_trace_in_front_and_is_known_again_without(
    post: Post,
) -> None:
    trace = (
        b"Received: from x by y with ESMTPS id z; Sat, 21 Nov 2026 09:00:00 +0000\r\n"
    )
    content, path = mail(), return_path(SERVICE)

    arrival_id = post.send(
        content, post.patient(), post.mailbox(), post.remote(), trace=path + trace
    )

    (delivered,), (parcel,) = post.box(DOCTOR), post.peer.parcels
    assert delivered == path + trace + content
    assert parcel.content == trace + content
    assert post.kept(arrival_id).size == len(path + trace + content)
    with post.database.read() as work:
        digest = work.connection.execute(select(arrivals.c.content_digest)).scalar()
    assert digest == content_digest(post.database.keys, digest_of(content))

"""What a patient wrote and who did not get it, as the database knows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.core.copies import Copy
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.sent_copies import Fate, SentCopies, StrayCopy
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tasks.tasks import TaskKind
from tests.mssante.post import DOCTOR, LATER, NEVER, PATIENT, PEER, SENT, Post, mail


def write(post: Post, message_id: str = "answer@patient.mssante.test") -> str:
    """Let the patient write to two doctors, one here and one elsewhere."""
    return post.send(
        mail(sender=PATIENT, message_id=message_id),
        post.mailbox(DOCTOR),
        post.remote(PEER),
        sender=post.own,
        reverse_path=PATIENT,
        message_id=message_id,
    )


def astray(post: Post, arrival_id: str) -> list[StrayCopy]:
    found: dict[str, list[StrayCopy]] = post.read(
        lambda work: SentCopies(work, post.profile_id).astray([arrival_id])
    )
    return found.get(arrival_id, [])


def test_what_arrived_everywhere_is_not_astray(post: Post) -> None:
    assert astray(post, write(post)) == []


def test_a_copy_that_waits_for_its_first_try_is_not_astray(post: Post) -> None:
    post.peer.answer = LATER

    assert astray(post, write(post)) == []


def test_a_refusal_is_one_copy_only(post: Post) -> None:
    post.peer.answer = NEVER

    assert astray(post, write(post)) == [StrayCopy(PEER, Fate.REFUSED)]


def test_a_mailbox_closed_here_is_a_refusal(post: Post) -> None:
    with post.database.write() as work:
        Mailboxes(work).set_state(post.mailboxes[DOCTOR], "closed")

    assert astray(post, write(post)) == [StrayCopy(DOCTOR, Fate.REFUSED)]


def test_a_peer_that_is_silent_means_delay_then_expiry(post: Post) -> None:
    post.peer.answer = LATER
    arrival_id = write(post)

    post.clock.advance(hours=5)
    post.work()
    assert astray(post, arrival_id) == [StrayCopy(PEER, Fate.DELAYED)]
    post.clock.advance(hours=48)
    post.work()

    assert astray(post, arrival_id) == [StrayCopy(PEER, Fate.EXPIRED)]


def test_a_delay_that_ends_well_is_forgotten(post: Post) -> None:
    post.peer.answer = LATER
    arrival_id = write(post)
    post.clock.advance(hours=5)
    post.work()

    post.peer.answer = SENT
    post.clock.advance(hours=1)
    post.work()

    assert astray(post, arrival_id) == []


def test_nothing_is_known_of_no_message(post: Post) -> None:
    assert astray(post, "0" * 32) == []


def test_a_conversation_has_a_loss_while_the_last_own_message_is_lost(
    post: Post,
) -> None:
    post.send(mail(), post.patient())
    (conversation,) = post.conversations()

    def answer(number: int, outcome: str) -> None:
        post.clock.advance(minutes=1)
        name = f"{number}@patient.mssante.test"
        arrival_id = post.keep(
            mail(sender=PATIENT, message_id=name),
            post.remote(),
            sender=post.own,
            reverse_path=PATIENT,
            message_id=name,
        )
        parcel = post.database.prepare(b"x")
        with post.database.write() as work:
            work.blobs.put(parcel, Arrivals(work).transit_key(), work.now)
            Arrivals(work).decide_recipient(arrival_id, 0, outcome, ())
            Inbox(work).send(
                conversation.id,
                post.profile_id,
                arrival_id,
                subject="Re",
                text="Bonjour",
                parcel=parcel,
                message_id=name,
            )

    def lost() -> bool:
        ids = [conversation.id, "0" * 32]
        found: frozenset[str] = post.read(
            lambda work: SentCopies(work, post.profile_id).with_losses(ids)
        )
        return found == {conversation.id}

    assert not lost()
    answer(1, Copy.EXPIRED)
    assert lost()
    post.clock.advance(minutes=1)
    post.send(mail(message_id="two@x.test"), post.patient(), message_id="two@x.test")
    assert lost()  # what the doctor writes does not carry the answer
    answer(2, Copy.DELIVERED)
    assert not lost()


def test_no_conversation_has_no_loss(post: Post) -> None:
    assert not post.read(lambda work: SentCopies(work, post.profile_id).with_losses([]))


@pytest.mark.parametrize(
    ("dead", "fate"), [(False, Fate.DELAYED), (True, Fate.STOPPED)]
)
def test_a_fault_of_ours_that_holds_a_message_up_is_said(
    post: Post, *, dead: bool, fate: Fate
) -> None:
    arrival_id = post.keep(mail(sender=PATIENT), post.mailbox(DOCTOR), sender=post.own)
    (task,) = post.due(TaskKind.FILE)
    with post.database.write() as work:
        if dead:
            work.tasks.bury(task, "no room")
        else:
            work.tasks.postpone(task, "no room", timedelta(minutes=1))
    assert astray(post, arrival_id) == []

    post.clock.advance(hours=4)
    post.again(TaskKind.ACKNOWLEDGE, arrival_id)

    assert astray(post, arrival_id) == [StrayCopy(DOCTOR, fate)]
    post.decide(arrival_id)
    post.work()
    assert astray(post, arrival_id) == []

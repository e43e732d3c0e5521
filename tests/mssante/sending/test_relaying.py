"""Copies for other operators: each transition of a delivery, and what it leads to."""

from __future__ import annotations

import pytest
from attrs import evolve

from gateway.core.copies import Copy, CopyReason
from gateway.errors import InvalidError
from gateway.message.reading import read_parts
from gateway.mssante.receipts.report_reading import read_report
from gateway.mssante.sending.attempts import Attempt
from gateway.store.arrivals.arrivals import ArrivalState
from gateway.store.arrivals.deliveries import Deliveries, Delivery
from gateway.store.tasks.tasks import Task, TaskKind
from tests.logged import lines_logged
from tests.mssante.post import LATER, NEVER, PEER, SENT, SERVICE, Post, mail
from tests.mssante.receipts.reports import parse


def delivery(post: Post, arrival_id: str, position: int = 0) -> Delivery:
    found: list[Delivery] = post.read(lambda work: Deliveries(work).of(arrival_id))
    return found[position]


def reports(post: Post) -> list[tuple[str, str]]:
    """Return (action, status) of the reports in the sender's mailbox."""
    groups = [parse(content).groups[1] for content in post.box()]
    return [(group["Action"], group["Status"]) for group in groups]


def test_pending_to_sent_what_the_peer_took_is_relayed(post: Post) -> None:
    arrival_id = post.send(
        mail(),
        post.remote(notify="SUCCESS", orcpt="rfc822;x@y.test"),
        ret="HDRS",
        envid="E1",
    )

    (parcel,) = post.peer.parcels
    assert (parcel.reverse_path, parcel.recipient) == (SERVICE, PEER)
    assert (parcel.notify, parcel.orcpt) == ("SUCCESS", "rfc822;x@y.test")
    assert (parcel.ret, parcel.envid, parcel.content) == ("HDRS", "E1", mail())
    assert delivery(post, arrival_id).state == "sent"
    assert post.outcomes(arrival_id) == [Copy.RELAYED]
    assert post.kept(arrival_id).state == ArrivalState.ENDED
    (line,) = post.lines("message:relay")
    assert (line.subject, line.outcome) == (arrival_id, "2.0.0")
    assert line.detail == {"recipient": 0, "host": "mx", "attempts": 1}
    assert reports(post) == [("relayed", "2.0.0")]
    assert post.tasks() == []


def test_a_peer_that_reports_itself_is_left_to_do_so(post: Post) -> None:
    post.peer.answer = evolve(SENT, told=True)

    arrival_id = post.send(mail(), post.remote(notify="SUCCESS"))

    assert post.kept(arrival_id).recipients[0].reasons == (CopyReason.DSN_BY_PEER,)
    assert reports(post) == []


def test_pending_to_failed_what_the_peer_refused_is_returned(post: Post) -> None:
    post.peer.answer = NEVER

    arrival_id = post.send(mail(), post.remote())

    assert delivery(post, arrival_id).state == "failed"
    assert post.outcomes(arrival_id) == [Copy.BOUNCED]
    assert post.kept(arrival_id).state == ArrivalState.ENDED
    (line,) = post.lines("message:return")
    assert line.outcome == "5.1.1"
    assert reports(post) == [("failed", "5.1.1")]
    (content,) = post.box()
    assert parse(content).groups[1]["Diagnostic-Code"] == "smtp; 550 5.1.1 no such user"
    report = read_report(read_parts(content), "")
    assert report is not None
    assert report.original_id == "one@hopital.mssante.test"


def test_pending_to_pending_a_try_that_failed_is_made_again_later(post: Post) -> None:
    post.peer.answer = LATER

    arrival_id = post.send(mail(), post.remote())

    found = delivery(post, arrival_id)
    assert (found.state, found.attempts) == ("pending", 1)
    assert (found.last_status, found.last_host) == ("4.4.1", "mx")
    assert found.last_reply == "no host answered"
    assert post.outcomes(arrival_id) == [""]
    assert post.kept(arrival_id).state == ArrivalState.RELAYING
    assert post.tasks() == [found.id]
    assert post.lines("message:defer")[0].outcome == "4.4.1"
    assert reports(post) == []


def test_tries_follow_the_schedule_to_the_minute(post: Post) -> None:
    post.peer.answer = LATER
    post.send(mail(), post.remote())

    times = []
    for minute in range(60):
        before = len(post.peer.parcels)
        post.work()
        if len(post.peer.parcels) > before:
            times.append(minute)
        post.clock.advance(minutes=1)

    assert times == [1, 6, 21, 36, 51]


def test_a_copy_that_was_late_is_sent_once_when_the_peer_is_back(post: Post) -> None:
    post.peer.answer = LATER
    arrival_id = post.send(mail(), post.remote())
    post.peer.answer = SENT
    post.clock.advance(minutes=1)

    post.work()
    post.clock.advance(hours=50)
    post.work()

    assert post.outcomes(arrival_id) == [Copy.RELAYED]
    assert len(post.peer.parcels) == 2


def test_the_sender_hears_of_the_delay_once_then_of_the_end(post: Post) -> None:
    post.peer.answer = LATER
    arrival_id = post.send(mail(), post.remote())

    post.clock.advance(hours=4)
    post.work()
    assert reports(post) == [("delayed", "4.4.1")]
    assert post.said(arrival_id) == [("DSN", "delayed", "sent")]

    post.clock.advance(hours=4)
    post.work()
    assert len(post.box()) == 1

    post.clock.advance(hours=41)
    post.work()
    assert delivery(post, arrival_id).state == "failed"
    assert post.outcomes(arrival_id) == [Copy.EXPIRED]
    assert reports(post) == [("delayed", "4.4.1"), ("failed", "5.4.7")]
    assert "no host answered" in parse(post.box()[1]).text
    assert post.tasks() == []


@pytest.mark.parametrize(
    ("notify", "heard"),
    [("FAILURE", ["failed"]), ("DELAY", ["delayed"]), ("NEVER", []), ("SUCCESS", [])],
)
def test_only_what_was_asked_is_heard(
    post: Post, notify: str, heard: list[str]
) -> None:
    post.peer.answer = LATER
    arrival_id = post.send(mail(), post.remote(notify=notify))

    for hours in (5, 44):
        post.clock.advance(hours=hours)
        post.work()

    assert [action for action, _ in reports(post)] == heard
    assert post.outcomes(arrival_id) == [Copy.EXPIRED]


def test_a_task_given_twice_sends_nothing_twice(post: Post) -> None:
    arrival_id = post.send(mail(), post.remote(notify="SUCCESS"))
    found = delivery(post, arrival_id)

    post.again(TaskKind.RELAY, found.id)

    assert len(post.peer.parcels) == 1
    assert len(post.lines("message:relay")) == 1


def test_two_workers_that_both_sent_record_it_once(post: Post) -> None:
    arrival_id = post.keep(mail(), post.remote(notify="SUCCESS"))
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    found = delivery(post, arrival_id)
    task = Task(0, TaskKind.RELAY, found.id, 0, post.clock())
    jobs = [post.begin(TaskKind.RELAY, task) for _ in range(2)]

    for job in jobs:
        with post.database.write() as work:
            job(work)

    assert delivery(post, arrival_id).attempts == 1
    assert len(post.lines("message:relay")) == 1


def test_a_slow_worker_does_not_undo_what_a_quick_one_did(post: Post) -> None:
    arrival_id = post.keep(mail(), post.remote())
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    task = Task(0, TaskKind.RELAY, delivery(post, arrival_id).id, 0, post.clock())
    post.peer.answer = LATER
    slow = post.begin(TaskKind.RELAY, task)
    post.peer.answer = SENT
    post.work()

    with post.database.write() as work:
        slow(work)

    assert delivery(post, arrival_id).state == "sent"
    assert post.tasks(TaskKind.RELAY) == []


def test_a_message_ends_with_the_last_of_its_copies(post: Post) -> None:
    arrival_id = post.keep(mail(), post.remote(), post.remote("b@peer.mssante.test"))
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    first, second = post.due(TaskKind.RELAY)

    post.do(first)
    assert post.kept(arrival_id).state == ArrivalState.RELAYING
    post.do(second)

    assert post.kept(arrival_id).state == ArrivalState.ENDED
    assert post.outcomes(arrival_id) == [Copy.RELAYED, Copy.RELAYED]


def test_the_null_path_is_relayed_and_never_answered(post: Post) -> None:
    post.peer.answer = LATER
    post.send(mail(), post.remote(), reverse_path="")

    for hours in (5, 44):
        post.clock.advance(hours=hours)
        post.work()

    assert {parcel.reverse_path for parcel in post.peer.parcels} == {""}
    assert post.box() == []
    assert post.lines("receipt:send") == []
    assert post.tasks() == []


def test_an_unknown_delivery_is_given_up_at_once(post: Post) -> None:
    with pytest.raises(InvalidError):
        post.again(TaskKind.RELAY, "0" * 32)


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (SENT, "relayed by mx, 2.0.0 250 2.0.0 OK; next try: none"),
        (NEVER, "bounced by mx, 5.1.1 550 5.1.1 no such user; next try: none"),
        (
            evolve(LATER, host=""),
            "deferred by no host, 4.4.1 no host answered; "
            "next try: 2026-11-21T09:01:00Z",
        ),
    ],
    ids=["relayed", "refused", "deferred"],
)
def test_each_try_leaves_one_line_in_the_log(
    post: Post, answer: Attempt, line: str
) -> None:
    post.peer.answer = answer
    arrival_id = post.keep(mail(), post.remote())
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)

    with lines_logged() as lines:
        post.work(TaskKind.RELAY)

    assert lines == [f"info message {arrival_id} to peer.mssante.test: {line}"]


def test_a_copy_whose_time_is_over_says_so_in_the_log(post: Post) -> None:
    post.peer.answer = LATER
    post.send(mail(), post.remote())
    post.clock.advance(hours=48)

    with lines_logged() as lines:
        post.work(TaskKind.RELAY)

    assert [one.partition(": ")[2] for one in lines] == [
        "expired by mx, 4.4.1 no host answered; next try: none"
    ]

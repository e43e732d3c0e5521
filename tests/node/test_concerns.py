"""Whom a failure concerns: a late letter's sender, a copy's sender, the next notice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from gateway.core.copies import Copy
from gateway.core.notices import NoticeWhen, families_to_choose, notice_table
from gateway.core.texts.notices import NoticeKind
from gateway.node.concerns import Concerns, tell_of_holding
from gateway.store.arrivals.arrivals import ArrivalState
from gateway.store.arrivals.giving_up import give_up
from gateway.store.base.work import Database
from gateway.store.journal import Action
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task, TaskKind, TaskRow, TaskState
from tests.fakes import SetClock
from tests.logged import warnings_logged
from tests.mssante.post import LATER, PEER, SERVICE, Post, mail
from tests.mssante.receipts.reports import parse

WARN = Concerns(timedelta(hours=4))


@pytest.fixture
def post(database: Database, clock: SetClock) -> Post:
    return Post.open(database, clock)


def fail(post: Post, kind: TaskKind, subject: str, *, dead: bool = False) -> None:
    """Let a task fail as a worker does."""
    (task,) = [one for one in post.due(kind) if one.subject == subject]
    with post.database.write() as work:
        if dead:
            work.tasks.bury(task, "no room")
        else:
            work.tasks.postpone(task, "no room", timedelta(0))
        WARN(work, task, dead)


def test_a_letter_that_waits_a_short_while_is_nobodys_worry(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient())

    fail(post, TaskKind.FILE, arrival_id)

    assert post.tasks(TaskKind.ACKNOWLEDGE) == []


@pytest.mark.parametrize("dead", [False, True])
def test_the_sender_of_a_letter_that_is_late_by_our_fault_is_told_once(
    post: Post, clock: SetClock, *, dead: bool
) -> None:
    arrival_id = post.keep(mail(), post.patient(), post.mailbox())
    clock.advance(hours=0 if dead else 4)

    fail(post, TaskKind.FILE, arrival_id, dead=dead)
    post.work(TaskKind.ACKNOWLEDGE)

    said = "stopped" if dead else "delayed"
    assert post.said(arrival_id) == [("DSN", said, "sent")] * 2
    post.work(TaskKind.DELIVER)
    for content in post.box():
        report = parse(content)
        told = report.groups[1]
        assert (told["Action"], told["Status"]) == ("delayed", "4.3.0")
        assert "Nothing is lost" in report.text
        assert ("it is tried again" in report.text) is not dead
        assert ("until the operator acts" in report.text) is dead
    post.again(TaskKind.ACKNOWLEDGE, arrival_id)
    assert len(post.said(arrival_id)) == 2


def test_what_was_said_to_be_tried_again_and_has_stopped_is_said_too(
    post: Post, clock: SetClock
) -> None:
    arrival_id = post.keep(mail(), post.patient())
    clock.advance(hours=4)
    fail(post, TaskKind.FILE, arrival_id)
    post.work(TaskKind.ACKNOWLEDGE)
    clock.advance(hours=20)

    fail(post, TaskKind.FILE, arrival_id, dead=True)
    post.work(TaskKind.ACKNOWLEDGE)

    assert post.said(arrival_id) == [
        ("DSN", "delayed", "sent"),
        ("DSN", "stopped", "sent"),
    ]


@pytest.mark.parametrize(
    ("hours", "said"),
    [(3, []), (4, [("DSN", "stopped", "sent")])],
)
def test_the_sender_of_a_letter_that_an_operator_holds_is_told_when_it_is_late(
    post: Post, clock: SetClock, hours: int, said: list[tuple[str, str, str]]
) -> None:
    arrival_id = post.keep(mail(), post.patient())
    with post.database.write() as work:
        (row,) = [one for one in work.tasks.listed() if one.subject == arrival_id]
        work.tasks.move([row.id], TaskState.READY, TaskState.HELD)
        tell_of_holding(work, row, WARN.warn)

    clock.advance(hours=hours)
    post.work(TaskKind.ACKNOWLEDGE)

    assert post.said(arrival_id) == said


def test_a_letter_held_when_it_is_late_already_is_told_of_at_once(
    post: Post, clock: SetClock
) -> None:
    arrival_id = post.keep(mail(), post.patient())
    clock.advance(hours=9)
    with post.database.write() as work:
        (row,) = [one for one in work.tasks.listed() if one.subject == arrival_id]
        work.tasks.move([row.id], TaskState.READY, TaskState.HELD)
        tell_of_holding(work, row, WARN.warn)

    post.work(TaskKind.ACKNOWLEDGE)

    assert post.said(arrival_id) == [("DSN", "stopped", "sent")]


def test_a_letter_that_was_let_go_on_in_time_is_told_of_as_any_other(
    post: Post, clock: SetClock
) -> None:
    arrival_id = post.keep(mail(), post.mailbox(notify="SUCCESS,DELAY"))
    with post.database.write() as work:
        (row,) = [one for one in work.tasks.listed() if one.subject == arrival_id]
        work.tasks.move([row.id], TaskState.READY, TaskState.HELD)
        tell_of_holding(work, row, WARN.warn)
    clock.advance(hours=3)
    with post.database.write() as work:
        work.tasks.move([row.id], TaskState.HELD, TaskState.READY)
    clock.advance(hours=2)

    post.work(TaskKind.ACKNOWLEDGE)
    assert post.said(arrival_id) == []

    post.decide(arrival_id)
    post.work()
    assert post.said(arrival_id) == [("DSN", "delivered", "sent")]


@pytest.mark.parametrize("kind", [TaskKind.NOTIFY, TaskKind.RELAY])
def test_of_what_is_no_letter_nobody_is_told_when_it_is_held(
    post: Post, kind: TaskKind
) -> None:
    """A notice; a copy that has ended, and left its task behind."""
    with post.database.write() as work:
        work.tasks.add(kind, "other")
    with post.database.write() as work:
        (row,) = work.tasks.listed()
        tell_of_holding(work, row, WARN.warn)

    assert post.tasks() == ["other"]


ALL = "SUCCESS,FAILURE,DELAY"

# A copy for another operator that an operator of ours holds.


def relaying(post: Post, *, path: str = SERVICE, notify: str = "") -> str:
    """Keep a letter for another operator up to its copy; return the arrival's id."""
    arrival_id = post.keep(
        mail(), post.remote(PEER, notify=notify), post.mailbox(), reverse_path=path
    )
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    return arrival_id


def hold(post: Post) -> TaskRow:
    """Hold the one copy there is, as `gateway queue hold` does."""
    with post.database.write() as work:
        (row,) = [one for one in work.tasks.listed() if one.kind == TaskKind.RELAY]
        assert work.tasks.move([row.id], TaskState.READY, TaskState.HELD) == 1
        tell_of_holding(work, row, WARN.warn)
    return row


def let_go(post: Post, row: TaskRow) -> None:
    with post.database.write() as work:
        work.tasks.move([row.id], TaskState.HELD, TaskState.READY)


@pytest.mark.parametrize(
    ("hours", "said"),
    [(3.99, []), (4, [("DSN", "stopped", "sent")])],
)
def test_the_sender_of_a_copy_that_an_operator_holds_is_told_when_it_is_late(
    post: Post, clock: SetClock, hours: float, said: list[tuple[str, str, str]]
) -> None:
    arrival_id = relaying(post)
    clock.advance(hours=1)
    hold(post)

    clock.advance(hours=hours - 1)
    post.work(TaskKind.ACKNOWLEDGE)

    assert post.said(arrival_id) == said
    assert post.peer.parcels == []


def test_what_the_sender_of_a_held_copy_reads_is_true_and_said_once(
    post: Post, clock: SetClock
) -> None:
    arrival_id = relaying(post)
    row = hold(post)
    clock.advance(hours=4)
    post.work()

    (content,) = [one for one in post.box() if b"multipart/report" in one]
    report = parse(content)
    told = report.groups[1]
    assert (told["Action"], told["Status"]) == ("delayed", "4.3.0")
    assert told["Final-Recipient"] == f"rfc822;{PEER}"
    assert "until the operator acts" in report.text
    let_go(post, row)
    hold(post)
    clock.advance(hours=9)
    post.work()
    assert post.said(arrival_id) == [("DSN", "stopped", "sent")]


def test_a_copy_held_after_its_sender_heard_of_a_delay_is_told_of_at_once(
    post: Post, clock: SetClock
) -> None:
    arrival_id = relaying(post)
    post.peer.answer = LATER
    post.work()
    clock.advance(hours=4)
    post.work()
    assert post.said(arrival_id) == [("DSN", "delayed", "sent")]

    hold(post)
    post.work(TaskKind.ACKNOWLEDGE)

    assert post.said(arrival_id) == [
        ("DSN", "delayed", "sent"),
        ("DSN", "stopped", "sent"),
    ]


def test_a_held_copy_that_goes_on_is_told_of_as_any_other(
    post: Post, clock: SetClock
) -> None:
    arrival_id = relaying(post, notify=ALL)
    row = hold(post)
    clock.advance(hours=3)
    let_go(post, row)
    post.work()
    clock.advance(hours=3)

    post.work()

    assert post.outcomes(arrival_id)[0] == Copy.RELAYED
    assert ("DSN", "stopped", "sent") not in post.said(arrival_id)


def test_a_held_copy_that_is_dropped_goes_back_to_its_sender(
    post: Post, clock: SetClock
) -> None:
    arrival_id = relaying(post)
    row = hold(post)
    clock.advance(hours=5)
    post.work()
    with post.database.write() as work:
        assert work.tasks.drop(row.id)
        give_up(work, row)

    post.work()

    assert sorted(post.said(arrival_id)) == [
        ("DSN", "failed", "sent"),
        ("DSN", "stopped", "sent"),
    ]


@pytest.mark.parametrize(
    ("path", "notify"), [("", ""), (SERVICE, "NEVER"), (SERVICE, "FAILURE")]
)
def test_of_a_held_copy_nobody_hears_who_wants_no_news(
    post: Post, clock: SetClock, path: str, notify: str
) -> None:
    """A report goes back to nobody (RFC 5321 §6.1); NOTIFY without DELAY."""
    arrival_id = relaying(post, path=path, notify=notify)
    hold(post)
    clock.advance(hours=5)

    post.work()

    assert post.said(arrival_id) == []


def test_only_the_copy_that_is_held_is_told_of(post: Post, clock: SetClock) -> None:
    other = "dr.autre@loin.mssante.test"
    both = post.remote(PEER), post.remote(other)
    arrival_id = post.keep(mail(), *(evolve(one, notify=ALL) for one in both))
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    with post.database.write() as work:
        row = next(one for one in work.tasks.listed() if one.kind == TaskKind.RELAY)
        work.tasks.move([row.id], TaskState.READY, TaskState.HELD)
        tell_of_holding(work, row, WARN.warn)
    post.work()
    clock.advance(hours=4)

    post.work()

    assert sorted(post.said(arrival_id)) == [
        ("DSN", "relayed", "sent"),
        ("DSN", "stopped", "sent"),
    ]


def test_a_sender_who_wants_no_news_of_delays_gets_none(post: Post) -> None:
    arrival_id = post.keep(mail(), post.patient(notify="FAILURE"))

    fail(post, TaskKind.FILE, arrival_id, dead=True)
    post.work(TaskKind.ACKNOWLEDGE)

    assert post.said(arrival_id) == []


def test_nothing_is_said_to_be_delivered_before_it_is(
    post: Post, clock: SetClock
) -> None:
    """Decided, and its copies cannot be made: late is all that is true."""
    arrival_id = post.keep(mail(), post.patient(notify="SUCCESS,DELAY"))
    post.decide(arrival_id, "FILED")
    clock.advance(hours=5)

    fail(post, TaskKind.DELIVER, arrival_id)
    post.work(TaskKind.ACKNOWLEDGE)

    assert post.said(arrival_id) == [("DSN", "delayed", "sent")]


def test_after_the_cause_is_mended_the_success_is_told_too(post: Post) -> None:
    arrival_id = post.keep(mail(), post.mailbox(notify="SUCCESS,DELAY"))
    fail(post, TaskKind.FILE, arrival_id, dead=True)
    post.work(TaskKind.ACKNOWLEDGE)

    with post.database.write() as work:
        (row,) = [one for one in work.tasks.listed() if one.state == "dead"]
        assert work.tasks.move([row.id], TaskState.DEAD, TaskState.READY)
    post.decide(arrival_id)
    post.work()

    assert ("DSN", "delivered", "sent") in post.said(arrival_id)


def test_a_copy_that_cannot_be_relayed_at_all_goes_back(post: Post) -> None:
    arrival_id = post.keep(mail(), post.remote(PEER))
    post.decide(arrival_id)
    post.work(TaskKind.DELIVER)
    (delivery,) = post.tasks(TaskKind.RELAY)

    fail(post, TaskKind.RELAY, delivery, dead=True)
    post.work(TaskKind.ACKNOWLEDGE)

    assert post.outcomes(arrival_id) == [Copy.GIVEN_UP]
    assert post.kept(arrival_id).state == ArrivalState.ENDED
    assert post.said(arrival_id) == [("DSN", "failed", "sent")]


def test_a_notice_given_up_does_not_keep_back_the_next(post: Post) -> None:
    def tell() -> str:
        with post.database.write() as work:
            profile = Profiles(work).get(post.profile_id)
            assert profile is not None
            notices = Notices(work, "Service", "https://espace.test")
            return notices.make(profile, NoticeKind.MESSAGE)

    first = tell()
    assert tell() == ""

    fail(post, TaskKind.NOTIFY, first, dead=True)

    assert tell() != ""
    ended = post.lines(Action.NOTICE_SENT, own=True)
    assert [line.outcome for line in ended] == ["failed"]


@pytest.mark.parametrize(
    "kind",
    [one.kind for one in notice_table().values() if one.email is not NoticeWhen.DAILY],
)
def test_a_hidden_document_that_its_patient_was_not_told_of_is_for_the_operator(
    post: Post, kind: NoticeKind
) -> None:
    """What the others were to tell stands on the patient's pages."""
    with post.database.write() as work:
        profile = Profiles(work).get(post.profile_id)
        assert profile is not None
        for family in families_to_choose():
            NoticeChoices(work, profile.id).choose(family, NoticeWhen.ONCE)
        notice = Notices(work, "Service", "https://espace.test").make(profile, kind)

    with warnings_logged() as said:
        fail(post, TaskKind.NOTIFY, notice, dead=True)

    assert said == (
        [
            f"notice {notice} of a hidden document could not leave: its patient is to "
            "be told another way"
        ]
        if kind is NoticeKind.UPDATE
        else []
    )


def test_other_tasks_concern_the_operator_alone(post: Post) -> None:
    with post.database.write() as work:
        task = Task(1, TaskKind.DISCLOSE, "x", 0, work.now)
        WARN(work, task, True)

    assert post.tasks() == []
    assert post.box(SERVICE) == []

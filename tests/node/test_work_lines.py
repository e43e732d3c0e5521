"""The lines of work: batches, failures told apart, leases that were lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import define, field
from sqlalchemy import update

from gateway.errors import InvalidError, UnavailableError
from gateway.node.relay_line import RelayLine
from gateway.node.work_lines import LocalLine, NoticeLine, WorkLine
from gateway.settings.file import OutgoingSettings, TaskSettings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.journal import Action
from gateway.store.tables import tasks
from gateway.store.tasks.steps import HeavyJob, SyncedJob
from gateway.store.tasks.tasks import Task, TaskKind, TaskRow
from tests.fakes import SetClock
from tests.logged import lines_logged

OUTGOING = OutgoingSettings(keep_seconds=0.0)
SETTINGS = TaskSettings(workers=0, batch=4, batch_bytes=100)
KINDS: dict[type[WorkLine], TaskKind] = {
    LocalLine: TaskKind.FILE,
    RelayLine: TaskKind.RELAY,
    NoticeLine: TaskKind.NOTIFY,
}


@define
class Workshop:
    """A line of work whose step is told by the test; it stops when nothing is left."""

    database: Database
    writer: Writer
    done: list[str] = field(factory=list)
    step: Callable[[Task], None] = lambda _: None
    job: Callable[[UnitOfWork, Task], None] = lambda _, __: None
    stopping: threading.Event = field(factory=threading.Event)
    concerned: list[tuple[str, bool]] = field(factory=list)
    size: int = 0
    sync: Callable[[], None] | None = None

    def line(self, kind: type[WorkLine], *kinds: TaskKind) -> WorkLine:
        more: dict[str, Any] = {"outgoing": OUTGOING} if kind is RelayLine else {}
        return kind(
            **more,
            database=self.database,
            writer=self.writer,
            steps=dict.fromkeys(kinds, self._step),
            settings=SETTINGS,
            kinds=kinds,
            owner="me",
            stopping=self.stopping,
            concern=lambda _, task, dead: self.concerned.append((task.subject, dead)),
        )

    def _step(self, task: Task) -> Job:
        self.step(task)

        def job(work: UnitOfWork) -> None:
            self.job(work, task)
            work.after_commit(lambda: self.done.append(task.subject))

        if self.sync is not None:
            return SyncedJob(job, self.sync)
        return HeavyJob(job, self.size) if self.size else job

    def add(self, *subjects: str, kind: TaskKind = TaskKind.FILE) -> None:
        with self.database.write() as work:
            for subject in subjects:
                work.tasks.add(kind, subject)

    def run_until(self, enough: Callable[[], bool], kind: type[WorkLine]) -> None:
        thread = threading.Thread(target=self.line(kind, KINDS[kind]).run)
        thread.start()
        waited = threading.Event()
        for _ in range(1000):
            if enough():
                break
            waited.wait(0.02)
        self.stopping.set()
        thread.join()
        assert enough()

    def left(self) -> list[TaskRow]:
        with self.database.read() as work:
            return work.tasks.listed()


@pytest.fixture
def shop(database: Database) -> Iterator[Workshop]:
    writer = Writer(database)
    writer.start()
    yield Workshop(database, writer)
    writer.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_due_is_done_once_and_struck_off(
    shop: Workshop, kind: type[WorkLine]
) -> None:
    subjects = [f"thing-{number}" for number in range(11)]
    shop.add(*subjects, kind=KINDS[kind])

    shop.run_until(lambda: shop.left() == [], kind)

    assert sorted(shop.done) == sorted(subjects)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_fails_is_tried_later_and_the_others_are_done(
    shop: Workshop, kind: type[WorkLine]
) -> None:
    def step(task: Task) -> None:
        if task.subject == "bad":
            raise UnavailableError("not now")

    shop.step = step
    shop.add("good", "bad", "better", kind=KINDS[kind])

    shop.run_until(lambda: [one.attempts for one in shop.left()] == [1], kind)

    (left,) = shop.left()
    assert (left.subject, left.state, left.last_error) == ("bad", "ready", "not now")
    assert sorted(shop.done) == ["better", "good"]


def test_what_is_given_up_for_a_known_cause_leaves_one_line(shop: Workshop) -> None:
    def step(_: Task) -> None:
        raise InvalidError("no such message")

    shop.step = step
    shop.add("letter")
    with shop.database.write() as work:
        work.connection.execute(update(tasks).values(attempts=SETTINGS.max_attempts))

    with lines_logged() as lines:
        shop.run_until(lambda: shop.concerned == [("letter", True)], LocalLine)

    (number,) = (row.id for row in shop.left())
    assert lines == [
        f"error task {number} (file of letter) is given up: no such message"
    ]


def test_a_job_that_fails_undoes_only_itself(shop: Workshop) -> None:
    def job(work: UnitOfWork, task: Task) -> None:
        work.note(Action.MESSAGE_DELIVERED, "x", task.subject)
        if task.subject == "bad":
            raise InvalidError("never")

    shop.job = job
    shop.add("good", "bad", "better")

    shop.run_until(lambda: [one.state for one in shop.left()] == ["dead"], LocalLine)

    assert sorted(shop.done) == ["better", "good"]
    with shop.database.read() as work:
        noted = [
            line.subject
            for line in work.journal.about(["good", "bad", "better"])
            if line.action == Action.MESSAGE_DELIVERED
        ]
        assert work.journal.verify() == []
    assert sorted(noted) == ["better", "good"]


def test_a_defect_is_kept_under_its_name_alone(shop: Workshop) -> None:
    def step(_: Task) -> None:
        raise ZeroDivisionError("what a patient wrote")

    shop.step = step
    shop.add("thing")

    shop.run_until(lambda: [one.attempts for one in shop.left()] == [1], LocalLine)

    assert shop.left()[0].last_error == "ZeroDivisionError"


def test_what_another_worker_took_over_is_left_to_it(
    shop: Workshop, clock: SetClock
) -> None:
    def step(_: Task) -> None:
        clock.advance(minutes=10)  # the lease runs out meanwhile
        with shop.database.write() as work:
            lease = timedelta(minutes=20)
            work.tasks.claim("other", [TaskKind.FILE], 5, lease)
        shop.stopping.set()

    shop.step = step
    shop.add("thing")

    shop.line(LocalLine, TaskKind.FILE).run()

    assert shop.done == []
    assert [one.lease_owner for one in shop.left()] == ["other"]


@pytest.mark.parametrize(("size", "commits"), [(50, [3, 1]), (101, [1, 1, 1, 1])])
def test_large_messages_make_small_commits(
    shop: Workshop, size: int, commits: list[int]
) -> None:
    together: dict[int, list[str]] = {}

    def job(work: UnitOfWork, task: Task) -> None:
        together.setdefault(id(work), []).append(task.subject)
        units.append(work)

    units: list[UnitOfWork] = []  # kept, for an id to be of one of them alone
    shop.job, shop.size = job, size
    shop.add("a", "b", "c", "d")

    shop.run_until(lambda: shop.left() == [], LocalLine)

    assert [len(subjects) for subjects in together.values()] == commits


def test_the_rest_of_a_large_batch_is_not_lost_to_another(
    shop: Workshop, clock: SetClock
) -> None:
    taken: list[Task] = []

    def step(_: Task) -> None:
        clock.advance(seconds=0.8 * SETTINGS.lease_seconds)
        with shop.database.write() as work:
            taken.extend(work.tasks.claim("other", [TaskKind.FILE], 5, timedelta(1)))

    shop.step, shop.size = step, 101
    shop.add("a", "b", "c", "d")

    shop.run_until(lambda: shop.left() == [], LocalLine)

    assert shop.done == ["a", "b", "c", "d"]
    assert taken == []


def test_a_slow_peer_holds_up_nobody_else(shop: Workshop) -> None:
    let_go = threading.Event()

    def step(task: Task) -> None:
        if task.subject == "slow":
            assert let_go.wait(30)

    shop.step = step
    shop.add("slow", *(f"quick-{n}" for n in range(20)), kind=TaskKind.RELAY)

    def enough() -> bool:
        if len(shop.done) == 20:
            let_go.set()
        return len(shop.done) == 21

    shop.run_until(enough, RelayLine)

    assert shop.done[-1] == "slow"


def test_what_a_batch_waits_for_is_done_once_and_before_its_commit(
    shop: Workshop,
) -> None:
    done_before: list[int] = []

    shop.sync = lambda: done_before.append(len(shop.done))
    shop.add("a", "b", "c", "d", "e")  # a batch of four, and one of one

    shop.run_until(lambda: shop.left() == [], LocalLine)

    assert done_before == [0, 4]
    assert sorted(shop.done) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_could_not_be_made_durable_is_tried_later(
    shop: Workshop, kind: type[WorkLine]
) -> None:
    def sync() -> None:
        raise UnavailableError("the disk refused")

    shop.sync = sync
    shop.add("a", "b", kind=KINDS[kind])

    shop.run_until(lambda: [one.attempts for one in shop.left()] == [1, 1], kind)

    assert {one.last_error for one in shop.left()} == {"the disk refused"}
    assert shop.done == []


def test_what_as_many_workers_ended_with_as_may_is_done_once_more(
    shop: Workshop,
) -> None:
    shop.add("ends workers")
    with shop.database.write() as work:
        work.connection.execute(update(tasks).values(lost=SETTINGS.max_attempts))

    shop.run_until(lambda: shop.done == ["ends workers"], LocalLine)

    assert shop.left() == []


def test_what_too_many_workers_ended_with_is_given_up_without_being_begun(
    shop: Workshop,
) -> None:
    begun: list[str] = []
    shop.step = lambda task: begun.append(task.subject)
    shop.add("ends workers", "another")
    with shop.database.write() as work:
        work.connection.execute(
            update(tasks)
            .where(tasks.c.subject == "ends workers")
            .values(lost=SETTINGS.max_attempts + 1)
        )

    shop.run_until(lambda: shop.done == ["another"], LocalLine)

    assert begun == ["another"]
    assert shop.concerned == [("ends workers", True)]
    with shop.database.read() as work:
        (left,) = work.tasks.listed()
    assert left.state == "dead"
    assert "workers ended while they had this" in left.last_error

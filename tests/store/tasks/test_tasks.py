"""The queue: who gets a task, for how long, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from gateway.store.base.work import Database, UnitOfWork
from gateway.store.tables import tasks as table
from gateway.store.tasks.tasks import (
    Task,
    TaskKind,
    TaskRow,
    Tasks,
    TaskState,
    new_owner,
)
from tests.fakes import SetClock

LEASE = timedelta(seconds=60)
FILE, RELAY, NOTIFY = TaskKind.FILE, TaskKind.RELAY, TaskKind.NOTIFY


def revive(work: UnitOfWork, task_id: int) -> int:
    return work.tasks.move([task_id], TaskState.DEAD, TaskState.READY)


def add(
    database: Database,
    *subjects: str,
    kind: TaskKind = FILE,
    delay: timedelta = timedelta(0),
) -> None:
    with database.write() as work:
        for subject in subjects:
            work.tasks.add(kind, subject, delay=delay)


def claim(
    database: Database,
    owner: str = "me",
    *,
    kinds: Iterable[TaskKind] = TaskKind,
    limit: int = 5,
    lease: timedelta = LEASE,
) -> list[Task]:
    with database.write() as work:
        return work.tasks.claim(owner, kinds, limit, lease)


def claimed(database: Database, owner: str = "me") -> Task:
    """Add a task and claim it."""
    add(database, "subject")
    (task,) = claim(database, owner)
    return task


def row_of(database: Database, task_id: int) -> TaskRow:
    with database.read() as work:
        (row,) = [one for one in work.tasks.listed() if one.id == task_id]
        return row


def leased_until(database: Database, task_id: int) -> object:
    with database.read() as work:
        return work.connection.execute(
            select(table.c.lease_until).where(table.c.id == task_id)
        ).scalar_one()


def is_due(database: Database, kinds: Iterable[TaskKind] = TaskKind) -> bool:
    with database.read() as work:
        return work.tasks.anything_due(kinds)


def failed(
    database: Database, task: Task, how: Callable[[Tasks, Task], None]
) -> TaskRow:
    with database.write() as work:
        how(work.tasks, task)
    return row_of(database, task.id)


def test_a_new_task_is_ready_now_and_nobodys(
    database: Database, clock: SetClock
) -> None:
    add(database, "subject", kind=RELAY)

    with database.read() as work:
        (row,) = work.tasks.listed()
    assert row == TaskRow(
        id=row.id,
        kind="relay",
        subject="subject",
        state="ready",
        attempts=0,
        due_at=clock.now,
        lease_owner="",
        last_error="",
        created_at=clock.now,
    )


def test_a_task_may_be_for_later(database: Database, clock: SetClock) -> None:
    add(database, "subject", delay=timedelta(minutes=5))

    assert not is_due(database)
    assert claim(database) == []

    clock.advance(minutes=5)
    assert is_due(database)
    assert [task.subject for task in claim(database)] == ["subject"]


def test_a_claimed_task_says_what_it_is(database: Database, clock: SetClock) -> None:
    added = clock.now
    add(database, "subject", kind=NOTIFY)
    clock.advance(minutes=1)

    (task,) = claim(database)

    assert task == Task(task.id, NOTIFY, "subject", 0, added)
    assert row_of(database, task.id).lease_owner == "me"
    assert leased_until(database, task.id) == clock.now + LEASE


def test_the_oldest_are_claimed_first_and_no_more_than_asked_for(
    database: Database, clock: SetClock
) -> None:
    add(database, "later", delay=timedelta(seconds=2))
    add(database, "first", "second", delay=timedelta(seconds=1))
    clock.advance(seconds=2)

    assert [task.subject for task in claim(database, limit=2)] == ["first", "second"]
    assert [task.subject for task in claim(database, limit=2)] == ["later"]


def test_only_the_kinds_asked_for_are_claimed(database: Database) -> None:
    add(database, "a", kind=RELAY)

    assert not is_due(database, [FILE, NOTIFY])
    assert claim(database, kinds=[FILE, NOTIFY]) == []
    assert is_due(database, [FILE, RELAY])
    assert len(claim(database, kinds=[FILE, RELAY])) == 1


def test_what_a_claim_leaves_out_is_neither_claimed_nor_due(database: Database) -> None:
    add(database, "one", "two")
    others = table.c.subject != "one"

    with database.write() as work:
        assert work.tasks.anything_due(TaskKind, others)
        claimed_now = work.tasks.claim("me", TaskKind, 5, LEASE, others)
        assert [task.subject for task in claimed_now] == ["two"]
        assert not work.tasks.anything_due(TaskKind, others)
        assert work.tasks.anything_due(TaskKind, table.c.subject == "one")


def test_a_lease_keeps_others_out_until_it_has_run_out(
    database: Database, clock: SetClock
) -> None:
    task = claimed(database, "me")

    clock.advance(seconds=60)
    assert not is_due(database)
    assert claim(database, "other") == []

    clock.advance(seconds=1)
    assert is_due(database)
    assert claim(database, "other") == [task]
    assert row_of(database, task.id).lease_owner == "other"


@pytest.mark.parametrize(
    ("owner", "gets_it"), [("me", False), ("other", True)], ids=["mine", "another's"]
)
def test_only_who_has_a_lease_makes_it_longer(
    database: Database, clock: SetClock, owner: str, gets_it: bool
) -> None:
    task = claimed(database, "me")

    clock.advance(seconds=50)
    with database.write() as work:
        work.tasks.extend([task], owner, LEASE)
    clock.advance(seconds=59)  # past the first lease, not past the longer one

    assert bool(claim(database, "third")) == gets_it
    assert row_of(database, task.id).lease_owner == ("third" if gets_it else "me")


def test_a_longer_lease_is_of_the_tasks_named_alone(
    database: Database, clock: SetClock
) -> None:
    add(database, "one", "two")
    one, two = claim(database)

    clock.advance(seconds=50)
    with database.write() as work:
        work.tasks.extend([one], "me", LEASE)

    assert leased_until(database, one.id) == clock.now + LEASE
    assert leased_until(database, two.id) == clock.now + timedelta(seconds=10)


def test_held_are_the_tasks_asked_about_whose_lease_is_ones_own(
    database: Database,
) -> None:
    add(database, "one", "two", "three")
    one, two = claim(database, "me", limit=2)
    (three,) = claim(database, "other")

    with database.write() as work:
        assert work.tasks.held([one, three], "me") == {one.id}
        assert work.tasks.held([one, two, three], "other") == {three.id}


def test_only_who_claimed_a_task_gives_it_back_and_it_stays_due(
    database: Database,
) -> None:
    add(database, "one", "two", "three")
    one, two = claim(database, "me", limit=2)
    (three,) = claim(database, "other")

    with database.write() as work:
        work.tasks.give_back([one, three], "me")

    assert row_of(database, one.id).lease_owner == ""
    assert leased_until(database, one.id) is None
    again = claim(database, "next")
    assert [(task.id, task.attempts) for task in again] == [(one.id, 0)]
    with database.read() as work:
        owners = {row.id: row.lease_owner for row in work.tasks.listed()}
    assert owners == {one.id: "next", two.id: "me", three.id: "other"}


def test_what_is_struck_off_is_gone_and_nothing_else(database: Database) -> None:
    add(database, "one", "two")
    one, two = claim(database)

    with database.write() as work:
        work.tasks.strike([one.id])

    with database.read() as work:
        assert [row.id for row in work.tasks.listed()] == [two.id]


def test_only_who_has_the_lease_finishes_a_task(database: Database) -> None:
    add(database, "one", "two")
    one, two = claim(database, "me")

    with database.write() as work:
        assert work.tasks.finish(one, "other") is False
        assert work.tasks.finish(one, "me") is True
        assert work.tasks.finish(one, "me") is False
        assert [row.id for row in work.tasks.listed()] == [two.id]


WAIT = timedelta(minutes=10)
LONG = "x" * 500


def test_a_failed_task_is_given_back_for_later(
    database: Database, clock: SetClock
) -> None:
    task = claimed(database)

    row = failed(database, task, lambda tasks, one: tasks.postpone(one, LONG, WAIT))

    assert (row.state, row.attempts, row.due_at) == ("ready", 1, clock.now + WAIT)
    assert (row.lease_owner, leased_until(database, task.id)) == ("", None)
    assert row.last_error == "x" * 400
    clock.advance(minutes=10)
    (again,) = claim(database, "other", lease=WAIT)
    assert again.attempts == 1
    assert failed(
        database, again, lambda tasks, one: tasks.postpone(one, "again", WAIT)
    ) == TaskRow(
        task.id,
        "file",
        "subject",
        "ready",
        2,
        clock.now + WAIT,
        "",
        "again",
        task.created_at,
    )


def test_a_task_that_failed_too_often_is_dead_and_nobodys(
    database: Database, clock: SetClock
) -> None:
    task = claimed(database)
    failed(database, task, lambda tasks, one: tasks.postpone(one, "first", WAIT))
    clock.advance(minutes=10)
    (task,) = claim(database)

    row = failed(database, task, lambda tasks, one: tasks.bury(one, LONG))

    assert (row.state, row.attempts, row.last_error) == ("dead", 2, "x" * 400)
    assert (row.lease_owner, leased_until(database, task.id)) == ("", None)
    clock.advance(days=100)
    assert not is_due(database)
    assert claim(database) == []


def test_a_failure_is_of_one_task_alone(database: Database, clock: SetClock) -> None:
    add(database, "one", "two", "three")
    one, two, three = claim(database)

    failed(database, one, lambda tasks, task: tasks.postpone(task, "no", WAIT))
    failed(database, two, lambda tasks, task: tasks.bury(task, "no"))

    row = row_of(database, three.id)
    assert (row.state, row.attempts, row.due_at) == ("ready", 0, clock.now)
    assert (row.lease_owner, row.last_error) == ("me", "")
    assert row_of(database, one.id).state == "ready"


def test_a_revived_task_is_ready_at_once_with_all_its_tries(
    database: Database, clock: SetClock
) -> None:
    add(database, "one", "two")
    one, two = claim(database)
    for task in (one, two):
        failed(database, task, lambda tasks, one: tasks.bury(one, "hopeless"))
    clock.advance(hours=1)

    with database.write() as work:
        assert revive(work, one.id) == 1

    row = row_of(database, one.id)
    assert (row.state, row.attempts, row.due_at) == ("ready", 0, clock.now)
    assert row_of(database, two.id).state == "dead"
    assert [(task.id, task.attempts) for task in claim(database)] == [(one.id, 0)]


def test_what_is_not_dead_is_not_revived(database: Database, clock: SetClock) -> None:
    task = claimed(database)
    failed(database, task, lambda tasks, one: tasks.postpone(one, "no", WAIT))
    given_back = clock.now + WAIT

    with database.write() as work:
        assert revive(work, task.id) == 0
        assert revive(work, task.id + 1) == 0

    row = row_of(database, task.id)
    assert (row.attempts, row.due_at) == (1, given_back)


READY, DEAD, HELD = TaskState.READY, TaskState.DEAD, TaskState.HELD


def move(
    database: Database, ids: Sequence[int], before: TaskState, after: TaskState
) -> int:
    with database.write() as work:
        return work.tasks.move(ids, before, after)


def test_what_is_held_is_claimed_by_nobody_until_it_is_let_go(
    database: Database, clock: SetClock
) -> None:
    add(database, "one", "two")
    with database.read() as work:
        one, two = [row.id for row in work.tasks.listed()]
    added = clock.now
    clock.advance(hours=1)

    assert move(database, [one], READY, HELD) == 1

    held = row_of(database, one)
    assert (held.state, held.due_at, held.created_at) == ("held", added, added)
    (task,) = claim(database)
    assert task.id == two
    failed(database, task, lambda tasks, one: tasks.postpone(one, "no", WAIT))

    assert move(database, [one, two], HELD, READY) == 1
    let_go = row_of(database, one)
    assert (let_go.state, let_go.due_at, let_go.created_at) == (
        "ready",
        clock.now,
        clock.now,
    )
    assert row_of(database, two).due_at == clock.now + WAIT


def test_what_a_worker_holds_is_left_to_it(database: Database) -> None:
    add(database, "one", "two")
    (one,) = claim(database, limit=1)
    with database.read() as work:
        both = [row.id for row in work.tasks.listed()]

    assert move(database, both, READY, HELD) == 1

    assert row_of(database, one.id).state == "ready"


def test_what_is_dead_may_be_held_without_beginning_anew(database: Database) -> None:
    task = claimed(database)
    failed(database, task, lambda tasks, one: tasks.bury(one, "hopeless"))

    assert move(database, [task.id], DEAD, HELD) == 1

    row = row_of(database, task.id)
    assert (row.state, row.attempts, row.last_error) == ("held", 1, "hopeless")
    assert move(database, [task.id], HELD, READY) == 1
    assert row_of(database, task.id).attempts == 0


def test_only_what_waits_for_a_person_is_dropped(database: Database) -> None:
    add(database, "ready", "dead", "held")
    ready, dead, held = claim(database)
    failed(database, dead, lambda tasks, one: tasks.bury(one, "hopeless"))
    failed(database, held, lambda tasks, one: tasks.bury(one, "hopeless"))
    move(database, [held.id], DEAD, HELD)

    with database.write() as work:
        assert work.tasks.drop(ready.id) is False
        assert work.tasks.drop(dead.id) is True
        assert work.tasks.drop(dead.id) is False
        assert work.tasks.drop(held.id) is True
        assert [row.id for row in work.tasks.listed()] == [ready.id]


def test_late_is_what_is_given_up_or_failing_or_held_since_long(
    database: Database, clock: SetClock
) -> None:
    add(database, "new", "failing", "dead")
    new, failing, dead = claim(database)
    failed(database, failing, lambda tasks, one: tasks.postpone(one, "no", WAIT))
    failed(database, dead, lambda tasks, one: tasks.bury(one, "hopeless"))
    add(database, "held")
    with database.read() as work:
        (held,) = [one.id for one in work.tasks.listed() if one.subject == "held"]
    move(database, [held], READY, HELD)
    long_ago, now = clock.now - WAIT, clock.now

    def late(
        subject: str, before: datetime, kinds: Iterable[TaskKind] = (FILE,)
    ) -> bool:
        with database.read() as work:
            return work.tasks.late(kinds, subject, before)

    assert late("dead", long_ago)
    assert late("dead", long_ago, [RELAY, FILE])
    assert not late("dead", now, [RELAY])
    assert late("failing", now)
    assert not late("failing", long_ago)
    assert late("held", now)
    assert not late("held", long_ago)
    assert not late("held", now, [RELAY])
    assert not late("new", now)
    assert not late("another", now)


def test_what_was_given_up_or_is_held_waits_for_a_person(database: Database) -> None:
    add(database, "dead", "waiting", "held")
    dead, held, _ = sorted(claim(database), key=lambda task: task.subject)
    failed(database, dead, lambda tasks, one: tasks.bury(one, "hopeless"))
    failed(database, held, lambda tasks, one: tasks.postpone(one, "no", WAIT))
    move(database, [held.id], READY, HELD)

    def waits_for_a_person(subject: str, *kinds: TaskKind) -> bool:
        with database.read() as work:
            return work.tasks.waits_for_a_person(kinds, subject)

    assert waits_for_a_person("dead", FILE)
    assert waits_for_a_person("dead", RELAY, FILE)
    assert not waits_for_a_person("dead", RELAY)
    assert waits_for_a_person("held", FILE)
    assert not waits_for_a_person("held", RELAY)
    assert not waits_for_a_person("waiting", FILE)
    assert not waits_for_a_person("another", FILE)


def test_since_when_the_oldest_of_each_kind_is_due(
    database: Database, clock: SetClock
) -> None:
    first = clock.now
    add(database, "dead", kind=NOTIFY)
    (dead,) = claim(database)
    failed(database, dead, lambda tasks, one: tasks.bury(one, "hopeless"))
    add(database, "first", kind=FILE)
    clock.advance(minutes=1)
    add(database, "second", kind=FILE)
    add(database, "now", kind=RELAY)
    add(database, "later", kind=TaskKind.DISCLOSE, delay=WAIT)

    with database.read() as work:
        assert work.tasks.oldest_due() == {"file": first, "relay": clock.now}


def test_what_waits_for_its_day_is_done_now_and_once(database: Database) -> None:
    add(database, "one", "two", kind=TaskKind.DISCLOSE, delay=WAIT)
    with database.write() as work:
        work.tasks.hasten(TaskKind.DISCLOSE, "one")
        work.tasks.hasten(TaskKind.DISCLOSE, "new")

    with database.write() as work:
        found = work.tasks.claim("w", [TaskKind.DISCLOSE], 10, timedelta(minutes=1))
    assert [one.subject for one in found] == ["one", "new"]


@pytest.mark.parametrize("left", ["subject", "kind", "state", "lease"])
def test_only_what_waits_for_the_same_is_hastened(
    database: Database, clock: SetClock, left: str
) -> None:
    """What is another's, or is given up or being done, stays; the same is added."""
    kind, subject = {"kind": RELAY}.get(left, FILE), {"subject": "b"}.get(left, "a")
    add(database, subject, kind=kind, delay=timedelta(hours=1))
    clock.advance(seconds=3600 if left in {"state", "lease"} else 0)
    if left in {"state", "lease"}:
        (task,) = claim(database, "other")
    with database.write() as work:
        if left == "state":
            work.tasks.bury(task, "given up")
    before = table_rows(database)

    with database.write() as work:
        work.tasks.hasten(FILE, "a")

    rows = table_rows(database)
    assert rows[: len(before)] == before
    (added,) = rows[len(before) :]
    assert (added.kind, added.subject, added.state) == (FILE, "a", TaskState.READY)
    assert added.due_at == database.clock()


def test_what_is_hastened_is_due_now_and_reckoned_from_now(
    database: Database, clock: SetClock
) -> None:
    add(database, "a", delay=timedelta(days=1))
    clock.advance(seconds=60)

    with database.write() as work:
        work.tasks.hasten(FILE, "a")

    (row,) = table_rows(database)
    assert row.due_at == database.clock()
    with database.read() as work:
        set_at = work.connection.execute(select(table.c.set_at)).scalar_one()
    assert set_at == database.clock()


def table_rows(database: Database) -> list[TaskRow]:
    with database.read() as work:
        return work.tasks.listed()


def test_tasks_are_listed_by_state_and_counted_by_kind(database: Database) -> None:
    add(database, "one", "two")
    add(database, "three", kind=RELAY)
    one, two, three = claim(database)
    failed(database, two, lambda tasks, task: tasks.bury(task, "hopeless"))

    with database.read() as work:
        assert [row.id for row in work.tasks.listed()] == [one.id, two.id, three.id]
        assert [row.id for row in work.tasks.listed(TaskState.DEAD)] == [two.id]
        assert [row.id for row in work.tasks.listed(TaskState.READY)] == [
            one.id,
            three.id,
        ]
        assert work.tasks.counts() == {
            ("file", "ready"): 1,
            ("file", "dead"): 1,
            ("relay", "ready"): 1,
        }


def test_something_is_waiting_for_a_subject_until_it_is_done_or_dead(
    database: Database,
) -> None:
    add(database, "one", "two")
    one, two = claim(database)
    failed(database, two, lambda tasks, task: tasks.bury(task, "hopeless"))

    with database.write() as work:
        assert work.tasks.is_waiting(["none", "one"])
        assert not work.tasks.is_waiting(["two", "none"])
        assert not work.tasks.is_waiting([])
        work.tasks.strike([one.id])
        assert not work.tasks.is_waiting(["one"])


def test_what_waits_already_is_not_asked_for_again(database: Database) -> None:
    def asked(kind: TaskKind, subject: str) -> int:
        with database.write() as work:
            work.tasks.ask(kind, subject)
        with database.read() as work:
            return len(work.tasks.listed())

    assert [asked(FILE, "one"), asked(FILE, "one")] == [1, 1]
    assert [asked(RELAY, "one"), asked(FILE, "two"), asked(FILE, "two")] == [2, 3, 3]
    claim(database, kinds=[FILE])
    # Whoever does it may have begun before what asks again.
    assert [asked(FILE, "one"), asked(FILE, "one"), asked(RELAY, "one")] == [4, 4, 4]
    with database.read() as work:
        *_, last = work.tasks.listed()
    assert (last.kind, last.subject, last.state) == (FILE, "one", TaskState.READY)


def test_an_owner_is_a_name_by_chance_of_no_machine_and_no_process() -> None:
    name = new_owner()

    assert re.fullmatch("[0-9a-f]{32}", name)
    assert new_owner() != name


def test_the_owners_are_those_who_hold_a_lease_each_once(database: Database) -> None:
    add(database, "one", "two", "three", "four")
    claim(database, "mine", limit=2)
    claim(database, "yours", limit=1)

    with database.read() as work:
        assert work.tasks.owners() == {"mine", "yours"}


def test_what_those_who_are_gone_had_is_free_and_nothing_else(
    database: Database,
) -> None:
    add(database, "one", "two", "three", "four")
    one, two = claim(database, "gone", limit=2)
    (three,) = claim(database, "lives", limit=1)

    with database.write() as work:
        assert work.tasks.release({"gone", "never was"}, minutes) == 2

    for task in (one, two):
        row = row_of(database, task.id)
        assert (row.lease_owner, leased_until(database, task.id)) == ("", None)
    assert row_of(database, three.id).lease_owner == "lives"
    assert row_of(database, three.id).last_error == ""
    next_ones = [claim(database, "next") for _ in range(4)]
    assert [[task.subject for task in some] for some in next_ones] == [
        ["one"],
        ["two"],
        ["four"],
        [],
    ]
    assert [task.lost for some in next_ones for task in some] == [1, 1, 0]


def minutes(times: int) -> timedelta:
    return timedelta(minutes=1 + times)


def lose(database: Database, owner: str) -> None:
    with database.write() as work:
        work.tasks.release({owner}, minutes)


def test_what_was_lost_is_claimed_alone_and_does_not_keep_its_neighbours(
    database: Database,
) -> None:
    add(database, "before", "lost", "after", "later")
    first = claim(database, "first", limit=1)
    claim(database, "gone", limit=1)
    with database.write() as work:
        work.tasks.give_back(first, "first")
    lose(database, "gone")

    claims = [[one.subject for one in claim(database)] for _ in range(4)]

    assert claims == [["before"], ["lost"], ["after", "later"], []]


def test_what_is_lost_again_waits_and_one_that_never_was_goes_first(
    database: Database, clock: SetClock
) -> None:
    add(database, "lost")
    for waits in range(1, 4):
        (task,) = claim(database, "gone")
        assert task.lost == waits - 1
        lose(database, "gone")
        clock.advance(seconds=60 * waits if waits > 1 else 0)
    add(database, "other")

    assert [one.subject for one in claim(database)] == ["lost"]
    lose(database, "me")
    clock.advance(seconds=3 * 60)
    assert [one.subject for one in claim(database)] == ["other"]
    clock.advance(seconds=60)
    (task,) = claim(database)
    assert (task.subject, task.lost) == ("lost", 4)
    assert row_of(database, task.id).last_error.startswith("a worker ended while")


def test_each_that_was_lost_waits_as_often_as_it_was(
    database: Database, clock: SetClock
) -> None:
    add(database, "again")
    claim(database, "gone")
    lose(database, "gone")
    add(database, "first")
    (again,), (first,) = claim(database, "gone"), claim(database, "gone")

    with database.write() as work:
        assert work.tasks.release({"gone"}, minutes) == 2

    now = database.clock()
    assert row_of(database, again.id).due_at == now + minutes(1)
    assert row_of(database, first.id).due_at == now
    clock.advance(seconds=120)
    assert [one.lost for one in claim(database)] == [1]
    assert [one.lost for one in claim(database)] == [2]


def test_what_is_asked_for_later_is_due_later(database: Database) -> None:
    with database.write() as work:
        work.tasks.ask(FILE, "a", delay=timedelta(days=1))

    (row,) = table_rows(database)
    assert row.due_at == database.clock() + timedelta(days=1)


def test_what_was_not_done_within_its_lease_counts_as_lost(
    database: Database, clock: SetClock
) -> None:
    add(database, "one", "two")
    claim(database, "hangs", lease=timedelta(seconds=10))
    clock.advance(seconds=11)

    claims = [claim(database, f"next{number}") for number in range(2)]

    assert [[one.subject for one in some] for some in claims] == [["one"], ["two"]]
    for (one,) in claims:
        assert row_of(database, one.id).last_error.startswith("a worker ended while")
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert [one.lost for one in claim(database, "last")] == [1]


def test_what_an_operator_has_done_again_was_never_lost(database: Database) -> None:
    task = claimed(database, "gone")
    lose(database, "gone")
    with database.write() as work:
        work.tasks.bury(task, "given up")
        assert revive(work, task.id) == 1

    assert [one.lost for one in claim(database)] == [0]


def test_where_nobody_is_gone_nothing_is_freed(database: Database) -> None:
    claimed(database)

    with database.write() as work:
        assert work.tasks.release(set(), minutes) == 0
        assert work.tasks.owners() == {"me"}


# The clock is set back.


def followed(database: Database) -> int:
    with database.write() as work:
        return work.tasks.follow_clock()


def times_of(database: Database, task_id: int) -> tuple[datetime | None, ...]:
    columns = table.c
    query = select(
        columns.due_at, columns.lease_until, columns.created_at, columns.set_at
    ).where(columns.id == task_id)
    with database.read() as work:
        return tuple(work.connection.execute(query).one())


def test_a_retry_waits_as_long_as_it_was_to_wait_though_the_clock_went_back_a_day(
    database: Database, clock: SetClock
) -> None:
    task = claimed(database)
    clock.advance(minutes=3)
    failed(database, task, lambda tasks, task: tasks.postpone(task, "busy", WAIT))
    clock.advance(days=-1)
    assert claim(database) == []

    assert followed(database) == 1

    created = clock.now - timedelta(minutes=3)
    assert times_of(database, task.id) == (clock.now + WAIT, None, created, clock.now)
    clock.advance(seconds=WAIT.total_seconds())
    assert [one.id for one in claim(database)] == [task.id]


def test_a_lease_lasts_no_longer_though_the_clock_went_back_a_day(
    database: Database, clock: SetClock
) -> None:
    add(database, "one")
    clock.advance(seconds=5)
    (task,) = claim(database)
    clock.advance(days=-1)

    assert followed(database) == 1

    assert times_of(database, task.id) == (
        clock.now - timedelta(seconds=5),
        clock.now + LEASE,
        clock.now - timedelta(seconds=5),
        clock.now,
    )


@pytest.mark.parametrize(("seconds", "count"), [(60, 0), (60.000001, 1)])
def test_clocks_of_nodes_may_be_a_minute_apart(
    database: Database, clock: SetClock, seconds: float, count: int
) -> None:
    add(database, "one", delay=timedelta(hours=1))
    clock.advance(seconds=-seconds)

    assert followed(database) == count


@pytest.mark.parametrize(
    ("change", "seconds_ago"),
    [
        (lambda tasks, task: tasks.postpone(task, "busy", WAIT), 0),
        (lambda tasks, task: tasks.extend([task], "me", LEASE), 0),
        (lambda tasks, task: tasks.move([], TaskState.DEAD, TaskState.READY), 5),
    ],
    ids=["postponed", "extended", "claimed"],
)
def test_whoever_sets_a_time_says_when(
    database: Database,
    clock: SetClock,
    change: Callable[[Tasks, Task], object],
    seconds_ago: int,
) -> None:
    """What was set before the clock left is set anew after it: it does not move."""
    add(database, "one")
    clock.advance(hours=-1)
    with database.write() as work:
        work.connection.execute(update(table).values(due_at=clock.now))
    (task,) = claim(database)
    clock.advance(seconds=5)
    with database.write() as work:
        change(work.tasks, task)

    assert followed(database) == 0
    set_at = times_of(database, task.id)[3]
    assert set_at == clock.now - timedelta(seconds=seconds_ago)


def test_a_task_that_is_let_go_is_reckoned_from_then(
    database: Database, clock: SetClock
) -> None:
    add(database, "one")
    with database.write() as work:
        (row,) = work.tasks.listed()
        work.tasks.move([row.id], TaskState.READY, TaskState.HELD)
    clock.advance(hours=-1)
    with database.write() as work:
        work.tasks.move([row.id], TaskState.HELD, TaskState.READY)

    assert followed(database) == 0
    assert times_of(database, row.id) == (clock.now, None, clock.now, clock.now)

"""One transaction: what it keeps, what it undoes, what shares a commit."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from attrs import define, evolve, field
from sqlalchemy import select

from gateway.errors import NotFoundError, UnavailableError
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.engine import make_engine
from gateway.store.base.failures import StorageError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.tables import arrivals as arrivals_table
from gateway.store.tables import data_keys
from gateway.store.tasks.tasks import TaskKind
from tests.builders_arrivals import ARRIVAL, keep_arrival


def test_a_kept_message_reads_back_whole(database: Database) -> None:
    keep_arrival(database, ARRIVAL)

    with database.read() as work:
        kept = Arrivals(work).get(ARRIVAL.id)
        assert kept is not None
        assert Arrivals(work).content(kept) == ARRIVAL.content
        assert kept.recipients[0].recipient == ARRIVAL.recipients[0]
        assert kept.reverse_path == ARRIVAL.reverse_path
        assert kept.sender == ARRIVAL.sender


def test_a_large_message_goes_to_the_folder_and_reads_back(database: Database) -> None:
    large = evolve(ARRIVAL, content=b"x" * 200_000)

    keep_arrival(database, large)

    assert len(list(database.folder.folder.glob("*/*"))) == 1
    with database.read() as work:
        kept = Arrivals(work).get(large.id)
        assert kept is not None
        assert Arrivals(work).content(kept) == large.content


def test_neither_address_nor_content_is_readable_in_the_database(
    database: Database,
) -> None:
    keep_arrival(database, ARRIVAL)

    with database.read() as work:
        rows = work.connection.execute(arrivals_table.select()).all()
    assert b"279035121518989" not in repr(rows).encode()
    assert "279035121518989" not in repr(ARRIVAL)


def test_an_error_undoes_everything(database: Database) -> None:
    def fail() -> None:
        with database.write() as work:
            Arrivals(work).keep(ARRIVAL, database.prepare(ARRIVAL.content))
            raise NotFoundError("stop")

    with pytest.raises(NotFoundError):
        fail()

    with database.read() as work:
        assert Arrivals(work).get(ARRIVAL.id) is None
        assert work.journal.heads() == {}


def test_jobs_that_wait_share_a_commit_and_fail_alone(database: Database) -> None:
    writer = Writer(database)
    one = evolve(ARRIVAL, id="1" * 32)
    two = evolve(ARRIVAL, id="2" * 32)

    def broken(work: UnitOfWork) -> None:
        Arrivals(work).keep(two, database.prepare(b"z"))
        raise NotFoundError("no")

    parcel = database.prepare(one.content)
    good = writer.submit(lambda work: Arrivals(work).keep(one, parcel))
    bad = writer.submit(broken)
    writer.start()
    writer.stop()

    good.result()
    with pytest.raises(NotFoundError):
        bad.result()
    with database.read() as work:
        assert Arrivals(work).get(one.id) is not None
        assert Arrivals(work).get(two.id) is None
        assert work.journal.verify() == []


def test_a_job_given_up_before_its_commit_is_never_begun_and_breaks_nothing(
    database: Database,
) -> None:
    writer = Writer(database)
    rows = [evolve(ARRIVAL, id=f"{number}" * 32) for number in range(3)]
    parcels = [database.prepare(row.content) for row in rows]

    def keep_at(place: int, work: UnitOfWork) -> None:
        Arrivals(work).keep(rows[place], parcels[place])

    futures = [writer.submit(partial(keep_at, place)) for place in range(3)]
    assert futures[1].cancel()
    writer.start()
    futures[2].result(timeout=20)
    after = writer.submit(lambda _: "still here")

    assert after.result(timeout=20) == "still here"
    writer.stop()
    assert not futures[0].cancel()
    with database.read() as work:
        kept = [Arrivals(work).get(row.id) is not None for row in rows]
    assert kept == [True, False, True]
    assert writer.failure == ""


def test_a_job_that_has_begun_can_no_longer_be_given_up(database: Database) -> None:
    writer = Writer(database)
    begun, go_on = threading.Event(), threading.Event()

    def slow(work: UnitOfWork) -> str:
        begun.set()
        assert go_on.wait(20)
        return "done"

    future = writer.submit(slow)
    writer.start()
    assert begun.wait(20)

    cancelled = future.cancel()
    go_on.set()

    assert not cancelled
    assert future.result(timeout=20) == "done"
    writer.stop()


def itself(work: UnitOfWork) -> UnitOfWork:
    return work


@define
class Coming:
    """What others submit while a commit waits: one at each of so many pauses."""

    more: int
    pauses: int = 0
    writer: Writer | None = None
    submitted: list[Future[UnitOfWork]] = field(factory=list)

    def pause(self, _: float) -> None:
        self.pauses += 1
        if self.pauses <= self.more:
            assert self.writer is not None
            self.submitted.append(self.writer.submit(itself))

    def first_after_company(self, database: Database) -> UnitOfWork:
        """Return the transaction of a job that comes after two that came together."""
        self.writer = Writer(database, self.pause)
        together = [self.writer.submit(itself) for _ in range(2)]
        self.writer.start()
        assert len({id(one.result(timeout=20)) for one in together}) == 1
        assert self.pauses == 0
        first = self.writer.submit(itself).result(timeout=20)
        self.writer.stop()
        return first


def test_a_commit_waits_while_more_comes(database: Database) -> None:
    coming = Coming(more=3)

    first = coming.first_after_company(database)

    assert [one.result() is first for one in coming.submitted] == [True] * 3
    assert coming.pauses == 4


def test_a_commit_waits_for_others_for_so_long_and_no_longer(
    database: Database,
) -> None:
    coming = Coming(more=1000)

    first = coming.first_after_company(database)

    assert [one.result() is first for one in coming.submitted] == [True] * 8
    assert coming.pauses == 8


def test_when_all_that_waits_is_given_up_the_writer_waits_for_more(
    database: Database,
) -> None:
    writer = Writer(database)
    assert writer.submit(lambda _: None).cancel()
    writer.start()

    assert writer.submit(lambda _: 1).result(timeout=20) == 1
    writer.stop()


def test_a_row_that_breaks_a_constraint_fails_alone(database: Database) -> None:
    writer = Writer(database)
    first, second = database.prepare(b"1"), database.prepare(b"2")
    good = writer.submit(lambda work: Arrivals(work).keep(ARRIVAL, first))
    same_id = writer.submit(lambda work: Arrivals(work).keep(ARRIVAL, second))
    writer.start()
    writer.stop()

    good.result()
    with pytest.raises(UnavailableError):
        same_id.result()


def test_a_task_is_claimed_by_one_and_finished_once(database: Database) -> None:
    from datetime import timedelta

    keep_arrival(database, ARRIVAL)
    lease = timedelta(seconds=30)
    with database.write() as work:
        mine = work.tasks.claim("me", [TaskKind.FILE], 5, lease)
    with database.write() as work:
        other = work.tasks.claim("other", [TaskKind.FILE], 5, lease)

    assert [task.subject for task in mine] == [ARRIVAL.id]
    assert other == []
    with database.write() as work:
        assert not work.tasks.finish(mine[0], "other")
        assert work.tasks.finish(mine[0], "me")
        assert work.tasks.listed() == []


def test_a_blob_is_shared_without_copying_and_goes_with_the_last_grant(
    database: Database,
) -> None:
    parcel = database.prepare(b"content")
    with database.write() as work:
        first, second = work.key_for("patient:a"), work.key_for("mailbox:b")
        work.blobs.put(parcel, first, work.now)
    with database.write() as work:
        work.blobs.share(parcel.id, first, second)
    with database.write() as work:
        assert work.blobs.get(parcel.id, second) == b"content"
        assert not work.blobs.release(parcel.id, first)
        with pytest.raises(NotFoundError):
            work.blobs.get(parcel.id, first)
        assert work.blobs.release(parcel.id, second)


def test_two_that_need_a_new_key_at_once_get_the_same(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    with ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> str:
            with database.write() as work:
                return work.key_for("transit:2026-11-22")

        keys = set(pool.map(ask, range(24)))

    assert len(keys) == 1


class _Ended(BaseException):
    """What ends a thread: no error that anybody foresees."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_dies_says_so_and_leaves_nobody_waiting(
    database: Database,
) -> None:
    writer = Writer(database)

    def end(_: UnitOfWork) -> None:
        raise _Ended

    waiting: list[Future[Any]] = [writer.submit(end)]
    waiting += [writer.submit(lambda _: 1) for _ in range(70)]
    writer.start()

    for one in waiting:
        with pytest.raises(UnavailableError):
            one.result(timeout=20)
    assert writer.failure == "the writer ended: _Ended"
    with pytest.raises(UnavailableError):
        writer.submit(lambda _: 1).result(timeout=20)
    writer.stop()  # its thread is over before it counts as another test's


def read_some(work: UnitOfWork) -> None:
    rows = work.connection.execute(select(data_keys.c.id))
    for row in rows:
        raise UnavailableError(f"not readable: {row.id}")


def test_what_is_half_read_when_a_key_is_gone_holds_no_old_snapshot(
    database: Database,
) -> None:
    """The error is kept, as by who answers later; the connection is used again."""
    with database.write() as work:
        for scope in ("patient:a", "patient:b", "patient:c"):
            work.key_for(scope)
    kept: list[UnavailableError] = []
    for open_unit in (database.read, database.write):
        try:
            with open_unit() as work:
                read_some(work)
        except UnavailableError as error:
            kept.append(error)

    other = make_engine(database.engine.url.render_as_string(hide_password=False))
    with evolve(database, engine=other).write() as work:
        work.key_for("patient:d")
    other.dispose()
    for _ in range(3):
        with database.write() as work:
            work.key_for("patient:e")
    assert len(kept) == 2


class _Late(queue.SimpleQueue[Any]):
    """Takes what is put into it after the thread that reads it has ended."""

    def __init__(self, ended: threading.Event) -> None:
        self._ended = ended

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 (as queues have it)
        if item is not None:
            assert self._ended.wait(20)
        super().put(item)


def late_queue(writer: Writer) -> Any:
    """Have what is submitted come just after the writer's thread has ended."""
    jobs, late = writer._jobs, _Late(threading.Event())  # noqa: SLF001 (the instant cannot be had otherwise)
    while not jobs.empty():
        super(_Late, late).put(jobs.get())
    writer._jobs = late  # noqa: SLF001
    return late._ended  # noqa: SLF001


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("dies", [True, False], ids=["dies", "is told to end"])
def test_what_is_submitted_in_the_instant_in_which_the_writer_ends_is_refused(
    database: Database, *, dies: bool
) -> None:
    def end(_: UnitOfWork) -> None:
        raise _Ended

    writer = Writer(database)
    if dies:
        writer.submit(end)
    ended = late_queue(writer)
    with ThreadPoolExecutor(3) as pool:
        late = [pool.submit(writer.submit, lambda _: 1) for _ in range(3)]
        writer.start()
        writer.stop()
        ended.set()
        answers = [one.result(20) for one in late]

    for one in answers:
        with pytest.raises(UnavailableError):
            one.result(timeout=20)
    with pytest.raises(UnavailableError):
        writer.submit(lambda _: 1).result(timeout=20)


def test_who_submits_while_the_writer_ends_always_hears(database: Database) -> None:
    for _ in range(10):
        writer = Writer(database)
        writer.start()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(writer.submit, lambda _: 1) for _ in range(40)]
            writer.stop()
            answers = [one.result(20) for one in asked]
        for one in answers:
            try:
                assert one.result(timeout=20) == 1
            except UnavailableError:
                continue


def test_what_waits_behind_a_disk_failure_is_not_committed(database: Database) -> None:
    """The kernel may have dropped pages; what is committed after it may not be there"""
    writer = Writer(database)
    ran = []

    def fail(_: UnitOfWork) -> None:
        raise StorageError("an fsync failed")

    def come_after(one: Future[Any]) -> None:
        assert one.exception() is not None
        waiting.append(writer.submit(lambda _: ran.append("submitted after")))

    waiting: list[Future[Any]] = []
    first = writer.submit(fail)
    first.add_done_callback(come_after)
    for _ in range(70):  # more than one transaction takes
        waiting.append(writer.submit(lambda _: ran.append("waited behind")))  # noqa: PERF401
    writer.start()
    writer.stop()

    for one in waiting[63:]:
        with pytest.raises(UnavailableError):
            one.result(timeout=20)
    assert ran == []


def test_after_a_disk_failure_the_writer_still_ends_when_told(
    database: Database,
) -> None:
    """What refuses the jobs that wait leaves the word to end for the thread."""
    writer = Writer(database)
    go_on = threading.Event()
    slow = writer.submit(lambda _: go_on.wait(20))
    writer.start()
    waiting = writer.submit(lambda _: 1)
    writer.failure = "an fsync failed"
    with ThreadPoolExecutor(1) as pool:
        stopping = pool.submit(writer.stop)
        refused = [writer.submit(lambda _: 1) for _ in range(3)]
        go_on.set()
        stopping.result(20)

    assert slow.result(20)
    for one in (waiting, *refused):
        with pytest.raises(UnavailableError):
            one.result(timeout=20)

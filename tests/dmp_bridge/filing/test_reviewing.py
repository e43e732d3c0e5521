"""Authors of advance directives are reminded of them, for as long as these stand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.core.papers import PaperKind
from gateway.dmp_bridge.filing.reviewing import Reviewing
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from gateway.store.tasks.tasks import TaskKind
from tests.builders_papers import REVIEW, PaperAuthor
from tests.fakes import SetClock


class Author(PaperAuthor):
    """An author of directives, and the worker that reminds."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.step = Reviewing(self.papers, self.settings)

    def run(self) -> int:
        """Do what is due; return how many reminders there were so far."""
        with self.database.write() as work:
            tasks = work.tasks.claim("me", [TaskKind.REVIEW], 9, timedelta(minutes=1))
        for task in tasks:
            with self.database.write() as work:
                self.step(task)(work)
                assert work.tasks.finish(task, "me")
        with self.database.read() as work:
            rows = work.connection.execute(
                select(notices.c.id).where(notices.c.kind == "review")
            )
            return len(rows.all())

    def due(self) -> list[datetime]:
        with self.database.read() as work:
            tasks = work.tasks.listed()
        return [one.due_at for one in tasks if one.kind == TaskKind.REVIEW]

    def waiting(self) -> int:
        with self.database.read() as work:
            return sum(one.kind == TaskKind.REVIEW for one in work.tasks.listed())


def test_the_author_is_reminded_each_year(database: Database, clock: SetClock) -> None:
    author = Author(database)
    author.write()

    clock.now += REVIEW - timedelta(hours=1)
    early = author.run()
    clock.now += timedelta(hours=2)
    first = author.run()
    clock.now += REVIEW + timedelta(hours=1)

    assert (early, first, author.run()) == (0, 1, 2)


def test_a_confirmation_puts_it_off(database: Database, clock: SetClock) -> None:
    author = Author(database)
    author.write()
    clock.now += timedelta(days=200)
    with database.write() as work:
        assert author.papers.confirm(work, author.id)

    clock.now += timedelta(days=170)
    early = author.run()
    clock.now += timedelta(days=200)

    assert (early, author.run()) == (0, 1)


def test_the_day_is_the_first_on_which_it_is_told(
    database: Database, clock: SetClock
) -> None:
    author = Author(database)
    author.write()
    clock.now += timedelta(days=200)
    with database.write() as work:
        assert author.papers.confirm(work, author.id)
    confirmed = clock.now

    clock.now += timedelta(days=165)  # a year after it was written
    assert (author.run(), author.due()) == (0, [confirmed + REVIEW])
    clock.now = confirmed + REVIEW
    assert (author.run(), author.due()) == (1, [confirmed + 2 * REVIEW])


def test_what_is_no_version_that_stands_is_not_reminded_of(
    database: Database, clock: SetClock
) -> None:
    author = Author(database)
    wishes = author.write(1, PaperKind.ENTOURAGE)
    with database.write() as work:
        for subject in ("0" * 32, wishes):
            work.tasks.add(TaskKind.REVIEW, subject)

    clock.now += REVIEW

    assert (author.run(), author.waiting()) == (0, 0)
    author.write()
    with database.write() as work:
        work.tasks.add(TaskKind.REVIEW, wishes)
    clock.now += REVIEW - timedelta(hours=1)
    assert (author.run(), author.waiting()) == (0, 1)


def test_what_was_replaced_or_taken_back_is_not_reminded_of(
    database: Database, clock: SetClock
) -> None:
    author = Author(database)
    author.write()
    clock.now += timedelta(days=300)
    author.write(2)

    clock.now += timedelta(days=70)
    of_the_old = author.run()
    with database.write() as work:
        assert author.papers.take_back(work, author.id, PaperKind.DIRECTIVES)
        assert not author.papers.confirm(work, author.id)
    clock.now += REVIEW

    assert (of_the_old, author.run(), author.waiting()) == (0, 0, 0)


def test_while_the_space_is_closed_nobody_is_told_and_it_goes_on(
    database: Database, clock: SetClock
) -> None:
    author = Author(database)
    author.write()
    with database.write() as work:
        Profiles(work).change(author.id, "test", state="SUSPENDED")

    clock.now += REVIEW + timedelta(hours=1)

    assert (author.run(), author.waiting()) == (0, 1)

"""The e-mail of the day: once a day, at its hour, and never for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.core.notices import NoticeFamily, NoticeWhen
from gateway.core.texts.notices import NoticeKind
from gateway.store.base.work import Database
from gateway.store.patients.daily_email import Digesting
from gateway.store.patients.notice_centre import CentreReader, NoticeCentre
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import digests, notices
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock
from tests.store.patients.told import happens, reader

DUE = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # 18 o'clock in Paris
STEP = Digesting(make_settings())


@pytest.fixture
def holder(database: Database) -> CentreReader:
    return reader(database, open_profile(database))


def work_off(database: Database) -> int:
    """Do every task of the day that is due; return how many there were."""
    done = 0
    while True:
        with database.write() as work:
            tasks = work.tasks.claim("w", [TaskKind.DIGEST], 9, timedelta(minutes=1))
            for task in tasks:
                assert work.tasks.finish(task, "w")
                STEP(task)(work)
                done += 1
        if not tasks:
            return done


def mailed(database: Database) -> list[str]:
    with database.read() as work:
        columns = notices.c
        query = select(columns.kind).order_by(columns.created_at, columns.id)
        return list(work.connection.execute(query).scalars())


def at(database: Database, clock: SetClock, moment: datetime) -> list[str]:
    clock.now = moment
    work_off(database)
    return mailed(database)


def test_a_document_waits_for_the_hour_and_many_are_one_email(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    for number in range(3):
        happens(database, holder.profile_id, NoticeKind.DOCUMENT, f"{number:032x}")
        clock.advance(minutes=1)

    assert at(database, clock, DUE - timedelta(seconds=1)) == []
    assert at(database, clock, DUE) == ["digest"]
    assert at(database, clock, DUE + timedelta(days=9)) == ["digest"]


def test_a_message_does_not_wait_unless_the_patient_chose_so(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    assert happens(database, holder.profile_id, NoticeKind.MESSAGE)
    with database.write() as work:
        choices = NoticeChoices(work, holder.profile_id)
        assert choices.choose(NoticeFamily.MESSAGE, NoticeWhen.DAILY)
        assert not choices.choose(NoticeFamily.MESSAGE, NoticeWhen.DAILY)
        assert not choices.choose(NoticeFamily.ACCESS, NoticeWhen.NEVER)

    assert not happens(database, holder.profile_id, NoticeKind.MESSAGE)
    assert at(database, clock, DUE) == ["message", "digest"]
    with database.read() as work:
        (change,) = [
            one
            for one in Profiles(work).changes(holder.profile_id)
            if one.what == "notices"
        ]
    assert (change.before, change.after, change.about) == (None, "daily", "MESSAGE")


def test_nothing_leaves_for_what_was_read_meanwhile(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.DOCUMENT, "a" * 32)
    with database.write() as work:
        NoticeCentre(work).opened(holder, ["a" * 32])

    assert at(database, clock, DUE) == []
    happens(database, holder.profile_id, NoticeKind.DOCUMENT, "b" * 32)
    assert at(database, clock, DUE + timedelta(days=1)) == ["digest"]


def test_nothing_leaves_for_who_wants_to_hear_nothing(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)
    with database.write() as work:
        choices = NoticeChoices(work, holder.profile_id)
        choices.choose(NoticeFamily.DOCUMENT, NoticeWhen.NEVER)

    assert at(database, clock, DUE) == []
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)
    with database.read() as work:
        assert work.tasks.listed() == []


def test_nothing_leaves_for_a_space_that_was_closed(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)
    with database.write() as work:
        Profiles(work).change(holder.profile_id, "state", state="CLOSED")

    assert at(database, clock, DUE) == []


def test_without_an_address_nothing_waits(database: Database, clock: SetClock) -> None:
    profile_id = open_profile(database, email="")

    happens(database, profile_id, NoticeKind.DOCUMENT)

    with database.read() as work:
        assert work.tasks.listed() == []
        assert work.connection.execute(digests.select()).all() == []


def test_a_clock_set_back_brings_no_second_one_on_a_day(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)
    assert at(database, clock, DUE) == ["digest"]

    clock.now = DUE - timedelta(hours=5)
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)
    assert at(database, clock, DUE + timedelta(hours=5)) == ["digest"]
    # What still waits to leave says it all: there is no second one beside it.
    with database.write() as work:
        work.connection.execute(notices.update().values(sent_at=clock.now))
    assert at(database, clock, DUE + timedelta(days=1)) == ["digest", "digest"]


def test_a_clock_that_was_a_year_ahead_keeps_nothing_back(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    clock.advance(days=365)
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)
    clock.advance(days=-365)
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)

    assert at(database, clock, DUE) == ["digest"]
    assert at(database, clock, DUE + timedelta(days=400)) == ["digest"]


def test_a_task_that_comes_too_early_waits_again(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.DOCUMENT)
    with database.write() as work:
        work.tasks.add(TaskKind.DIGEST, holder.profile_id)

    assert work_off(database) == 1
    assert mailed(database) == []
    assert at(database, clock, DUE) == ["digest"]


def test_after_days_without_a_relay_one_is_enough(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    for _ in range(4):
        happens(database, holder.profile_id, NoticeKind.DOCUMENT)
        clock.advance(days=1)
        work_off(database)

    assert mailed(database) == ["digest"]

"""
A space goes on by time alone, once, on its day, and its patient is told.

Several modules together: the deadlines, the step of the task, the end of the key.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import delete, select, update

from gateway.core.texts.notices import NoticeKind
from gateway.errors import ConflictError, UnavailableError
from gateway.rights.life_rules import LIFE_NOTICES, OBJECTION, SECOND_THOUGHTS
from gateway.rights.profile import ProfileEvent, ProfileState
from gateway.store.base.work import Database
from gateway.store.journal import chain_of
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.deadlines import carry_deadlines, deadline_of, wake
from gateway.store.patients.life import Living, go_on, tell_life
from gateway.store.patients.notices import Notices, get_notice
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.tables import deadlines, notices, profiles, web_sessions
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock

DAY = timedelta(days=1)


def live(database: Database, folder: Path, zone: str = "Europe/Paris") -> int:
    """Wake who is due and do the tasks; return how many there were."""
    settings = make_settings(folder)
    web = evolve(settings.web, time_zone=zone)
    step = Living(database, evolve(settings, web=web))
    with database.write() as work:
        wake(work, 100)
    with database.write() as work:
        tasks = work.tasks.claim("me", [TaskKind.LIVE], 100, timedelta(minutes=1))
    for task in tasks:
        with database.write() as work:
            step(task)(work)
            work.tasks.finish(task, "me")
    return len(tasks)


def state_of(database: Database, profile_id: str) -> str:
    with database.read() as work:
        of_profile = select(profiles.c.state).where(profiles.c.id == profile_id)
        return str(work.connection.execute(of_profile).scalar_one())


def told(database: Database) -> list[NoticeKind]:
    with database.read() as work:
        rows = work.connection.execute(
            select(notices.c.kind).order_by(notices.c.created_at, notices.c.id)
        )
        return [NoticeKind(row.kind) for row in rows]


def set_state(database: Database, folder: Path, profile_id: str, state: str) -> None:
    with database.write() as work:
        profile = Profiles(work).hold(profile_id)
        assert profile is not None
        service = Notices.of(work, make_settings(folder))
        go_on(work, service, profile, ProfileState(state))


def test_a_space_that_is_announced_opens_after_six_weeks(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    profile_id = open_profile(database, state="ANNOUNCED")

    clock.advance(seconds=OBJECTION.total_seconds() - 1)
    assert live(database, tmp_path) == 0
    clock.advance(seconds=1)
    assert live(database, tmp_path) == 1

    assert state_of(database, profile_id) == "OPEN_NOT_ACTIVATED"
    assert sorted(told(database)) == [NoticeKind.OPENED, NoticeKind.PROVISIONAL]
    clock.advance(days=4000)
    assert live(database, tmp_path) == 0
    with database.read() as work:
        changes = Profiles(work).changes(profile_id)
    assert [(one.what, one.after, one.by, one.why) for one in changes] == [
        ("state", "OPEN_NOT_ACTIVATED", "time", "time:open")
    ]


def test_who_objects_in_time_has_no_space_opened(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    profile_id = open_profile(database, state="ANNOUNCED")
    clock.advance(days=41)
    set_state(database, tmp_path, profile_id, "OPPOSED")

    clock.advance(days=400)

    assert live(database, tmp_path) == 0
    assert state_of(database, profile_id) == "OPPOSED"
    assert told(database) == [NoticeKind.OPPOSED]


def test_a_suspension_without_objection_closes(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    profile_id = open_profile(database)
    set_state(database, tmp_path, profile_id, "SUSPENDED")
    clock.advance(seconds=OBJECTION.total_seconds())

    assert live(database, tmp_path) == 1

    assert state_of(database, profile_id) == "CLOSED"
    assert told(database) == [NoticeKind.SUSPENDED, NoticeKind.CLOSED]


def test_a_closed_space_is_deleted_after_ten_years_with_its_key(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    profile_id = open_profile(database)
    set_state(database, tmp_path, profile_id, "CLOSED")
    clock.advance(days=3651)
    assert live(database, tmp_path) == 0

    clock.advance(days=2)
    assert live(database, tmp_path) == 1

    assert state_of(database, profile_id) == "DELETED"
    with database.read() as work:
        with pytest.raises(UnavailableError):
            Profiles(work).get(profile_id)
        last = work.connection.execute(
            select(notices.c.id).where(notices.c.kind == "deleted")
        ).scalar_one()
        notice = get_notice(work, last)
    assert notice is not None
    assert notice.to == "d@courriel.example"  # told, though nothing of theirs opens
    assert live(database, tmp_path) == 0


def test_b7_25_a_deletion_that_is_asked_for_is_done_and_reopening_cancels_it(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    profile_id = open_profile(database)
    set_state(database, tmp_path, profile_id, "DELETION_REQUESTED")
    clock.advance(seconds=SECOND_THOUGHTS.total_seconds() - 1)
    assert live(database, tmp_path) == 0
    set_state(database, tmp_path, profile_id, "ACTIVATED")
    clock.advance(days=4000)
    assert live(database, tmp_path) == 0

    set_state(database, tmp_path, profile_id, "DELETION_REQUESTED")
    clock.advance(seconds=SECOND_THOUGHTS.total_seconds())
    assert live(database, tmp_path) == 1

    assert state_of(database, profile_id) == "DELETED"
    assert told(database) == [
        NoticeKind.DELETING,
        NoticeKind.REOPENED,
        NoticeKind.DELETING,
        NoticeKind.DELETED,
    ]


def test_what_is_open_ends_with_the_space(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    profile_id = open_profile(database)
    life = SessionLife(idle=DAY, whole=DAY)
    with database.write() as work:
        account = Accounts(work).add("dominique", "Coquelicot-1979", profile_id)
        WebSessions(work, life).start(Stage.OPEN, account)

    set_state(database, tmp_path, profile_id, "CLOSED")

    with database.read() as work:
        assert work.connection.execute(select(web_sessions)).all() == []


def test_a_day_brought_nearer_in_the_database_changes_nothing(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    """What somebody with the database and no key could write."""
    profile_id = open_profile(database)
    set_state(database, tmp_path, profile_id, "CLOSED")
    with database.write() as work:
        work.connection.execute(update(deadlines).values(due_at=work.now))

    assert live(database, tmp_path) == 1

    assert state_of(database, profile_id) == "CLOSED"


def test_a_deadline_of_another_state_or_patient_is_none(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    profile_id = open_profile(database, state="ANNOUNCED")

    with database.read() as work:
        found = deadline_of(work, profile_id, "ANNOUNCED")
        assert found is not None
        assert found.event is ProfileEvent.OPEN
        assert found.at == clock() + OBJECTION
        assert deadline_of(work, profile_id, "CLOSED") is None
        assert deadline_of(work, "0" * 32, "ANNOUNCED") is None


def test_a_task_that_was_lost_is_asked_for_again_the_next_day(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    open_profile(database, state="ANNOUNCED")
    clock.advance(days=42)
    with database.write() as work:
        assert wake(work, 100) == 1
        assert wake(work, 100) == 0

    clock.advance(days=1)

    with database.write() as work:
        assert wake(work, 100) == 1


def test_profiles_of_before_are_given_their_day(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    closed = open_profile(database)
    set_state(database, tmp_path, closed, "CLOSED")
    since: datetime = clock()
    with database.write() as work:
        work.connection.execute(delete(deadlines))
    clock.advance(days=100)

    with database.write() as work:
        assert carry_deadlines(work, 10) == 1
        assert carry_deadlines(work, 10) == 0

    with database.read() as work:
        due = deadline_of(work, closed, "CLOSED")
    assert due is not None
    assert due.at == since.replace(year=since.year + 10)


def test_no_step_of_the_life_is_left_out_or_silent(
    database: Database, tmp_path: Path
) -> None:
    assert set(LIFE_NOTICES) == set(ProfileEvent)
    profile_id = open_profile(database, state="OPPOSED")
    with pytest.raises(ConflictError):
        set_state(database, tmp_path, profile_id, "CLOSED")
    set_state(database, tmp_path, profile_id, "OPPOSED")

    assert told(database) == []
    with database.read() as work:
        lines = list(work.journal.lines(chain_of(profile_id)))
    assert [one.action for one in lines] == ["profile:add"]


def test_of_several_steps_at_once_the_last_one_is_told(
    database: Database, tmp_path: Path
) -> None:
    profile_id = open_profile(database, state="OPEN_NOT_ACTIVATED")
    with database.write() as work:
        profile = Profiles(work).hold(profile_id)
        assert profile is not None
        service = Notices.of(work, make_settings(tmp_path))
        before, after = ProfileState.OPEN_NOT_ACTIVATED, ProfileState.DELETED
        tell_life(work, service, profile, before, after)

    assert told(database) == [NoticeKind.DELETED]

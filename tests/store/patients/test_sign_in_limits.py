"""Limits of signing in count what they say, whatever is tidied away meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.work import Database
from gateway.store.patients.accounts import Accounts
from gateway.store.patients.one_time_codes import CODES_KEPT, OneTimeCodes
from gateway.store.tables import accounts
from tests.builders_people import open_profile
from tests.fakes import SetClock

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
LIFE = timedelta(minutes=10)
MOST = 5
LOGINS = ["dominique", "nobody-here"]


@pytest.fixture
def account_id(database: Database) -> str:
    profile_id = open_profile(database)
    with database.write() as work:
        return Accounts(work).add("dominique", "Coquelicot-1979", profile_id)


def ask(database: Database, account_id: str, life: timedelta = LIFE) -> datetime | None:
    """Ask for a code; return from when one may be had, or None when one was made."""
    with database.write() as work:
        codes = OneTimeCodes(work)
        until = codes.next_at(account_id, MOST, HOUR)
        if until is None:
            codes.make(account_id, life, 5)
        return until


def tidy(database: Database) -> None:
    Housekeeping(database, WEEK).run()


def test_five_codes_an_hour_are_five(
    database: Database, clock: SetClock, account_id: str
) -> None:
    first = clock()
    for _ in range(MOST):
        assert ask(database, account_id) is None
        clock.advance(minutes=11)  # its code has ended
        tidy(database)

    assert ask(database, account_id) == first + HOUR
    clock.now = first + HOUR - timedelta(microseconds=1)
    tidy(database)
    assert ask(database, account_id) == first + HOUR
    clock.now = first + HOUR
    assert ask(database, account_id) is None
    assert ask(database, account_id) == first + HOUR + timedelta(minutes=11)


@pytest.mark.parametrize("seed", range(4))
def test_no_hour_has_more_codes_than_allowed(
    database: Database, clock: SetClock, account_id: str, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 (a test's steps, again the same)
    made: list[datetime] = []
    for _ in range(30):
        clock.advance(minutes=chance.randint(0, 25))
        if chance.random() < 0.5:
            tidy(database)
        life = timedelta(minutes=chance.choice([1, 10, 120]))
        if ask(database, account_id, life) is None:
            made.append(clock())

    assert len(made) > MOST
    for place, since in enumerate(made):
        assert sum(1 for one in made[place:] if one - since < HOUR) <= MOST


def test_two_that_ask_at_once_do_not_get_one_too_many(
    database: Database, account_id: str
) -> None:
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask, database, account_id) for _ in range(12)]

    assert sum(1 for one in asked if one.result() is None) == MOST


def test_a_code_that_lives_for_days_is_not_forgotten_while_it_lives(
    database: Database, clock: SetClock, account_id: str
) -> None:
    with database.write() as work:
        code = OneTimeCodes(work).make(account_id, timedelta(days=3), 5)
    clock.advance(days=2)
    ask(database, account_id)
    tidy(database)

    with database.write() as work:
        assert OneTimeCodes(work).use(code.id, code.digits)


def test_more_than_what_is_kept_cannot_be_counted(
    database: Database, account_id: str
) -> None:
    with database.write() as work:
        OneTimeCodes(work).next_at(account_id, 1, CODES_KEPT)
        with pytest.raises(AssertionError):
            OneTimeCodes(work).next_at(
                account_id, 1, CODES_KEPT + timedelta(microseconds=1)
            )


def fail(database: Database, login: str, pause: timedelta) -> bool:
    """Give a wrong password, three being too many; tell whether the login waits."""
    with database.write() as work:
        Accounts(work).failed(Accounts(work).find(login), 3, pause)
    with database.read() as work:
        return Accounts(work).find(login).is_paused(work.now)


@pytest.mark.parametrize("login", LOGINS)
def test_a_pause_of_days_lasts_for_days(
    database: Database, clock: SetClock, account_id: str, login: str
) -> None:
    """And as long for a login that nobody has: else the pause would tell them apart."""
    pause = timedelta(days=3)
    assert [fail(database, login, pause) for _ in range(3)] == [False, False, True]

    clock.advance(days=2, hours=23)
    tidy(database)
    with database.read() as work:
        assert Accounts(work).find(login).is_paused(work.now)

    clock.advance(hours=1)
    tidy(database)
    with database.read() as work:
        assert not Accounts(work).find(login).is_paused(work.now)


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("tidies", [False, True])
@pytest.mark.parametrize(("hours", "paused"), [(24.0, True), (24 + 1 / 3600, False)])
def test_wrong_passwords_are_forgotten_after_a_day_for_every_login(
    database: Database,
    clock: SetClock,
    account_id: str,
    login: str,
    tidies: bool,
    hours: float,
    paused: bool,
) -> None:
    pause = timedelta(minutes=15)
    assert [fail(database, login, pause) for _ in range(2)] == [False, False]
    clock.advance(hours=hours)
    if tidies:
        tidy(database)

    assert fail(database, login, pause) is paused


def test_wrong_passwords_of_an_older_program_count(
    database: Database, account_id: str
) -> None:
    with database.write() as work:
        work.connection.execute(update(accounts).values(failures=2, failed_at=None))

    assert fail(database, "dominique", timedelta(minutes=15))
    with database.read() as work:
        row = work.connection.execute(select(accounts)).one()
    assert (row.failures, row.failed_at) == (0, database.clock())

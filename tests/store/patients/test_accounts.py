"""Accounts, one-time codes and sessions: what opens, once, and for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import select

from gateway.errors import ConflictError, InvalidError, NotFoundError
from gateway.store.base.work import Database
from gateway.store.patients.accounts import (
    Accounts,
    password_matches,
    stronger_hash,
)
from gateway.store.patients.logins import check_login
from gateway.store.patients.one_time_codes import OneTimeCodes
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.web_sessions import SessionLife, Stage, WebSessions
from gateway.store.tables import (
    accounts,
    one_time_codes,
    unknown_logins,
    web_sessions,
)
from tests.builders_people import open_profile
from tests.conftest import PROGRAMS_HASHER
from tests.fakes import SetClock

PASSWORD = "Coquelicot-1979"
LOGIN = "dominique"
LIFE = SessionLife(idle=timedelta(minutes=15), whole=timedelta(hours=8))
MINUTES = timedelta(minutes=10)


def open_account(database: Database) -> str:
    profile_id = open_profile(database)
    with database.write() as work:
        return Accounts(work).add("Dominique", PASSWORD, profile_id)


def make_code(database: Database, account_id: str, tries: int = 5) -> tuple[str, str]:
    with database.write() as work:
        code = OneTimeCodes(work).make(account_id, MINUTES, tries)
    return code.id, code.digits


def use(database: Database, code_id: str, digits: str) -> bool:
    with database.write() as work:
        return OneTimeCodes(work).use(code_id, digits)


def test_the_right_password_opens_whatever_the_case_of_the_login(
    database: Database,
) -> None:
    open_account(database)

    with database.read() as work:
        account = Accounts(work).find(" DOMINIQUE ")

    assert password_matches(account, PASSWORD)
    assert not password_matches(account, PASSWORD + " ")


def test_an_unknown_login_has_a_hash_no_password_matches(database: Database) -> None:
    with database.read() as work:
        account = Accounts(work).find("nobody")

    assert account.hash.startswith("$argon2id$")
    assert not password_matches(account, PASSWORD)


def test_neither_password_nor_digits_are_kept(database: Database) -> None:
    account_id = open_account(database)
    _, digits = make_code(database, account_id)

    with database.read() as work:
        rows = work.connection.execute(select(accounts)).all()
        codes = work.connection.execute(select(one_time_codes.c.digest)).all()
    assert PASSWORD not in repr(rows)
    assert digits not in repr(codes)


@pytest.mark.parametrize(
    "login",
    [
        "abc",
        "dominique@courriel.example",
        "279035121518989",
        "2790351215189",
        "a b c d",
        "dé-mi",
        "x" * 101,
    ],
)
def test_a_login_is_neither_short_nor_known_to_others(login: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_login(login)

    assert login not in str(refused.value)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Court-1979"[:8], "12 characters"),
        ("toutpetit11", "12 characters"),
        ("kzwqvbxnmr" * 20 + "x", "200 characters"),
        ("dominique-et-moi", "does not contain"),
        ("un grand pat-trois", "does not contain"),
        ("Marie Louise kzwq", "does not contain"),
        ("kzwq 28/03/1979", "does not contain"),
        ("kzwqv-790328", "does not contain"),
        ("d.martinez79!K", "does not contain"),
        ("martinez et moi", "does not contain"),
        ("kzwq279035121518989", "does not contain"),
        ("azertyuiop12", "guessed"),
        ("aaaaaaaaaaaa", "guessed"),
        ("Motdepasse2026!", "guessed"),
    ],
)
def test_a_weak_password_is_refused(
    database: Database, password: str, why: str
) -> None:
    profile_id = open_profile(database, email="d.martinez79@courriel.example")

    with database.write() as work, pytest.raises(InvalidError, match=why) as refused:
        Accounts(work).add("compte-7", password, profile_id)
    assert password not in str(refused.value)


@pytest.mark.parametrize("password", ["Avbd-1976", "douze lettres"])
def test_long_passwords_and_nine_with_four_classes_pass(
    database: Database, password: str
) -> None:
    profile_id = open_profile(database)

    with database.write() as work:
        assert Accounts(work).add("dominique", password, profile_id)


def test_a_profile_has_one_account(database: Database) -> None:
    open_account(database)
    with database.read() as work:
        profile_id = Accounts(work).find("dominique").profile_id

    with database.write() as work, pytest.raises(ConflictError):
        Accounts(work).add("autre-nom", PASSWORD, profile_id)


def test_wrong_passwords_pause_the_account_for_a_while(
    database: Database, clock: SetClock
) -> None:
    open_account(database)
    for _ in range(3):
        with database.write() as work:
            Accounts(work).failed(
                Accounts(work).find("dominique"), 3, timedelta(minutes=15)
            )

    with database.read() as work:
        assert Accounts(work).find("dominique").is_paused(work.now)
    clock.advance(minutes=16)
    with database.read() as work:
        assert not Accounts(work).find("dominique").is_paused(work.now)


def test_a_code_works_once(database: Database) -> None:
    code_id, digits = make_code(database, open_account(database))

    assert use(database, code_id, digits)
    assert not use(database, code_id, digits)


def test_a_code_has_five_tries(database: Database) -> None:
    code_id, digits = make_code(database, open_account(database))
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"

    assert not any(use(database, code_id, wrong) for _ in range(5))
    assert not use(database, code_id, digits)


def test_a_code_is_too_late_after_its_life(database: Database, clock: SetClock) -> None:
    code_id, digits = make_code(database, open_account(database))

    clock.advance(minutes=10)

    assert not use(database, code_id, digits)


def test_a_code_opens_no_other_session(database: Database) -> None:
    account_id = open_account(database)
    _, digits = make_code(database, account_id)
    other_id, other = make_code(database, account_id)

    assert digits == other or not use(database, other_id, digits)


def test_of_two_parallel_submits_one_wins(database: Database) -> None:
    account_id = open_account(database)
    for _ in range(5):
        code_id, digits = make_code(database, account_id)
        with ThreadPoolExecutor(4) as threads:
            futures = [threads.submit(use, database, code_id, digits) for _ in range(4)]
        assert sum(future.result() for future in futures) == 1


def test_a_session_is_kept_as_a_digest(database: Database) -> None:
    account_id = open_account(database)
    with database.write() as work:
        cookie = WebSessions(work, LIFE).start(Stage.OPEN, account_id)

    with database.read() as work:
        rows = work.connection.execute(select(web_sessions)).all()
        found = WebSessions(work, LIFE).find(cookie)
    assert cookie not in repr(rows)
    assert found is not None
    assert found.account_id == account_id


@pytest.mark.parametrize("minutes", [15, 8 * 60])
def test_a_session_ends_by_silence_and_by_age(
    database: Database, clock: SetClock, minutes: int
) -> None:
    account_id = open_account(database)
    with database.write() as work:
        cookie = WebSessions(work, LIFE).start(Stage.OPEN, account_id)
    step = 14 if minutes > 15 else 15
    for _ in range(0, minutes, step):
        clock.advance(minutes=step)
        with database.write() as work:
            sessions = WebSessions(work, LIFE)
            if (found := sessions.find(cookie)) is not None:
                sessions.seen(found)

    with database.read() as work:
        assert WebSessions(work, LIFE).find(cookie) is None


def test_a_sixth_session_ends_the_oldest(database: Database, clock: SetClock) -> None:
    account_id = open_account(database)
    cookies = []
    for _ in range(6):
        clock.advance(seconds=1)
        with database.write() as work:
            cookies.append(WebSessions(work, LIFE).start(Stage.OPEN, account_id))

    with database.read() as work:
        alive = [WebSessions(work, LIFE).find(cookie) for cookie in cookies]
    assert [one is not None for one in alive] == [False] + [True] * 5


def test_an_ended_session_is_found_no_more(database: Database) -> None:
    account_id = open_account(database)
    with database.write() as work:
        cookie = WebSessions(work, LIFE).start(Stage.OPEN, account_id)
    with database.write() as work:
        sessions = WebSessions(work, LIFE)
        session = sessions.find(cookie)
        assert session is not None
        assert sessions.end(session)
        assert not sessions.end(session)
        assert sessions.find(cookie) is None


def test_the_next_code_may_be_sent_an_hour_after_the_first_of_the_most(
    database: Database, clock: SetClock
) -> None:
    account_id, start, hour = open_account(database), clock.now, timedelta(hours=1)

    def next_at() -> datetime | None:
        with database.read() as work:
            return OneTimeCodes(work).next_at(account_id, 3, hour)

    for _ in range(3):
        assert next_at() is None
        make_code(database, account_id)
        clock.advance(minutes=1)
    assert next_at() == start + hour
    clock.now = start + hour
    assert next_at() is None


def test_an_unknown_login_is_paused_like_a_known_one(
    database: Database, clock: SetClock
) -> None:
    open_account(database)
    pause = timedelta(minutes=15)

    def fail(login: str) -> datetime | None:
        with database.write() as work:
            Accounts(work).failed(Accounts(work).find(login), 3, pause)
        with database.read() as work:
            return Accounts(work).find(login).paused_until

    for login in (LOGIN, "personne"):
        assert [fail(login) for _ in range(3)] == [None, None, clock.now + pause]
    with database.read() as work:
        assert not Accounts(work).find("quelqu.un").is_paused(clock.now)
        assert Accounts(work).find(" PERSONNE").is_paused(clock.now)
        rows = work.connection.execute(select(unknown_logins)).all()
    assert len(rows) == 1
    assert "personne" not in repr(rows)


def profile_of(database: Database) -> Profile:
    with database.read() as work:
        profile = Profiles(work).get(Accounts(work).find(LOGIN).profile_id)
    assert profile is not None
    return profile


NEW = "quatre gros cailloux"


def test_a_changed_password_ends_what_the_old_one_opened(database: Database) -> None:
    account_id = open_account(database)
    code_id, digits = make_code(database, account_id)
    with database.write() as work:
        sessions = WebSessions(work, LIFE)
        here = sessions.start(Stage.OPEN, account_id)
        there = sessions.start(Stage.OPEN, account_id)
        half = sessions.start(Stage.CODE, account_id, code_id)
        kept = sessions.find(here)
        Accounts(work).failed(Accounts(work).find(LOGIN), 1, timedelta(days=1))
    assert kept is not None

    with database.write() as work:
        Accounts(work).set_password(
            profile_of(database), NEW, by="camille", why="lost", but=kept.digest
        )

    with database.read() as work:
        sessions = WebSessions(work, LIFE)
        assert sessions.find(here) is not None
        assert sessions.find(there) is None
        assert sessions.find(half) is None
        account = Accounts(work).find(LOGIN)
        changes = Profiles(work).changes(account.profile_id)
    (change,) = (one for one in changes if one.what == "password")
    assert not use(database, code_id, digits)
    assert password_matches(account, NEW)
    assert not password_matches(account, PASSWORD)
    assert not account.is_paused(database.clock())
    assert (change.by, change.why) == ("camille", "lost")
    assert (change.before, change.after) == ({}, {})


def test_without_a_session_that_asks_all_of_them_end(database: Database) -> None:
    account_id = open_account(database)
    with database.write() as work:
        cookie = WebSessions(work, LIFE).start(Stage.OPEN, account_id)
        Accounts(work).set_password(profile_of(database), NEW)

    with database.read() as work:
        assert WebSessions(work, LIFE).find(cookie) is None


def test_a_refused_password_changes_nothing(database: Database) -> None:
    open_account(database)
    with database.write() as work, pytest.raises(InvalidError, match="guessed"):
        Accounts(work).set_password(profile_of(database), "azertyuiop12")

    with database.read() as work:
        assert password_matches(Accounts(work).find(LOGIN), PASSWORD)


def test_a_profile_without_account_has_no_password(database: Database) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        with pytest.raises(NotFoundError):
            Accounts(work).set_password(profile, NEW)


def test_a_password_costs_more_to_try_than_the_least_that_owasp_asks() -> None:
    assert PROGRAMS_HASHER.type is Type.ID
    assert PROGRAMS_HASHER.memory_cost >= 19 * 1024
    assert PROGRAMS_HASHER.time_cost >= 2


WEAKER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)


def test_a_hash_of_other_parameters_is_made_anew(database: Database) -> None:
    open_account(database)
    with database.write() as work:
        work.change(accounts, password=WEAKER.hash(PASSWORD))
    with database.read() as work:
        before = Accounts(work).find(LOGIN)
    assert password_matches(before, PASSWORD)

    stronger = stronger_hash(before, PASSWORD)
    with database.write() as work:
        Accounts(work).rehash(before, stronger)

    with database.read() as work:
        after = Accounts(work).find(LOGIN)
    assert after.hash == stronger != before.hash
    assert password_matches(after, PASSWORD)
    assert stronger_hash(after, PASSWORD) == ""
    with database.write() as work:  # from another request, which had read the old one
        Accounts(work).rehash(before, "$argon2id$other")
        assert Accounts(work).find(LOGIN).hash == stronger

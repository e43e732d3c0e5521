"""How a patient stands to a sender, asked in a thread and from where one stands."""

from __future__ import annotations

import pytest

from gateway.errors import UnavailableError
from gateway.store.base.work import Database
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.standing import (
    StandingRow,
    find_standing,
    find_standing_at_once,
)
from tests.builders_people import INS, open_profile

SENDER = "service@hopital.mssante.test"


def at_once(database: Database) -> StandingRow | None:
    return find_standing_at_once(database, INS.matricule, names={SENDER})


def in_a_thread(database: Database) -> StandingRow | None:
    return find_standing(database, INS.matricule, names={SENDER})


def test_both_ways_see_what_is_committed(database: Database) -> None:
    is_sqlite = database.engine.dialect.name == "sqlite"
    ask = at_once if is_sqlite else in_a_thread
    before = in_a_thread(database)

    profile = open_profile(database)
    opened = ask(database)
    with database.write() as work:
        Decisions(work).block(profile, SENDER)
    blocked = ask(database)

    assert before is None
    assert opened == StandingRow(profile, "ACTIVATED", blocked=False)
    assert (
        blocked
        == StandingRow(profile, "ACTIVATED", blocked=True)
        == in_a_thread(database)
    )


def test_a_database_on_the_net_is_not_asked_at_once(database: Database) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("a file in this machine")

    with pytest.raises(UnavailableError):
        at_once(database)


def test_a_writer_is_not_waited_for(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("only a file is asked at once")
    profile = open_profile(database)
    in_a_thread(database)

    with database.write() as work:
        Decisions(work).block(profile, SENDER)
        meanwhile = at_once(database)

    assert meanwhile == StandingRow(profile, "ACTIVATED", blocked=False)


def test_the_first_question_is_for_a_thread_which_opens_the_file(
    database: Database,
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("only a file is asked at once")
    open_profile(database)

    with pytest.raises(UnavailableError):
        at_once(database)
    in_a_thread(database)

    assert at_once(database) is not None


def test_what_fails_at_once_is_for_a_thread_again(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("only a file is asked at once")
    open_profile(database)
    in_a_thread(database)
    with database.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE profiles RENAME TO gone")

    with pytest.raises(UnavailableError):
        at_once(database)
    with database.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE gone RENAME TO profiles")
    with pytest.raises(UnavailableError):
        at_once(database)
    in_a_thread(database)

    assert at_once(database) is not None

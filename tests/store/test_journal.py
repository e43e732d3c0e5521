"""The chains of the journal: whole for each patient, several for the operator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import (
    OPERATOR,
    OPERATOR_CHAINS,
    Action,
    Event,
    append,
    chain_of,
    is_as_written,
)


def lines(work: UnitOfWork, *subjects: str) -> list[Event]:
    return [
        Event(OPERATOR, work.now, Action.MESSAGE_ACCEPTED, "kept", subject, {})
        for subject in subjects
    ]


def test_writers_at_the_same_time_do_not_wait_for_one_operators_chain(
    database: Database,
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time")
    for together in (1, 2, 3):  # each round makes one chain more
        with ExitStack() as stack:
            for number in range(together):
                work = stack.enter_context(database.write())
                work.connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                append(work.connection, lines(work, f"{together}.{number}"))

    with database.read() as work:
        assert work.journal.verify() == []
        heads = {chain: seq for chain, (seq, _) in work.journal.heads().items()}
        subjects = {one.subject for one in work.journal.lines(OPERATOR)}
    assert heads == {"operator": 3, "operator:2": 2, "operator:3": 1}
    assert subjects == {"1.0", "2.0", "2.1", "3.0", "3.1", "3.2"}


def test_chains_stay_whole_whoever_writes_and_however_many(database: Database) -> None:
    def write(number: int) -> None:
        with database.write() as work:
            append(work.connection, lines(work, f"{number}", f"{number}'"))

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(write, range(60)))

    with database.read() as work:
        assert work.journal.verify() == []
        assert len(list(work.journal.lines(OPERATOR))) == 120
        assert set(work.journal.heads()) <= set(OPERATOR_CHAINS)


def test_lines_of_thousands_of_chains_follow_those_that_are_there(
    database: Database,
) -> None:
    def write(first: int) -> None:
        with database.write() as work:
            for number in range(first, first + 1500):
                work.note_patient(Action.PROFILE_ADDED, "open", f"{number:04}")

    write(0)
    write(1000)

    with database.read() as work:
        assert work.journal.verify() == []
        heads = {chain: seq for chain, (seq, _) in work.journal.heads().items()}
    assert heads == {
        chain_of(f"{number:04}"): 2 if 1000 <= number < 1500 else 1
        for number in range(2500)
    }


def test_a_chain_begun_by_an_earlier_version_goes_on(database: Database) -> None:
    with database.write() as work:
        append(work.connection, lines(work, "then"))
    with database.write() as work:
        append(work.connection, lines(work, "now"))

    with database.read() as work:
        assert [one.seq for one in work.journal.lines(OPERATOR)] == [1, 2]
        assert list(work.journal.heads()) == [OPERATOR]
        assert work.journal.verify() == []


def test_the_latest_lines_are_found_by_who_action_and_time(database: Database) -> None:
    chain = chain_of("a" * 32)
    with database.write() as work:
        for number, who in enumerate(("carer", "patient", "", "carer")):
            said = {"who": who} if who else {}
            action = Action.PROFILE_CHANGED if who else Action.DOCUMENT_FILED
            work.note(action, str(number), "x", chain=chain, **said)
        work.note(Action.PROFILE_CHANGED, "another's", "x", chain=chain_of("b" * 32))
    both = (Action.PROFILE_CHANGED, Action.DOCUMENT_FILED)

    with database.read() as work:
        read, now = work.journal, work.now

        def latest(**asked: Any) -> list[str]:
            found = read.latest(chain, both, **asked)
            assert all(is_as_written(one) for one in found)
            return [one.outcome for one in found]

        assert latest() == ["3", "2", "1", "0"]
        assert latest(most=2) == ["3", "2"]
        assert latest(within=2) == ["3", "2"]
        assert latest(within=5) == ["3", "2", "1", "0"]
        assert latest(before=3) == ["1", "0"]
        assert latest(who=["carer"]) == ["3", "0"]
        assert latest(who=["carer"], of_them=[Action.DOCUMENT_FILED]) == ["3", "2", "0"]
        assert latest(who=[]) == []
        assert latest(until=now - timedelta(days=1)) == []
        assert latest(since=now + timedelta(days=1)) == []

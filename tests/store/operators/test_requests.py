"""Requests are kept, confirmed by another one, taken back, and forgotten later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.rights.request_rules import RequestState
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.operators.requests import (
    KEPT,
    OperatorRequest,
    Requests,
    forget_requests,
)
from gateway.store.tables import operator_requests
from tests.fakes import SetClock

ANNE, BOB = 1001, 1002
DAY = timedelta(days=1)
WORDS = ("keys", "destroy", "--patient", "279035121518989", "--cause", "asked for")


def ask(work: UnitOfWork, *, most: int = 3) -> OperatorRequest:
    return Requests(work).ask(
        "keys destroy",
        WORDS,
        login=ANNE,
        by="anne (keys)",
        reason="asked for",
        lasts=DAY,
        most=most,
    )


def asked(database: Database) -> str:
    with database.write() as work:
        return ask(work).id


def confirm(database: Database, request_id: str, login: int = BOB) -> None:
    with database.write() as work:
        one = Requests(work).get(request_id)
        Requests(work).confirm(one, login=login, by="bob (keys)")


def withdraw(database: Database, request_id: str, login: int = ANNE) -> None:
    with database.write() as work:
        one = Requests(work).get(request_id)
        Requests(work).withdraw(one, login=login, by="anne (keys)")


def test_the_words_that_are_confirmed_are_those_that_were_asked(
    database: Database, clock: SetClock
) -> None:
    request_id = asked(database)

    with database.write() as work:
        one = Requests(work).get(request_id)
        assert (one.words, one.by, one.reason) == (WORDS, "anne (keys)", "asked for")
        assert one.facts.expires_at == clock() + DAY
        Requests(work).confirm(one, login=BOB, by="bob (keys)")
    with database.write() as work:
        Requests(work).end(one, 0)

    with database.read() as work:
        (shown,), altered = Requests(work).listed(ended=True)
        said = [
            (line.action, line.outcome, dict(line.detail))
            for line in work.journal.about([request_id])
        ]
    assert (shown.facts.state, shown.confirmed_by) == (RequestState.DONE, "bob (keys)")
    assert (shown.status, shown.ended_at, altered) == (0, clock(), 0)
    why = {"reason": "asked for"}
    assert said == [
        ("request:ask", "keys destroy", {"by": "anne (keys)", **why}),
        (
            *("request:confirm", "keys destroy"),
            {"by": "bob (keys)", "asked": "anne (keys)", **why},
        ),
        ("request:end", "done", {"command": "keys destroy"}),
    ]


def test_the_words_stand_nowhere_in_clear(database: Database) -> None:
    asked(database)

    with database.engine.connect() as connection:
        row = connection.execute(select(operator_requests)).one()
    assert b"279035121518989" not in row.said
    assert "279035121518989" not in repr(row)


def test_nobody_confirms_what_they_asked_for_or_twice_or_later(
    database: Database, clock: SetClock
) -> None:
    request_id = asked(database)

    with pytest.raises(MisuseError, match="second person"):
        confirm(database, request_id, ANNE)
    clock.advance(seconds=DAY.total_seconds())
    with pytest.raises(MisuseError, match="expired"):
        confirm(database, request_id)
    clock.advance(seconds=-1)
    confirm(database, request_id)
    with pytest.raises(MisuseError, match="it is confirmed"):
        confirm(database, request_id)


def test_what_was_taken_back_is_not_confirmed(database: Database) -> None:
    request_id = asked(database)

    with pytest.raises(MisuseError, match="only who asked"):
        withdraw(database, request_id, BOB)
    withdraw(database, request_id)
    with pytest.raises(MisuseError, match="withdrawn"):
        confirm(database, request_id)
    with database.read() as work:
        assert Requests(work).listed() == ([], 0)


def test_one_more_than_may_wait_is_refused_and_what_expired_counts_no_more(
    database: Database, clock: SetClock
) -> None:
    for _ in range(3):
        asked(database)
    with pytest.raises(ConflictError, match="3 requests wait"), database.write() as w:
        ask(w)
    clock.advance(days=1)
    request_id = asked(database)

    with database.read() as work:
        found, _ = Requests(work).listed()
    assert [one.id for one in found] == [request_id]


def test_what_ended_is_listed_for_days_and_then_forgotten(
    database: Database, clock: SetClock
) -> None:
    request_id = asked(database)
    clock.advance(seconds=(DAY + KEPT).total_seconds())
    with database.write() as work:
        assert forget_requests(work) == 0
    clock.advance(seconds=1)
    with database.write() as work:
        assert forget_requests(work) == 1

    with pytest.raises(NotFoundError), database.write() as work:
        Requests(work).get(request_id)
    with database.read() as work:
        assert work.journal.about([request_id])

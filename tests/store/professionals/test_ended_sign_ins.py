"""Which sign-ins by tokens are over, by what a provider of identities said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.store.base.work import Database
from gateway.store.professionals.ended_sign_ins import EndedSignIns
from gateway.store.tables import ended_sign_ins
from gateway.trust.tokens import ProviderSignIn

LASTING = timedelta(minutes=40)


def standing(
    database: Database, *, session: str = "s", subject: str = "p", minutes: int = -1
) -> ProviderSignIn:
    since = database.clock() + timedelta(minutes=minutes)
    return ProviderSignIn(session=session, subject=subject, since=since)


@pytest.mark.parametrize(
    ("said", "own", "minutes", "over"),
    [
        (("s", "p"), ("s", "p"), -1, True),
        (("s", ""), ("s", "p"), -1, True),
        (("s", ""), ("s", "p"), 1, True),  # it never begins again
        (("s", "p"), ("t", "p"), -1, False),  # another sign-in of theirs goes on
        (("s", "p"), ("", "p"), -1, True),  # which one it is, nobody said
        (("s", "p"), ("", "p"), 1, False),
        (("", "p"), ("s", "p"), -1, True),
        (("", "p"), ("s", "p"), 1, False),  # they signed in again
        (("", "p"), ("s", "q"), -1, False),
        (("s", ""), ("", "p"), -1, False),
        (("s", "p"), ("", ""), -1, False),
        (("", ""), ("", ""), -1, False),
    ],
)
def test_what_is_said_to_be_over_is(
    database: Database,
    said: tuple[str, str],
    own: tuple[str, str],
    minutes: int,
    over: bool,
) -> None:
    with database.write() as work:
        EndedSignIns(work).note(*said, LASTING)
    one = standing(database, session=own[0], subject=own[1], minutes=minutes)

    with database.read() as work:
        assert EndedSignIns(work).among([one]) == ({one} if over else set())


def test_many_are_asked_for_and_those_that_are_over_alone_are_told(
    database: Database,
) -> None:
    every = [
        standing(database, session=f"s{number}", subject=f"p{number}")
        for number in range(250)
    ]
    with database.write() as work:
        for number in (0, 99, 100, 249):
            EndedSignIns(work).note(f"s{number}", "", LASTING)

    with database.read() as work:
        found = EndedSignIns(work).among(every)

    assert found == {every[0], every[99], every[100], every[249]}


def test_what_is_older_than_any_session_is_forgotten(database: Database) -> None:
    with database.write() as work:
        EndedSignIns(work).note("s", "p", timedelta(0))
        EndedSignIns(work).note("t", "p", LASTING)
    with database.write() as work:
        EndedSignIns(work).note("u", "p", LASTING)
        kept = select(func.count()).select_from(ended_sign_ins)
        assert work.connection.execute(kept).scalar_one() == 2

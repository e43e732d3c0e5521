"""A minor comes of age: told before, ended on the day, and nobody else gets in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.core.texts.notices import NoticeKind
from gateway.rights.delegation_rules import Capacity, DelegationState, Term
from gateway.rights.majority_rules import majority_of
from gateway.store.base.work import Database
from gateway.store.journal import chain_of
from gateway.store.patients.deadlines import deadline_of, set_majority
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.majority import keep_majority
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.provisional_codes import ProvisionalCodes
from gateway.store.tables import deadlines, journal, notices
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.fakes import SetClock
from tests.store.patients.test_life import live, set_state

PARIS = ZoneInfo("Europe/Paris")
PARENTS = "parents@courriel.example"
BORN = "20090215"


def family(database: Database, *, email: str = PARENTS) -> tuple[str, str]:
    """Make a child whom a parent represents; return the profiles of both."""
    parent = open_profile(database, email=PARENTS)
    traits = IdentityTraits(
        family="PAT-TROIS", first_given="LÉO", given_names="LÉO", birth_date=BORN
    )
    ins = Ins.of(matricule(77), TEST_RANGE)
    child = open_profile(database, ins=ins, traits=traits, email=email)
    majority = majority_of(BORN)
    assert majority is not None
    with database.write() as work:
        whom, who = profile(database, child), profile(database, parent)
        Delegations(work).represent(
            whom,
            who,
            Term(first=work.now.date(), last=majority - timedelta(days=1)),
            capacity=Capacity.REPRESENTATIVE,
            by="anne",
            basis="proof",
        )
        keep_majority(work, whom, PARIS)
    return child, parent


def profile(database: Database, profile_id: str) -> Profile:
    with database.read() as work:
        found = Profiles(work).get(profile_id)
    assert found is not None
    return found


def told(database: Database, profile_id: str) -> list[str]:
    with database.read() as work:
        rows = work.connection.execute(
            select(notices.c.kind)
            .where(notices.c.profile_id == profile_id)
            .order_by(notices.c.created_at)
        )
        return list(rows.scalars())


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


def test_b7_18_both_are_told_before_and_it_ends_on_the_day(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    child, parent = family(database)
    assert live(database, tmp_path) == 0
    with database.write() as work:
        code = ProvisionalCodes(work).make(profile(database, child))

    clock.now = at(date(2026, 12, 17))
    assert live(database, tmp_path) == 1
    assert told(database, parent) == [NoticeKind.MAJORITY_SOON]
    assert told(database, child) == [NoticeKind.MAJORITY_SOON]
    clock.now = at(date(2027, 1, 20))
    assert live(database, tmp_path) == 0  # told once

    clock.now = at(date(2027, 2, 15))
    assert live(database, tmp_path) == 1
    with database.read() as work:
        (one,) = Delegations(work).of_holder(child)
        facts = [
            (each.what, each.who, each.means) for each in Profiles(work).changes(child)
        ]
        said = work.connection.execute(
            select(journal.c.outcome).where(
                journal.c.chain == chain_of(parent),
                journal.c.action == "delegation:end",
            )
        )
        assert list(said.scalars()) == ["majority"]
        assert work.connection.execute(select(deadlines)).all() == []
    assert one.state is DelegationState.ENDED
    assert {one for one in facts if one[1] == "system"} == {
        ("represented", "system", "task"),
        ("majority", "system", "task"),
        ("email", "system", "task"),
    }
    assert told(database, parent)[1:] == [NoticeKind.MAJORITY]
    # What would let the parents in: the address, and a code that they may hold.
    grown = profile(database, child)
    assert grown.email == ""
    with database.read() as work:
        assert not ProvisionalCodes(work).matches(grown, code)
    assert live(database, tmp_path) == 0


def test_an_address_of_their_own_stays_and_is_told(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    child, _ = family(database, email="leo@courriel.example")

    clock.now = at(date(2027, 2, 15))
    live(database, tmp_path)

    assert profile(database, child).email == "leo@courriel.example"
    assert told(database, child) == [NoticeKind.MAJORITY]


def test_a_day_begins_at_midnight_where_the_patients_are(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    child, parent = family(database)
    clock.now = datetime(2026, 12, 16, 22, 59, tzinfo=UTC)
    assert live(database, tmp_path) == 0
    clock.now = datetime(2026, 12, 16, 23, 0, tzinfo=UTC)
    assert live(database, tmp_path) == 1
    assert told(database, child) == [NoticeKind.MAJORITY_SOON]

    clock.now = datetime(2027, 2, 14, 22, 59, tzinfo=UTC)
    assert live(database, tmp_path) == 0
    clock.now = datetime(2027, 2, 14, 23, 0, tzinfo=UTC)
    assert live(database, tmp_path) == 1
    assert told(database, parent)[1:] == [NoticeKind.MAJORITY]


def test_a_task_that_comes_early_waits_for_its_day(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    """It was kept by the clock of UTC: west of it, the day has not begun by then."""
    child, _ = family(database)
    with database.write() as work:
        set_majority(work, child, datetime(2026, 12, 17, tzinfo=UTC))
    clock.now = datetime(2026, 12, 17, 0, 1, tzinfo=UTC)
    assert live(database, tmp_path, "America/Martinique") == 1
    assert live(database, tmp_path, "America/Martinique") == 0
    assert told(database, child) == []

    clock.now = datetime(2026, 12, 17, 4, 0, tzinfo=UTC)
    assert live(database, tmp_path, "America/Martinique") == 1
    assert told(database, child) == [NoticeKind.MAJORITY_SOON]


def test_a_space_that_was_suspended_has_its_day_again(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    child, parent = family(database)
    for state in ("SUSPENDED", "OPEN_NOT_ACTIVATED", "ACTIVATED"):
        set_state(database, tmp_path, child, state)
    with database.read() as work:
        assert deadline_of(work, child, "ACTIVATED") is None

    clock.now = at(date(2027, 2, 15))
    assert live(database, tmp_path) == 1

    assert NoticeKind.MAJORITY in told(database, parent)

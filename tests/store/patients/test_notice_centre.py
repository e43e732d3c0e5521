"""The notices of a space: for each account its own list, and sealed for all others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import update

from gateway.core.ins import Ins
from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.errors import AlteredError, DamagedError
from gateway.store.base.housekeeping import Housekeeping
from gateway.store.base.work import Database
from gateway.store.patients.notice_centre import (
    MOST_COUNTED,
    CentreReader,
    NoticeCentre,
)
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import centre_marks, centre_notices
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.fakes import SetClock
from tests.store.patients.told import URL, found, happens, kinds, reader

DOCUMENT = "a" * 32


@pytest.fixture
def holder(database: Database) -> CentreReader:
    return reader(database, open_profile(database))


@pytest.fixture
def carer(database: Database, holder: CentreReader) -> CentreReader:
    other = open_profile(database, ins=Ins.of(matricule(7), TEST_RANGE))
    own = reader(database, other, "anne")
    return evolve(own, profile_id=holder.profile_id, helps=True)


def unread(database: Database, who: CentreReader) -> int:
    with database.read() as work:
        return NoticeCentre(work).unread(who)


def test_what_happened_stands_there_newest_first_and_nothing_in_clear(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.MESSAGE, DOCUMENT)
    clock.advance(minutes=1)
    happens(database, holder.profile_id, NoticeKind.ACCESS, by="operator martin")

    first, second = found(database, holder)

    assert (first.kind, first.by, first.is_new) == (
        NoticeKind.ACCESS,
        "operator martin",
        True,
    )
    assert (second.kind, second.subject) == (NoticeKind.MESSAGE, DOCUMENT)
    with database.read() as work:
        rows = repr(work.connection.execute(centre_notices.select()).all())
    for word in ("martin", "access", "message", DOCUMENT):
        assert word not in rows


def test_what_is_only_mailed_is_not_there(
    database: Database, holder: CentreReader
) -> None:
    for kind in (NoticeKind.CODE, NoticeKind.UPDATE, NoticeKind.PASSWORD):
        assert happens(database, holder.profile_id, kind)

    assert kinds(database, holder) == []


def test_a_carer_who_clears_their_list_takes_nothing_from_the_holders(
    database: Database, holder: CentreReader, carer: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.MESSAGE, DOCUMENT)
    (one,) = found(database, carer)

    with database.write() as work:
        assert NoticeCentre(work).take_away(carer, one.id) == 1
        assert NoticeCentre(work).take_away(carer, one.id) == 0

    assert (kinds(database, carer), unread(database, carer)) == ([], 0)
    assert (kinds(database, holder), unread(database, holder)) == (["message"], 1)


def test_what_is_read_stays_until_it_is_taken_away(
    database: Database, holder: CentreReader
) -> None:
    for number in range(3):
        happens(database, holder.profile_id, NoticeKind.MESSAGE, f"{number:032x}")

    with database.write() as work:
        assert NoticeCentre(work).opened(holder, ["f" * 32]) == 0
        assert NoticeCentre(work).is_new(holder, [f"{1:032x}"])
        assert NoticeCentre(work).opened(holder, [f"{1:032x}"]) == 1
        assert not NoticeCentre(work).is_new(holder, [f"{1:032x}"])
    assert unread(database, holder) == 2
    with database.write() as work:
        assert NoticeCentre(work).take_read(holder) == 1
        assert NoticeCentre(work).read(holder) == 2
        assert NoticeCentre(work).read(holder) == 0
    assert (len(found(database, holder)), unread(database, holder)) == (2, 0)


def test_who_helps_finds_nothing_of_the_account_nor_a_representative_secrets(
    database: Database, holder: CentreReader, carer: CentreReader
) -> None:
    parent = evolve(carer, helps=False, knows_secrets=False)
    happens(database, holder.profile_id, NoticeKind.DOCUMENT, DOCUMENT, secret=True)
    for kind in (NoticeKind.PEOPLE, NoticeKind.ACCESS, NoticeKind.MESSAGE):
        happens(database, holder.profile_id, kind)

    of_all = {"document", "people", "access", "message"}
    for who, seen in (
        (holder, of_all),
        (carer, {"document", "message"}),
        (parent, of_all - {"document"}),
    ):
        assert set(kinds(database, who)) == seen
        assert unread(database, who) == len(seen)
        with database.read() as work:
            for one in NoticeCentre(work).listed(holder, 9):
                found_by = NoticeCentre(work).find(who, one.id)
                assert (found_by is not None) == (one.kind.value in seen)


def test_long_lists_come_in_pages_and_are_counted_up_to_a_limit(
    database: Database, holder: CentreReader, carer: CentreReader
) -> None:
    """All at one moment: nothing is shown twice or left out between two pages."""
    with database.write() as work:
        profile = Profiles(work).get(holder.profile_id)
        assert profile is not None
        for number in range(MOST_COUNTED + 30):
            happened = Happened(subject=f"{number:032x}")
            NoticeCentre(work).add(profile, NoticeKind.MESSAGE, happened, waits=False)

    assert unread(database, holder) == unread(database, carer) == MOST_COUNTED
    seen: list[str] = []
    with database.read() as work:
        while page := NoticeCentre(work).listed(holder, 40, seen[-1] if seen else ""):
            seen += [one.id for one in page]
    assert len(seen) == len(set(seen)) == MOST_COUNTED + 30


def test_what_is_told_once_a_day_is_so_without_an_address_too(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database, email="")
    who = reader(database, profile_id)

    for _ in range(3):
        with database.write() as work:
            profile = Profiles(work).get(profile_id)
            assert profile is not None
            Notices(work, "Le service", URL).make_daily(
                profile, NoticeKind.HELPED, Happened(by="Anne MOREL")
            )
        clock.advance(hours=20)

    assert kinds(database, who) == ["helped", "helped"]


def test_another_patients_notice_is_not_there(
    database: Database, holder: CentreReader, carer: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.MESSAGE)
    (one,) = found(database, holder)
    stranger = reader(
        database, open_profile(database, ins=Ins.of(matricule(8), TEST_RANGE)), "s"
    )

    with database.write() as work:
        assert NoticeCentre(work).find(stranger, one.id) is None
        assert NoticeCentre(work).take_away(stranger, one.id) == 0
        assert NoticeCentre(work).listed(stranger, 5, one.id) == []


@pytest.mark.parametrize("change", ["row", "moment"])
def test_a_row_that_was_moved_is_not_believed(
    database: Database, holder: CentreReader, change: str
) -> None:
    for kind in (NoticeKind.MESSAGE, NoticeKind.ACCESS):
        happens(database, holder.profile_id, kind)
    first, second = found(database, holder)
    columns = centre_notices.c
    with database.write() as work:
        row = work.connection.execute(
            centre_notices.select().where(columns.id == first.id)
        ).one()
        values = (
            {"said": row.said}
            if change == "row"
            else {"created_at": row.created_at + timedelta(days=1)}
        )
        work.connection.execute(
            update(centre_notices).where(columns.id == second.id).values(**values)
        )

    with pytest.raises(AlteredError if change == "moment" else DamagedError):
        found(database, holder)


def test_old_notices_are_forgotten_with_who_read_them(
    database: Database, clock: SetClock, holder: CentreReader
) -> None:
    happens(database, holder.profile_id, NoticeKind.MESSAGE)
    with database.write() as work:
        NoticeCentre(work).read(holder)
    clock.advance(days=30)
    happens(database, holder.profile_id, NoticeKind.ACCESS)
    rounds = Housekeeping(database, timedelta(days=7), timedelta(days=30))

    assert rounds.run()["centre"] == 0
    clock.advance(seconds=1)
    assert rounds.run()["centre"] == 1
    assert kinds(database, holder) == ["access"]
    with database.read() as work:
        assert work.connection.execute(centre_marks.select()).all() == []

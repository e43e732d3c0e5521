"""By which way a patient is told: a number that was proved, and not without end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.core.ins import Ins
from gateway.core.notices import NoticeWay
from gateway.core.texts.notices import NoticeKind
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.patients.ways import SmsLimits, WayOf, Ways
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.builders_settings import make_settings
from tests.fakes import SetClock

NUMBER = "+33612345678"
ON = SmsLimits(is_on=True, per_patient=2, per_day=3)
SETTINGS = make_settings(sms={"folder": "sms", "per_patient": 2, "per_day": 3})


def profile_of(work: UnitOfWork, profile_id: str) -> Profile:
    profile = Profiles(work).get(profile_id)
    assert profile is not None
    return profile


def proved(database: Database, number: int = 0) -> str:
    """Open a space whose patient proved their number; return its id."""
    ins = Ins.of(matricule(number), TEST_RANGE)
    profile_id = open_profile(database, ins=ins)
    with database.write() as work:
        Profiles(work).set_telephone(profile_of(work, profile_id), NUMBER)
    with database.write() as work:
        Ways(work).prove(profile_id, NUMBER)
        choose = Ways(work).choose
        assert choose(profile_of(work, profile_id), WayOf.NOTICES, NoticeWay.SMS)
    return profile_id


def way(database: Database, profile_id: str, limits: SmsLimits = ON) -> str:
    with database.read() as work:
        found = Ways(work, limits).way(profile_of(work, profile_id))
    return found.value if found else ""


def test_a_number_that_was_changed_is_not_proved(database: Database) -> None:
    profile_id = proved(database)
    assert way(database, profile_id) == "sms"

    with database.write() as work:
        Profiles(work).set_telephone(profile_of(work, profile_id), "+33699999999")

    assert way(database, profile_id) == "email"
    with database.write() as work:
        profile = profile_of(work, profile_id)
        assert not Ways(work).choose(profile, WayOf.CODES, NoticeWay.SMS)


def test_without_a_port_all_is_by_email(database: Database) -> None:
    assert way(database, proved(database), SmsLimits()) == "email"


def test_beyond_the_limits_it_is_by_email_until_a_day_has_passed(
    database: Database, clock: SetClock
) -> None:
    first, second = proved(database, 1), proved(database, 2)

    def tell(profile_id: str) -> None:
        with database.write() as work:
            told = Notices.of(work, SETTINGS)
            told.make(profile_of(work, profile_id), NoticeKind.PASSWORD)

    for expected in ("sms", "sms", "email"):
        assert way(database, first) == expected
        tell(first)
    assert way(database, second) == "sms"
    tell(second)
    assert way(database, second) == "email"  # three in all
    clock.advance(hours=24)
    assert (way(database, first), way(database, second)) == ("sms", "sms")


@pytest.mark.parametrize(
    "change",
    [
        lambda work, profile: Ways(work).choose(profile, WayOf.CODES, NoticeWay.SMS),
        lambda work, profile: Ways(work).choose(
            profile, WayOf.NOTICES, NoticeWay.EMAIL
        ),
    ],
    ids=["codes", "back"],
)
def test_each_choice_is_a_dated_fact(
    database: Database, change: Callable[[UnitOfWork, Profile], bool]
) -> None:
    profile_id = proved(database)

    with database.write() as work:
        assert change(work, profile_of(work, profile_id))
    with database.write() as work:
        assert not change(work, profile_of(work, profile_id))

    with database.read() as work:
        changes = [one.what for one in Profiles(work).changes(profile_id)]
    assert len(changes) == 4
    assert {"telephone", "telephone-proved", "notice-way"} <= set(changes)

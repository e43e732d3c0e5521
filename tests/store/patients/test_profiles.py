"""A profile is found by its number and by its id, as long as it opens."""

from __future__ import annotations

from gateway.store.base.work import Database
from gateway.store.patients.deletion import delete_patient
from gateway.store.patients.profiles import Profiles
from tests.builders_people import MATRICULE, matricule, open_profile


def found(database: Database, profile_id: str) -> list[str]:
    with database.read() as work:
        profiles = Profiles(work)
        ways = (
            profiles.find_open(matricule=MATRICULE),
            profiles.find_open(profile_id=profile_id),
        )
        return [one.id for one in ways if one is not None]


def test_one_whose_key_is_destroyed_is_nobody(database: Database) -> None:
    profile_id = open_profile(database)
    before = found(database, profile_id)

    with database.write() as work:
        delete_patient(work, MATRICULE, cause="asked for it", by="anne")

    assert before == [profile_id, profile_id]
    assert found(database, profile_id) == []


def test_nobody_is_found_by_what_is_not_there(database: Database) -> None:
    open_profile(database)

    with database.read() as work:
        assert Profiles(work).find_open(matricule=matricule(999)) is None
        assert Profiles(work).find_open(profile_id="0" * 32) is None

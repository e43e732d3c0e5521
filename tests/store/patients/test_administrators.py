"""Administrators: named, ended and found by facts that stand."""

from __future__ import annotations

from typing import cast

from gateway.core.actors import Actor, Means, Who
from gateway.store.base.work import Database
from gateway.store.evidence.settings import patient_settings_at
from gateway.store.journal import chain_of
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from tests.builders_people import open_profile
from tests.fakes import SetClock

DOCTOR, OTHER = "801234567897", "899700000001"
PARENT = Actor(Who.REPRESENTATIVE, Means.WEB, "Alix SEPT")


def name(database: Database, profile_id: str, identity: str = DOCTOR) -> bool:
    cast("SetClock", database.clock).advance(seconds=1)
    with database.write() as work:
        return Administrators(work, profile_id).name(identity, f"Dr {identity[-1]}")


def standing(database: Database, profile_id: str) -> list[tuple[str, str]]:
    with database.read() as work:
        found = Administrators(work, profile_id).all
    return [(one.identity, one.name) for one in found]


def test_who_is_named_stands_by_number_name_and_day_until_they_are_ended(
    database: Database,
) -> None:
    profile_id = open_profile(database)

    assert name(database, profile_id)
    assert name(database, profile_id, OTHER)
    assert not name(database, profile_id)

    assert standing(database, profile_id) == [(DOCTOR, "Dr 7"), (OTHER, "Dr 1")]
    with database.read() as work:
        administrators = Administrators(work, profile_id)
        first = administrators.all[0]
        assert administrators.among({"1750803447", OTHER}) == administrators.all[1]
        assert administrators.among({"1750803447"}) is None
    assert first.since < cast("SetClock", database.clock)()
    with database.write() as work:
        assert Administrators(work, profile_id).end(DOCTOR) == first
        assert Administrators(work, profile_id).end(DOCTOR) is None
    assert standing(database, profile_id) == [(OTHER, "Dr 1")]


def test_each_is_a_dated_fact_of_the_settings_that_decisions_name(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        Administrators(work, profile_id, PARENT, "asked").name(DOCTOR, "Dr Martin")

    with database.read() as work:
        fact = Profiles(work).changes(profile_id)[-1]
        said = patient_settings_at(work, profile_id, fact.version)
        line = list(work.journal.lines(chain_of(profile_id)))[-1]
    assert (fact.what, fact.about, fact.who) == (
        "administrator",
        DOCTOR,
        "representative",
    )
    assert (fact.by, fact.why) == ("Alix SEPT", "asked")
    assert said is not None
    assert said["standing"][f"administrator:{DOCTOR}"]["name"] == "Dr Martin"
    assert (line.action, line.outcome) == ("profile:change", "administrator")
    assert DOCTOR not in str(line)
    assert "Martin" not in str(line)
    assert DOCTOR not in repr(Administrators)


def test_who_is_blocked_is_one_no_longer_and_unblocking_gives_it_to_nobody(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    name(database, profile_id)
    name(database, profile_id, OTHER)

    with database.write() as work:
        Decisions(work).block(profile_id, DOCTOR, "Dr Martin")
    assert standing(database, profile_id) == [(OTHER, "Dr 1")]

    with database.write() as work:
        Decisions(work).unblock(profile_id, DOCTOR)
    assert standing(database, profile_id) == [(OTHER, "Dr 1")]


def test_the_administrator_of_one_patient_is_nobody_to_another(
    database: Database,
) -> None:
    with database.read() as work:
        assert Administrators(work, "0" * 32).all == []

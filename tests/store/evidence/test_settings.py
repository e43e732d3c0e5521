"""Settings of the service and of patients: each version is kept, none is changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from gateway.errors import ConflictError
from gateway.evidence.policies import text_of
from gateway.settings.file import FilingSettings
from gateway.store.base.work import Database
from gateway.store.carrying.keeping_settings import keep_settings
from gateway.store.evidence.settings import (
    SettingsText,
    patient_settings_at,
    settings_text,
)
from gateway.store.patients.decisions import Decisions, Opposition
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import oppositions, patient_settings, settings_texts
from tests.builders_people import open_profile
from tests.fakes import SetClock
from tests.rights.facts import INS, OTHER_INS, WRONG_KEY

TYPE = Opposition(kind="structure", structure="1750000011", type_code="11488-4")


def test_a_text_is_kept_once_by_whoever_decides_first(database: Database) -> None:
    text = text_of(FilingSettings())
    one, other = SettingsText(text), SettingsText(text)
    for each in (one, other, one):
        with database.write() as work:
            each.keep(work)
    with database.write() as work:
        SettingsText(text_of(FilingSettings(blocked_may_file=True))).keep(work)

    with database.read() as work:
        assert settings_text(work, one.hash) == text
        assert settings_text(work, "0" * 64) is None
        count = select(func.count()).select_from(settings_texts)
        assert work.connection.execute(count).scalar_one() == 2


def test_what_was_undone_is_kept_by_the_next(database: Database) -> None:
    one = SettingsText("{}")

    def undone() -> None:
        with database.write() as work:
            one.keep(work)
            raise ConflictError("undone")

    with pytest.raises(ConflictError):
        undone()

    with database.write() as work:
        one.keep(work)

    with database.read() as work:
        assert settings_text(work, one.hash) == "{}"


def test_each_change_of_a_patient_is_a_version_and_those_before_stay(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        Decisions(work, by="marie").block(profile_id, "1750000011")
    clock.now += timedelta(hours=1)
    with database.write() as work:
        decisions = Decisions(work)
        decisions.oppose(profile_id, TYPE)
        decisions.set_secret(profile_id, "dr@h.test", secret=True)
        decisions.unblock(profile_id, "1750000011")
        Profiles(work).change(profile_id, "mask", mask_by_default=True)

    with database.read() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        version = profile.settings_version
        first = patient_settings_at(work, profile_id, 1)
        blocked = patient_settings_at(work, profile_id, 2)
        last = patient_settings_at(work, profile_id, version)
        rows = work.connection.execute(
            select(patient_settings.c.version, patient_settings.c.actor).order_by(
                patient_settings.c.version
            )
        ).all()

    assert [row.version for row in rows] == list(range(1, version + 1))
    assert [row.actor for row in rows[:3]] == ["", "marie", ""]
    assert (first["blocks"], first["mask_by_default"]) == ([], False)
    assert [one["identity"] for one in blocked["blocks"]] == ["1750000011"]
    assert (last["blocks"], last["mask_by_default"]) == ([], True)
    assert [one["identity"] for one in last["secrecies"]] == ["dr@h.test"]
    (opposed,) = last["oppositions"]
    assert (opposed["structure"], opposed["until"]) == ("1750000011", None)
    assert len(opposed["id"]) == 32


def test_an_opposition_ends_and_its_row_stays(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        Decisions(work).oppose(profile_id, TYPE)
    clock.now += timedelta(days=1)
    with database.write() as work:
        assert Profiles(work).rights(profile_id).oppositions == (TYPE,)
        Decisions(work).withdraw(profile_id, TYPE)
    ended = clock.now

    with database.read() as work:
        assert Profiles(work).rights(profile_id).oppositions == ()
        (row,) = work.connection.execute(select(oppositions)).all()
        assert (row.until, row.since) == (ended, ended - timedelta(days=1))
    clock.now += timedelta(days=1)
    with database.write() as work:
        Decisions(work).oppose(profile_id, TYPE)
        Decisions(work).withdraw(profile_id, TYPE)
        Decisions(work).oppose(profile_id, TYPE)
    with database.read() as work:
        assert Profiles(work).rights(profile_id).oppositions == (TYPE,)
        rows = work.connection.execute(
            select(oppositions.c.until).order_by(oppositions.c.since)
        ).scalars()
        assert sorted(map(str, rows)) == sorted([str(ended), str(clock.now), str(None)])


def test_an_end_that_is_to_come_does_not_end_it_yet(
    database: Database, clock: SetClock
) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        Decisions(work).oppose(profile_id, TYPE)
        work.connection.execute(
            oppositions.update().values(until=clock.now + timedelta(seconds=1))
        )
        Profiles(work).bind(profile_id)

    with database.read() as work:
        assert Profiles(work).rights(profile_id).oppositions == (TYPE,)
    clock.now += timedelta(seconds=1)
    with database.read() as work:
        assert Profiles(work).rights(profile_id).oppositions == ()


def test_profiles_from_before_are_carried_over_in_batches(database: Database) -> None:
    profile_ids = [
        open_profile(database, ins=ins) for ins in (INS, OTHER_INS, WRONG_KEY)
    ]
    with database.write() as work:
        work.connection.execute(delete(patient_settings))

    done = []
    for _ in range(3):
        with database.write() as work:
            done.append(keep_settings(work, 2))

    assert done == [2, 1, 0]
    with database.read() as work:
        for profile_id in profile_ids:
            assert patient_settings_at(work, profile_id, 1)["state"] == "ACTIVATED"
        assert patient_settings_at(work, profile_ids[0], 9) is None

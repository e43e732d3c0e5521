"""Dated facts: kept with who, how and why; what stands is found and cannot be lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from gateway.core.actors import Actor, Means, Who
from gateway.errors import AlteredError
from gateway.store.base.work import Database
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.evidence.settings import patient_settings_at
from gateway.store.journal import chain_of
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import patient_settings, profile_changes
from tests.builders_people import open_profile

CARER = Actor(Who.CARER, Means.WEB, "Alix Sept")
SENDER = "1750000011"


def record(database: Database, profile_id: str, after: str | None) -> str:
    with database.write() as work:
        return Profiles(work, CARER, "asked by telephone").record(
            profile_id, "consent", None, after, about=SENDER, stands=True
        )


def test_a_fact_says_what_was_and_is_who_by_what_means_why_and_since_when(
    database: Database,
) -> None:
    profile_id = open_profile(database)

    fact_id = record(database, profile_id, "given")

    with database.read() as work:
        fact = Profiles(work).changes(profile_id)[-1]
        profile = Profiles(work).get(profile_id)
    assert profile is not None
    assert (fact.id, fact.what, fact.about) == (fact_id, "consent", SENDER)
    assert (fact.before, fact.after, fact.why) == (None, "given", "asked by telephone")
    assert (fact.who, fact.means, fact.by) == ("carer", "web", "Alix Sept")
    assert fact.version == profile.settings_version == 2
    assert "Alix" not in repr(fact)
    assert SENDER not in repr(fact)


def test_its_line_is_in_the_patients_chain_and_names_a_person_sealed(
    database: Database,
) -> None:
    profile_id = open_profile(database)

    fact_id = record(database, profile_id, "given")

    with database.read() as work:
        line = list(work.journal.lines(chain_of(profile_id)))[-1]
    assert (line.action, line.outcome) == ("profile:change", "consent")
    assert line.detail["fact"] == fact_id
    assert (line.detail["who"], line.detail["means"]) == ("carer", "web")
    assert line.detail["person"] == "Alix Sept"
    assert "Alix" not in str(line.kept)
    assert SENDER not in str(line.kept)


def test_what_stands_lasts_through_other_changes_until_it_is_ended(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    record(database, profile_id, "given")
    with database.write() as work:
        Decisions(work).block(profile_id, "other@hopital.mssante.test")
        Profiles(work).change(profile_id, "language", language="en")

    with database.read() as work:
        assert Profiles(work).standing(profile_id) == {f"consent:{SENDER}": "given"}
        then = patient_settings_at(work, profile_id, 2)
    assert then["standing"] == {f"consent:{SENDER}": "given"}
    record(database, profile_id, None)
    with database.read() as work:
        assert Profiles(work).standing(profile_id) == {}
        assert len(Profiles(work).changes(profile_id)) == 4
        assert patient_settings_at(work, profile_id, 2) == then


def test_what_does_not_stand_is_kept_and_no_setting(database: Database) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        Profiles(work).record(profile_id, "mask", None, True, about="a document")

    with database.read() as work:
        assert Profiles(work).standing(profile_id) == {}
        assert Profiles(work).changes(profile_id)[-1].about == "a document"


def test_of_a_database_from_before_nothing_stands_until_it_is_carried_over(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    with database.write() as work:
        work.connection.execute(delete(patient_settings))

    with database.read() as work:
        assert Profiles(work).standing(profile_id) == {}


def test_settings_that_were_taken_away_do_not_read_as_none(database: Database) -> None:
    CarryingOver(database, STEPS).nothing_to_do()
    profile_id = open_profile(database)
    record(database, profile_id, "refused")
    with database.write() as work:
        work.connection.execute(
            delete(patient_settings).where(patient_settings.c.version == 2)
        )

    with database.read() as work, pytest.raises(AlteredError):
        Profiles(work).standing(profile_id)


@pytest.mark.parametrize("column", ["what", "changed_at"])
def test_a_fact_of_which_the_row_was_altered_is_not_shown(
    database: Database, column: str
) -> None:
    profile_id = open_profile(database)
    record(database, profile_id, "given")
    with database.write() as work:
        other = {"what": "unblock", "changed_at": work.now - timedelta(days=9)}
        work.connection.execute(
            update(profile_changes).values(**{column: other[column]})
        )

    with database.read() as work, pytest.raises(AlteredError):
        Profiles(work).changes(profile_id)

"""An extraction taken over: differences only, nothing lost by a broken line or file."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.core.directory_extract import MOST_PRACTICES
from gateway.errors import ConflictError, InvalidError
from gateway.store.base.work import Database
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.directory.directory import Directory
from gateway.store.directory.importing import BATCH, BrokenLine, DirectoryCounts
from tests.builders_directory import (
    ACTIVITIES,
    CLOSED,
    DAY,
    HOMONYMS,
    TWO_ACTIVITIES,
    as_file,
    person,
    take,
    take_sample,
)
from tests.fakes import SetClock

ANNE, BOB, CHLOE = "899700000017", "899700000025", "899700000033"


def everybody(number: int) -> list[str]:
    return [person(f"8997{one:08d}", f"NOM{one}") for one in range(number)]


def known(database: Database, national_id: str) -> bool:
    with database.read() as work:
        return Directory(work).find(national_id) is not None


def test_the_sample_is_taken_and_taken_again_it_changes_nothing(
    database: Database,
) -> None:
    done = take_sample(database)
    again = take_sample(database)

    assert done == DirectoryCounts(lines=14, people=13, added=13)
    assert again == DirectoryCounts(lines=14, people=13, same=13)
    assert not again.changes
    with database.read() as work:
        lines = [
            (one.action, one.outcome, one.detail)
            for one in work.journal.about(["1", "2"])
        ]
        last = Directory(work).last_import()
    assert [action for action, _, _ in lines] == ["directory:import"] * 2
    assert lines[0][1] == "2026-11-28"
    assert lines[0][2]["added"] == 13
    assert lines[0][2]["by"] == "anne"
    assert last is not None
    assert (last.made_on, last.people, last.added) == (DAY, 13, 0)


def test_only_what_differs_is_changed(database: Database, clock: SetClock) -> None:
    people = everybody(BATCH + 20)
    assert take(database, as_file(people))[0].added == BATCH + 20
    people[3] = person("899700000003", "AUTRE")
    del people[7]
    people.append(person("899799999999"))
    random.Random(7).shuffle(people)
    clock.advance(days=1)

    done, _ = take(database, as_file(people), DAY + timedelta(days=1))

    assert (done.added, done.changed, done.gone) == (1, 1, 1)
    assert done.same == BATCH + 18
    with database.read() as work:
        directory = Directory(work)
        gone = directory.known("899700000007")
        assert gone is not None
        assert gone.gone_at == clock()
        assert directory.find("899700000007") is None
        assert directory.search("nom3", most=9)[0].national_id != "899700000003"
        assert [one.national_id for one in directory.search("autre", most=9)] == [
            "899700000003"
        ]


def test_who_comes_back_is_there_again(database: Database) -> None:
    take(database, as_file([person(ANNE), person(BOB)]))
    take(database, as_file([person(ANNE)]))
    assert not known(database, BOB)

    done, _ = take(database, as_file([person(ANNE), person(BOB)]))

    assert (done.changed, done.same) == (1, 1)
    assert known(database, BOB)


def test_lines_of_one_person_stand_anywhere(database: Database) -> None:
    lines = [
        person(BOB, activity="GENR01"),
        person(ANNE),
        person(BOB, activity="GENR08"),
    ]

    take(database, as_file(lines))

    with database.read() as work:
        found = Directory(work).find(BOB)
    assert found is not None
    assert [one.activity for one in found.practices] == ["GENR01", "GENR08"]


def test_a_broken_line_leaves_its_person_as_they_were_and_spoils_no_other(
    database: Database,
) -> None:
    take(database, as_file([person(ANNE, "AVANT"), person(BOB)]))
    lines = as_file([person(ANNE, "APRÈS"), person(ANNE) + "|", person(BOB, "AUSSI")])
    lines.insert(2, b"\xff\xfe\n")

    done, broken = take(database, lines)

    assert broken == [
        BrokenLine(3, "not UTF-8"),
        BrokenLine(4, "57 cells where there are 56"),
    ]
    assert (done.refused, done.changed, done.gone, done.people) == (2, 1, 0, 2)
    with database.read() as work:
        names = Directory(work).names([ANNE, BOB])
    assert names == {ANNE: "Camille AVANT", BOB: "Camille AUSSI"}


def test_a_person_has_so_many_activities_and_no_more(database: Database) -> None:
    lines = [person(ANNE, place=f"Place {one}") for one in range(MOST_PRACTICES + 3)]

    done, _ = take(database, as_file(lines))

    assert done.refused == 3
    with database.read() as work:
        found = Directory(work).find(ANNE)
    assert found is not None
    assert len(found.practices) == MOST_PRACTICES


def test_an_extraction_that_lacks_many_is_refused_and_changes_nothing(
    database: Database,
) -> None:
    take(database, as_file(everybody(100)))

    with pytest.raises(ConflictError, match="21 of 100 persons"):
        take(database, as_file(everybody(79)))
    assert known(database, "899700000099")

    assert take(database, as_file(everybody(80)))[0].gone == 20
    assert take(database, as_file(everybody(50)), force=True)[0].gone == 30
    assert not known(database, "899700000050")


def test_an_older_extraction_is_refused(database: Database) -> None:
    take(database, as_file([person(ANNE)]))
    older = DAY - timedelta(days=1)

    with pytest.raises(ConflictError, match="older than that of 2026-11-28"):
        take(database, as_file([person(BOB)]), older)

    assert take(database, as_file([person(BOB)]), older, force=True)[0].added == 1


def test_what_is_no_extraction_is_refused(database: Database) -> None:
    for lines in ([], [b"PK\x03\x04"], [b"a|b|c\n", b"1|2|3\n"], as_file([])):
        with pytest.raises(InvalidError):
            take(database, lines, force=True)
    with pytest.raises(InvalidError):
        take(database, as_file([person(ANNE)]), skills=[b"a|b\n"])


def test_qualifications_are_taken_from_their_own_file(database: Database) -> None:
    take_sample(database)

    with database.read() as work:
        directory = Directory(work)
        found = directory.find(HOMONYMS[0])
        label = directory.label("specialty", "SM54")
    assert found is not None
    assert found.practices[0].specialty == "SM26"
    assert label == "Médecine générale (SM)"
    head = b"Identification nationale PP|Code profession|Code savoir-faire\n"
    skills = [head, b"broken\n"]
    done, broken = take(database, ACTIVITIES.read_bytes().splitlines(), skills=skills)
    assert broken == [BrokenLine(2, "1 cells where there are 3", of_skills=True)]
    assert (done.refused, done.changed) == (1, 1)


def test_a_label_that_changed_is_the_new_one(database: Database) -> None:
    lines = ACTIVITIES.read_bytes().splitlines()
    take(database, lines)

    take(database, [one.replace(b"Infirmier", b"Infirmier DE") for one in lines])

    with database.read() as work:
        assert Directory(work).label("profession", "60") == "Infirmier DE"


def test_what_somebody_else_wrote_is_written_anew_or_taken_away(
    database: Database,
) -> None:
    CarryingOver(database, STEPS).nothing_to_do()
    take_sample(database)
    with database.engine.begin() as connection:
        for statement in (
            "UPDATE directory_people SET family = 'FAUX', words = ' faux'"
            " WHERE national_id = :nurse",
            "INSERT INTO directory_people (national_id, family, given, practices,"
            " words, towns, professions) VALUES ('899766666666', 'FAUX', 'X', '[]',"
            " ' faux x', '', ' 10 ')",
            "INSERT INTO directory_words (word, national_id)"
            " VALUES ('faux', '899766666666')",
            "UPDATE directory_people SET gone_at = 1 WHERE national_id = :doctor",
        ):
            connection.execute(
                text(statement), {"nurse": TWO_ACTIVITIES, "doctor": CLOSED}
            )

    done = take_sample(database)

    assert (done.altered, done.changed, done.gone) == (3, 2, 0)
    assert known(database, CLOSED)
    with database.read() as work:
        directory = Directory(work)
        assert directory.known("899766666666") is None
        found = directory.search("lefevre martin", most=9)
    assert [one.national_id for one in found] == [TWO_ACTIVITIES]
    assert take_sample(database).altered == 0

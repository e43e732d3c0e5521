"""The national directory: somebody by number, by name, by town; what rows say."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from gateway.core.practice import Practice
from gateway.errors import AlteredError
from gateway.store.base.engine import is_sqlite
from gateway.store.base.work import Database
from gateway.store.directory.directory import Directory
from tests.builders_directory import (
    ADELI,
    CLOSED,
    HOMONYMS,
    NO_ACTIVITY,
    NO_CARE,
    OCCUPATIONAL,
    ROLES,
    STUDENT,
    TWO_ACTIVITIES,
    as_file,
    person,
    take,
    take_sample,
)
from tests.builders_queries import statements
from tests.store.test_indexes import plan


@pytest.fixture
def furnished(database: Database) -> Database:
    take_sample(database)
    return database


def test_somebody_is_found_by_the_national_number(furnished: Database) -> None:
    with furnished.read() as work:
        directory = Directory(work)
        nurse = directory.find(TWO_ACTIVITIES)
        newcomer = directory.find(NO_ACTIVITY)
        assert directory.find("899799999999") is None
        assert directory.find("") is None

    assert nurse is not None
    assert (nurse.family, nurse.given) == ("LEFÈVRE-MARTIN", "Zoé")
    assert [(one.activity, one.structure) for one in nurse.practices] == [
        ("GENR01", "1690000017"),
        ("GENR08", "1690000025"),
    ]
    assert not nurse.may_regulate
    assert newcomer is not None
    assert newcomer.practices == (Practice(profession="50", category="C"),)


def test_who_regulates_is_known_by_the_function(database: Database) -> None:
    take(database, as_file([person(CLOSED, function="FON-32")]))

    with database.read() as work:
        found = Directory(work).find(CLOSED)
    assert found is not None
    assert found.may_regulate


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("martin", [*HOMONYMS, TWO_ACTIVITIES]),
        ("MARTIN jeanne", list(HOMONYMS)),
        ("lefèvre zoé", [TWO_ACTIVITIES]),
        ("d'almeida", [OCCUPATIONAL]),
        ("nguyen l’isle haute", [ADELI]),
        ("martin villeb", [*HOMONYMS, TWO_ACTIVITIES]),
        ("martin montclair", []),
        ("villebourg", []),
        ("ma", []),
        ("%", []),
        ("_", []),
        ("  ", []),
    ],
)
def test_people_are_found_by_words_of_name_and_town(
    furnished: Database, words: str, found: list[str]
) -> None:
    with furnished.read() as work:
        people = Directory(work).search(words, most=30)

    assert sorted(one.national_id for one in people) == sorted(found)


def test_a_search_is_narrowed_by_town_and_profession(furnished: Database) -> None:
    with furnished.read() as work:
        directory = Directory(work)
        doctors = directory.search("martin", profession="10", most=9)
        there = directory.search("faure", town="Saint Mesnil", most=9)
        elsewhere = directory.search("faure", town="villebourg", most=9)
        first = directory.search("martin", most=1)

    assert [one.national_id for one in doctors] == [HOMONYMS[0]]
    assert [one.national_id for one in there] == [ROLES[0]]
    assert elsewhere == []
    assert len(first) == 1


def test_a_word_of_two_letters_is_a_whole_one(database: Database) -> None:
    take(database, as_file([person(CLOSED, "LE GALL"), person(STUDENT, "LEROY")]))

    with database.read() as work:
        found = Directory(work).search("le", most=9)

    assert [one.family for one in found] == ["LE GALL"]


def test_homonyms_are_told_apart_by_what_they_do_and_where(
    furnished: Database,
) -> None:
    with furnished.read() as work:
        directory = Directory(work)
        entries = [directory.entry(one) for one in directory.search("jeanne", most=9)]

    assert [one.name for one in entries] == ["Jeanne MARTIN"] * 2
    assert [one.identity for one in entries] == list(HOMONYMS)
    assert [one.about for one in entries] == [
        "Médecin, Qualifié en médecine générale (SM), Cabinet de la gare Villebourg",
        "Masseur-Kinésithérapeute, Cabinet des sports Villebourg",
    ]


def test_names_are_known_by_number_as_it_was_given(database: Database) -> None:
    letters = "00B6077602"
    take(database, as_file([person(letters), person(CLOSED)]))
    take(database, as_file([person(letters)]))

    with database.read() as work:
        names = Directory(work).names({letters.lower(), CLOSED, "x@h.test"})

    assert names == {letters.lower(): "Camille ESSAI", CLOSED: "Camille ESSAI"}


def test_who_is_gone_is_named_and_not_found(furnished: Database) -> None:
    take(furnished, as_file([person(NO_CARE)]), force=True)

    with furnished.read() as work:
        directory = Directory(work)
        assert directory.find(CLOSED) is None
        assert directory.search("olivier", most=9) == []
        gone = directory.known(CLOSED)
        assert gone is not None
        assert gone.professional.family == "OLIVIER"


def test_a_row_that_somebody_else_wrote_is_not_believed(furnished: Database) -> None:
    """Whoever has the database alone makes nobody a doctor."""
    with furnished.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE directory_people SET practices = replace(practices, '60', '10')"
                " WHERE national_id = :id"
            ),
            {"id": TWO_ACTIVITIES},
        )

    with furnished.read() as work:
        directory = Directory(work)
        with pytest.raises(AlteredError):
            directory.find(TWO_ACTIVITIES)
        assert directory.search("lefevre", most=9) == []
        assert directory.names([TWO_ACTIVITIES]) == {}


def test_nothing_was_imported_yet(database: Database) -> None:
    with database.read() as work:
        directory = Directory(work)
        assert directory.last_import() is None
        assert directory.search("martin", most=9) == []
        assert directory.names([CLOSED]) == {}
        assert directory.label("profession", "10") == ""


def test_a_search_reads_no_table_whole(database: Database) -> None:
    if not is_sqlite(database.engine):
        pytest.skip("the plans are SQLite's")
    with statements(database.engine) as seen, database.read() as work:
        Directory(work).search("martin jeanne", town="lyon", most=9)
        Directory(work).names([CLOSED])

    steps = [step for one in seen for step in plan(database, one)]
    assert not [step for step in steps if step.startswith("SCAN directory")]

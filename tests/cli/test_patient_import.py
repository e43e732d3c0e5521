"""A feed of people: what is new, what differs, what is wrong, and doing it again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import patient
from gateway.core.ins import control_key
from gateway.errors import InvalidError
from gateway.rights.profile import ProfileState
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.patients.delegations import ATTACHED
from gateway.store.patients.feed import MOST_FIELD, FeedLine, RefusedLine, read_feed
from gateway.store.patients.importing import BATCH, Importing
from gateway.store.patients.life import Living
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.tables import notices
from gateway.store.tasks.tasks import TaskKind
from tests.builders_people import TEST_RANGE, matricule
from tests.builders_settings import make_settings
from tests.cli.conftest import Run

TODAY = date(2026, 7, 1)
HEAD = "ins;oid;family;given;birth_date;sex;birth_place;email;telephone;card"


def person(number: int, **other: str) -> str:
    """Return a line of the feed."""
    said = {
        "ins": matricule(number),
        "oid": TEST_RANGE,
        "family": f"PAT-{number}",
        "given": "DOMINIQUE MARIE-LOUISE",
        "birth_date": "1979-03-28",
        "sex": "F",
        "birth_place": "63220",
        "email": "",
        "telephone": "",
        "card": "",
        **other,
    }
    return ";".join(said.values())


def feed(folder: Path, *lines: str, head: str = HEAD) -> Path:
    file = folder / "feed.csv"
    file.write_text("\n".join([head, *lines, ""]), "utf-8")
    return file


def taken(
    database: Database, file: Path, state: ProfileState = ProfileState.ANNOUNCED
) -> tuple[Any, list[RefusedLine]]:
    importing = Importing(database, state, "root", "the feed of today")
    with file.open(encoding="utf-8", newline="") as source:
        refused = list(importing.run(read_feed(source, TODAY)))
    return importing.done, refused


def found(database: Database, number: int) -> Profile:
    with database.read() as work:
        profile = Profiles(work).find(matricule(number))
    assert profile is not None
    return profile


def counts(done: Any) -> tuple[int, ...]:
    return done.read, done.added, done.changed, done.same, done.refused


def test_each_person_of_a_feed_has_a_space_and_again_nothing_changes(
    database: Database, tmp_path: Path
) -> None:
    reach = {"email": "a@b.example", "telephone": "0612345678", "card": "21034567890"}
    file = feed(tmp_path, person(1, **reach), person(2))

    assert counts(taken(database, file)[0]) == (2, 2, 0, 0, 0)
    assert counts(taken(database, file)[0]) == (2, 0, 0, 2, 0)

    profile = found(database, 1)
    assert profile.state == "ANNOUNCED"
    assert profile.traits.family == "PAT-1"
    assert profile.traits.birth_date == "19790328"
    assert (profile.email, profile.telephone) == ("a@b.example", "+33612345678")
    assert profile.card == "21034567890"
    with database.read() as work:
        assert Profiles(work).rights(profile.id).blocked == frozenset()
        [change] = Profiles(work).changes(profile.id)
    assert (change.by, change.why) == ("root", "the feed of today")


def test_what_differs_is_changed_and_nothing_else(
    database: Database, tmp_path: Path
) -> None:
    taken(database, feed(tmp_path, person(1, email="a@b.example"), person(2)))

    done, _ = taken(
        database, feed(tmp_path, person(1, email="c@d.example"), person(2, family="X"))
    )

    assert counts(done) == (2, 0, 2, 0, 0)
    assert found(database, 1).email == "c@d.example"
    assert found(database, 2).traits.family == "X"
    with database.read() as work:
        what = [one.what for one in Profiles(work).changes(found(database, 2).id)]
    assert sorted(what) == ["add", "identity"]


def test_an_address_that_a_patient_chose_is_theirs(
    database: Database, tmp_path: Path
) -> None:
    taken(database, feed(tmp_path, person(1, email="a@b.example")))
    with database.write() as work:
        Profiles(work).set_state(found(database, 1), ProfileState.ACTIVATED)

    done, _ = taken(database, feed(tmp_path, person(1, email="c@d.example")))

    assert counts(done) == (1, 0, 0, 1, 0)
    assert found(database, 1).email == "a@b.example"


@pytest.mark.parametrize("state", ["OPPOSED"])
def test_who_objected_is_left_alone(
    database: Database, tmp_path: Path, state: str
) -> None:
    taken(database, feed(tmp_path, person(1)))
    with database.write() as work:
        Profiles(work).set_state(found(database, 1), ProfileState(state))

    done, _ = taken(database, feed(tmp_path, person(1, family="X", email="a@b.fr")))

    assert counts(done) == (1, 0, 0, 1, 0)
    assert found(database, 1).state == state
    assert found(database, 1).traits.family == "PAT-1"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (person(1, ins="279035121518988"), "the key of the number is wrong"),
        (person(1, ins="2790351215189"), "a number has 15 characters"),
        (person(1, ins="2 79 03 51 215 189 89"), "a number has 15 characters"),
        (person(1, oid="1.2.3"), ""),
        (person(1, family=""), "a name is missing"),
        (person(1, given=" "), "a name is missing"),
        (person(1, birth_date="28/03/1979"), "a birth date is written YYYY-MM-DD"),
        (person(1, birth_date="1979-02-30"), "a birth date is written YYYY-MM-DD"),
        (person(1, birth_date="1979-W01-1"), "a birth date is written YYYY-MM-DD"),
        (person(1, birth_date="2026-07-02"), "a birth date is of no living person"),
        (person(1, birth_date="0985-07-02"), "a birth date is of no living person"),
        (person(1, family="L\ufffdON"), "the letters of family are not UTF-8"),
        (person(1, given="A\x00B"), "a character of given is none that is written"),
        (person(1, family="A\u202eB"), "a character of family is none that"),
        (person(1, family='"A'), "it is no line of CSV"),
        (person(1, given='"A'), "it is no line of CSV"),
        (person(1, sex="X"), "the sex is F, M or UN"),
        (person(1, birth_place="632"), "a birth place is an INSEE code"),
        (person(1, email="nobody"), ""),
        (person(1, telephone="15"), "no telephone number"),
        (person(1, card="12"), "8 to 13 digits"),
        (person(1, family="x" * (MOST_FIELD + 1)), "a field of more than 1000"),
        (person(1) + ";more", "11 fields where there are 10"),
        ("one", "1 fields where there are 10"),
        ('"one"two;' + person(1), "it is no line of CSV"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number_and_the_rest_goes_on(
    database: Database, tmp_path: Path, line: str, why: str
) -> None:
    file = feed(tmp_path, person(7), line, person(8))

    done, refused = taken(database, file)

    assert counts(done) == (3, 2, 0, 0, 1)
    assert [one.number for one in refused] == [3]
    assert why in refused[0].why
    assert "279035121518988" not in refused[0].why
    assert "nobody" not in refused[0].why


def test_a_number_that_stands_twice_is_taken_once(
    database: Database, tmp_path: Path
) -> None:
    done, refused = taken(
        database, feed(tmp_path, person(1), person(2), person(1, family="X"))
    )

    assert counts(done) == (3, 2, 0, 0, 1)
    assert refused == [RefusedLine(4, "the number of line 2 again")]
    assert found(database, 1).traits.family == "PAT-1"


def test_more_lines_than_one_transaction_are_all_taken(
    database: Database, tmp_path: Path
) -> None:
    lines = [person(number) for number in range(BATCH + 3)]

    assert taken(database, feed(tmp_path, *lines))[0].added == BATCH + 3


def test_columns_are_named_in_any_order_and_others_are_passed(tmp_path: Path) -> None:
    head = "\ufeffgiven,FAMILY,ins,oid,x,birth_date,sex,birth_place"
    body = f"JEAN,PAT,{matricule(3)},{TEST_RANGE},?,2001-02-03,M,99100"

    with feed(tmp_path, body, head=head).open(encoding="utf-8") as source:
        [line] = read_feed(source, TODAY)

    assert isinstance(line, FeedLine)
    assert (line.number, line.traits.family, line.language) == (2, "PAT", "fr")


def test_a_feed_without_a_column_is_none(tmp_path: Path) -> None:
    source = feed(tmp_path, head="ins;oid").read_text("utf-8")

    with pytest.raises(InvalidError, match="family, given"):
        list(read_feed(StringIO(source), TODAY))


def test_who_has_an_address_is_told_with_a_code_once(
    database: Database, tmp_path: Path
) -> None:
    taken(database, feed(tmp_path, person(1, email="a@b.example"), person(2)))
    step = Living(database, make_settings(tmp_path))

    for _ in range(2):
        with database.write() as work:
            claimed = work.tasks.claim("me", [TaskKind.LIVE], 9, timedelta(minutes=1))
            for task in claimed:
                step(task)(work)
                step(task)(work)
                work.tasks.finish(task, "me")

    with database.read() as work:
        told = work.connection.execute(notices.select()).all()
    assert sorted(one.kind for one in told) == ["announced", "provisional"]
    assert {one.profile_id for one in told} == {found(database, 1).id}


def test_the_command_says_what_became_of_the_lines(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = feed(tmp_path, person(1), "one", person(2))

    assert run(patient, "import", str(file), "--reason", "today") == 1
    said = capsys.readouterr()
    assert said.out == "3 lines: 2 added, 0 changed, 0 the same, 1 refused\n"
    assert said.err == "line 3: 1 fields where there are 10\n"

    assert run(patient, "import", str(feed(tmp_path, person(1))), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "read": 1,
        "added": 0,
        "changed": 0,
        "same": 1,
        "refused": 0,
    }


def test_the_numbers_of_the_feed_are_good() -> None:
    assert matricule(1)[13:] == control_key(matricule(1)[:13])


ATTACHED_HEAD = f"{HEAD};attached_to"


def test_a_child_is_attached_to_whom_the_feed_says_and_to_the_next_after(
    run: Run, config: Path, tmp_path: Path
) -> None:
    child = {"birth_date": "2015-06-12"}

    def attached() -> list[tuple[str, str]]:
        database = Database.open(read_settings(config))
        with database.read() as work:
            known = Profiles(work).find(matricule(1))
            assert known is not None
            facts = Profiles(work).changes(known.id)
        database.close()
        return [(one.before or "", one.after) for one in facts if one.what == ATTACHED]

    for number in (2, 2, 3):
        line = person(1, **child, attached_to=matricule(number))
        path = str(feed(tmp_path, line, head=ATTACHED_HEAD))
        assert run(patient, "import", path) == 0
    # A feed that does not say it any more takes nothing away.
    path = str(feed(tmp_path, person(1, **child, attached_to=""), head=ATTACHED_HEAD))
    assert run(patient, "import", path) == 0
    assert attached() == [
        ("", matricule(2)),
        (matricule(2), matricule(3)),
    ]
    wrong = person(4, attached_to="279035121518988")
    assert run(patient, "import", str(feed(tmp_path, wrong, head=ATTACHED_HEAD))) == 1


def read(*lines: str, head: str = HEAD, ends: str = "\n") -> list[Any]:
    """Return each line read: its number, and its name or why it is refused."""
    source = StringIO(ends.join([head, *lines, ""]), newline="")
    return [
        (one.number, one.traits.family if isinstance(one, FeedLine) else one.why)
        for one in read_feed(source, TODAY)
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_quote_that_is_never_closed_takes_no_neighbour_with_it(ends: str) -> None:
    lines = [person(number) for number in range(1, 3001)]
    lines[4] = person(5, family='"PAT')

    said = read(*lines, ends=ends)

    assert len(said) == 3000
    assert said[4] == (6, "it is no line of CSV")
    assert [name for _, name in said if name.startswith("PAT-")] == [
        f"PAT-{number}" for number in range(1, 3001) if number != 5
    ]


def test_two_quotes_in_two_lines_are_not_one_person() -> None:
    said = read(person(1, family='"A'), person(2, family='B"'), person(3))

    assert said == [
        (2, "a quote is not closed, or holds a line break"),
        (3, 'B"'),
        (4, "PAT-3"),
    ]


def test_a_line_break_stands_in_a_column_that_is_not_ours() -> None:
    address = '"1 rue Haute\r\n63000 Clermont"'
    head = f"{HEAD};address"

    said = read(f"{person(1)};{address}", person(2) + ";", "", person(3), head=head)

    assert said == [
        (2, "PAT-1"),
        (4, "PAT-2"),
        (6, "10 fields where there are 11"),
    ]


def test_the_names_of_columns_may_be_quoted() -> None:
    head = ";".join(f'"{one}"' for one in HEAD.split(";"))

    assert read(person(1), head=head) == [(2, "PAT-1")]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (f"{HEAD};family", "more than one column family"),
        (HEAD.replace("given", "pr\ufffdnom;given"), "not UTF-8"),
        ("\x00i\x00n\x00s\x00;", "not UTF-8"),
        ("", "no column ins"),
    ],
)
def test_a_head_that_is_not_one_refuses_the_feed(head: str, why: str) -> None:
    with pytest.raises(InvalidError, match=why):
        read(person(1), head=head)


def test_a_number_of_corsica_may_be_written_small() -> None:
    body = "27903" + "2A" + "189890"
    number = body + control_key(body)

    assert read(person(1, ins=number.lower())) == [(2, "PAT-1")]


def test_a_number_that_stands_again_thousands_of_lines_later_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    lines = [person(number) for number in range(1, BATCH + 2)]

    done, refused = taken(database, feed(tmp_path, *lines, person(1, family="ANOTHER")))

    assert counts(done) == (BATCH + 2, BATCH + 1, 0, 0, 1)
    assert refused == [RefusedLine(BATCH + 3, "the number of line 2 again")]
    assert found(database, 1).traits.family == "PAT-1"


def test_a_feed_in_another_encoding_names_its_lines(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "latin.csv"
    lines = [HEAD, person(1, family="L\xc9ON"), person(2), ""]
    file.write_bytes("\n".join(lines).encode("iso-8859-1"))

    assert run(patient, "import", str(file)) == 1
    said = capsys.readouterr()
    assert said.out == "2 lines: 1 added, 0 changed, 0 the same, 1 refused\n"
    assert said.err == "line 2: the letters of family are not UTF-8\n"

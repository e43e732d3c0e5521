"""`gateway inquiries`: listed without names, shown with a line, answered and closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gateway.cli import inquiries as noun
from gateway.errors import ConflictError, InvalidError, NotFoundError
from gateway.rights.inquiry_rules import InquiryEvent
from gateway.settings.file import read_settings
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database
from gateway.store.journal import chain_of
from gateway.store.patients.deletion import delete_patient
from gateway.store.patients.inquiries import Inquiries, ReportedPerson
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import inquiries, notices
from tests.builders_people import MATRICULE, open_profile
from tests.cli.conftest import Run

SAID = ReportedPerson(
    identity="dr@peer.mssante.test",
    name="Dr Nadine NEUF",
    source="line",
    subject="7",
    text="Jamais vue.",
    blocked=True,
)


@pytest.fixture
def opened(config: Path) -> Iterator[Database]:
    database = open_database(read_settings(config))
    yield database
    database.close()


def ask(database: Database) -> tuple[str, str]:
    """Have a patient report somebody; return the ids of the inquiry and of both."""
    profile_id = open_profile(database, email="d@courriel.example")
    with database.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        return Inquiries(work).open(profile, SAID), profile_id


def test_one_is_listed_shown_answered_and_closed_and_each_step_is_told(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    inquiry, profile_id = ask(opened)

    assert run(noun, "list") == 0
    listed = capsys.readouterr().out
    assert inquiry in listed
    assert "NEUF" not in listed
    assert run(noun, "show", inquiry, "--json", "--reason", "first look") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["who"], said["ins"], said["text"]) == (
        "Dr Nadine NEUF",
        MATRICULE,
        "Jamais vue.",
    )
    assert run(noun, "look", inquiry) == 0
    text = ("--text", "Elle remplace votre médecin.")
    assert run(noun, "answer", inquiry, *text, "--reason", "called the practice") == 0
    assert run(noun, "close", inquiry, "--text", "Clos.") == 0

    capsys.readouterr()
    assert run(noun, "show", inquiry) == 0
    assert "ANSWERED: Elle remplace votre médecin." in capsys.readouterr().out
    run(noun, "list", "--json")
    assert json.loads(capsys.readouterr().out) == []
    run(noun, "list", "--all", "--json")
    assert json.loads(capsys.readouterr().out)[0]["state"] == "CLOSED"
    with opened.read() as work:
        lines = list(work.journal.lines(chain_of(profile_id)))
        kinds = work.connection.execute(notices.select()).all()
    actions = [line.action for line in lines]
    assert actions[-5:] == [
        "operator:read",
        "inquiry:look",
        "inquiry:answer",
        "inquiry:close",
        "operator:read",
    ]
    answer = lines[actions.index("inquiry:answer")]
    assert answer.detail["reason"] == "called the practice"
    assert {row.kind for row in kinds} == {"inquiry"}


def test_what_makes_no_sense_is_refused_and_changes_nothing(
    run: Run, opened: Database
) -> None:
    inquiry, _ = ask(opened)

    with pytest.raises(ConflictError):
        run(noun, "close", inquiry, "--text", "Clos.")
    with pytest.raises(InvalidError):
        run(noun, "answer", inquiry, "--text", f"Le patient {MATRICULE}")
    with pytest.raises(NotFoundError):
        run(noun, "show", "0" * 32)

    with opened.read() as work:
        assert Inquiries(work).get(inquiry).state.value == "OPEN"


def test_of_a_space_that_is_deleted_nothing_waits(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    inquiry, _ = ask(opened)
    with opened.write() as work:
        delete_patient(work, MATRICULE, cause="asked for it", by="anne")

    assert run(noun, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(noun, "list", "--all", "--json") == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == [inquiry]


def test_one_that_was_altered_hides_no_other(
    run: Run, opened: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    first, profile_id = ask(opened)
    with opened.write() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        second = Inquiries(work).open(profile, SAID)
    with opened.engine.begin() as connection:
        change = update(inquiries).where(inquiries.c.id == first)
        connection.execute(change.values(state="CLOSED"))

    assert run(noun, "list", "--all", "--json") == 1
    told = capsys.readouterr()
    assert [one["id"] for one in json.loads(told.out)] == [second]
    assert "1 more were altered" in told.err


def test_two_who_answer_at_once_both_stand(database: Database) -> None:
    """The second waits for the first; on SQLite there is one writer."""
    inquiry, profile_id = ask(database)
    for text in ("Un.", "Deux."):
        with database.write() as work:
            held = Inquiries(work).hold(inquiry)
            if database.engine.dialect.name == "postgresql":
                with database.engine.begin() as other:
                    row = select(inquiries).where(inquiries.c.id == inquiry)
                    skipped = row.with_for_update(skip_locked=True)
                    assert other.execute(skipped).first() is None
            Inquiries(work).move(held, InquiryEvent.ANSWER, text)
    with database.read() as work:
        (found,) = Inquiries(work).of_patient(profile_id)
    assert [one.text for one in found.steps] == ["Un.", "Deux."]

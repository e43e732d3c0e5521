"""`gateway access`: a document opens by an access alone, and the lines stand before."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import (
    access,
    access_asking,
    explain,
    operators,
    patient,
    quarantine,
    vault,
)
from gateway.cli.doctor_operators import reviewers
from gateway.cli.operators import Operator, act_for
from gateway.clock import utc_now
from gateway.core.accesses import AccessCause, AccessRefusal, AskRefusal
from gateway.core.texts.accesses import (
    ACCESS_WORDS,
    ASK_TEXTS,
    CAUSE_TEXTS,
    REFUSAL_TEXTS,
)
from gateway.core.texts.both import LANGUAGES
from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.rights.operator_rules import OperatorRole
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.journal import Entry
from gateway.store.tables import notices
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_people import MATRICULE, matricule
from tests.cli.conftest import Run
from tests.cli.filed import filed_letters
from tests.dmp_bridge.filing.story import Story

ANNE, BEN, QUINN = (f"uid {number}" for number in (1000001, 1000002, 1000003))
LETTER, OTHER = make_cda(), make_cda(unique_id=(f"{SET}.9", ""), set_id="")
WHY = ("--cause", "complaint", "--reason", "ticket 12", "--request", "the patient")
FIRST = ("--patient", MATRICULE, "--document", f"{SET}.1", *WHY)


@pytest.fixture
def story(config: Path) -> Story:
    """A vault with two letters."""
    return filed_letters(config, LETTER, OTHER)


@pytest.fixture(autouse=True)
def nobody_acts() -> Iterator[None]:
    yield
    operators._ACTING.clear()


def be(account: str, role: str = "privacy") -> None:
    """Have what follows given by the service for an account, as `answer` does."""
    number = int(account.removeprefix("uid "))
    who = Operator(number, number, frozenset({OperatorRole(role)}))
    act_for(who.named(OperatorRole(role)), who)


def lines(config: Path) -> list[Entry]:
    database = Database.open(read_settings(config))
    with database.read() as work:
        found = list(work.journal.lines())
    database.close()
    return found


def mails(config: Path) -> list[str]:
    database = Database.open(read_settings(config))
    with database.read() as work:
        kinds = [one.kind for one in work.connection.execute(notices.select())]
    database.close()
    return kinds


def taken(run: Run, capsys: Any, verb: str = "take", *words: str) -> dict[str, Any]:
    assert run(access, verb, *(words or FIRST), "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_document_opens_by_an_access_alone_and_only_the_one_that_is_named(
    story: Story, config: Path, run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    be(ANNE)
    with pytest.raises(MisuseError, match="gateway access take"):
        run(vault, "get", f"{SET}.1")
    assert run(access, "take", *FIRST) == 0
    assert b"nobody could be told by e-mail" in capfdbinary.readouterr().out

    assert run(vault, "get", f"{SET}.1") == 0
    assert capfdbinary.readouterr().out == LETTER
    with pytest.raises(MisuseError, match="no access of yours"):
        run(vault, "get", f"{SET}.9")
    be(BEN)
    with pytest.raises(MisuseError, match="no access of yours"):
        run(vault, "get", f"{SET}.1")
    assert capfdbinary.readouterr().out == b""
    tried = [one for one in lines(config) if one.action == "operator:refuse"]
    assert [one.detail["by"] for one in tried] == [
        f"{ANNE} (privacy)",
        f"{ANNE} (privacy)",
        f"{BEN} (privacy)",
    ]


def test_the_list_of_documents_opens_by_an_access_to_it_and_shows_no_content(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    be(ANNE)
    with pytest.raises(MisuseError, match="no access of yours"):
        run(vault, "list", MATRICULE)
    taken(run, capsys)  # of a document
    with pytest.raises(MisuseError, match="no access of yours"):
        run(vault, "list", MATRICULE)
    access_id = taken(run, capsys, "take", "--patient", MATRICULE, "--list", *WHY)
    assert run(vault, "list", MATRICULE, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    with pytest.raises(MisuseError, match="no access of yours"):
        run(vault, "get", f"{SET}.9")
    with pytest.raises(MisuseError, match="--patient"):
        run(access, "take", "--list", *WHY)

    assert run(access, "show", access_id["access"], "--language", "en") == 0
    said = capsys.readouterr().out
    assert "named: the list of documents" in said
    assert said.count("the list of documents") == 2  # named, and read once
    assert story.profile_id not in said


def test_a_second_person_grants_it_and_sees_what_was_opened(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(patient, "set", MATRICULE, "email=d@courriel.example") == 0
    capsys.readouterr()
    be(ANNE)
    asked = taken(run, capsys, "ask")["access"]
    with pytest.raises(MisuseError):
        run(vault, "get", f"{SET}.1")
    with pytest.raises(ConflictError, match="another account"):
        run(access, "grant", asked)
    be(BEN, "auditor")
    assert run(access, "grant", asked) == 0
    assert f"for {ANNE}" in capsys.readouterr().out
    be(ANNE)
    assert run(vault, "get", f"{SET}.1") == 0
    capsys.readouterr()

    be(BEN, "auditor")
    assert run(access, "show", asked, "--json", "--reason", "weekly look") == 0
    shown = json.loads(capsys.readouterr().out)
    assert run(access, "show", asked) == 0
    said = capsys.readouterr().out

    assert (shown["state"], shown["grantedBy"], shown["reviewBy"]) == (
        "open",
        BEN,
        None,
    )
    (named,) = shown["named"]
    assert shown["opened"][0]["what"] == [named["id"]]
    assert named["category"] == "11490-0"
    assert (shown["reason"], shown["request"]) == ("ticket 12", "the patient")
    assert f"accordé par: {BEN}" in said
    assert "motif: réclamation" in said
    assert shown["mailed"]
    assert f"patient averti par e-mail le {shown['told']}" in said


def test_that_nobody_could_be_told_by_mail_is_shown_long_after(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    be(ANNE)
    access_id = taken(run, capsys)["access"]
    be(BEN, "auditor")
    capsys.readouterr()
    assert run(access, "show", access_id, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert run(access, "show", access_id, "--language", "en") == 0

    assert not shown["mailed"]
    told = f"nobody could be told by e-mail; in the history since {shown['told']}"
    assert told in capsys.readouterr().out


def test_a_patient_and_a_document_are_explained_with_who_could_open_it(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    be(ANNE)
    access_id = taken(run, capsys)["access"]
    assert run(vault, "get", f"{SET}.1") == 0
    capsys.readouterr()

    for name, count in ((f"{SET}.1", 1), (access_id, 1), (f"{SET}.9", 0)):
        assert run_explain(config, name, "--json") == 0
        found = json.loads(capsys.readouterr().out)["accesses"]
        assert [one["id"] for one in found] == [access_id] * count
    assert run_explain(config, access_id, "--language", "en") == 0
    said = capsys.readouterr().out
    assert "access of an operator" in said
    assert f"opened: {found_at(config)}" in said
    assert run(patient, "show", MATRICULE, "--json") == 0
    (shown,) = json.loads(capsys.readouterr().out)["accesses"]
    assert (shown["id"], shown["by"]) == (access_id, ANNE)
    assert run(patient, "show", MATRICULE) == 0
    assert f"{ANNE} open ({access_id})" in capsys.readouterr().out
    read = [one for one in lines(config) if one.outcome == "explain"]
    assert access_id in {one.detail.get("access") for one in read}


def run_explain(config: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    explain.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["explain", "-c", str(config), *words])
    return int(args.run(args))


def found_at(config: Path) -> str:
    (read,) = [one for one in lines(config) if one.outcome == "vault get"]
    return read.at.isoformat()


def test_what_was_taken_at_once_is_reviewed_and_the_patient_is_told(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    be(ANNE)
    access_id = taken(run, capsys)["access"]
    assert run(access, "end", access_id) == 0
    assert run(access, "list", "--unreviewed", "--json") == 0
    out = capsys.readouterr().out
    (listed,) = json.loads(out[out.index("[") :])
    assert (listed["id"], listed["by"], listed["verdict"]) == (access_id, ANNE, "")
    be(BEN, "auditor")
    assert run(access, "review", access_id, "--not-fine", "--reason", "no ticket") == 0
    assert "reviewed, not-fine" in capsys.readouterr().out
    assert run(access, "list") == 0
    assert "not-fine" in capsys.readouterr().out
    assert run(access, "list", "--unreviewed", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_nothing_of_another_patient_or_of_nobody_is_named(
    story: Story, config: Path, run: Run
) -> None:
    be(ANNE)
    stranger = ("--patient", matricule(4), "--document", f"{SET}.1", *WHY)
    for words in (
        stranger,
        ("--patient", MATRICULE, "--document", "1.2.3", *WHY),
        ("--message", "f" * 32, *WHY),
    ):
        with pytest.raises(NotFoundError):
            run(access, "take", *words)
    with pytest.raises(MisuseError, match="--patient"):
        run(access, "take", "--document", f"{SET}.1", *WHY)


def test_an_access_has_its_limits(
    story: Story, config: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with config.open("a") as file:
        file.write("[admin]\naccess_documents = 1\naccess_delay_days = 3\n")
    be(ANNE)
    days = [f"{utc_now() + timedelta(days=one):%Y-%m-%d}" for one in (0, 2, 5)]
    late = ("--delay-reason", "an inquiry")
    two = (*FIRST, "--document", f"{SET}.9")
    for words, said in (
        (two, "access_documents"),
        ((*FIRST, "--tell-on", days[1]), "go together"),
        ((*FIRST, *late), "go together"),
        ((*FIRST, "--tell-on", days[0], *late), "no day to come"),
        ((*FIRST, "--tell-on", days[2], *late), "access_delay_days"),
    ):
        with pytest.raises(MisuseError, match=said):
            run(access, "take", *words)
    same_twice = (*FIRST, "--document", f"{SET}.1")
    assert run(access, "take", *same_twice, "--tell-on", days[1], *late) == 0
    assert "the patient is told on" in capsys.readouterr().out
    with pytest.raises(MisuseError):
        run(access, "list", "--most", "0")


def test_by_the_master_key_a_document_is_read_as_ever_and_the_lines_say_so(
    story: Story, config: Path, run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(vault, "get", f"{SET}.1", "--reason", "no service") == 0

    assert capfdbinary.readouterr().out == LETTER
    read = [one for one in lines(config) if one.detail.get("reason") == "no service"]
    assert {(one.chain.partition(":")[0], one.action) for one in read} == {
        ("operator", "operator:read"),
        ("patient", "document:download"),
    }
    assert {one.detail["means"] for one in read} == {"master-key"}


def test_a_held_message_opens_by_an_access_and_its_patient_is_told(
    story: Story, config: Path, run: Run, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    database = Database.open(read_settings(config))
    story.database = database
    held = story.send(make_mail(as_xdm(pack(make_cda(ins=matricule(5)))))).kept.id
    database.close()
    be(QUINN, "quarantine")
    with pytest.raises(MisuseError, match="no access of yours"):
        run(quarantine, "get", held)
    assert run(access, "take", "--message", held, *WHY) == 0
    capfdbinary.readouterr()

    assert run(quarantine, "get", held) == 0
    assert b"Subject" in capfdbinary.readouterr().out
    read = [one for one in lines(config) if one.outcome == "quarantine get"]
    told = [one for one in read if one.action == "operator:read"]
    assert [one.chain.partition(":")[0] for one in told] == ["operator", "patient"]
    assert {one.detail["by"] for one in told} == {f"{QUINN} (quarantine)"}
    operators._ACTING.clear()
    assert run(quarantine, "get", held, "--reason", "no service") == 0
    by_key = [one for one in lines(config) if one.detail.get("reason") == "no service"]
    assert {one.chain.partition(":")[0] for one in by_key} == {"operator", "patient"}


@pytest.mark.parametrize(
    ("roles", "alone"),
    [
        ("", []),
        ('privacy = ["anne"]', ["anne"]),
        ('privacy = ["anne"]\nauditor = ["anne"]', ["anne"]),
        ('privacy = ["anne"]\nauditor = ["ben"]', []),
        ('privacy = ["anne", "ben"]', []),
        ('privacy = ["@dpo"]', []),  # how many these are is not ours to know
        ('quarantine = ["quinn"]', ["quinn"]),
        ('quarantine = ["quinn"]\nprivacy = ["anne"]', ["anne"]),
    ],
)
def test_the_doctor_says_whose_accesses_nobody_could_review(
    config: Path, roles: str, alone: list[str]
) -> None:
    with config.open("a") as file:
        file.write(f'[admin]\nsocket = "/run/x.sock"\n{roles}\n')

    found = [one.state for one in reviewers(read_settings(config))]

    said = "what {} opens, no other account of [admin] can grant or review"
    assert found == [said.format(name) for name in alone]


def test_every_word_is_said_in_both_languages() -> None:
    assert CAUSE_TEXTS.keys() == set(AccessCause)
    assert REFUSAL_TEXTS.keys() == set(AccessRefusal)
    assert ASK_TEXTS.keys() == set(AskRefusal)
    for said in (*CAUSE_TEXTS.values(), *ACCESS_WORDS.values()):
        assert all(said.said(one) for one in LANGUAGES)


def test_a_day_is_written_as_one() -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        access_asking._day("tomorrow")

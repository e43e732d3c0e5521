"""`gateway patient`: profiles and the facts of the filing rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.cli import patient
from gateway.cli.operators import operator_name
from gateway.errors import ConflictError, InvalidError, MisuseError, NotFoundError
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.journal import Action
from gateway.store.patients.accounts import Accounts, password_matches
from gateway.store.patients.notices import get_notice
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from tests.cli.conftest import Run

INS = "279035121518989"
ADD = (
    *("--ins", INS, "--oid", "1.2.250.1.213.1.4.10"),
    *("--family", "PAT-TROIS", "--given", "DOMINIQUE MARIE-LOUISE"),
    *("--birth-date", "1979-03-28", "--sex", "F", "--birth-place", "63220"),
)


def shown(run: Run, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(patient, "show", INS, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_profile_is_open_and_activated(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(patient, "add", *ADD, "--email", "d@courriel.example") == 0

    known = shown(run, capsys)
    assert known["state"] == "ACTIVATED"
    assert (known["given"], known["born"]) == ("DOMINIQUE MARIE-LOUISE", "19790328")
    assert known["email"] == "d@courriel.example"
    assert known["emergency"] == {"samu": "permit", "other": "permit", "masked": "deny"}


def test_a_profile_with_a_login_can_sign_in(
    run: Run, config: Path, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("a long enough sentence\n", "utf-8")

    run(patient, "add", *ADD, "--login", "dominique", "--password-file", str(password))

    database = Database.open(read_settings(config))
    with database.read() as work:
        assert Accounts(work).find("dominique").profile_id
    database.close()


def test_a_refused_password_opens_no_profile(run: Run, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("short", "utf-8")
    words = ("--login", "dominique", "--password-file", str(password))

    with pytest.raises(InvalidError):
        run(patient, "add", *ADD, *words)

    assert run(patient, "add", *ADD) == 0


def test_one_ins_has_one_profile(run: Run) -> None:
    run(patient, "add", *ADD)

    with pytest.raises(ConflictError):
        run(patient, "add", *ADD)


@pytest.mark.parametrize(
    "words",
    [
        ("--birth-date", "28/03/1979"),
        ("--sex", "X"),
        ("--state", "SLEEPING"),
    ],
)
def test_a_value_of_the_wrong_form_is_a_misuse(
    words: tuple[str, str], run: Run
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(patient, "add", *ADD, *words)

    assert stopped.value.code == 2


def test_a_login_needs_its_password(run: Run) -> None:
    with pytest.raises(MisuseError):
        run(patient, "add", *ADD, "--login", "dominique")


FACTS = [
    ("state=SUSPENDED", "state", "SUSPENDED"),
    ("mask-by-default=yes", "maskByDefault", True),
    ("block=1750000011", "blocked", ["1750000011"]),
    ("oppose-filing=1750000011", "opposedStructures", ["1750000011"]),
    ("oppose-filing=1750000011:11490-0", "opposedStructures", ["1750000011:11490-0"]),
    ("oppose-document=1.2.3", "opposedDocuments", ["1.2.3"]),
    ("secret=1750000011", "secretSenders", ["1750000011"]),
    ("email=", "email", ""),
    ("email=a@courriel.example", "email", "a@courriel.example"),
    ("language=en", "language", "en"),
    ("oid=1.2.250.1.213.1.4.11", "oid", "1.2.250.1.213.1.4.11"),
    ("emergency.samu=deny", "emergency", {"samu": "deny"}),
    ("emergency.other=deny", "emergency", {"other": "deny"}),
    ("emergency.masked=permit", "emergency", {"masked": "permit"}),
]


@pytest.mark.parametrize(("fact", "name", "value"), FACTS)
def test_each_fact_is_set(
    fact: str, name: str, value: Any, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(patient, "add", *ADD)

    assert run(patient, "set", INS, fact) == 0

    found = shown(run, capsys)[name]
    assert found == ({**found, **value} if isinstance(value, dict) else value)


@pytest.mark.parametrize(
    ("there", "back", "name"),
    [
        ("block=1750000011", "unblock=1750000011", "blocked"),
        ("oppose-filing=A:B", "allow-filing=a:B", "opposedStructures"),
        ("oppose-document=1.2", "allow-document=1.2", "opposedDocuments"),
        ("secret=dr@hopital.example", "unsecret=DR@hopital.example", "secretSenders"),
    ],
)
def test_each_fact_is_taken_back(
    there: str, back: str, name: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(patient, "add", *ADD)

    assert run(patient, "set", INS, there, there, back) == 0

    assert shown(run, capsys)[name] == []


@pytest.mark.parametrize(
    "fact",
    [
        "colour=blue",
        "block",
        "block=",
        "state=ASLEEP",
        "mask-by-default=perhaps",
        "oid=1.2",
    ],
)
def test_a_wrong_fact_changes_nothing(
    fact: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(patient, "add", *ADD)

    with pytest.raises(MisuseError):
        run(patient, "set", INS, "state=CLOSED", fact)

    assert shown(run, capsys)["state"] == "ACTIVATED"


def test_a_state_follows_from_the_one_before(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(patient, "add", *ADD)

    run(patient, "set", INS, "state=DELETION_REQUESTED", "state=ACTIVATED")

    assert shown(run, capsys)["state"] == "ACTIVATED"
    run(patient, "set", INS, "state=DELETION_REQUESTED")
    with pytest.raises(ConflictError, match="it can become ACTIVATED"):
        run(patient, "set", INS, "state=SUSPENDED")
    assert shown(run, capsys)["state"] == "DELETION_REQUESTED"


@pytest.mark.parametrize("before", ["CLOSED", "DELETION_REQUESTED"])
def test_a_space_is_deleted_with_its_key_or_not_at_all(
    before: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """A state without it would say of a space that opens that it is gone."""
    run(patient, "add", *ADD)
    run(patient, "set", INS, f"state={before}")

    with pytest.raises(MisuseError, match="gateway keys destroy --patient INS"):
        run(patient, "set", INS, "language=en", "state=deleted")

    left = shown(run, capsys)
    assert (left["state"], left["language"]) == (before, "fr")
    with pytest.raises(SystemExit):
        run(patient, "add", *ADD, "--state", "DELETED")


def test_a_state_that_cannot_follow_undoes_the_whole_command(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(patient, "add", *ADD)

    with pytest.raises(ConflictError):
        run(patient, "set", INS, "language=en", "state=ANNOUNCED")

    assert shown(run, capsys)["language"] == "fr"


def test_the_journal_says_who_moved_a_profile_and_how(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "camille")
    run(patient, "add", *ADD)

    run(patient, "set", INS, "state=SUSPENDED", "language=en")

    database = Database.open(read_settings(config))
    with database.read() as work:
        profile = Profiles(work).find(INS)
        assert profile is not None
        lines = work.journal.about([profile.id])
    database.close()
    changes = [one for one in lines if one.action == Action.PROFILE_CHANGED]
    who = {"by": operator_name(), "who": "operator", "means": "master-key"}
    facts = [one.detail["fact"] for one in changes]
    assert [(one.outcome, dict(one.detail)) for one in changes] == [
        (
            "state",
            {
                **who,
                "fact": facts[0],
                "before": "ACTIVATED",
                "after": "SUSPENDED",
                "event": "SUSPEND",
            },
        ),
        ("language", {**who, "fact": facts[1]}),
    ]


def test_nobody_has_that_ins(run: Run) -> None:
    with pytest.raises(NotFoundError):
        run(patient, "set", INS, "state=CLOSED")


def test_profiles_are_listed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run(patient, "add", *ADD)
    capsys.readouterr()

    run(patient, "list", "--json")
    run_as_json = json.loads(capsys.readouterr().out)
    run(patient, "list")
    run(patient, "show", INS)

    assert [row["ins"] for row in run_as_json] == [INS]
    assert "PAT-TROIS" in capsys.readouterr().out


def changes(run: Run, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(patient, "changes", INS, "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("fact", "what", "before", "after"),
    [
        ("state=SUSPENDED", "state", "ACTIVATED", "SUSPENDED"),
        ("email=new@courriel.example", "email", "", "new@courriel.example"),
        ("language=en", "language", {"language": "fr"}, {"language": "en"}),
        (
            "mask-by-default=yes",
            "mask-by-default",
            {"mask_by_default": False},
            {"mask_by_default": True},
        ),
        (
            "oid=1.2.250.1.213.1.4.8",
            "oid",
            "1.2.250.1.213.1.4.10",
            "1.2.250.1.213.1.4.8",
        ),
        ("block=1750000011", "block", "", "1750000011"),
        ("unblock=1750000011", "unblock", "1750000011", ""),
        ("secret=1750000011", "secret", "", "1750000011"),
        ("unsecret=1750000011", "unsecret", "1750000011", ""),
    ],
)
def test_a_change_keeps_what_was_before_and_after_who_and_why(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    fact: str,
    what: str,
    before: object,
    after: object,
) -> None:
    run(patient, "add", *ADD)

    run(patient, "set", INS, fact, "--reason", "asked for at the desk")

    (change,) = changes(run, capsys)
    assert (change["what"], change["before"], change["after"]) == (what, before, after)
    assert change["by"]
    assert change["why"] == "asked for at the desk"


def test_what_a_change_was_about_is_in_no_row_in_clear(run: Run, config: Path) -> None:
    run(patient, "add", *ADD)
    run(patient, "set", INS, "email=secret@courriel.example", "--reason", "by phone")

    for file in config.parent.glob("gateway.db*"):
        content = file.read_bytes()
        assert b"secret@courriel" not in content
        assert b"by phone" not in content


def notices_to(config: Path) -> list[tuple[str, str]]:
    """Return to whom notices are to leave, and of which kind."""
    database = Database.open(read_settings(config))
    with database.read() as work:
        ids = work.connection.execute(select(notices.c.id)).scalars().all()
        found = [get_notice(work, one) for one in ids]
    database.close()
    return sorted((one.to, one.kind.value) for one in found if one is not None)


def test_a_change_of_the_address_for_codes_is_told_to_the_old_and_to_the_new_one(
    run: Run, config: Path
) -> None:
    run(patient, "add", *ADD, "--email", "old@courriel.example")

    run(patient, "set", INS, "email=new@courriel.example")

    assert notices_to(config) == [
        ("new@courriel.example", "address"),
        ("old@courriel.example", "address"),
    ]


def test_an_address_that_is_taken_away_is_told_to_it_and_one_that_stays_is_not(
    run: Run, config: Path
) -> None:
    run(patient, "add", *ADD, "--email", "old@courriel.example")
    run(patient, "set", INS, "email=old@courriel.example", "language=en")
    assert notices_to(config) == []

    run(patient, "set", INS, "email=")

    assert notices_to(config) == [("old@courriel.example", "address")]


@pytest.mark.parametrize(
    ("words", "subject"),
    [(("show", INS), ""), (("changes", INS), ""), (("list",), "all")],
)
def test_each_reading_of_an_operator_is_journalled(
    run: Run, config: Path, words: tuple[str, ...], subject: str
) -> None:
    run(patient, "add", *ADD)

    run(patient, *words)

    database = Database.open(read_settings(config))
    with database.read() as work:
        (line,) = [
            one for one in work.journal.lines(None) if one.action == "operator:read"
        ]
        profile = Profiles(work).find(INS)
        assert profile is not None
        assert line.outcome == f"patient {words[0]}"
        assert line.subject == (subject or profile.id)
        assert line.chain == ("operator" if subject else f"patient:{profile.id}")
        assert line.detail["by"]
    database.close()


def test_an_operator_changes_a_password_and_the_patient_is_told(
    run: Run, config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("quatre gros cailloux\n", "utf-8")
    account = ("--login", "dominique", "--password-file", str(file))
    run(patient, "add", *ADD, "--email", "d@courriel.example", *account)
    file.write_text("cinq petits cailloux\n", "utf-8")

    words = ("--password-file", str(file), "--reason", "forgotten")
    assert run(patient, "password", INS, *words) == 0

    database = Database.open(read_settings(config))
    with database.read() as work:
        found = Accounts(work).find("dominique")
        (change,) = [
            one
            for one in Profiles(work).changes(found.profile_id)
            if one.what == "password"
        ]
        kinds = work.connection.execute(select(notices.c.kind)).scalars().all()
    database.close()
    assert password_matches(found, "cinq petits cailloux")
    assert (change.by, change.why) == (operator_name(), "forgotten")
    assert kinds == ["password"]


def test_a_guessable_password_is_not_taken_by_command(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("azertyuiop12", "utf-8")
    account = ("--login", "dominique", "--password-file", str(file))

    with pytest.raises(InvalidError, match="guessed"):
        run(patient, "add", *ADD, *account)
    with pytest.raises(NotFoundError):
        run(patient, "password", INS, "--password-file", str(file))

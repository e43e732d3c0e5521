"""`gateway keys`: told, turned over and destroyed, and what it refuses."""

from __future__ import annotations

import argparse
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from gateway.cli import keys, keys_rotating, mailbox, patient
from gateway.cli.doctor import examine
from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.settings.file import read_settings
from gateway.store.base.open_database import open_database
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.carried import forget_carried
from gateway.store.tables import carried
from tests.cli.conftest import Run

INS = "279035121518989"
ADDRESS = "cardiologie@hopital.mssante.test"
SECOND = timedelta(seconds=1)
CAUSE = ("--cause", "asked for")


@pytest.fixture(autouse=True)
def _people(run: Run) -> None:
    run(
        patient,
        *("add", "--ins", INS, "--oid", "1.2.250.1.213.1.4.10"),
        *("--state", "ACTIVATED", "--family", "PAT-TEST", "--given", "CAMILLE"),
        *("--birth-date", "1979-03-28", "--sex", "F", "--birth-place", "63220"),
    )
    run(mailbox, "add", ADDRESS, "--kind", "ORG", "--holder", "1750000011")


def run_keys(config: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    keys.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["keys", *words, "-c", str(config)])
    return int(args.run(args))


Printed = pytest.CaptureFixture[str]


def told(config: Path, capsys: Printed, *words: str) -> Any:
    capsys.readouterr()
    assert run_keys(config, *words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def turning(config: Path) -> list[str]:
    """Return what the doctor says of turns that are not done."""
    settings = read_settings(config)
    return [one.state for one in examine(settings) if one.subject == "keys"]


def test_the_status_has_each_version_and_each_kind_of_key(
    config: Path, capsys: Printed
) -> None:
    found = told(config, capsys, "status")
    [version] = found["versions"]
    counts = {one["of"]: one["open"] for one in found["keys"]}
    assert found["source"] == f"file {config.parent / 'master.key'}"
    assert (version["version"], version["retired"], version["destroyed"]) == (
        *(1, None, None),
    )
    assert counts["patient"] == counts["mailbox"] == 1
    assert version["wraps"] == sum(counts.values())
    run_keys(config, "status")
    said = capsys.readouterr().out
    assert "wraps" in said
    assert INS not in said


def test_a_turn_is_told_and_the_old_version_is_then_destroyed_for_good(
    config: Path, capsys: Printed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(config, capsys, "status")["versions"][0]["wraps"]
    assert told(config, capsys, "rotate", "kek") == {"wrapped": before, "version": 2}
    assert (config.parent / "master.key.2").exists()
    with pytest.raises(ConflictError, match="wait"):
        run_keys(config, "destroy", "--version", "1", *CAUSE)
    monkeypatch.setattr("gateway.store.sealed.turning.SETTLED", -SECOND)
    assert run_keys(config, "destroy", "--version", "1", *CAUSE) == 0
    assert not (config.parent / "master.key").exists()
    first, second = told(config, capsys, "status")["versions"]
    assert first["destroyed"]
    assert (first["wraps"], second["wraps"]) == (0, before)
    assert run(patient, "show", INS) == 0


def test_a_turn_that_was_ended_half_way_goes_on(
    config: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keys_rotating, "turn_all", ends)
        with pytest.raises(KeyboardInterrupt):
            run_keys(config, "rotate", "kek")
    assert turning(config) == ["an older version wraps some still"]
    assert told(config, capsys, "rotate", "kek")["version"] == 2
    assert [one["wraps"] > 0 for one in told(config, capsys, "status")["versions"]] == [
        *(False, True),
    ]


def test_owners_turn_over_one_or_all_made_before_a_day(
    config: Path, capsys: Printed, run: Run
) -> None:
    assert told(config, capsys, "rotate", "owner", "--patient", INS) == {"turned": 1}
    one = ("rotate", "owner", "--mailbox", ADDRESS)
    assert told(config, capsys, *one) == {"turned": 1}
    every = ("rotate", "owner", "--made-before", "2000-01-01")
    assert told(config, capsys, *every) == {"turned": 0}
    assert run(patient, "show", INS) == 0
    for words in (("--patient", "277076322082910"), ("--mailbox", "x@y.test")):
        with pytest.raises(NotFoundError):
            run_keys(config, "rotate", "owner", *words)
    with pytest.raises(SystemExit):
        run_keys(config, "rotate", "owner", "--made-before", "yesterday")


def test_all_of_a_mailbox_is_under_another_key_and_what_was_ended_goes_on(
    config: Path, capsys: Printed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    words = ("rotate", "owner", "--mailbox", ADDRESS, "--reencrypt")
    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", ends)
        with pytest.raises(KeyboardInterrupt):
            run_keys(config, *words)
    assert "every process goes over to the other keys" in capsys.readouterr().err
    assert turning(config) == [f"{ADDRESS} is being sealed anew"]
    monkeypatch.setattr("gateway.store.sealed.turning.SETTLED", -SECOND)
    assert told(config, capsys, *words) == {"carried": 0, "destroyed": 1}
    counts = {one["of"]: one for one in told(config, capsys, "status")["keys"]}
    assert (counts["mailbox"]["open"], counts["mailbox"]["destroyed"]) == (1, 1)
    assert told(config, capsys, *words) == {"carried": 0, "destroyed": 1}
    assert run(mailbox, "list") == 0
    with pytest.raises(MisuseError, match="of a --mailbox"):
        run_keys(config, "rotate", "owner", "--patient", INS, "--reencrypt")
    with pytest.raises(NotFoundError):
        run_keys(config, *words[:3], "x@y.test", "--reencrypt")


def test_keys_of_digests_turn_over_and_a_turn_that_was_ended_goes_on(
    config: Path, capsys: Printed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", ends)
        with pytest.raises(KeyboardInterrupt):
            run_keys(config, "rotate", "lookup", "--reason", "a theft")
    assert "every process goes over to the other keys: 60 s" in capsys.readouterr().err
    assert run(patient, "show", INS) == 0
    assert [one[:34] for one in turning(config)] == [
        "those of digests turn over since 2"
    ]
    monkeypatch.setattr("gateway.store.sealed.turning.SETTLED", -SECOND)
    assert told(config, capsys, "rotate", "lookup") == {"carried": 1, "destroyed": 6}

    assert run(patient, "show", INS) == 0
    counts = {one["of"]: one for one in told(config, capsys, "status")["keys"]}
    assert (counts["label"]["open"], counts["label"]["destroyed"]) == (9, 6)
    assert turning(config) == []
    assert told(config, capsys, "rotate", "lookup")["destroyed"] == 6
    database = open_database(read_settings(config))
    with database.read() as work:
        lines = [one for one in work.journal.lines() if one.subject == "lookup"]
    database.close()
    assert [one.action for one in lines] == ["key:turn", "key:destroy"] * 2
    assert lines[0].detail["reason"] == "a theft"


def test_keys_of_digests_do_not_turn_over_while_an_older_version_is_carried_over(
    config: Path,
) -> None:
    settings = read_settings(config)
    database = open_database(settings)
    with database.write() as work:
        work.connection.execute(delete(carried))
    database.close()
    forget_carried(settings.blobs.folder)

    with pytest.raises(ConflictError, match="being carried over"):
        run_keys(config, "rotate", "lookup")


def test_a_patient_whose_key_is_destroyed_is_deleted_and_shown_no_more(
    config: Path, capsys: Printed, run: Run
) -> None:
    assert told(config, capsys, "destroy", "--patient", INS, *CAUSE) == {
        "destroyed": True
    }
    database = open_database(read_settings(config))
    with database.read() as work:
        found = Profiles(work).find_state(INS)
        lines = list(work.journal.lines(None))
    database.close()
    assert found is not None
    assert found[1] == "DELETED"
    (line,) = [one for one in lines if one.action == "key:destroy"]
    assert (line.chain, line.detail["cause"]) == (f"patient:{found[0]}", "asked for")
    assert line.detail["by"]
    capsys.readouterr()
    assert run(patient, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    with pytest.raises(ConflictError, match="before"):
        run_keys(config, "destroy", "--patient", INS, *CAUSE)


def test_a_mailbox_whose_key_is_destroyed_is_closed(
    config: Path, capsys: Printed, run: Run
) -> None:
    assert run_keys(config, "destroy", "--mailbox", ADDRESS, *CAUSE) == 0
    assert "older backup" in capsys.readouterr().out
    assert run(mailbox, "list", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["state"] == "closed"
    assert run_keys(config, "clear") == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--patient", "277076322082910"), NotFoundError),
        (("--mailbox", "nobody@hopital.mssante.test"), NotFoundError),
        (("--version", "7"), NotFoundError),
        (("--version", "1"), ConflictError),
    ],
)
def test_what_cannot_be_destroyed_is_said(
    config: Path, words: tuple[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run_keys(config, "destroy", *words, *CAUSE)


def test_without_a_cause_nothing_is_destroyed(config: Path) -> None:
    with pytest.raises(SystemExit):
        run_keys(config, "destroy", "--patient", INS)
    with pytest.raises(SystemExit):
        run_keys(config, "destroy", "--patient", INS, "--cause", "  ")


def test_a_database_whose_version_is_not_at_hand_is_not_opened(config: Path) -> None:
    run_keys(config, "rotate", "kek")
    (config.parent / "master.key.2").unlink()
    with pytest.raises(MisuseError, match="is not the master key"):
        open_database(read_settings(config))

"""`gateway mailbox`: opened, listed, closed, and held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import mailbox
from gateway.cli.operators import operator_name
from gateway.errors import ConflictError, InvalidError, MisuseError, NotFoundError
from gateway.settings.file import read_settings
from gateway.store.base.work import Database
from gateway.store.mailbox.folders import Folders
from tests.cli.conftest import Run

ADDRESS = "Cardiologie@hopital.mssante.test"
KEY = ADDRESS.lower()


def listed(run: Run, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(mailbox, "list", "--json") == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def add(run: Run, *more: str) -> int:
    return run(mailbox, "add", ADDRESS, "--kind", "ORG", "--holder", *more)


def test_a_mailbox_is_opened_with_its_holders_and_folders(
    run: Run, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = add(run, "1750000011", "899700000017", "--name", "Cardiologie")

    [found] = listed(run, capsys)
    assert status == 0
    assert found["address"] == KEY
    assert (found["kind"], found["state"]) == ("ORG", "open")
    assert found["holders"] == ["1750000011", "899700000017"]
    assert (found["name"], found["usedBytes"]) == ("Cardiologie", 0)
    database = Database.open(read_settings(config))
    with database.read() as work:
        [row] = work.connection.exec_driver_sql("SELECT id FROM mailboxes").all()
        assert len(Folders(work).listed(row.id)) == 6
    database.close()


def test_the_list_is_a_table_too(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    add(run, "1750000011")
    capsys.readouterr()

    run(mailbox, "list")

    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["ADDRESS", "KIND", "STATE", "HOLDERS", "BYTES"]
    assert line.split() == [KEY, "ORG", "open", "1750000011", "0"]


def test_a_mailbox_is_closed_and_opened_again(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    add(run, "1750000011")

    run(mailbox, "close", ADDRESS)
    assert listed(run, capsys)[0]["state"] == "closed"
    run(mailbox, "open", KEY)
    assert listed(run, capsys)[0]["state"] == "open"


def test_holders_come_and_go(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    add(run, "1750000011")

    run(mailbox, "holder", ADDRESS, "--add", " 899700000017 ")
    run(mailbox, "holder", ADDRESS, "--remove", "1750000011")

    assert listed(run, capsys)[0]["holders"] == ["899700000017"]
    with pytest.raises(NotFoundError):
        run(mailbox, "holder", ADDRESS, "--remove", "1750000011")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("add", "x@elsewhere.test", "--kind", "PER", "--holder", "8"), MisuseError),
        (("add", "nobody", "--kind", "PER", "--holder", "8"), InvalidError),
        (("add", ADDRESS, "--kind", "PER", "--holder", " "), MisuseError),
        (("add", ADDRESS, "--kind", "PER", "--holder", "8\x1b"), MisuseError),
        (("close", "nobody@hopital.mssante.test"), NotFoundError),
        (("holder", "nobody@hopital.mssante.test", "--add", "8"), NotFoundError),
    ],
)
def test_what_cannot_be_is_refused(
    run: Run, words: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(mailbox, *words)


def test_an_address_is_opened_once(run: Run) -> None:
    add(run, "1750000011")

    with pytest.raises(ConflictError):
        add(run, "1750000011")


def test_every_grant_leaves_a_line_with_name_and_reason(
    run: Run, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(run, "1750000011", "899700000017", "--reason", "asked by the director")
    run(mailbox, "holder", ADDRESS, "--add", "899700000025", "--reason", "new nurse")
    run(mailbox, "holder", ADDRESS, "--remove", "1750000011")
    run(mailbox, "close", ADDRESS, "--reason", "moved")

    database = Database.open(read_settings(config))
    with database.read() as work:
        lines = [one for one in work.journal.lines() if one.action.startswith("mail")]
    database.close()
    by = operator_name()
    assert [(one.action, one.outcome, dict(one.detail)) for one in lines] == [
        (
            "mailbox:add",
            "open",
            {
                "kind": "ORG",
                "holders": ["1750000011", "899700000017"],
                "by": by,
                "reason": "asked by the director",
            },
        ),
        (
            "mailbox:change",
            "holder added",
            {"holder": "899700000025", "by": by, "reason": "new nurse"},
        ),
        ("mailbox:change", "holder removed", {"holder": "1750000011", "by": by}),
        ("mailbox:change", "closed", {"by": by, "reason": "moved"}),
    ]


def test_a_reason_that_holds_a_patients_number_is_refused(run: Run) -> None:
    with pytest.raises(InvalidError):
        add(run, "1750000011", "--reason", "for 279035121518989")

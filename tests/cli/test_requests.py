"""Two persons: one asks, another confirms, and the journal has both and the reason."""

from __future__ import annotations

import json
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import keys_rotating, operators
from gateway.cli.answering import answer
from gateway.cli.doctor_operators import second_operators
from gateway.cli.main import main
from gateway.cli.requests import WAITS
from gateway.errors import (
    ConflictError,
    InvalidError,
    MisuseError,
    NotFoundError,
    UnavailableError,
)
from gateway.settings.file import read_settings
from gateway.store.base.open_database import create_database, open_database
from gateway.store.journal import Entry
from tests.builders_people import MATRICULE, open_profile
from tests.builders_settings import write_settings

ANNE, BOB, CARL = (pwd.getpwuid(uid) for uid in (1, 2, 3))
"""Accounts that every Linux has: daemon, bin, sys."""

ADDRESS = "cardiologie@hopital.mssante.test"
ADD = ["mailbox", "add", ADDRESS, "--kind", "ORG", "--holder", "1750000011"]
CLOSE = ["mailbox", "close", ADDRESS]
ROTATE = ["keys", "rotate", "kek", "--reason", "quarter"]
Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _nobody_acts() -> Iterator[None]:
    yield
    operators._ACTING.clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Settings in which two have the keys and the mailboxes, one the mailboxes."""
    return installed(tmp_path)


def installed(folder: Path, more: str = "") -> Path:
    two = json.dumps([ANNE.pw_name, BOB.pw_name])
    three = json.dumps([ANNE.pw_name, BOB.pw_name, CARL.pw_name])
    lines = ("[admin]", 'socket = "a"', f"keys = {two}", f"administrator = {three}")
    made = write_settings(folder, "\n".join([*lines, more]))
    database = create_database(read_settings(made))
    open_profile(database)
    database.close()
    return made


def give(file: Path, who: pwd.struct_passwd, *words: str, uid: int = -1) -> int:
    """Give a command by the service, as an account of which the kernel told."""
    asked = {"words": list(words), "files": {}, "login": who.pw_uid}
    return answer({**asked, "uid": who.pw_uid if uid < 0 else uid}, file)


def asked_for(
    file: Path, capsys: Printed, words: list[str], who: pwd.struct_passwd = ANNE
) -> str:
    """Ask for a command; return the id of the request."""
    capsys.readouterr()
    assert give(file, who, *words) == WAITS
    said = capsys.readouterr().out
    assert said.startswith("not done yet: a second operator confirms it until ")
    return said.split()[-1]


def waiting(
    file: Path, capsys: Printed, *words: str, who: pwd.struct_passwd = BOB
) -> Any:
    capsys.readouterr()
    assert give(file, who, "requests", "list", "--json", *words) == 0
    return json.loads(capsys.readouterr().out)


def lines_of(file: Path, *actions: str) -> list[Entry]:
    database = open_database(read_settings(file))
    with database.read() as work:
        lines = [one for one in work.journal.lines() if one.action in actions]
    database.close()
    return lines


def mailboxes(file: Path, capsys: Printed) -> dict[str, Any]:
    capsys.readouterr()
    assert give(file, CARL, "mailbox", "list", "--json") == 0
    return {one["address"]: one for one in json.loads(capsys.readouterr().out)}


def test_a_mailbox_is_given_once_a_second_one_has_confirmed_it(
    file: Path, capsys: Printed
) -> None:
    request = asked_for(file, capsys, [*ADD, "--reason", "ticket 7"])
    assert mailboxes(file, capsys) == {}
    (shown,) = waiting(file, capsys)
    assert shown["words"] == [*ADD, "--reason", "ticket 7"]
    assert (shown["by"], shown["reason"]) == (
        f"{ANNE.pw_name} (administrator)",
        "ticket 7",
    )
    assert (shown["id"], shown["state"]) == (request, "waiting")

    assert give(file, BOB, "requests", "confirm", request) == 0

    said = capsys.readouterr()
    assert said.out == f"mailbox {ADDRESS}: open\n"
    assert f"carried out for {ANNE.pw_name} (administrator): gateway mail" in said.err
    assert mailboxes(file, capsys)[ADDRESS]["holders"] == ["1750000011"]
    both = f"{ANNE.pw_name} (administrator), confirmed by {BOB.pw_name} (administrator)"
    (line,) = lines_of(file, "mailbox:add")
    assert (line.detail["by"], line.detail["reason"]) == (both, "ticket 7")
    assert [one.outcome for one in lines_of(file, "request:end")] == ["done"]
    assert waiting(file, capsys) == []
    (ended,) = waiting(file, capsys, "--all")
    assert (ended["state"], ended["status"]) == ("done", 0)
    assert ended["confirmedBy"] == f"{BOB.pw_name} (administrator)"


def test_what_takes_a_mailbox_away_waits_for_nobody(
    file: Path, capsys: Printed
) -> None:
    request = asked_for(file, capsys, [*ADD, "--holder", "2", "--reason", "x"])
    give(file, BOB, "requests", "confirm", request)

    assert give(file, CARL, "mailbox", "holder", ADDRESS, "--remove", "2") == 0
    assert give(file, CARL, *CLOSE) == 0
    assert mailboxes(file, capsys)[ADDRESS]["state"] == "closed"
    for words in (["holder", ADDRESS, "--add", "3"], ["open", ADDRESS]):
        asked_for(file, capsys, ["mailbox", *words, "--reason", "x"], CARL)
    assert mailboxes(file, capsys)[ADDRESS]["holders"] == ["1750000011"]


def test_nobody_confirms_their_own_not_even_as_another_account_of_theirs(
    file: Path, capsys: Printed
) -> None:
    request = asked_for(file, capsys, ROTATE)

    with pytest.raises(MisuseError, match="second person"):
        give(file, ANNE, "requests", "confirm", request)
    with pytest.raises(MisuseError, match="second person"):
        give(file, ANNE, "requests", "confirm", request, uid=BOB.pw_uid)
    with pytest.raises(MisuseError, match="no role for keys rotate"):
        give(file, CARL, "requests", "confirm", request)
    assert lines_of(file, "key:turn", "request:confirm") == []


def test_who_asked_takes_it_back_and_nobody_else(file: Path, capsys: Printed) -> None:
    request = asked_for(file, capsys, ROTATE)

    with pytest.raises(MisuseError, match="only who asked"):
        give(file, BOB, "requests", "withdraw", request)
    assert give(file, ANNE, "requests", "withdraw", request) == 0
    with pytest.raises(MisuseError, match="withdrawn"):
        give(file, BOB, "requests", "confirm", request)
    (line,) = lines_of(file, "request:withdraw")
    assert line.detail["by"] == f"{ANNE.pw_name} (keys)"


def test_keys_turn_over_and_end_by_two_persons(file: Path, capsys: Printed) -> None:
    assert give(file, ANNE, *ROTATE, "--json") == WAITS
    turn = json.loads(capsys.readouterr().out)
    assert (turn["state"], set(turn)) == ("waiting", {"request", "state", "expires"})
    assert give(file, BOB, "requests", "confirm", turn["request"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == 2
    gone = ["keys", "destroy", "--patient", MATRICULE, "--cause", "asked for it"]
    request = asked_for(file, capsys, gone, BOB)
    assert give(file, ANNE, "requests", "confirm", request) == 0

    assert "the patient's key is destroyed" in capsys.readouterr().out
    (turned,) = lines_of(file, "key:turn")
    assert turned.detail["by"] == (
        f"{ANNE.pw_name} (keys), confirmed by {BOB.pw_name} (keys)"
    )
    assert turned.detail["reason"] == "quarter"
    (ended,) = lines_of(file, "key:destroy")
    assert ended.detail["by"] == (
        f"{BOB.pw_name} (keys), confirmed by {ANNE.pw_name} (keys)"
    )
    assert ended.detail["cause"] == "asked for it"
    changed = [one for one in lines_of(file, "profile:change") if "means" in one.detail]
    assert {one.detail["means"] for one in changed} == {"admin-socket"}
    assert give(file, ANNE, "keys", "clear") == 0  # it takes nothing that is there


def test_a_turn_that_was_ended_half_way_goes_on_once_it_is_confirmed_again(
    file: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked_for(file, capsys, ROTATE)

    def fails(*_: Any, **__: Any) -> int:
        raise UnavailableError("the database went away")

    def is_killed(*_: Any, **__: Any) -> int:
        raise SystemExit(9)

    for ends, state in ((is_killed, "confirmed"), (fails, "failed")):
        with monkeypatch.context() as patched:
            patched.setattr(keys_rotating, "turn_all", ends)
            if state == "failed":
                assert give(file, BOB, "requests", "confirm", request) == 1
            else:
                with pytest.raises(SystemExit):
                    give(file, BOB, "requests", "confirm", request)
        assert [one["state"] for one in waiting(file, capsys)] == [state]
    assert give(file, BOB, "requests", "confirm", request) == 0

    assert "version 2" in capsys.readouterr().out
    assert waiting(file, capsys) == []
    with pytest.raises(MisuseError, match="it is done"):
        give(file, BOB, "requests", "confirm", request)


def test_what_failed_says_so_and_is_not_confirmed_again(
    file: Path, capsys: Printed
) -> None:
    nobody = ["mailbox", "open", ADDRESS, "--reason", "x"]
    request = asked_for(file, capsys, nobody)

    assert give(file, BOB, "requests", "confirm", request) == 1

    assert "no mailbox has this address" in capsys.readouterr().err
    with pytest.raises(MisuseError, match="it is failed"):
        give(file, BOB, "requests", "confirm", request)
    assert [one.outcome for one in lines_of(file, "request:end")] == ["failed"]


def test_who_has_no_role_any_more_has_nothing_carried_out(
    file: Path, capsys: Printed
) -> None:
    request = asked_for(file, capsys, ROTATE)
    text = file.read_text("utf-8")
    keys_of_both = f'keys = ["{ANNE.pw_name}", "{BOB.pw_name}"]'
    file.write_text(text.replace(keys_of_both, f'keys = ["{BOB.pw_name}"]'), "utf-8")

    with pytest.raises(MisuseError, match="no role any more"):
        give(file, BOB, "requests", "confirm", request)


def test_each_sees_what_is_theirs_to_confirm(file: Path, capsys: Printed) -> None:
    request = asked_for(file, capsys, ROTATE)

    assert [one["id"] for one in waiting(file, capsys)] == [request]
    assert waiting(file, capsys, who=CARL) == []
    assert give(file, BOB, "requests", "list") == 0
    said = capsys.readouterr().out
    assert "    gateway keys rotate kek --reason quarter\n" in said
    assert f"asked by {ANNE.pw_name} (keys)" in said
    readers = {one.detail["by"] for one in lines_of(file, "operator:read")}
    assert readers == {f"{BOB.pw_name} (keys)"}


@pytest.mark.parametrize(
    ("words", "error", "match"),
    [
        (ROTATE[:3], MisuseError, "needs a --reason"),
        ([*ADD, "--name", "x"], MisuseError, "needs a --reason"),
        ([*ROTATE[:4], f"of {MATRICULE}"], InvalidError, "names no patient"),
        ([*ROTATE[:4], "fine\x1b[2K\rother words"], MisuseError, "printable"),
        ([*ROTATE[:4], "fine \u202e sdrow"], MisuseError, "printable"),
    ],
)
def test_what_a_second_one_cannot_judge_is_not_asked(
    file: Path, words: list[str], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        give(file, ANNE, *words)
    assert lines_of(file, "request:ask") == []


def test_one_more_than_may_wait_is_refused(tmp_path: Path, capsys: Printed) -> None:
    file = installed(tmp_path, "requests = 2")
    for _ in range(2):
        asked_for(file, capsys, ROTATE)

    with pytest.raises(ConflictError, match="2 requests wait"):
        give(file, ANNE, *ROTATE)


def test_just_past_its_end_it_is_not_confirmed(tmp_path: Path, capsys: Printed) -> None:
    file = installed(tmp_path, "request_seconds = 0")
    request = asked_for(file, capsys, ROTATE)

    with pytest.raises(MisuseError, match="expired"):
        give(file, BOB, "requests", "confirm", request)
    assert waiting(file, capsys) == []
    assert [one["state"] for one in waiting(file, capsys, "--all")] == ["expired"]


def test_there_is_no_such_request(file: Path) -> None:
    for verb in ("confirm", "withdraw"):
        with pytest.raises(NotFoundError):
            give(file, BOB, "requests", verb, "f" * 32)


def test_by_the_master_key_alone_nothing_waits_and_nothing_is_confirmed(
    file: Path, capsys: Printed
) -> None:
    request = asked_for(file, capsys, ROTATE)
    operators._ACTING.clear()
    try:
        assert main(["requests", "list", "-c", str(file), "--json"]) == 0
        assert [one["id"] for one in json.loads(capsys.readouterr().out)] == [request]
        assert main(["requests", "confirm", request, "-c", str(file)]) == 2
        assert "only the running service" in capsys.readouterr().err
        assert main([*ADD, "-c", str(file)]) == 0
        (line,) = lines_of(file, "mailbox:add")
        assert line.detail["by"].endswith("(by the master key)")
    finally:
        operators._BY_THE_KEY.clear()


@pytest.mark.parametrize(
    ("lines", "alone"),
    [
        ('socket = "a"\nkeys = ["anne"]\nadministrator = ["anne", "bob"]', ["keys"]),
        ('socket = "a"\nkeys = ["anne", "anne"]', ["keys"]),
        ('socket = "a"\nkeys = ["@security"]\nsupport = ["anne"]', []),
        ('socket = "a"\nadministrator = ["anne"]', ["administrator"]),
        ('keys = ["anne"]', []),
        ('socket = "a"', []),
    ],
)
def test_the_doctor_says_where_there_is_no_second_one(
    lines: str, alone: list[str], tmp_path: Path
) -> None:
    settings = read_settings(write_settings(tmp_path, f"[admin]\n{lines}"))

    found = [one.state for one in second_operators(settings)]

    assert found == [
        f"[admin] {role} names one account: nobody confirms what it asks"
        for role in alone
    ]

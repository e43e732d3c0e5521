"""Commands by the socket: the kernel says who asks, a role what, a line says both."""

from __future__ import annotations

import json
import os
import pwd
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import operators
from gateway.cli.answering import answer
from gateway.cli.main import main
from gateway.cli.operators import account_name, login_uid, operator_name, roles_of
from gateway.errors import InvalidError, MisuseError
from gateway.node.admin_door import AdminDoor, AskedBy
from gateway.rights.operator_rules import OperatorRole
from gateway.rights.role_rules import GrantState
from gateway.settings.admin import MOST_ASKED, AdminSettings
from gateway.settings.file import read_settings
from gateway.store.base.open_database import create_database
from gateway.store.base.work import Database
from gateway.store.operators.roles import named_roles
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import notices
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_people import MATRICULE, matricule, open_profile
from tests.builders_settings import write_settings
from tests.cli.test_patient_import import HEAD, person
from tests.dmp_bridge.filing.story import Story

ME = account_name(login_uid())


@pytest.fixture
def place() -> Iterator[Path]:
    """A short path for a socket: the kernel takes 107 characters."""
    path = Path(f"/tmp/gw-admin-{os.getpid()}.sock")  # noqa: S108
    yield path
    path.unlink(missing_ok=True)


def installed(folder: Path, place: Path, **roles: list[str]) -> Path:
    """Return settings with a socket, whose database has one patient."""
    lines = [f"{role} = {json.dumps(who)}" for role, who in roles.items()]
    more = "\n".join(["[admin]", f'socket = "{place}"', *lines])
    file = write_settings(folder, more)
    database = create_database(read_settings(file))
    open_profile(database)
    database.close()
    return file


@pytest.fixture
def door(place: Path, tmp_path: Path) -> Iterator[AdminDoor]:
    """The socket of an installation where the tests' own account has two roles."""
    file = installed(tmp_path, place, support=[ME], privacy=["@no-such-group", ME])
    listening = AdminDoor(place, file)
    listening.start()
    yield listening
    listening.stop()


def lines_of(folder: Path, action: str) -> list[tuple[str, dict[str, Any]]]:
    database = Database.open(read_settings(folder / "gateway.toml"))
    with database.read() as work:
        found = [
            (
                one.outcome,
                {k: one.detail[k] for k in ("by", "reason") if k in one.detail},
            )
            for one in work.journal.lines()
            if one.action == action
        ]
    database.close()
    return found


def test_a_command_is_given_by_the_service_in_the_name_of_who_asks(
    door: AdminDoor,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The master key is out of reach here, once the service runs."""
    monkeypatch.setenv("SUDO_USER", "camille")
    config = str(tmp_path / "gateway.toml")

    show = ["patient", "show", MATRICULE, "-c", config, "--json", "--reason", "call 7"]
    assert main(show) == 0

    out, err = capfdbinary.readouterr()
    assert json.loads(out)["ins"] == MATRICULE
    assert err == b""
    assert lines_of(tmp_path, "operator:read") == [
        ("patient show", {"by": f"{ME} (support)", "reason": "call 7"})
    ]
    assert main(["quarantine", "list", "-c", config]) == 2
    assert b"no role for quarantine list" in capfdbinary.readouterr().err


def test_a_vault_is_listed_by_an_access_and_the_patient_is_told(
    door: AdminDoor, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    config = str(tmp_path / "gateway.toml")
    listing = ["vault", "list", MATRICULE, "-c", config, "--json"]
    take = ["access", "take", "--patient", MATRICULE, "--list", "-c", config]
    take += ["--cause", "complaint", "--reason", "complaint 3", "--request", "patient"]

    assert main([*listing, "--reason", "complaint 3"]) == 2
    assert b"gateway access take --help" in capfdbinary.readouterr().err
    assert lines_of(tmp_path, "operator:read") == []
    assert main(take) == 0
    capfdbinary.readouterr()
    assert main(listing) == 0

    assert json.loads(capfdbinary.readouterr().out) == []
    by = {"by": f"{ME} (privacy)"}
    assert lines_of(tmp_path, "operator:read") == [("vault list", by)] * 2
    assert lines_of(tmp_path, "operator:refuse") == [("vault list", by)]
    database = Database.open(read_settings(tmp_path / "gateway.toml"))
    with database.read() as work:
        kinds = work.connection.execute(notices.select()).all()
    database.close()
    assert [one.kind for one in kinds] == ["break-glass"]


def test_spaces_are_made_and_representatives_recorded_by_a_role(
    door: AdminDoor, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The feed is read by who asks: the service opens no file of theirs."""
    config, feed = str(tmp_path / "gateway.toml"), tmp_path / "feed.csv"
    feed.write_text(
        "\n".join([HEAD, person(7), person(8, birth_date="2015-06-12"), ""])
    )
    importing = ["patient", "import", str(feed), "-c", config, "--json"]
    proof = ["--proof", "jugement n° 26/00123", "-c", config]
    represent = ["patient", "represent", matricule(8), "--by", matricule(7), *proof]

    assert main([*importing, "--reason", "monthly feed"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["added"] == 2
    assert main([*importing[:2], str(tmp_path / "none"), *importing[3:]]) == 2
    assert b"feed: " in capfdbinary.readouterr().err
    assert main(represent) == 0
    assert b"represented" in capfdbinary.readouterr().out

    database = Database.open(read_settings(Path(config)))
    with database.read() as work:
        known = Profiles(work).find(matricule(8))
        assert known is not None
        by = {one.by for one in Profiles(work).changes(known.id)}
    database.close()
    assert by == {f"{ME} (support)", f"{ME} (privacy)"}


def test_a_feed_that_is_longer_than_the_service_takes_is_not_sent(
    door: AdminDoor, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("x" * MOST_ASKED)
    importing = ["patient", "import", str(feed)]

    assert main([*importing, "-c", str(tmp_path / "gateway.toml")]) == 2
    assert b"split it" in capfdbinary.readouterr().err


def test_a_document_is_opened_by_an_access_that_names_it(
    place: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Here one account has both roles: it is one person all the same."""
    roles = "\n".join(f'{role} = ["{ME}"]' for role in ("privacy", "auditor"))
    file = write_settings(tmp_path, f'[admin]\nsocket = "{place}"\n{roles}')
    story = Story.begin(create_database(read_settings(file)))
    letter = make_cda()
    story.send(make_mail(as_xdm(pack(letter))))
    story.database.close()
    get = ["vault", "get", f"{SET}.1", "-c", str(file)]
    take = ["access", "take", "--patient", MATRICULE, "--document", f"{SET}.1"]
    take += ["--cause", "complaint", "--reason", "ticket 12", "--request", "patient"]
    take += ["-c", str(file), "--json"]
    listening = AdminDoor(place, file)
    listening.start()
    try:
        assert main(get) == 2
        refused = capfdbinary.readouterr()
        assert refused.out == b""
        assert b"gateway access take --help" in refused.err
        assert main(take) == 0
        access_id = json.loads(capfdbinary.readouterr().out)["access"]
        assert main(get) == 0
        assert capfdbinary.readouterr().out == letter
        assert main(["access", "end", access_id, "-c", str(file)]) == 0
        assert main(get) == 2
        review = ["access", "review", access_id, "--fine", "--reason", "I think so"]
        assert main([*review, "-c", str(file)]) == 1
        assert b"another account" in capfdbinary.readouterr().err
    finally:
        listening.stop()
    assert lines_of(tmp_path, "document:download") == [
        ("operator", {"by": f"{ME} (privacy)"})
    ]


def test_an_auditor_hands_a_checkpoint_over_and_the_service_opens_no_file(
    place: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = installed(tmp_path, place, auditor=[ME])
    kept = tmp_path / "kept"
    kept.write_text("what the service could read too\n")
    words = ["journal", "verify", "-c", str(file), "--checkpoint", str(kept)]
    listening = AdminDoor(place, file)
    listening.start()
    try:
        assert main(["journal", "verify", "-c", str(file)]) == 0
        assert capfdbinary.readouterr().out.endswith(b" 0 faults\n")
        assert main(words) == 1  # handed over, and no checkpoint
        said = capfdbinary.readouterr().err
        assert main([*words[:-1], str(tmp_path / "none")]) == 2
        assert b"checkpoint: " in capfdbinary.readouterr().err
        assert main(["keys", "status", "-c", str(file)]) == 2
        assert b"no role for keys status" in capfdbinary.readouterr().err
    finally:
        listening.stop()
    asked = {"words": words, "files": {}, "uid": 0, "login": login_uid()}
    try:
        with pytest.raises(InvalidError) as nothing:
            answer(asked, file)  # what is not handed over is not read instead
    finally:
        operators._ACTING.clear()

    assert b"Traceback" not in said
    assert "service could read" not in str(nothing.value)


def test_keys_are_counted_for_who_has_that_role(
    place: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = installed(tmp_path, place, keys=[ME])
    listening = AdminDoor(place, file)
    listening.start()
    try:
        assert main(["keys", "status", "-c", str(file), "--json"]) == 0
        assert json.loads(capfdbinary.readouterr().out)["versions"][0]["version"] == 1
        assert main(["journal", "verify", "-c", str(file)]) == 2
        assert b"no role for journal verify" in capfdbinary.readouterr().err
        turning = ["keys", "rotate", "kek", "-c", str(file), "--reason", "quarter"]
        assert main(turning) == 3
        said = capfdbinary.readouterr().out
        assert said.startswith(b"not done yet: a second operator confirms it")
        request = said.split()[-1].decode()
        assert main(["requests", "confirm", request, "-c", str(file)]) == 2
        assert b"who asked does not confirm" in capfdbinary.readouterr().err
    finally:
        listening.stop()


def test_without_a_service_the_key_is_enough_and_the_journal_says_so(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = installed(tmp_path, place)

    try:
        assert main(["patient", "show", MATRICULE, "-c", str(file)]) == 0
        assert lines_of(tmp_path, "operator:read") == [
            ("patient show", {"by": f"{ME} (by the master key)"})
        ]
    finally:
        operators._BY_THE_KEY.clear()
    assert operator_name() == ME


def test_the_kernel_says_who_is_at_the_other_end() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        who = AskedBy.of(one)

    assert (who.uid, who.login_uid) == (os.getuid(), login_uid())


def say(place: Path, raw: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(str(place))
        wire.settimeout(20)
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: wire.recv(65536), b""))


@pytest.mark.parametrize(
    "asked",
    [
        {"words": ["patient", "list"]},
        {"words": [], "files": {}},
        {"words": [7], "files": {}},
        {"words": ["patient"], "files": {"password_file": 7}},
        [],
        "patient list",
    ],
)
def test_what_is_no_request_is_not_answered(
    door: AdminDoor, place: Path, asked: Any
) -> None:
    content = json.dumps(asked).encode()

    assert say(place, struct.pack(">I", len(content)) + content) == b""


def test_a_request_that_is_cut_or_too_long_is_not_answered(
    door: AdminDoor, place: Path
) -> None:
    assert say(place, b"\0\0") == b""
    assert say(place, struct.pack(">I", 100) + b"{}") == b""
    assert say(place, struct.pack(">I", MOST_ASKED + 1)) == b""


@pytest.mark.parametrize("words", [["serve"], ["init", "x"], ["database", "make"]])
def test_no_other_command_is_given_by_the_service(
    words: list[str], tmp_path: Path
) -> None:
    with pytest.raises(MisuseError, match="not given"):
        answer({"words": words, "files": {}, "uid": 0, "login": 0}, tmp_path / "x")


def test_no_file_of_the_service_is_opened_for_an_operator(
    tmp_path: Path, place: Path
) -> None:
    """Its account may write where theirs may not."""
    file = installed(tmp_path, place, privacy=[ME])
    folder = tmp_path / "proven"
    words = ["journal", "export", "--chain", "operator", "--proven", str(folder)]

    with pytest.raises(MisuseError, match="--proven is not for the service"):
        answer({"words": words, "files": {}, "uid": 0, "login": login_uid()}, file)

    assert not folder.exists()


def test_something_else_at_its_place_is_left_there(tmp_path: Path) -> None:
    (tmp_path / "socket").write_text("mine")

    with pytest.raises(MisuseError, match="something else"):
        AdminDoor(tmp_path / "socket", tmp_path / "gateway.toml")
    with pytest.raises(MisuseError):
        AdminDoor(tmp_path / "none" / "socket", tmp_path / "gateway.toml")
    assert (tmp_path / "socket").read_text() == "mine"


def test_roles_are_of_accounts_and_of_groups() -> None:
    root = pwd.getpwuid(0).pw_name
    given = AdminSettings(support=(root,), auditor=(f"@{root}",), privacy=("somebody",))

    granted = dict.fromkeys(named_roles(given), GrantState.STANDS)
    assert roles_of(0, given, granted) == {OperatorRole.SUPPORT, OperatorRole.AUDITOR}
    assert roles_of(2**31 - 7, given, granted) == frozenset()
    assert roles_of(0, AdminSettings(), granted) == frozenset()
    assert roles_of(0, given, {}) == frozenset()

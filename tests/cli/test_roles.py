"""A role that gateway.toml is given later holds once two administrators granted it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import operators
from gateway.cli.main import main
from gateway.errors import MisuseError
from tests.cli.test_requests import (
    ANNE,
    BOB,
    CARL,
    Printed,
    asked_for,
    give,
    installed,
    lines_of,
)

EXPLAIN = ["journal", "export"]
GRANT = ["roles", "grant", "auditor", CARL.pw_name, "--reason", "ticket 9"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three administrators, as the first start saw them; then an auditor is named."""
    made = installed(tmp_path)
    assert give(made, ANNE, "mailbox", "list") == 0
    text = made.read_text("utf-8")
    named = f'[admin]\nauditor = ["{CARL.pw_name}"]'
    made.write_text(text.replace("[admin]", named), "utf-8")
    return made


def listed(file: Path, capsys: Printed) -> dict[tuple[str, str], str]:
    capsys.readouterr()
    assert give(file, ANNE, "roles", "list", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    return {(one["role"], one["name"]): one["state"] for one in found}


def test_who_writes_the_settings_gives_nobody_a_role(
    file: Path, capsys: Printed
) -> None:
    with pytest.raises(MisuseError, match="waits: one administrator asks"):
        give(file, CARL, *EXPLAIN)
    with pytest.raises(MisuseError, match="has no role for queue list"):
        give(file, CARL, "queue", "list")

    assert listed(file, capsys)["auditor", CARL.pw_name] == "waits"
    assert listed(file, capsys)["keys", ANNE.pw_name] == "stands"
    (line,) = lines_of(file, "role:see")
    assert (line.outcome, line.detail["account"]) == ("auditor", CARL.pw_name)


def test_one_administrator_asks_and_another_confirms(
    file: Path, capsys: Printed
) -> None:
    request = asked_for(file, capsys, GRANT)
    with pytest.raises(MisuseError, match="second person"):
        give(file, ANNE, "requests", "confirm", request)
    with pytest.raises(MisuseError, match="waits"):
        give(file, CARL, *EXPLAIN)

    assert give(file, BOB, "requests", "confirm", request) == 0

    assert f"auditor {CARL.pw_name}: granted" in capsys.readouterr().out
    assert give(file, CARL, *EXPLAIN) == 0
    line = lines_of(file, "role:grant")[-1]
    assert (line.outcome, line.detail["reason"]) == ("auditor", "ticket 9")
    assert line.detail["by"] == (
        f"{ANNE.pw_name} (administrator), confirmed by {BOB.pw_name} (administrator)"
    )


def test_a_role_ends_by_one_person_at_once(file: Path, capsys: Printed) -> None:
    end = ["roles", "end", "administrator", BOB.pw_name, "--reason", "left"]
    assert give(file, ANNE, *end) == 0

    with pytest.raises(MisuseError, match="waits"):
        give(file, BOB, "roles", "end", "keys", ANNE.pw_name, "--reason", "x")
    assert listed(file, capsys)["administrator", BOB.pw_name] == "waits"
    with pytest.raises(MisuseError, match="not granted"):
        give(file, ANNE, *end)


def test_where_nobody_is_left_the_master_key_grants_and_the_journal_says_so(
    file: Path, capsys: Printed
) -> None:
    with pytest.raises(MisuseError, match="waits"):
        give(file, CARL, *EXPLAIN)
    operators._ACTING.clear()
    try:
        assert main([*GRANT, "-c", str(file)]) == 0
        assert main(["roles", "list", "-c", str(file)]) == 0
    finally:
        operators._BY_THE_KEY.clear()

    out = capsys.readouterr().out
    assert "auditor" in out
    assert "(by the master key)" in out
    assert lines_of(file, "role:grant")[-1].detail["by"].endswith("(by the master key)")
    assert give(file, CARL, *EXPLAIN) == 0


def test_what_the_settings_do_not_name_is_not_granted(
    file: Path, capsys: Printed
) -> None:
    words = ["roles", "grant", "privacy", CARL.pw_name, "--reason", "x"]
    request = asked_for(file, capsys, words)

    assert give(file, BOB, "requests", "confirm", request) == 2

    assert "gateway.toml does not name it" in capsys.readouterr().err

"""What `make mutate` says when a run and the list of survivors do not agree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.mutation import (
    LISTED,
    ROOT,
    Change,
    Found,
    Room,
    as_entry,
    change_of,
    complaints,
    listed,
    measured,
    rooms,
)

ROOM = Room(name="rights", mutates=("gateway/rights/*",), tests=(), percent=95)
ADDED = Change("gateway.a.f", "return 1", "return 2")
GONE = Change("gateway.a.g", 'return "x"', "return None")
DIFFERENCE = """# gateway.a.x_f__mutmut_1: survived
--- gateway/a.py
+++ gateway/a.py
@@ -3,4 +3,4 @@
 def f():
-    return 1
+    return 2
"""


def found(*survived: Change, tried: int = 100) -> Found:
    return Found(tried=tried, survived=frozenset(survived), survivors=len(survived))


def test_a_change_is_told_by_its_function_and_its_lines() -> None:
    assert change_of("gateway.a.x_f__mutmut_1", DIFFERENCE) == ADDED
    assert change_of("gateway.a.x__f__mutmut_12", DIFFERENCE).function == "gateway.a._f"
    assert (
        change_of("gateway.a.xǁTasksǁbury__mutmut_12", DIFFERENCE).function
        == "gateway.a.Tasks.bury"
    )


def test_nothing_is_said_where_run_and_list_agree() -> None:
    assert complaints(ROOM, found(ADDED), {ADDED: "the same for all that can be"}) == []


@pytest.mark.parametrize(
    ("survived", "known", "said"),
    [
        ([ADDED], {}, "survived, and is not listed"),
        ([], {ADDED: "a reason"}, "listed, and is caught now or gone"),
        ([ADDED], {ADDED: " "}, "listed without a reason"),
    ],
)
def test_what_does_not_agree_is_said(
    survived: list[Change], known: dict[Change, str], said: str
) -> None:
    (complaint,) = complaints(ROOM, found(*survived), known)

    assert complaint == f"{said}:\n{as_entry(ROOM, ADDED)}"


def test_too_many_survivors_are_too_many_even_when_listed() -> None:
    known = {ADDED: "a reason", GONE: "another"}

    assert complaints(ROOM, found(ADDED, GONE, tried=40), known) == []
    assert complaints(ROOM, found(ADDED, GONE, tried=39), known) == [
        "only 94.9 % are caught, not 95"
    ]


@pytest.mark.parametrize("change", [ADDED, GONE, Change("gateway.h", "a\nb", "'\\'")])
def test_what_is_printed_can_be_pasted_into_the_list(change: Change) -> None:
    table = tomllib.loads(as_entry(ROOM, change))

    assert listed(table, ROOM) == {change: ""}


STAND_IN = f"""#!/bin/sh
echo "$@" >> asked
case "$1" in
  run) grep -q "timeout_multiplier = 60" pyproject.toml && touch patient ;;
  results)
    echo "    gateway.a.x_f__mutmut_2: killed"
    echo "    gateway.a.x_f__mutmut_3: timeout"
    test -e patient && became=survived || became=timeout
    echo "    gateway.a.x_f__mutmut_1: $became" ;;
  show) cat <<'END'
{DIFFERENCE}
END
esac
exit 0
"""
"""Says as mutmut does; a change that ran out of time survives when it has more."""


def test_what_ran_out_of_time_is_run_again_alone_with_more_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "setup.cfg").touch()
    program = tmp_path / "mutmut"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setattr("tests.mutation.ROOT", tmp_path)
    monkeypatch.setattr("tests.mutation.MUTMUT", program)

    seen = measured(ROOM, 2, ["gateway.a*"])

    assert seen == found(ADDED, tried=3)
    asked = (tmp_path / "build/mutants/rights/asked").read_text().splitlines()
    late = "gateway.a.x_f__mutmut_3 gateway.a.x_f__mutmut_1"
    assert [one for one in asked if one.startswith("run")] == [
        "run --max-children=2 gateway.a*",
        f"run --max-children=1 {late}",
    ]


def test_every_room_of_the_list_is_there() -> None:
    table = tomllib.loads(LISTED.read_text(encoding="utf-8"))
    known = rooms(table)

    assert {one["room"] for one in table.get("survivors", ())} <= set(known)
    for room in known.values():
        assert all(list(ROOT.glob(pattern)) for pattern in room.mutates)
        paths = [Path(ROOT, one) for one in room.tests if "/" in one]
        assert all(path.exists() for path in paths)

"""
Would a test notice? Rooms of the gateway changed on purpose, one change at a time.

``python -m tests.mutation [ROOM ...]`` has mutmut change each function of a room in
every way it knows, and run the tests of that room on each change: a change is caught
when a test fails. What may survive is listed in `mutants.toml` with its reason. Exits
with 1 when a change survives that is not listed, when one that is listed is caught now
or gone, or when fewer are caught than the room asks for.

A folder ``build/mutants/ROOM`` is left behind: there, ``mutmut show NAME`` shows a
change, ``mutmut browse`` all of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

ROOT = Path(__file__).resolve().parents[1]
LISTED = Path(__file__).with_name("mutants.toml")
MUTMUT = Path(sys.executable).with_name("mutmut")

CAUGHT = frozenset({"killed", "timeout", "segfault"})
LATE = "timeout"
PATIENCE = 4
"""
How much longer what ran out of time may take when it is run again, alone: on a machine
that does other things meanwhile, a test that takes long is no test that fails.
"""

COPIED = ("gateway", "tests", "certs")


@frozen(kw_only=True)
class Room:
    """Which files are changed, which tests judge, and how many per cent they catch."""

    name: str
    mutates: tuple[str, ...]
    tests: tuple[str, ...]
    percent: int


@frozen(order=True)
class Change:
    """One change of one function; its lines tell it, as mutmut's numbers move."""

    function: str
    was: str
    becomes: str


@frozen(kw_only=True)
class Found:
    """What a run found: how many changes it tried, and which of them survived."""

    tried: int
    survived: frozenset[Change]
    survivors: int

    @property
    def percent(self) -> float:
        """How many of a hundred changes were caught."""
        return 100 * (self.tried - self.survivors) / self.tried


def rooms(table: dict[str, Any]) -> dict[str, Room]:
    """Return the rooms of the file, by name."""
    return {
        name: Room(
            name=name,
            mutates=tuple(room["mutates"]),
            tests=tuple(room["tests"]),
            percent=room["percent"],
        )
        for name, room in table["rooms"].items()
    }


def listed(table: dict[str, Any], room: Room) -> dict[Change, str]:
    """Return what may survive in a room, with the reasons."""
    return {
        Change(one["function"], one["was"], one["becomes"]): one.get("why", "")
        for one in table.get("survivors", ())
        if one["room"] == room.name
    }


def complaints(room: Room, found: Found, known: dict[Change, str]) -> list[str]:
    """Return what does not agree between a run and what is listed; nothing if all."""
    said = [
        f"survived, and is not listed:\n{as_entry(room, change)}"
        for change in sorted(found.survived - known.keys())
    ]
    said += [
        f"listed, and is caught now or gone:\n{as_entry(room, change)}"
        for change in sorted(known.keys() - found.survived)
    ]
    said += [
        f"listed without a reason:\n{as_entry(room, change)}"
        for change, why in sorted(known.items())
        if not why.strip()
    ]
    if found.percent < room.percent:
        said.append(f"only {found.percent:.1f} % are caught, not {room.percent}")
    return said


def as_entry(room: Room, change: Change) -> str:
    """Return a change as `mutants.toml` lists it, without its reason."""
    return (
        f"[[survivors]]\n"
        f'room = "{room.name}"\n'
        f'function = "{change.function}"\n'
        f"was = {_quoted(change.was)}\n"
        f"becomes = {_quoted(change.becomes)}\n"
        f'why = ""\n'
    )


def change_of(name: str, difference: str) -> Change:
    """
    Return the change behind mutmut's name of it and the difference it shows.

    >>> change_of("gateway.a.xǁTasksǁbury__mutmut_3", "-  a + 1\\n+  a - 1\\n")
    Change(function='gateway.a.Tasks.bury', was='a + 1', becomes='a - 1')
    """
    module, _, mangled = name.rpartition("__mutmut_")[0].rpartition(".")
    function = mangled.removeprefix("xǁ").replace("ǁ", ".").removeprefix("x_")
    lines = [line for line in difference.splitlines() if line[:3] not in {"---", "+++"}]
    was, becomes = (
        "\n".join(line[1:].strip() for line in lines if line[:1] == sign)
        for sign in "-+"
    )
    return Change(f"{module}.{function}", was, becomes)


def measured(room: Room, jobs: int | None, only: Sequence[str]) -> Found:
    """
    Run mutmut on a room, in a folder of its own; mutmut's failure ends it all.

    What ran out of time is run again, alone and with more of it; what does so twice is
    caught: it would never end.
    """
    folder = ROOT / "build" / "mutants" / room.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "setup.cfg", folder)
    states = _states(folder, _settings(room), jobs, only)
    if late := [name for name, state in states.items() if state == LATE]:
        states |= _states(folder, _settings(room, PATIENCE), 1, late)
    survived = [name for name, state in states.items() if state not in CAUGHT]
    return Found(
        tried=len(states),
        survivors=len(survived),
        survived=frozenset(
            change_of(name, _asked(folder, "show", name)) for name in survived
        ),
    )


def _states(
    folder: Path, settings: str, jobs: int | None, only: Sequence[str]
) -> dict[str, str]:
    """Run mutmut, and return what became of each change that it tried so far."""
    (folder / "pyproject.toml").write_text(settings)
    most = [f"--max-children={jobs}"] if jobs else []
    subprocess.run([MUTMUT, "run", *most, *only], cwd=folder, check=True)
    said = _asked(folder, "results", "--all", "true").splitlines()
    states = dict(line.strip().split(": ", 1) for line in said if ": " in line)
    return {name: state for name, state in states.items() if state != "not checked"}


def _settings(room: Room, patience: int = 1) -> str:
    """
    Return the settings of mutmut; ``patience`` is how many times its time a test has.

    A process that never ran a test forks those that do: pytest-twisted starts the
    reactor, and a reactor starts once in the life of a process. Properties draw the
    same examples each time, so that the answer is the same. What is asserted states
    what a type cannot, and is never false: it is left alone.
    """
    return (
        "[tool.mutmut]\n"
        'source_paths = ["gateway"]\n'
        'also_copy = ["certs"]\n'
        'process_isolation = "forkserver"\n'
        "use_git_change_detection = false\n"
        f"timeout_multiplier = {15 * patience}\n"
        "do_not_mutate_patterns = ['^\\s*assert ']\n"
        'pytest_add_cli_args = ["--hypothesis-seed=0"]\n'
        f"only_mutate = {json.dumps(room.mutates)}\n"
        f"pytest_add_cli_args_test_selection = {json.dumps(room.tests)}\n"
    )


def _asked(folder: Path, *command: str) -> str:
    return subprocess.run(
        [MUTMUT, *command], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def _quoted(text: str) -> str:
    """Return a TOML string, in single quotes where that spares the backslashes."""
    plain = "'" not in text and "\n" not in text
    return f"'{text}'" if plain else json.dumps(text, ensure_ascii=False)


def main() -> int:
    """Measure rooms and say what does not agree; 0 when all does."""
    table = tomllib.loads(LISTED.read_text(encoding="utf-8"))
    known = rooms(table)
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(known))
    parser.add_argument("--jobs", type=int, help="at once; the processors by default")
    parser.add_argument("--only", nargs="*", default=(), help="names, or patterns")
    options = parser.parse_args()
    agrees = True
    for name in options.rooms or known:
        room = known[name]
        found = measured(room, options.jobs, options.only)
        said = complaints(room, found, listed(table, room))
        print(f"{name}: {found.tried} changes, {found.percent:.1f} % caught")
        print(*said, sep="\n", flush=True)
        agrees = agrees and not said
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())

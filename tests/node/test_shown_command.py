"""A process that was forked is seen as what it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.node.shown_command import show_command, shown_command

PROGRAM = """
import os, sys
from pathlib import Path
from gateway.node.shown_command import show_command, shown_command
before = shown_command()
show_command(before)
assert shown_command() == before
words = ["/a/program", "two words", "", "\\udcff", "x" * 100_000]
for _ in range(100):
    show_command(words)
assert shown_command() == tuple(words)
if not os.fork():
    assert shown_command() == tuple(words)
    show_command(("another",))
    assert shown_command() == ("another",)
    os._exit(7)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 7
assert shown_command() == tuple(words)
print(Path("/proc/self/comm").read_text().strip())
print(len([bytearray(1000) for _ in range(100_000)]))
subprocess = __import__("subprocess")
print(subprocess.run(["echo", "goes on"], capture_output=True, text=True).stdout)
"""
"""It makes memory grow afterwards: where that ends is said with the words."""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone lets a process say so")
def test_any_words_are_shown_and_the_process_goes_on() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stderr == ""
    assert done.stdout.split() == ["program", "100000", "goes", "on"]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="/proc is Linux's")
def test_the_words_a_process_was_started_with_are_those_shown() -> None:
    code = "from gateway.node.shown_command import shown_command as s; print(s()[3:])"
    done = subprocess.run(
        [sys.executable, "-c", code, "a b", ""],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.strip() == "('a b', '')"


def test_elsewhere_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    with pytest.raises(OSError, match="platform"):
        show_command(("another",))

    monkeypatch.undo()
    assert shown_command() != ("another",)

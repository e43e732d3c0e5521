"""No key of ours is written into a core file or into swap; the unit file sees to it."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.doctor_memory import memory
from gateway.node.secret_memory import swapped_bytes
from tests.builders_settings import make_settings

UNIT = Path(__file__).parents[2] / "docs" / "gateway.service"
_LOOK = (
    "import sys; from gateway.cli.main import main;"
    "from gateway.node.secret_memory import memory_state;"
    "before = memory_state(); status = main(sys.argv[1:]); after = memory_state();"
    "print(after.core_bytes, after.dumpable, status)"
)


def test_a_command_writes_no_core_file_and_lets_nobody_look_in(tmp_path: Path) -> None:
    """In a process of its own: what it gives up it does not get back."""
    words = ["doctor", "-c", str(tmp_path / "gateway.toml")]
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["0", "False", "2"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_process_that_is_killed_by_a_signal_leaves_no_core(tmp_path: Path) -> None:
    code = (
        "import os, signal; from gateway.node.secret_memory import keep_memory_secret;"
        "keep_memory_secret(); os.kill(os.getpid(), signal.SIGSEGV)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=tmp_path, timeout=60
    )
    assert done.returncode == -11
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_says_where_memory_may_be_written(tmp_path: Path) -> None:
    subjects = [one.subject for one in memory(make_settings(tmp_path))]
    assert subjects == ["core files", "swap"]


def test_the_swap_of_a_process_is_found_by_its_command() -> None:
    own = Path(f"/proc/{os.getpid()}/cmdline").read_text("utf-8").split("\0")
    assert swapped_bytes(tuple(one for one in own if one)) is not None
    assert swapped_bytes(("no process has this word",)) is None


def _unit() -> configparser.RawConfigParser:
    made = configparser.RawConfigParser(strict=False)
    made.optionxform = str  # type: ignore[assignment,method-assign]
    made.read_string(UNIT.read_text("utf-8"))
    return made


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("LimitCORE", "0"),
        ("MemorySwapMax", "0"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("PrivateTmp", "yes"),
        ("UMask", "0077"),
        ("Type", "notify"),
        ("Restart", "on-failure"),
        ("LoadCredentialEncrypted", "gateway-master:/etc/gateway/master.cred"),
    ],
)
def test_the_unit_file_keeps_what_the_pages_promise(key: str, value: str) -> None:
    assert _unit()["Service"][key] == value


def test_systemd_understands_the_unit_file(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "gateway.service"
    program = "/opt/gateway/.venv/bin/gateway"
    unit.write_text(UNIT.read_text("utf-8").replace(program, "/bin/true"), "utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    ours = [one for one in done.stderr.splitlines() if "gateway.service" in one]
    assert ours == []

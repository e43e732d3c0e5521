"""The demonstration, killed: nothing of it goes on running."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.journeys.running import Gateway

SECONDS = 60.0

pytestmark = pytest.mark.journey


def processes_of(folder: Path) -> list[int]:
    """Return the processes that have the folder in their command line (proc(5))."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words:
            found.append(int(entry.name))
    return found


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/readyz", timeout=5
        ) as one:
            return bool(one.status == 200)
    except OSError:
        return False


@pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="Linux alone lists processes so"
)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_demonstration_that_is_killed_leaves_no_process(
    tmp_path: Path, how: signal.Signals
) -> None:
    gateway = Gateway.make(tmp_path / "gateway")
    folder = gateway.config.parent
    demo = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "demo", "--folder", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + SECONDS
    while not is_ready(gateway.settings.listen.metrics):
        assert demo.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    assert len(processes_of(folder)) > 1

    demo.send_signal(how)
    demo.wait(SECONDS)

    until = time.monotonic() + SECONDS
    while processes_of(folder) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_of(folder) == []

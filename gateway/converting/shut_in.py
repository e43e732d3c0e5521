"""Starting and ending a process of ours that reads a stranger's file, shut in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress


def start(module: str, told: str, given: int) -> subprocess.Popen[bytes]:
    """
    Start one, that says its answer on a pipe.

    ``told`` are its limits, ``given`` is a file or `subprocess.PIPE`: where it reads.
    It has nothing of our environment, and shuts itself in (`sandbox`) before it reads.

    Raises:
        OSError: no process could be started.
    """
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-I", "-m", module, told],
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """End one, and the copies it made; nothing where it ended by itself."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

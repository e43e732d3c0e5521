"""A whole gateway in its own process, on free ports, and the commands against it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, field

from gateway.settings import Settings, read_settings

T = TypeVar("T")
GATEWAY = (sys.executable, "-m", "gateway.cli.main")


@define
class Gateway:
    """A folder made by `gateway init`, and the service run from it."""

    folder: Path
    settings: Settings
    process: subprocess.Popen[bytes] | None = None
    _log: Any = field(default=None, repr=False)

    @classmethod
    def make(cls, folder: Path, *options: str) -> Gateway:
        """Run `gateway init` with free ports."""
        _call("init", str(folder), "--ports", "free", *options)
        return cls(folder, read_settings(folder / "gateway.toml"))

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "gateway.toml"

    def start(self) -> None:
        """Run `gateway serve`; return once it is ready."""
        self._log = (self.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [*GATEWAY, "serve", "-c", str(self.config)],
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        eventually(self.is_ready, seconds=30)

    def is_ready(self) -> bool:
        """Tell whether /readyz says so."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"serve ended by itself:\n{self.log()}")
        return self.readyz()[0] == 200

    def readyz(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of /readyz; status 0 while nobody listens."""
        url = f"http://127.0.0.1:{self.settings.listen.metrics}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except OSError:
            return 0, {}

    def stop(self) -> None:
        """Ask the service to stop, and wait for it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self._log.close()
            self.process = None

    def kill(self) -> None:
        """End the service and its workers as a power cut would: no clean-up at all."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        self._log.close()
        self.process = None

    def log(self) -> str:
        """Return what the service has logged."""
        return (self.folder / "serve.log").read_text("utf-8", "replace")

    def run(self, noun: str, *words: str, status: int = 0) -> str:
        """Run a command; return its standard output, as text."""
        return _call(
            *noun.split(), "-c", str(self.config), *words, status=status
        ).stdout

    def refused(self, noun: str, *words: str) -> str:
        """Run a command that must fail with status 1; return what it says."""
        return _call(*noun.split(), "-c", str(self.config), *words, status=1).stderr

    def send(self, *words: str) -> str:
        """Run `gateway send`; return the Message-ID."""
        return self.run("send", *words).strip().splitlines()[-1]

    def trace(self, name: str, *, seconds: float = 30) -> dict[str, Any]:
        """Return the story of a message, once it has ended."""
        wait = ("--wait", str(seconds))
        story: dict[str, Any] = json.loads(self.run("trace", name, "--json", *wait))
        return story

    def vault(self, matricule: str) -> list[dict[str, Any]]:
        """Return the DocumentEntries of a patient."""
        entries: list[dict[str, Any]] = json.loads(
            self.run("vault list", matricule, "--json")
        )
        return entries


def _call(*words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*GATEWAY, *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == status, (
        f"gateway {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    )
    return done


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Gateway]:
    """Make a gateway and run it for the length of the block."""
    gateway = Gateway.make(folder, *options)
    gateway.start()
    try:
        yield gateway
    finally:
        if gateway.process is not None:
            gateway.stop()


def eventually(ask: Callable[[], T], *, seconds: float = 20) -> T:
    """Ask until the answer is true; fail with the last answer when it is too late."""
    until = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < until, f"still {answer!r} after {seconds} s"
        time.sleep(0.05)
    return answer

"""A whole gateway in its own process, on free ports, and the commands against it."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

from attrs import define

from gateway.cli.main import main
from gateway.cli.trace import stories_in
from gateway.settings.file import Settings, read_settings
from gateway.store.base.work import Database
from gateway.store.tasks.values import OF_THE_DAY, TaskState
from tests.ports import free_ports

T = TypeVar("T")
GATEWAY = (sys.executable, "-m", "gateway.cli.main")
LETTER = Path("gateway/demo_files/discharge_letter.xml").resolve()
"""The discharge letter that comes with the program."""
_DOORS = (
    "smtp",
    "submission",
    "submissions",
    "imap",
    "imaps",
    "patient_https",
    "professional_https",
    "metrics",
)


@define
class Gateway:
    """A folder made by `gateway init`, and the service run from it."""

    folder: Path
    settings: Settings
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def make(cls, folder: Path, *options: str) -> Gateway:
        """
        Return a new gateway in its own folder, on ports nobody uses.

        `gateway init` runs once for all that ask for nothing special: most of its
        time goes into keys. They share its PKI, and nothing else.
        """
        if options:
            call("init", str(folder), "--ports", "free", *options)
        else:
            shutil.copytree(_template(), folder)
        made = cls(folder, read_settings(folder / "gateway.toml"))
        listen = made.settings.listen
        names = [name for name in _DOORS if getattr(listen, name)]
        ports = zip(names, free_ports(len(names)), strict=True)
        found = dict(ports)
        pages = {"web": "patient_https", "professional": "professional_https"}
        urls = {
            table: {"public_url": f"https://localhost:{found[name]}/"}
            for table, name in pages.items()
        }
        made.configure(listen=found, **urls)
        return made

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "gateway.toml"

    @property
    def certs(self) -> Path:
        """The folder of the throwaway PKI."""
        return self.folder / "certs"

    def configure(self, **tables: dict[str, Any]) -> None:
        """Change keys of the settings file; for the next start."""
        content = tomllib.loads(self.config.read_text("utf-8"))
        for table, values in tables.items():
            content.setdefault(table, {}).update(values)
        self.config.write_text(_toml(content), "utf-8")
        self.settings = read_settings(self.config)

    def start(self, *before: str, ready: int = 200, json_log: bool = False) -> None:
        """Run `gateway serve`, ``before`` in front; return when /readyz says so."""
        more = ["--log-json"] if json_log else []
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*before, *GATEWAY, "serve", "-c", str(self.config), *more],
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,
            )
        try:
            eventually(lambda: self.status() == ready, seconds=60)
        except AssertionError as error:
            with suppress(AssertionError):  # that it ended, which is said already
                self.kill()
            raise AssertionError(f"{error}; {self.last_lines()}") from None

    def status(self) -> int:
        """Return the status of /readyz; fail when the service is not there any more."""
        assert self.process is not None
        if (code := self.process.poll()) is not None:
            raise AssertionError(f"serve ended by itself, with {code}")
        return self.readyz()[0]

    def readyz(self) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of /readyz; status 0 while nobody listens."""
        url = f"http://127.0.0.1:{self.settings.listen.metrics}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())
        except OSError:
            return 0, {}

    def faults(self) -> dict[str, str]:
        """Return what /readyz says is wrong."""
        found: dict[str, str] = self.readyz()[1]["faults"]
        return found

    def stop(self) -> None:
        """Ask the service to stop, and wait for it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process = None

    def kill(self) -> None:
        """End the service and its workers as a power cut would: no clean-up at all."""
        assert self.process is not None
        group = self.process.pid
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        code = self.process.wait(timeout=30)
        self.process = None
        eventually(lambda: not processes_of(group))
        if code != -signal.SIGKILL:
            raise AssertionError(
                f"serve had ended by itself, with {code}; {self.last_lines()}"
            )

    def ended(self, *, seconds: float = 60) -> int:
        """Wait until the service has ended by itself; return its status."""
        assert self.process is not None
        status = self.process.wait(timeout=seconds)
        self.process = None
        return status

    def workers(self) -> list[int]:
        """Return the process ids of the workers that `serve` runs."""
        assert self.process is not None
        group = processes_of(self.process.pid)
        return [pid for pid in group if b"\0work\0" in _command_of(pid)]

    def log(self) -> str:
        """Return what the service has logged."""
        return (self.folder / "serve.log").read_text("utf-8", "replace")

    def last_lines(self) -> str:
        """Return the end of the log, to tell in a failure."""
        return "its log ends:\n" + "\n".join(self.log().splitlines()[-40:])

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open the store itself, beside the service."""
        database = Database.open(self.settings)
        try:
            yield database
        finally:
            database.close()

    def run(self, noun: str, *words: str) -> str:
        """Run a command; return its standard output, as text."""
        return self.run_bytes(noun, *words).decode("utf-8")

    def run_bytes(self, noun: str, *words: str) -> bytes:
        """Run a command; return its standard output as it is."""
        return within(*self._command(noun, *words)).stdout

    def refused(self, noun: str, *words: str, status: int = 1) -> str:
        """Run a command that must fail; return what it says."""
        runs = call if noun in {"serve", "work", "receive"} else within
        done = runs(*self._command(noun, *words), status=status)
        return done.stderr.decode("utf-8").strip()

    def run_apart(self, noun: str, *words: str) -> str:
        """Run a command as people do, in a process of its own; return its output."""
        return call(*self._command(noun, *words)).stdout.decode("utf-8")

    def _command(self, noun: str, *words: str) -> list[str]:
        return [*noun.split(), "-c", str(self.config), *words]

    def send(self, *words: str) -> str:
        """Run `gateway send`; return the Message-ID."""
        return self.run("send", *words).strip().splitlines()[-1]

    def trace(self, name: str, *, seconds: float = 60) -> dict[str, Any]:
        """Return the story of a message, once it has ended and all was said of it."""
        wait = ("--wait", str(seconds))
        story: dict[str, Any] = json.loads(self.run("trace", name, "--json", *wait))
        return story

    def story(self, name: str, *, seconds: float = 60) -> dict[str, Any]:
        """Return what `trace` tells, without the command: once all is over."""
        return eventually(lambda: self._ended_story(name), seconds=seconds)

    def _ended_story(self, name: str) -> dict[str, Any]:
        with self.database() as database, database.read() as work:
            stories = stories_in(database, work).tell(name)
            goes_on = stories_in(database, work).goes_on(name)
        return stories[-1] if stories and not goes_on else {}

    def outcome(self, name: str, *, seconds: float = 60) -> str:
        """Return what became of the first recipient of a message."""
        word: str = self.story(name, seconds=seconds)["recipients"][0]["outcome"]
        return word

    def vault(self, matricule: str) -> list[dict[str, Any]]:
        """Return the DocumentEntries of a patient."""
        entries: list[dict[str, Any]] = json.loads(
            self.run("vault list", matricule, "--json")
        )
        return entries

    def settle(self, *, seconds: float = 120) -> None:
        """Return when nothing is left to do."""
        eventually(lambda: self.tasks() == 0, seconds=seconds)

    def waiting(self) -> int:
        """Return how many tasks are still to be done, now or soon, by a worker."""
        with self.database() as database, database.read() as work:
            return sum(
                one.kind not in OF_THE_DAY for one in work.tasks.listed(TaskState.READY)
            )

    def tasks(self) -> int:
        """Return how many tasks there are that do not wait for their hour of the day"""
        with self.database() as database, database.read() as work:
            return sum(one.kind not in OF_THE_DAY for one in work.tasks.listed())


Done = subprocess.CompletedProcess[bytes]


def call(*words: str, status: int = 0) -> Done:
    """Run the program in a process of its own; fail when its status is another."""
    done = subprocess.run(
        [*GATEWAY, *words],
        capture_output=True,
        timeout=120,
        check=False,
        env=environment(),
    )
    return _checked(done, status)


def within(*words: str, status: int = 0) -> Done:
    """Run a command as `call` does, but here: without a second of imports for each."""
    with ThreadPoolExecutor(1) as pool:  # a thread: it may want a loop of its own
        return _checked(pool.submit(_run_main, words).result(), status)


def _run_main(words: tuple[str, ...]) -> Done:
    out, err, mask = BytesIO(), BytesIO(), os.umask(0o077)
    texts = TextIOWrapper(out, "utf-8"), TextIOWrapper(err, "utf-8")
    try:
        with redirect_stdout(texts[0]), redirect_stderr(texts[1]):
            status = main(words)
    except SystemExit as end:  # argparse's way
        status = int(end.code or 0)
    finally:
        os.umask(mask)
    for text in texts:
        text.flush()
    return Done(words, status, out.getvalue(), err.getvalue())


def _checked(done: Done, status: int) -> Done:
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == status, f"{done.args}: {done.returncode}\n{said}"
    assert b"Traceback" not in done.stderr, f"{done.args}:\n{said}"
    return done


@cache
def _scratch() -> Path:
    folder = Path(mkdtemp(prefix="gateway-journeys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def environment() -> dict[str, str]:
    """
    Return the environment of the processes; they share their compiled modules.

    Where Python is told to leave none behind, in a folder that goes at the end.
    """
    changed = dict(os.environ)
    if changed.pop("PYTHONDONTWRITEBYTECODE", None):
        changed["PYTHONPYCACHEPREFIX"] = str(_scratch() / "compiled")
    return changed


@cache
def _template() -> Path:
    folder = _scratch() / "template"
    call("init", str(folder))
    return folder


def processes_of(group: int) -> list[int]:
    """Return the living processes of a process group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        state, process_group = fields[0], int(fields[2])
        if process_group == group and state != "Z":
            found.append(int(entry.name))
    return sorted(found)


def _command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _toml(tables: dict[str, dict[str, Any]]) -> str:
    # JSON's strings, numbers, booleans and arrays are TOML's too.
    lines = []
    for name, values in tables.items():
        lines.append(f"[{name}]")
        for key, value in values.items():
            if isinstance(value, dict):
                pairs = (f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items())
                lines.append(f"{key} = {{{', '.join(pairs)}}}")
            else:
                lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
        lines.append("")
    return "\n".join(lines)


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

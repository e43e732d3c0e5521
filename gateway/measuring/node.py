"""A gateway of its own in a new folder, as a process, with patients to write to."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import define, field

from gateway.core.ins import Ins, InsAuthority
from gateway.core.person import IdentityTraits
from gateway.errors import UnavailableError
from gateway.measuring.client import Plan
from gateway.measuring.letters import matricules
from gateway.measuring.processes import family, listeners
from gateway.node.folder import make_folder
from gateway.node.nursery import PROGRAM
from gateway.settings.file import Settings, read_settings
from gateway.store.base.work import Database
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.values import OF_THE_DAY

_START_SECONDS = 60
_NAME = "bench.example/journal/1"
_MOST_SIGNED = 600
"""Checkpoints a minute: more than there are lines for."""

# Of the demonstration's letter: the filing rules compare them.
_TRAITS = IdentityTraits(
    family="PAT-TROIS",
    given_names="DOMINIQUE",
    first_given="DOMINIQUE",
    birth_date="19790328",
    sex="F",
    birth_place="63220",
)


@define
class Node:
    """A folder made by `gateway init`, and `gateway serve` run from it."""

    folder: Path
    settings: Settings
    patients: tuple[str, ...]
    _process: subprocess.Popen[bytes] | None = None
    _signer: subprocess.Popen[bytes] | None = None
    _log: Any = field(default=None, repr=False)

    @classmethod
    def make(
        cls,
        folder: Path,
        *,
        workers: int,
        receivers: int | None = None,
        patients: int = 100,
        schema: Path | None = None,
        database: str = "",
        signed: bool = False,
    ) -> Self:
        """
        Make the folder, with as many worker processes and patients as asked.

        ``receivers`` is how many receive mail; as many as by default where it is None.
        Where it is ``signed`` a signer of its journal runs beside it.
        """
        make_folder(folder, free=True, url=database)
        file = folder / "gateway.toml"
        more = [f"\n[tasks]\nworkers = {workers}\n"]
        if receivers is not None:
            more.append(f"\n[smtp]\nprocesses = {receivers}\n")
        if schema is not None:
            more.append(f'\n[cda]\nschema = "{schema.resolve()}"\n')
        if signed:
            more.append(_signed_by(folder / "signer"))
        file.write_text(file.read_text("utf-8") + "".join(more), "utf-8")
        settings = read_settings(file)
        known = tuple(matricules(patients))
        _add(settings, known)
        return cls(folder, settings, known)

    def __enter__(self) -> Self:
        """Start it; return once it is ready."""
        self._log = (self.folder / "serve.log").open("ab")
        if signer := self.settings.journal.signer:
            self._signer = subprocess.Popen(  # noqa: S603
                [*PROGRAM, "journal", "signer", str(Path(signer).parent)]
                + ["--socket", signer, "--most-per-minute", str(_MOST_SIGNED)],
                stdout=self._log,
                stderr=self._log,
            )
        self._process = subprocess.Popen(  # noqa: S603
            self.command("serve"), stdout=self._log, stderr=self._log
        )
        until = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > until:
                self.__exit__(None, None, None)
                said = (self.folder / "serve.log").read_text("utf-8")[-2000:]
                raise UnavailableError(f"the gateway did not start:\n{said}")
            time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it, and wait for that."""
        for process in filter(None, (self._process, self._signer)):
            process.terminate()
            process.wait(timeout=60)
        self._process = self._signer = None
        self._log.close()

    def command(self, noun: str, *words: str) -> list[str]:
        """Return the command line of a noun for this folder."""
        return [*PROGRAM, noun, "-c", str(self.folder / "gateway.toml"), *words]

    @property
    def pids(self) -> list[int]:
        """The service and its workers, and its signer where it has one."""
        assert self._process is not None
        beside = [] if self._signer is None else [self._signer.pid]
        return family(self._process.pid) + beside

    def disk_bytes(self) -> int:
        """Return what the folder takes on the disk, the log of SQLite put back."""
        database = Database.open(self.settings)
        database.close()  # the last to leave puts it back
        files = self.folder.rglob("*")
        return sum(one.stat().st_blocks * 512 for one in files if one.is_file())

    def wait_until_done(self, seconds: float = 120) -> None:
        """
        Return when no local task is left.

        Raises:
            UnavailableError: some still are when the time is over.
        """
        database = Database.open(self.settings)
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                with database.read() as work:
                    left = {kind for kind, _ in work.tasks.counts()}
                    if left <= OF_THE_DAY:
                        return
                time.sleep(0.05)
        finally:
            database.close()
        raise UnavailableError("tasks are left that should be done")

    def plan(
        self,
        count: int,
        *,
        connections: int,
        document_bytes: int,
        filler_bytes: int = 0,
        seed: int = 1,
        rate: float = 0,
    ) -> Plan:
        """Return a plan of letters from another operator, with its certificate."""
        certs = self.folder / "certs"
        return Plan(
            port=self.settings.listen.smtp,
            patients=self.patients,
            count=count,
            connections=connections,
            document_bytes=document_bytes,
            filler_bytes=filler_bytes,
            seed=seed,
            rate=rate,
            ca=str(certs / "ca.pem"),
            certificate=str(certs / "peer.pem"),
            key=str(certs / "peer.key"),
        )

    def _is_ready(self) -> bool:
        # Those that receive beside the first come up after it.
        listen, receivers = self.settings.listen, self.settings.smtp.processes
        if listeners(listen.smtp) < receivers:
            return False
        url = f"http://127.0.0.1:{listen.metrics}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False


def _signed_by(folder: Path) -> str:
    """Make a signer's keys in a folder; return the settings of a node it signs for."""
    done = subprocess.run(  # noqa: S603
        [*PROGRAM, "journal", "key", str(folder), "--name", _NAME],
        capture_output=True,
        text=True,
        check=True,
    )
    keys = ", ".join(f'"{key}"' for key in done.stdout.split())
    socket = (folder / "socket").resolve()
    return f'\n[journal]\norigin = "{_NAME}"\nsigner = "{socket}"\nkeys = [{keys}]\n'


def _add(settings: Settings, patients: Sequence[str]) -> None:
    database = Database.open(settings)
    with database.write() as work:
        for matricule in patients:
            Profiles(work).add(
                Ins(matricule, InsAuthority.NIR_TEST),
                _TRAITS,
                state="ACTIVATED",
                email="patient@courriel.example",
            )
    database.close()

"""A PostgreSQL server of our own beside the gateway, with its promises as they come."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.errors import UnavailableError
from gateway.measuring.processes import family

_PLACES = "/usr/lib/postgresql"
"""Debian keeps the server's programs out of PATH."""

_USER = "postgres"


def why_not() -> str:
    """Return why no server can run here, or an empty text."""
    if not all(_program(name) for name in ("initdb", "postgres", "psql")):
        return "PostgreSQL's server is not installed (apt-get install postgresql)"
    if os.geteuid() == 0 and not any(one.pw_name == _USER for one in pwd.getpwall()):
        return f"PostgreSQL does not run as root, and there is no user {_USER}"
    return ""


def version() -> str:
    """Return its version."""
    return _run([_program("postgres"), "--version"]).strip()


class PostgreSql:
    """
    Runs while the block lasts; a commit is an fsync, as the gateway promises.

    ``folder`` is short, for its socket lies there, and open to the user it runs as.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._as_other: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o755)
        if os.geteuid() == 0:
            shutil.chown(folder, _USER)
            self._as_other = ["runuser", "-u", _USER, "--"]
        words = ["-A", "trust", "-U", "gateway", "-E", "UTF8", "--no-locale"]
        _run([*self._as_other, _program("initdb"), "-D", self._cluster, *words])

    def __enter__(self) -> Self:
        """Start it; return once it answers."""
        options = ["-k", str(self._folder), "-c", "listen_addresses="]
        self._process = subprocess.Popen(
            [*self._as_other, _program("postgres"), "-D", self._cluster, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self._ask("SELECT 1")
            except UnavailableError:
                time.sleep(0.1)
            else:
                return self
        self.__exit__(None, None, None)
        raise UnavailableError("PostgreSQL did not start")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)

    def new_database(self, name: str) -> str:
        """Make an empty database; return its URL."""
        self._ask(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://gateway@/{name}?host={self._folder}"

    def pids(self) -> list[int]:
        """Return its processes."""
        assert self._process is not None
        return family(self._process.pid)

    @property
    def _cluster(self) -> str:
        return str(self._folder / "cluster")

    def _ask(self, statement: str) -> None:
        where = ["-h", str(self._folder), "-U", "gateway", "-d", "postgres"]
        _run([_program("psql"), *where, "-q", "-c", statement])


def _program(name: str) -> str:
    places = sorted(Path(_PLACES).glob(f"*/bin/{name}"), reverse=True)
    return str(places[0]) if places else shutil.which(name) or ""


def _run(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        said = done.stderr.strip()[-300:]
        raise UnavailableError(f"{Path(words[0]).name} failed: {said}")
    return done.stdout

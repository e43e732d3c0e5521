"""A throwaway PostgreSQL server for the tests, when its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from gateway.measuring.processes import family

MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
_STARTS_WITHIN = 60.0
"""Seconds: after a kill it reads its log first, on a machine busy with other things."""


def find_program(name: str) -> str | None:
    """Return the path of a server program; Debian keeps them out of PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(places[0]) if places else shutil.which(name)


class Server:
    """A server with its disk in earnest, that may be killed, frozen and started."""

    def __init__(self, folder: Path, as_other: list[str]) -> None:
        self._folder = folder
        self._as_other = as_other
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The start of its URL, as `new_database` takes it."""
        return f"postgresql+psycopg://gateway@/{{name}}?host={self._folder}"

    @property
    def pids(self) -> list[int]:
        """Its processes, the first one first."""
        lines = (self._folder / "cluster" / "postmaster.pid").read_text().split()
        return family(int(lines[0]))

    def start(self) -> None:
        """Start it, after a kill too; return when it answers."""
        server = find_program("postgres")
        assert server is not None
        folder = str(self._folder)
        words = ["-D", f"{folder}/cluster", "-k", folder, "-c", "listen_addresses="]
        self._running = subprocess.Popen(
            [*self._as_other, server, *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        _wait(self._folder)

    def signal(self, number: int) -> None:
        """Send a signal to all its processes at once."""
        assert self._running is not None
        pids = self.pids
        if number == signal.SIGCONT:
            pids.append(self._running.pid)  # runuser stops itself when its child does
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """End it as a crash would."""
        self.signal(signal.SIGKILL)
        assert self._running is not None
        self._running.wait(timeout=30)
        self._running = None

    def stop(self) -> None:
        """Stop it, frozen or not."""
        if self._running is not None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGINT)
            self._running.wait(timeout=60)
            self._running = None


@contextmanager
def own_server() -> Iterator[Server | None]:
    """Start a server that syncs to its disk; yield it, or None without its programs."""
    initdb = find_program("initdb")
    if initdb is None or find_program("postgres") is None or not _may_run():
        yield None
        return
    with _new_cluster(initdb, "/tmp") as (folder, as_other):
        server = Server(folder, as_other)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _new_cluster(initdb: str, below: str) -> Iterator[tuple[Path, list[str]]]:
    as_other: list[str] = []
    with TemporaryDirectory(prefix="gwpg", dir=below) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            as_other = ["runuser", "-u", "postgres", "--"]
            folder.chmod(0o755)
            shutil.chown(folder, "postgres")
        cluster = folder / "cluster"
        made = [*as_other, initdb, "-D", str(cluster), "-A", "trust", "-U", "gateway"]
        subprocess.run(
            # Whatever the language here: its locale need not have been generated.
            [*made, "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        yield folder, as_other


@contextmanager
def postgres_server() -> Iterator[str | None]:
    """
    Start a server on a local socket; yield the start of its URL, or None without one.

    PostgreSQL refuses to run as root, so there it runs as the user ``postgres``. Its
    folder is where that user can go, and the name of its socket stays within the
    hundred bytes there are for one: in memory where there is room, as each test has a
    database of its own, of some three hundred files; else right below /tmp.
    """
    initdb, server = find_program("initdb"), find_program("postgres")
    if initdb is None or server is None or not _may_run():
        yield None
        return
    with _new_cluster(initdb, _roomy()) as (folder, as_other):
        cluster = folder / "cluster"
        running = subprocess.Popen(
            [
                *as_other,
                server,
                "-D",
                str(cluster),
                "-k",
                str(folder),
                "-c",
                "listen_addresses=",
                "-c",
                "max_connections=60",
                # What the tests keep is thrown away: nothing is to survive a crash.
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "autovacuum=off",
                "-c",
                "shared_buffers=32MB",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        try:
            _wait(folder)
            yield f"postgresql+psycopg://gateway@/{{name}}?host={folder}"
        finally:
            running.terminate()
            running.wait(timeout=20)


def _roomy() -> str:
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > _ROOM:
        return str(MEMORY)
    return "/tmp"


def _may_run() -> bool:
    """Tell whether a user other than root is there to run it."""
    if os.geteuid() != 0:
        return True
    known = any(user.pw_name == "postgres" for user in pwd.getpwall())
    return known and shutil.which("runuser") is not None


def _wait(folder: Path) -> None:
    import time

    import psycopg

    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until:
        try:
            psycopg.connect(f"dbname=postgres user=gateway host={folder}").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("PostgreSQL did not start")


def new_database(url: str, *, like: str = "template1") -> str:
    """Create a database on the server of ``url``, a copy of another; return its URL."""
    import psycopg

    name = f"t{uuid4().hex[:12]}"
    host = url.partition("host=")[2]
    with psycopg.connect(
        f"dbname=postgres user=gateway host={host}", autocommit=True
    ) as connection:
        # Files are copied, not written to the log page by page, where it may be said.
        how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} {how}")
    return url.format(name=name)


def drop_database(url: str) -> None:
    """Drop a database made by `new_database`, whoever is still connected to it."""
    import psycopg

    host = url.partition("host=")[2]
    with psycopg.connect(
        f"dbname=postgres user=gateway host={host}", autocommit=True
    ) as connection:
        connection.execute(f"DROP DATABASE {name_of(url)} WITH (FORCE)")


def name_of(url: str) -> str:
    """Return the name of the database of a URL made by `new_database`."""
    return url.partition("?")[0].rpartition("/")[2]

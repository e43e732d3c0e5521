"""A throwaway PostgreSQL server for the tests, when its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4


def find_program(name: str) -> str | None:
    """Return the path of a server program; Debian keeps them out of PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(places[0]) if places else shutil.which(name)


@contextmanager
def postgres_server() -> Iterator[str | None]:
    """
    Start a server on a local socket; yield the start of its URL, or None without one.

    PostgreSQL refuses to run as root, so there it runs as the user ``postgres``. Its
    folder is right below /tmp, where that user can go, and the name of its socket
    stays within the hundred bytes there are for one.
    """
    initdb, server = find_program("initdb"), find_program("postgres")
    if initdb is None or server is None or not _may_run():
        yield None
        return
    as_other: list[str] = []
    with TemporaryDirectory(prefix="gwpg", dir="/tmp") as name:
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


def _may_run() -> bool:
    """Tell whether a user other than root is there to run it."""
    if os.geteuid() != 0:
        return True
    known = any(user.pw_name == "postgres" for user in pwd.getpwall())
    return known and shutil.which("runuser") is not None


def _wait(folder: Path) -> None:
    import time

    import psycopg

    for _ in range(200):
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
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    return url.format(name=name)


def name_of(url: str) -> str:
    """Return the name of the database of a URL made by `new_database`."""
    return url.partition("?")[0].rpartition("/")[2]

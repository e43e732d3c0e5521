"""What an operator gets wrong destroys nothing: it is refused, in plain words."""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.store.tables import strays
from tests.builders_cda import make_cda
from tests.journeys.clients import PATIENT, new_oid
from tests.journeys.running import Gateway, call, eventually
from tests.journeys.test_failures import connected, hand_over, new_letter

pytestmark = pytest.mark.journey


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway whose blobs all lie in files, with one letter filed; it is stopped."""
    gateway = Gateway.make(tmp_path / "gateway")
    gateway.configure(
        blobs={"inline_bytes": 0}, tasks={"housekeeping_seconds": 1, "workers": 1}
    )
    gateway.start()
    send_a_letter(gateway, tmp_path)
    gateway.stop()
    yield gateway
    gateway.stop()


def send_a_letter(gateway: Gateway, folder: Path) -> None:
    file = folder / "letter.xml"
    file.write_bytes(make_cda(unique_id=(new_oid(), ""), set_id=new_oid()))
    gateway.send(
        "--as",
        "peer",
        "--to",
        f"{PATIENT}@patient.mssante.test",
        "--document",
        str(file),
    )
    gateway.settle()


def blob_files(gateway: Gateway) -> dict[str, bytes]:
    folder = gateway.settings.blobs.folder
    return {path.name: path.read_bytes() for path in folder.glob("??/*")}


def test_a_typo_in_the_address_of_the_database_makes_nothing_and_removes_nothing(
    stopped: Gateway,
) -> None:
    before = blob_files(stopped)
    assert before
    stopped.configure(database={"url": "sqlite:///gatewya.db"})

    said = stopped.refused("serve", status=2)

    assert "there is no database at" in said
    assert "is [database] url right" in said
    assert not (stopped.folder / "gatewya.db").exists()
    assert blob_files(stopped) == before


def test_another_gateways_database_is_refused(stopped: Gateway, tmp_path: Path) -> None:
    before = blob_files(stopped)
    other = tmp_path / "other"
    call("init", str(other), "--ports", "free")
    shutil.copy(other / "master.key", stopped.folder / "master.key")
    stopped.configure(database={"url": f"sqlite:///{other / 'gateway.db'}"})

    said = stopped.refused("serve", status=2)

    assert "belongs to another database" in said
    assert blob_files(stopped) == before


def test_an_unmounted_blob_folder_is_refused_and_said_by_the_doctor(
    stopped: Gateway, tmp_path: Path
) -> None:
    folder = stopped.settings.blobs.folder
    folder.rename(tmp_path / "away")
    folder.mkdir()

    said = stopped.refused("serve", status=2)
    looked = call("doctor", "-c", str(stopped.config), status=1).stdout.decode()

    assert "is its disk mounted" in said
    assert "is its disk mounted" in looked
    folder.rmdir()
    (tmp_path / "away").rename(folder)
    stopped.start()


def test_an_older_database_put_back_costs_no_file(
    stopped: Gateway, tmp_path: Path
) -> None:
    """The newer letters lie in files that it does not name: the only copies."""
    backup = tmp_path / "backup.db"
    with (
        closing(sqlite3.connect(stopped.folder / "gateway.db")) as source,
        closing(sqlite3.connect(backup)) as target,
    ):
        source.backup(target)
    older = blob_files(stopped)
    stopped.start()
    send_a_letter(stopped, tmp_path)
    stopped.stop()
    newest = blob_files(stopped)
    for file in stopped.folder.glob("gateway.db*"):
        file.rename(tmp_path / f"newer-{file.name}")
    shutil.copy(backup, stopped.folder / "gateway.db")

    long_ago = time.time() - 2 * 3600
    for file in stopped.settings.blobs.folder.glob("??/*"):
        os.utime(file, (long_ago, long_ago))

    stopped.start()
    eventually(lambda: noted_strays(stopped) == newest.keys() - older.keys())
    stopped.stop()

    assert newest.keys() > older.keys()
    assert blob_files(stopped).items() >= newest.items()


def replace_it(file: Path, backup: Path) -> None:
    shutil.copy(file, backup)
    backup.replace(file)


def move_it_away(file: Path, backup: Path) -> None:
    file.rename(backup)


@pytest.mark.parametrize("harm", [replace_it, move_it_away])
def test_a_database_put_back_under_a_running_service_ends_it(
    stopped: Gateway, tmp_path: Path, harm: Callable[[Path, Path], None]
) -> None:
    """A file nobody sees any more would go on taking letters, and lose them."""
    file = stopped.folder / "gateway.db"
    stopped.configure(tasks={"workers": 1}, smtp={"processes": 2})
    stopped.start()
    send_a_letter(stopped, tmp_path)

    harm(file, tmp_path / "moved.db")

    with contextlib.suppress(smtplib.SMTPException, OSError, AssertionError):
        with connected(stopped) as smtp:
            assert hand_over(smtp, new_letter())[0] == 451
        stopped.readyz()
    assert stopped.ended() == 1
    assert (
        "storage failed: the file of the database was moved or replaced while it was "
        "open"
    ) in stopped.log()


def test_a_row_that_somebody_else_wrote_is_refused_and_said(
    stopped: Gateway, tmp_path: Path
) -> None:
    stopped.configure(tasks={"workers": 1})
    stopped.start()
    send_a_letter(stopped, tmp_path)
    stopped.settle()
    with closing(sqlite3.connect(stopped.folder / "gateway.db")) as database:
        database.execute("UPDATE profiles SET state = 'OPEN_NOT_ACTIVATED'")
        database.commit()

    refused = stopped.refused(
        "send",
        *("--as", "hospital", "--to", f"{PATIENT}@patient.mssante.test"),
        *("--text", "Bonjour."),
    )

    assert "refused: 4" in refused
    fault = eventually(lambda: stopped.faults().get("altered rows", ""))
    assert "times a row was not as the gateway wrote it, and refused" in fault


def noted_strays(gateway: Gateway) -> set[str]:
    with gateway.database() as database, database.read() as work:
        return set(work.connection.execute(select(strays.c.blob_id)).scalars())

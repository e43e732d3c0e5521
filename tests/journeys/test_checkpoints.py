"""A journal that is sealed, signed and cosigned, and what plain SQL does to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.running import (
    GATEWAY,
    LETTER,
    Gateway,
    call,
    environment,
    eventually,
)
from tests.ports import free_ports

pytestmark = pytest.mark.journey

PATIENT = "279035121518989"
NAME = "mail.hopital.example/journal/1"


@contextmanager
def signing(folder: Path, *words: str) -> Iterator[list[str]]:
    """Run a signer in a process of its own; yield its verification keys."""
    name = words[0]
    keys = call("journal", "key", str(folder), "--name", name).stdout.decode().split()
    with signer(folder, *words[1:]):
        yield keys


@contextmanager
def signer(folder: Path, *words: str) -> Iterator[None]:
    """Run the signer of a folder."""
    socket = folder / "socket"
    process = subprocess.Popen(
        [*GATEWAY, "journal", "signer", folder, "--socket", socket, *words],
        env=environment(),
    )
    try:
        eventually(socket.exists, seconds=30)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def patients_chain(gateway: Gateway) -> str:
    """Return the chain of the patient to whom the letters go."""
    lines = gateway.run("journal export").splitlines()
    chains = [json.loads(line)["chain"] for line in lines]
    (found,) = {one for one in chains if one.startswith("patient:")}
    return str(found)


def sql(gateway: Gateway, statement: str, *values: str) -> int:
    """Run plain SQL beside the service, as somebody with the file and no key."""
    connection = sqlite3.connect(gateway.folder / "gateway.db", timeout=30)
    try:
        with connection:
            return connection.execute(statement, values).rowcount
    finally:
        connection.close()


def at_home(script: Path, *words: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_journal_is_vouched_for_by_its_signer_and_by_another_operator(
    tmp_path: Path,
) -> None:
    (port,) = free_ports(1)
    with (
        signing(tmp_path / "ours", NAME, "--most-per-minute", "100") as keys,
        signing(
            tmp_path / "theirs",
            "mail.autre.example/journal/1",
            "--witness",
            f"127.0.0.1:{port}",
            "--log",
            keys[0],
        ) as others,
    ):
        gateway = Gateway.make(tmp_path / "gateway")
        gateway.configure(
            journal={
                "origin": NAME,
                "signer": str(tmp_path / "ours" / "socket"),
                "keys": [*keys[:-1], others[-1]],
                "seal_seconds": 10,
                "late_seconds": 600,
            }
        )
        gateway.start()
        try:
            _journey(gateway, tmp_path, port, keys)
        finally:
            gateway.stop()
        _put_back(gateway, tmp_path)


def _journey(gateway: Gateway, folder: Path, port: int, keys: list[str]) -> None:
    letter = ("--as", "peer", "--document", str(LETTER))
    gateway.send(*letter, "--to", f"{PATIENT}@patient.mssante.test")
    gateway.settle()
    gateway.run("journal seal")
    shutil.copytree(gateway.folder, folder / "backup")

    # a second operator cosigns; what was kept elsewhere is compared with
    witness = f"http://127.0.0.1:{port}"
    said = gateway.run("journal witness", witness)
    assert said.endswith("lines cosigned by mail.autre.example/journal/1\n")
    elsewhere = folder / "checkpoint.txt"
    elsewhere.write_text(gateway.run("journal checkpoint"), "utf-8")
    assert "— mail.autre.example/journal/1 " in elsewhere.read_text("utf-8")
    verified = gateway.run("journal verify", "--checkpoint", str(elsewhere))
    assert verified.endswith(" 0 faults\n")

    # the patient's chain is checked at home, then against a later checkpoint
    chain = patients_chain(gateway)
    export = folder / "export"
    gateway.run("journal export", "--chain", chain, "--proven", str(export))
    assert at_home(export / "check.py", export, "--key", keys[0])[0] == 0
    gateway.send(*letter, "--to", f"{PATIENT}@patient.mssante.test")
    gateway.settle()
    gateway.run("journal seal")
    assert gateway.run("journal witness", witness)
    later = folder / "later.json"
    since = str(export / "checkpoint.txt")
    later.write_text(gateway.run("journal prove", "--since", since), "utf-8")
    status, said = at_home(
        export / "check.py", export, "--key", keys[0], "--later", later
    )
    assert (status, "and still in the checkpoint of" in said) == (0, True)
    said = gateway.run(
        "journal verify", "--export", str(export), "--checkpoint", str(later)
    )
    assert "mail.autre.example/journal/1 (witness)" in said

    # one line, without who acted
    line = gateway.run("journal prove", f"{chain}/1", "--without-names")
    (folder / "line.json").write_text(line, "utf-8")
    assert at_home(export / "check.py", folder / "line.json", "--key", keys[0])[0] == 0

    # the operator sees its age, and what plain SQL does
    url = f"http://127.0.0.1:{gateway.settings.listen.metrics}/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        page = answer.read().decode()
    (age,) = [one.split()[1] for one in page.splitlines()
              if one.startswith("gateway_checkpoint_age_seconds ")]  # fmt: skip
    assert 0 <= float(age) < 60
    assert gateway.faults() == {}
    assert sql(gateway, "DELETE FROM journal WHERE chain = ?", chain) > 5
    sql(gateway, "DELETE FROM chain_heads WHERE chain = ?", chain)
    eventually(
        lambda: "the journal is not sealed" in gateway.faults().get("checkpoint", ""),
        seconds=60,
    )
    assert "is sealed, and is missing" in gateway.faults()["checkpoint"]
    said = gateway.refused("journal verify")
    assert f"{chain}: line 1 was sealed, and is missing" in said
    assert gateway.log().count("the journal is not sealed: ") >= 1


def _put_back(gateway: Gateway, folder: Path) -> None:
    """Put the older database back, as after a loss; the signer knows better."""
    for name in ("gateway.db", "gateway.db-wal", "gateway.db-shm"):
        (gateway.folder / name).unlink(missing_ok=True)
        if (folder / "backup" / name).exists():
            shutil.copy(folder / "backup" / name, gateway.folder / name)

    assert "was an older database put back?" in gateway.refused("journal verify")
    assert "was an older database put back?" in gateway.refused("journal seal")
    gateway.configure(journal={"signer": ""})
    assert gateway.run("journal verify").endswith(" 0 faults\n")  # alone it is sound


def test_a_signer_starts_neither_without_its_memory_nor_twice(tmp_path: Path) -> None:
    folder = tmp_path / "signer"
    with signing(folder, NAME):
        again = call(
            *("journal", "signer", str(folder), "--socket", str(tmp_path / "s")),
            status=2,
        )
        assert b"another process signs with this key" in again.stderr
        made = call("journal", "key", str(folder), "--name", NAME, status=2)
        assert b"there is a key already" in made.stderr
    (folder / "signed.json").unlink()

    words = ("journal", "signer", str(folder), "--socket", str(tmp_path / "s"))
    refused = call(*words, status=2)

    assert b"a signer without memory would sign a fork" in refused.stderr
    assert os.path.lexists(folder / "signer.key")

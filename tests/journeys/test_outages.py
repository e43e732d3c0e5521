"""The database is away, frozen or damaged; the operator sees it, in few words."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running import Gateway, call, eventually
from tests.journeys.test_failures import connected, hand_over, new_letter
from tests.postgres import Server, new_database, own_server

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL of our own, to be frozen and killed."""
    with own_server() as server:
        if server is None:
            pytest.skip("PostgreSQL's server is not installed")
        yield server


@pytest.fixture
def on_server(server: Server, tmp_path: Path) -> Iterator[Gateway]:
    url = new_database(server.url)
    gateway = Gateway.make(tmp_path / "gateway", "--database", url)
    gateway.configure(tasks={"workers": 1}, database={"answer_seconds": 8})
    yield gateway
    if gateway.process is not None:
        gateway.kill()


def json_lines(gateway: Gateway) -> list[dict[str, Any]]:
    """Return the lines of the log; each must be a JSON object."""
    return [json.loads(line) for line in gateway.log().splitlines()]


def test_a_frozen_server_is_said_in_time_and_the_service_goes_on_when_it_does(
    on_server: Gateway, server: Server
) -> None:
    on_server.start()
    server.signal(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        status, said = on_server.readyz()
        took = time.monotonic() - begun
    finally:
        server.signal(signal.SIGCONT)

    assert status == 503
    assert said["faults"]["database"].startswith("no answer for")
    assert took < 9
    eventually(lambda: on_server.readyz()[0] == 200, seconds=60)


def test_a_server_that_is_away_is_two_lines_of_the_log_for_each_process(
    on_server: Gateway, server: Server
) -> None:
    on_server.configure(smtp={"processes": 2})
    on_server.start(json_log=True)
    with connected(on_server) as smtp:
        assert hand_over(smtp, new_letter())[0] == 250
    on_server.settle()

    server.kill()
    try:
        eventually(lambda: on_server.readyz()[0] == 503, seconds=30)
        with connected(on_server) as smtp:
            assert hand_over(smtp, new_letter())[0] == 451
        time.sleep(10)
    finally:
        server.start()
    eventually(lambda: on_server.readyz()[0] == 200, seconds=60)
    with connected(on_server) as smtp:
        content = new_letter()
        assert hand_over(smtp, content)[0] == 250
    on_server.settle()
    on_server.stop()

    lines = json_lines(on_server)
    defects = [line["traceback"] for line in lines if line["level"] == "critical"]
    assert defects == [], defects[0]
    for process in (None, "work-1"):
        of_it = [line for line in lines if line.get("process") == process]
        texts = [line["text"] for line in of_it]
        away = [one for one in texts if one.startswith("the database does not answer")]
        back = [one for one in texts if one.startswith("the database answers again")]
        assert (len(away), len(back)) == (1, 1), (process, texts)
    assert len([line for line in lines if line["level"] == "error"]) < 12, lines
    first = next(line for line in lines if "does not answer" in line["text"])
    assert first["level"] == "error"
    assert "why" in first["fields"]


def test_a_frozen_first_process_answers_nothing_and_its_supervisor_is_not_told(
    tmp_path: Path,
) -> None:
    """Nobody else answers for it: no answer counts as not ready."""
    gateway, address = Gateway.make(tmp_path / "gateway"), str(tmp_path / "notify")
    gateway.configure(smtp={"processes": 2}, tasks={"workers": 1})
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as supervisor:
        supervisor.bind(address)
        supervisor.settimeout(5)
        gateway.start("env", f"NOTIFY_SOCKET={address}", "WATCHDOG_USEC=2000000")
        assert {supervisor.recv(64) for _ in range(3)} == {b"READY=1", b"WATCHDOG=1"}
        assert gateway.process is not None
        gateway.process.send_signal(signal.SIGSTOP)
        try:
            with suppress(BlockingIOError):
                supervisor.setblocking(False)
                while supervisor.recv(64):
                    continue  # what was said before
            assert gateway.readyz() == (0, {})  # after ten seconds
            looked = call("doctor", "-c", str(gateway.config), status=1)
            supervisor.settimeout(2)
            with pytest.raises(TimeoutError):
                supervisor.recv(64)
        finally:
            gateway.process.send_signal(signal.SIGCONT)
        assert "/readyz does not answer" in looked.stdout.decode()
        eventually(lambda: gateway.readyz()[0] == 200, seconds=60)
        gateway.stop()
        with suppress(BlockingIOError):
            supervisor.setblocking(False)
            words = []
            while word := supervisor.recv(64):
                words.append(word)
        assert words[-1] == b"STOPPING=1"


def test_damaged_pages_are_not_readiness(tmp_path: Path) -> None:
    gateway = Gateway.make(tmp_path / "gateway")
    gateway.configure(tasks={"workers": 0}, smtp={"processes": 1})
    with closing(sqlite3.connect(gateway.folder / "gateway.db")) as database:
        size = database.execute("PRAGMA page_size").fetchone()[0]
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'arrivals'"
        ).fetchone()
    gateway.start()
    try:
        with (gateway.folder / "gateway.db").open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        gateway.kill()  # so that no page of before is remembered
        gateway.start(ready=200)
        with connected(gateway) as smtp:
            assert hand_over(smtp, new_letter())[0] == 451

        status, said = gateway.readyz()

        assert status == 503
        assert said["faults"]["storage"].startswith("the database is damaged: ")
    finally:
        gateway.kill()

"""Whoever runs the service is told that it is ready, turns and stops: sd_notify."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.node.supervisor import Supervisor, without_supervisor

OWN, OTHER = str(os.getpid()), str(os.getpid() + 1)


@pytest.fixture(params=["/", "@"])
def listening(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, socket.socket]]:
    """A supervisor's socket, as a file or of the abstract namespace."""
    address = str(tmp_path / "notify")
    if request.param == "@":
        address = f"@gateway-test-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as taking:
        taking.bind(address.replace("@", "\0"))
        taking.settimeout(5)
        yield address, taking


def test_it_hears_what_is_said(listening: tuple[str, socket.socket]) -> None:
    address, taking = listening
    supervisor = Supervisor.of({"NOTIFY_SOCKET": address})

    supervisor.ready()
    supervisor.alive()
    supervisor.stopping()

    assert [taking.recv(64) for _ in range(3)] == [
        b"READY=1",
        b"WATCHDOG=1",
        b"STOPPING=1",
    ]


@pytest.mark.parametrize(
    ("given", "every"),
    [
        ({}, 0),
        ({"WATCHDOG_USEC": "30000000"}, 15),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": OWN}, 15),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": OTHER}, 0),
        ({"WATCHDOG_USEC": "soon"}, 0),
    ],
)
def test_it_is_told_twice_in_the_time_it_waits(
    given: dict[str, str], every: float
) -> None:
    assert Supervisor.of({"NOTIFY_SOCKET": "/run/x", **given}).every == every


@pytest.mark.parametrize("address", ["", "elsewhere", "vsock:2:1234"])
def test_without_a_socket_that_we_know_nobody_is_told(address: str) -> None:
    found = Supervisor.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000"})

    assert found == Supervisor()
    found.ready()


def test_one_that_is_gone_is_no_fault_of_ours(tmp_path: Path) -> None:
    Supervisor.of({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive()


def test_the_processes_beside_are_watched_by_us() -> None:
    given = {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "2", "A": "b"}

    assert without_supervisor(given) == {"A": "b"}

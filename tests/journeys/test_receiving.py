"""Several processes behind the mail doors: each message once, whoever took it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from gateway.measuring.processes import listeners
from tests.journeys.clients import DOCTOR, HOSPITAL, Sender, letter, patient_address
from tests.journeys.running import Gateway, eventually, processes_of
from tests.journeys.test_crash import check_each_is_there_once

pytestmark = pytest.mark.journey


def receivers(gateway: Gateway) -> list[int]:
    """Return the processes that receive beside `serve` itself."""
    assert gateway.process is not None
    found = []
    for pid in processes_of(gateway.process.pid):
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and b"\0receive\0" in command.read_bytes():
            found.append(pid)
    return found


@pytest.mark.timeout(300)
def test_a_receiver_that_is_killed_loses_nothing_and_comes_back(tmp_path: Path) -> None:
    gateway = Gateway.make(tmp_path / "gateway")
    gateway.configure(smtp={"processes": 2})
    gateway.start()
    (first,) = eventually(lambda: receivers(gateway))
    port = gateway.settings.listen.submission
    eventually(lambda: listeners(port) == 2)
    to = [patient_address(), DOCTOR]
    senders = [
        Sender(gateway, "hospital", HOSPITAL, to, lambda n: letter(n, HOSPITAL, to))
        for _ in range(6)
    ]

    for sender in senders:
        sender.start()
    time.sleep(1)
    os.kill(first, signal.SIGKILL)
    (second,) = eventually(lambda: set(receivers(gateway)) - {first}, seconds=30)
    for sender in senders:
        sender.stop()
    for sender in senders:
        sender.send_rest()
    gateway.settle()
    gateway.stop()

    assert second != first
    check_each_is_there_once(gateway, senders, 0)


def test_a_receiver_alone_is_refused_where_the_doors_are_not_shared(
    tmp_path: Path,
) -> None:
    gateway = Gateway.make(tmp_path / "gateway")

    assert "processes is 1" in gateway.refused("receive", status=2)

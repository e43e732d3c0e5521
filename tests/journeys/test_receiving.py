"""Several processes behind the mail doors: each message once, whoever took it."""

from __future__ import annotations

import os
import signal
import smtplib
import time
import urllib.request
from pathlib import Path

import pytest

from gateway.measuring.processes import listeners
from tests.journeys.audit import check_each_is_there_once, strays
from tests.journeys.clients import (
    DOCTOR,
    HOSPITAL,
    Sender,
    client_context,
    letter,
    patient_address,
)
from tests.journeys.running import Gateway, eventually, processes_of

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
    before = accepted(gateway)
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
    # What the killed one counted since its last report is lost with it, no more.
    taken = accepted(gateway) - before
    gateway.stop()

    assert second != first
    least = sum(len(sender.acknowledged) for sender in senders) // 2
    assert taken >= least
    check_each_is_there_once(gateway, senders, 0)
    assert strays(gateway) == []


def test_a_receiver_alone_is_refused_where_the_doors_are_not_shared(
    tmp_path: Path,
) -> None:
    gateway = Gateway.make(tmp_path / "gateway")

    gateway.configure(smtp={"processes": 1})

    assert "processes is 1" in gateway.refused("receive", status=2)


def metrics_of(gateway: Gateway) -> str:
    """Return the page of the metrics."""
    url = f"http://127.0.0.1:{gateway.settings.listen.metrics}/metrics"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read()).decode()


def accepted(gateway: Gateway) -> int:
    """Return how many messages the metrics say were acknowledged."""
    (line,) = [
        line
        for line in metrics_of(gateway).splitlines()
        if line.startswith("gateway_messages_accepted_total ")
    ]
    return int(float(line.split()[1]))


def test_the_metrics_count_what_each_process_took(tmp_path: Path) -> None:
    """One connection for each message: the kernel gives some to either process."""
    gateway = Gateway.make(tmp_path / "gateway")
    gateway.configure(smtp={"processes": 2}, tasks={"workers": 1})
    gateway.start()
    try:
        eventually(lambda: listeners(gateway.settings.listen.submission) == 2)
        context = client_context(gateway.certs, "hospital")
        for number in range(24):
            content = letter(number, HOSPITAL, [DOCTOR])
            port = gateway.settings.listen.submission
            with smtplib.SMTP("localhost", port, timeout=30) as smtp:
                smtp.starttls(context=context)
                assert smtp.sendmail(HOSPITAL, [DOCTOR], content) == {}

        eventually(lambda: accepted(gateway) == 24)
    finally:
        gateway.stop()


def test_a_receiver_that_is_frozen_is_seen(tmp_path: Path) -> None:
    gateway = Gateway.make(tmp_path / "gateway")
    gateway.configure(smtp={"processes": 2}, tasks={"workers": 1})
    gateway.start()
    try:
        (frozen,) = eventually(lambda: receivers(gateway))
        eventually(lambda: listeners(gateway.settings.listen.submission) == 2)
        time.sleep(2)  # it has said that it lives
        os.kill(frozen, signal.SIGSTOP)

        fault = eventually(lambda: gateway.faults().get("processes", ""), seconds=60)

        assert "receive-1 has said nothing for" in fault
        os.kill(frozen, signal.SIGCONT)
        eventually(lambda: "processes" not in gateway.faults())
    finally:
        gateway.stop()

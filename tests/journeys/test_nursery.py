"""The processes of a service are forked by its nursery, and none needs it to go on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running import Gateway, eventually, processes_of
from tests.journeys.test_failures import connected, hand_over, new_letter

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(sys.platform != "linux", reason="Linux alone forks"),
]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway.make(tmp_path / "gateway")
    made.configure(smtp={"processes": 2}, tasks={"workers": 2})
    made.start()
    eventually(lambda: len(beside(made)) == 3, seconds=60)
    # Each has said that it lives, and knows what SIGHUP is for it.
    eventually(lambda: len(list((made.folder / "run").iterdir())) == 3, seconds=60)
    yield made
    if made.process is not None:
        made.kill()


def command_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")
    except OSError:
        return []


def parent_of(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return int(fields[1])


def service_of(gateway: Gateway) -> int:
    assert gateway.process is not None
    return gateway.process.pid


def beside(gateway: Gateway) -> list[int]:
    """Return the processes that the service runs beside itself."""
    return [
        pid
        for pid in processes_of(service_of(gateway))
        if {"work", "receive"} & set(command_of(pid))
    ]


def nursery_of(gateway: Gateway) -> int:
    service = service_of(gateway)
    (found,) = (
        pid
        for pid in processes_of(service)
        if command_of(pid)[0] == f"gateway: forks the processes of {service}"
    )
    return found


def open_in(pid: int) -> set[str]:
    """Return the pipes and sockets that a process has open."""
    links = [target_of(one) for one in Path(f"/proc/{pid}/fd").iterdir()]
    return {one for one in links if one.startswith(("pipe:", "socket:"))}


def target_of(link: Path) -> str:
    """Return what a descriptor is of, nothing where it was closed meanwhile."""
    try:
        return str(link.readlink())
    except OSError:
        return ""


def limit_of(pid: int, name: str) -> list[str]:
    lines = Path(f"/proc/{pid}/limits").read_text("utf-8").splitlines()
    (line,) = (one for one in lines if one.startswith(name))
    return line.removeprefix(name).split()


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def deliver(gateway: Gateway) -> None:
    """Hand over a letter; return once the workers have done all there is to do."""
    with connected(gateway) as smtp:
        assert hand_over(smtp, new_letter())[0] == 250
    gateway.settle()


def test_each_is_seen_as_what_it_is_and_holds_nothing_of_another(
    gateway: Gateway,
) -> None:
    service, nursery = service_of(gateway), nursery_of(gateway)
    pids = beside(gateway)

    assert parent_of(nursery) == service
    assert {parent_of(pid) for pid in pids} == {nursery}
    words = ["--with-parent", "--log-json", "-c", str(gateway.config), ""]
    assert sorted(command_of(pid)[1:] for pid in pids) == [
        ["-m", "gateway.cli.main", "receive", *words],
        ["-m", "gateway.cli.main", "work", *words],
        ["-m", "gateway.cli.main", "work", *words],
    ]
    for pid in pids:
        others = [one for one in (*pids, nursery) if one != pid]
        assert not open_in(pid) & set().union(*map(open_in, others))
        assert limit_of(pid, "Max core file size")[:2] == ["0", "0"]
        assert limit_of(pid, "Max open files") == limit_of(service, "Max open files")


def test_one_that_is_killed_is_forked_again_and_all_hear_a_reload(
    gateway: Gateway,
) -> None:
    first = gateway.workers()[0]

    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(set(beside(gateway)) - {first}) == 3)
    eventually(lambda: is_gone(first))
    assert {parent_of(pid) for pid in beside(gateway)} == {nursery_of(gateway)}
    deliver(gateway)
    os.kill(service_of(gateway), signal.SIGHUP)

    said = "certificate, key and authorities are read again"
    each = [f"[{name}] {said}" for name in ("work-1", "work-2")]
    eventually(lambda: all(line in gateway.log() for line in each))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_service_ends_they_all_end(
    gateway: Gateway, how: signal.Signals
) -> None:
    group = service_of(gateway)
    assert len(processes_of(group)) == 5

    os.kill(group, how)
    gateway.ended()

    eventually(lambda: not processes_of(group), seconds=60)


def test_without_the_nursery_the_service_goes_on(gateway: Gateway) -> None:
    nursery, before = nursery_of(gateway), beside(gateway)

    os.kill(nursery, signal.SIGKILL)
    eventually(lambda: is_gone(nursery))
    eventually(lambda: "the process that forks the others is gone" in gateway.log())
    assert beside(gateway) == before
    deliver(gateway)
    for worker in gateway.workers():
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: len(set(gateway.workers()) - set(before)) == 2, seconds=60)
    deliver(gateway)

    assert {parent_of(pid) for pid in gateway.workers()} == {service_of(gateway)}

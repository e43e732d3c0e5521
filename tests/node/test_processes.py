"""A process that ends is started again, and the operator sees that it ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet.error import ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from gateway.node.health import BLOCKING, Readiness
from gateway.node.processes import Processes
from gateway.store.base.work import Database


class Transport:
    """A process that is asked to end, and does not by itself."""

    def signalProcess(self, _: str) -> None:  # noqa: N802 (Twisted's name)
        """Nothing: the test says when it ends."""


@define
class Machine(Clock):
    """A clock that starts processes which end when the test says so."""

    started: list[Any] = field(factory=list)

    def __attrs_pre_init__(self) -> None:
        Clock.__init__(self)

    def spawnProcess(self, protocol: Any, *_: Any, **__: Any) -> None:  # noqa: N802
        self.started.append(protocol)
        protocol.makeConnection(Transport())

    def end_last(self) -> None:
        """End the process started last, as after a disk failure: exit status 1."""
        self.started[-1].processEnded(Failure(ProcessTerminated(1)))


def running() -> tuple[Machine, Processes]:
    machine = Machine()
    processes = Processes(machine)
    processes.addProcess("worker-1", ["work"])
    processes.startService()
    machine.advance(10)
    return machine, processes


def test_while_all_run_there_is_no_fault() -> None:
    _, processes = running()

    assert processes.fault() == ""


def test_before_anything_started_there_is_no_fault() -> None:
    assert Processes(Machine()).fault() == ""


def test_one_that_ended_is_started_again_and_seen_for_a_minute() -> None:
    machine, processes = running()

    machine.end_last()
    machine.advance(0)

    assert len(machine.started) == 2
    assert processes.fault() == "1 ended within the last minute: the log says why"
    machine.advance(59)
    assert processes.fault() != ""
    machine.advance(1)
    assert processes.fault() == ""


def test_one_that_ends_at_once_is_seen_while_it_waits_to_be_started_again() -> None:
    machine, processes = running()
    machine.end_last()
    machine.advance(0)

    machine.end_last()

    assert processes.fault().startswith("1 not running, 1 ended")


def test_one_that_keeps_ending_is_tried_again_within_a_minute_and_always_seen() -> None:
    machine, processes = running()
    for _ in range(12):
        machine.end_last()
        assert processes.fault() != ""
        before = len(machine.started)
        machine.advance(60)
        assert len(machine.started) > before


def test_the_fault_is_shown_and_does_not_stop_acceptance(
    database: Database, tmp_path: Path
) -> None:
    machine, processes = running()
    readiness = Readiness(database, tmp_path, 0, {"processes": processes.fault})
    assert readiness.faults() == {}
    ended = count_of(readiness)

    machine.end_last()
    machine.advance(0)

    assert list(readiness.faults()) == ["processes"]
    assert "processes" not in BLOCKING
    assert b'gateway_fault{fault="processes"} 1.0' in readiness.metrics()
    assert count_of(readiness) == ended + 1


def count_of(readiness: Readiness) -> float:
    (line,) = [
        line
        for line in readiness.metrics().decode().splitlines()
        if line.startswith("gateway_processes_ended_total")
    ]
    return float(line.split()[1])


def test_without_a_database_the_metrics_say_so(
    database: Database, tmp_path: Path
) -> None:
    def absent() -> str:
        return "no connection"

    readiness = Readiness(database, tmp_path, 0, {"database": absent})

    said = readiness.metrics()

    assert b'gateway_fault{fault="database"} 1.0' in said
    assert b"gateway_tasks" not in said

"""A process that ends is started again, and the operator sees that it ended."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from twisted.internet.error import ProcessTerminated
from twisted.internet.task import Clock
from twisted.logger import capturedLogs, eventAsText
from twisted.python.failure import Failure

from gateway.node.health import BLOCKING, Check, Readiness
from gateway.node.probing import Probes
from gateway.node.processes import Processes, check_room
from gateway.node.reports import ProcessReport
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.sealed.identity import join
from tests.builders_database import name_database
from tests.builders_settings import make_settings


class Transport:
    """A process that is asked to end, and does not by itself."""

    def __init__(self) -> None:
        self.signals: list[str] = []

    def signalProcess(self, word: str) -> None:  # noqa: N802 (Twisted's name)
        """Note it: the test says when it ends."""
        self.signals.append(word)


@define
class Machine(Clock):
    """A clock that starts processes which end when the test says so."""

    started: list[Any] = field(factory=list)
    trouble: OSError | None = None

    def __attrs_pre_init__(self) -> None:
        Clock.__init__(self)

    def spawnProcess(self, protocol: Any, *_: Any, **__: Any) -> None:  # noqa: N802
        if self.trouble is not None:
            raise self.trouble
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


def test_one_that_cannot_be_started_now_is_tried_again_until_it_can() -> None:
    """No descriptors left, no memory: it passes, and mail must be filed after it."""
    machine, processes = running()
    machine.trouble = OSError(errno.EMFILE, "Too many open files")

    machine.end_last()
    machine.advance(0)
    for _ in range(3):
        assert len(machine.started) == 1
        assert processes.fault().startswith("1 not running, ")
        machine.advance(5)
    machine.trouble = None
    machine.advance(5)

    assert len(machine.started) == 2
    assert "not running" not in processes.fault()
    machine.advance(60)
    machine.started[-1]._monitor.heard("worker-1", ProcessReport().to_line())
    assert processes.fault() == ""


def test_one_that_could_not_be_started_is_not_once_all_of_them_stop() -> None:
    machine, processes = running()
    machine.trouble = OSError(errno.EMFILE, "Too many open files")
    machine.end_last()
    machine.advance(0)
    machine.trouble = None

    processes.stopService()
    machine.advance(60)

    assert len(machine.started) == 1


def test_without_descriptors_nothing_is_begun_and_none_is_left_open() -> None:
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            check_room()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    check_room()
    again = os.open(os.devnull, os.O_RDONLY)
    os.close(again)
    assert again == free


def readiness_of(
    database: Database,
    folder: Path,
    checks: dict[str, Check],
    processes: Processes | None = None,
) -> Readiness:
    """Return the readiness of a node on a sound ground."""
    with database.write() as work:
        name_database(work)
    database.folder.folder.mkdir()
    join(database)

    def write(job: Callable[[UnitOfWork], None]) -> Future[None]:
        done: Future[None] = Future()
        with database.write() as work:
            job(work)
        done.set_result(None)
        return done

    far = database.clock() + timedelta(days=365)
    settings = make_settings(folder, blobs={"folder": "blobs"})
    probes = Probes(database, settings, write, lambda: far)
    return Readiness(probes, checks, processes)


ACCEPTED = ("gateway_messages_accepted_total", ())


def refused(code: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return "gateway_refusals_total", (("code", code),)


def tell(machine: Machine, *, faults: dict[str, str] | None = None, **n: float) -> None:
    """Have the process started last report what it counted."""
    counts = {ACCEPTED: n.get("accepted", 0.0), refused("550"): n.get("refused", 0.0)}
    line = ProcessReport(counts, faults or {}).to_line()
    machine.started[-1].outReceived(line[:7])
    machine.started[-1].outReceived(line[7:])


def test_what_one_counted_is_kept_when_it_ends_and_added_to_what_the_next_counts() -> (
    None
):
    machine, processes = running()
    tell(machine, accepted=3, refused=1)
    tell(machine, accepted=5, refused=1)
    assert processes.counts() == {ACCEPTED: 5, refused("550"): 1}

    machine.end_last()
    machine.advance(0)
    assert processes.counts() == {ACCEPTED: 5, refused("550"): 1}
    tell(machine, accepted=2)

    assert processes.counts() == {ACCEPTED: 7, refused("550"): 1}


def test_the_metrics_are_those_of_all_processes(
    database: Database, tmp_path: Path
) -> None:
    machine, processes = running()
    readiness = readiness_of(database, tmp_path, {}, processes)
    before = count_of(readiness, "gateway_messages_accepted_total")

    tell(machine, accepted=4, refused=2)

    said = readiness.metrics().decode()
    assert count_of(readiness, "gateway_messages_accepted_total") == before + 4
    assert 'gateway_refusals_total{code="550"}' in said
    assert said.count("# TYPE gateway_messages_accepted_total counter") == 1


def test_faults_of_the_others_are_told_by_their_names() -> None:
    machine, processes = running()

    tell(machine, faults={"storage": "disk I/O error"})
    assert processes.faults() == {"storage": "worker-1: disk I/O error"}

    tell(machine)
    assert processes.faults() == {}


def test_one_that_says_nothing_is_seen_and_then_killed() -> None:
    machine, processes = running()
    tell(machine)
    machine.advance(15)
    assert processes.fault() == ""

    machine.advance(1)
    assert processes.fault() == ("worker-1 has said nothing for 16 s: the log says why")
    for _ in range(44):
        machine.advance(1)
    assert machine.started[-1].transport.signals == []
    machine.advance(1)

    assert machine.started[-1].transport.signals == ["KILL"]


def test_one_that_starts_has_a_minute_for_its_first_word() -> None:
    machine, processes = running()
    machine.advance(50)
    assert processes.fault() == ""

    machine.advance(1)

    assert "worker-1 has said nothing for 61 s" in processes.fault()


def test_lines_of_the_log_are_no_sign_of_life() -> None:
    machine, processes = running()
    tell(machine)
    machine.advance(16)

    machine.started[-1].errReceived(b'{"level":"info","text":"busy"}\n')
    machine.started[-1].outReceived(b"busy\n")

    assert "worker-1 has said nothing" in processes.fault()


def test_a_signal_reaches_each_that_runs() -> None:
    machine, processes = running()

    processes.signal("HUP")

    assert machine.started[-1].transport.signals == ["HUP"]


def test_what_another_process_logs_keeps_its_level_its_source_and_its_text() -> None:
    machine, _ = running()
    line = (
        b'{"level":"error","source":"gateway.node.work_lines","text":"given up",'
        b'"traceback":"Traceback: x","fields":{"number":"7"}}\n'
    )

    with capturedLogs() as events:
        machine.started[-1].errReceived(line[:30])
        machine.started[-1].errReceived(line[30:])
        machine.started[-1].errReceived(b"Segmentation fault")
        machine.end_last()

    first, second = events
    assert first["log_level"].name == "error"
    assert first["log_namespace"] == "gateway.node.work_lines"
    assert eventAsText(first, includeTimestamp=False, includeSystem=False) == (
        "[worker-1] given up\nTraceback: x"
    )
    assert second["log_level"].name == "error"
    assert second["text"] == "Segmentation fault"


def test_the_fault_is_shown_and_does_not_stop_acceptance(
    database: Database, tmp_path: Path
) -> None:
    machine, processes = running()
    readiness = readiness_of(database, tmp_path, {"processes": processes.fault})
    assert readiness.faults() == {}
    ended = count_of(readiness)

    machine.end_last()
    machine.advance(0)

    assert list(readiness.faults()) == ["processes"]
    assert "processes" not in BLOCKING
    assert b'gateway_fault{fault="processes"} 1.0' in readiness.metrics()
    assert count_of(readiness) == ended + 1


def count_of(
    readiness: Readiness, name: str = "gateway_processes_ended_total"
) -> float:
    (line,) = [
        line
        for line in readiness.metrics().decode().splitlines()
        if line.startswith(f"{name} ")
    ]
    return float(line.split()[1])


def test_without_a_database_the_metrics_say_so(
    database: Database, tmp_path: Path
) -> None:
    def absent() -> str:
        return "no connection"

    readiness = readiness_of(database, tmp_path, {"database": absent})

    said = readiness.metrics()

    assert b'gateway_fault{fault="database"} 1.0' in said
    assert b"gateway_tasks" not in said

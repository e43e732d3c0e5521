"""The processes beside this one: kept running, heard, and their ends made visible."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.runner.procmon import ProcessMonitor

from gateway import metrics
from gateway.logs import pass_on
from gateway.node.forked import End, fork
from gateway.node.nursery import NoNurseryError, Nursery
from gateway.node.reports import Counts, Labels, ProcessReport, lasting

log = Logger()

_RECENT: Final = 60.0
_STARTING: Final = 60.0
"""Seconds a process may take to its first report."""

_SILENT: Final = 15.0
"""Seconds without a report after which a process is said to be silent."""

_LOST: Final = 45.0
"""Seconds after which one still silent is killed, for another to take its place."""

_ANEW: Final = 5.0
"""Seconds until a process that could not be started is tried again."""

_DESCRIPTORS: Final = 8
"""What starting a process takes for a moment: a pipe for each of its three streams."""

_LONGEST_LINE: Final = 1 << 20


def check_room() -> None:
    """Raise `OSError` when there are no descriptors left to start a process with."""
    opened: list[int] = []
    try:
        for _ in range(_DESCRIPTORS):
            opened.append(os.open(os.devnull, os.O_RDONLY))  # noqa: PERF401 (closed)
    finally:
        for one in opened:
            os.close(one)


class _Lines:
    """Puts lines together from the pieces a pipe gives; one without end is cut."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self._rest) > _LONGEST_LINE:
            self.end()

    def end(self) -> None:
        """Take what has no end of line."""
        rest, self._rest = self._rest, b""
        if rest:
            self._take(rest)


class _Beside(ProcessProtocol):
    """One process, for as long as it runs: reports come on 1, log lines on 2."""

    def __init__(self, monitor: Processes, name: str) -> None:
        self._monitor = monitor
        self._name = name
        self._reports = _Lines(lambda line: monitor.heard(name, line))
        self._log = _Lines(self._logged)

    def outReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        self._reports.feed(data)

    def errReceived(self, data: bytes) -> None:  # noqa: N802
        self._log.feed(data)

    def processEnded(self, reason: Any) -> None:  # noqa: N802
        self._log.end()
        self._monitor.ended(self._name, reason)

    def _logged(self, line: bytes) -> None:
        """Log what the process did, as it said it; other text is an error of it."""
        text = line.decode("utf-8", "replace")
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            if not text.strip():
                return
            said = {
                "time": time.time(),
                "level": "error",
                "source": self._name,
                "text": text,
            }
        pass_on(self._name, said)


class Processes(ProcessMonitor):
    """
    Starts processes, and starts them again when they end; tells of an end for a minute.

    A process whose disk failed ends (`gateway.cli.work`), and the next one may run
    well: without this the operator would see nothing of it. Each says once a second
    that it lives; one that is silent is told of, and killed when it stays so, for the
    kernel goes on handing connections to a process that does nothing with them.

    The nursery forks them, if there is one; else, and once it is gone, each is started
    by itself, which takes longer and more memory.
    """

    maxRestartDelay = 30  # noqa: N815 (Twisted's name)

    def __init__(self, reactor: Any, nursery: Nursery | None = None) -> None:
        super().__init__(reactor)
        self._nursery = nursery
        self._seconds = reactor.seconds
        self._call_later = reactor.callLater
        # Replaced, never changed: they are read on another thread.
        self._again: tuple[float, ...] = ()
        self._heard: dict[str, float] = {}
        self._reports: dict[str, ProcessReport] = {}
        self._gone: Counts = {}
        self._looking = LoopingCall(self._look)
        self._looking.clock = reactor

    def startService(self) -> None:  # noqa: N802 (Twisted's name)
        """Start all of them."""
        if self._nursery is not None:
            End(self._reactor, self._nursery.descriptor, self._nursery_ended)
        super().startService()
        self._looking.start(1.0, now=False)

    def stopService(self) -> None:  # noqa: N802
        """Stop all of them."""
        if self._looking.running:
            self._looking.stop()
        super().stopService()

    def startProcess(self, name: str) -> None:  # noqa: N802
        """Start one, for the first time or because it ended."""
        if name in self.protocols:
            return
        if name in self.timeStarted:
            metrics.PROCESSES_ENDED.inc()
            self._again = (*self._recent(), self._seconds())
        process = self._processes[name]
        beside: Any = _Beside(self, name)
        self.protocols[name] = beside
        self.timeStarted[name] = self._seconds()
        try:
            check_room()  # Twisted leaves pipes open when it cannot make them all
            self._begin(beside, process)
        except OSError as error:
            log.error(
                "{name} could not be started, tried again in {seconds} s: {why}",
                name=name,
                seconds=round(_ANEW),
                why=str(error),
            )
            del self.protocols[name]
            self.restart[name] = self._call_later(_ANEW, self.startProcess, name)

    def _begin(self, beside: Any, process: Any) -> None:
        if self._nursery is not None:
            given = {"environment": process.env, "folder": process.cwd}
            try:
                fork(self._nursery, self._reactor, beside, process.args, **given)
            except NoNurseryError as error:
                self._without_nursery(str(error))
            else:
                return
        self._reactor.spawnProcess(
            beside, process.args[0], process.args, env=process.env, path=process.cwd
        )

    def _nursery_ended(self) -> None:
        self._without_nursery("it ended")

    def _without_nursery(self, why: str) -> None:
        """Start processes by themselves from now on; those that are there go on."""
        if self._nursery is None:
            return
        self._nursery.close()
        self._nursery = None
        log.error(
            "the process that forks the others is gone ({why}): each is started by "
            "itself from now on, and takes more memory, until the service is restarted",
            why=why,
        )

    def heard(self, name: str, line: bytes) -> None:
        """Take a line of a process; only a report is a sign of life."""
        report = ProcessReport.from_line(line)
        if report is not None:
            self._heard = {**self._heard, name: self._seconds()}
            self._reports = {**self._reports, name: report}

    def ended(self, name: str, reason: Any) -> None:
        """Keep what a process counted, and have another take its place."""
        report = self._reports.get(name)
        self._heard = {one: at for one, at in self._heard.items() if one != name}
        self._reports = {one: r for one, r in self._reports.items() if one != name}
        if report is not None:
            self._gone = Counter(self._gone) + Counter(lasting(report.counts))
        self._monitoredProcessExited(name, reason)

    def signal(self, word: str) -> None:
        """Send a signal to each of them; ``word`` as in ``HUP``."""
        for beside in list(self.protocols.values()):
            if beside.transport is not None:
                try:
                    beside.transport.signalProcess(word)
                except ProcessExitedAlready:
                    continue

    def counts(self) -> dict[tuple[str, Labels], float]:
        """Return what all of them counted, those that are gone included."""
        total: Counter[tuple[str, Labels]] = Counter()
        for counts in (self._gone, *(one.counts for one in self._reports.values())):
            for key, value in counts.items():
                total[key] += value  # type: ignore[assignment]  # typeshed has int
        return dict(total)

    def faults(self) -> dict[str, str]:
        """Return what they say is wrong, by the names of `/readyz`."""
        found: dict[str, list[str]] = {}
        for name, report in sorted(self._reports.items()):
            for fault, why in report.faults.items():
                found.setdefault(fault, []).append(f"{name}: {why}")
        return {fault: "; ".join(each) for fault, each in found.items()}

    def fault(self) -> str:
        """Return what the operator should look into; empty when all is well."""
        down = len(self.timeStarted) - len(self.protocols)
        parts = []
        if down:
            parts.append(f"{down} not running")
        if ended := len(self._recent()):
            parts.append(f"{ended} ended within the last minute")
        parts.extend(
            f"{name} has said nothing for {seconds:.0f} s"
            for name, seconds in self._silent()
        )
        return f"{', '.join(parts)}: the log says why" if parts else ""

    def _silent(self, longer: float = 0.0) -> list[tuple[str, float]]:
        """Return those that say nothing though they should have, and for how long."""
        now, heard, found = self._seconds(), self._heard, []
        for name in sorted(self.protocols):
            started = self.timeStarted[name]
            seconds = now - heard.get(name, started)
            if seconds > longer + (_SILENT if name in heard else _STARTING):
                found.append((name, seconds))
        return found

    def _look(self) -> None:
        for name, seconds in self._silent(_LOST):
            log.error(
                "{name} has said nothing for {seconds} s and is killed",
                name=name,
                seconds=round(seconds),
            )
            self._heard = {**self._heard, name: self._seconds()}
            transport = self.protocols[name].transport
            if transport is not None:
                self._forceStopProcess(transport)

    def _recent(self) -> tuple[float, ...]:
        since = self._seconds() - _RECENT
        return tuple(moment for moment in self._again if moment > since)

"""The processes beside this one: kept running, and their ends made visible."""

from __future__ import annotations

from typing import Any, Final

from twisted.runner.procmon import ProcessMonitor

from gateway import metrics

_RECENT: Final = 60.0


class Processes(ProcessMonitor):
    """
    Starts processes, and starts them again when they end; tells of an end for a minute.

    A process whose disk failed ends (`gateway.cli.work`), and the next one may run
    well: without this the operator would see nothing of it.
    """

    maxRestartDelay = 30  # noqa: N815 (Twisted's name)

    def __init__(self, reactor: Any) -> None:
        super().__init__(reactor)
        self._seconds = reactor.seconds
        # Replaced, never changed: it is read on another thread.
        self._again: tuple[float, ...] = ()

    def startProcess(self, name: str) -> None:  # noqa: N802 (Twisted's name)
        """Start one, for the first time or because it ended."""
        if name in self.timeStarted and name not in self.protocols:
            metrics.PROCESSES_ENDED.inc()
            self._again = (*self._recent(), self._seconds())
        super().startProcess(name)

    def fault(self) -> str:
        """Return what the operator should look into; empty when all is well."""
        down = len(self.timeStarted) - len(self.protocols)
        parts = []
        if down:
            parts.append(f"{down} not running")
        if ended := len(self._recent()):
            parts.append(f"{ended} ended within the last minute")
        return f"{', '.join(parts)}: the log says why" if parts else ""

    def _recent(self) -> tuple[float, ...]:
        since = self._seconds() - _RECENT
        return tuple(moment for moment in self._again if moment > since)

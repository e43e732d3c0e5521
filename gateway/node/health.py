"""`/livez`, `/readyz` and `/metrics`, for the operator alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen
from klein import Klein
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.web.iweb import IRequest
from twisted.web.server import Site

from gateway.errors import GatewayError
from gateway.loop import Threads
from gateway.node.processes import Processes
from gateway.node.scraping import render
from gateway.store.base.work import Database
from gateway.store.tasks.tasks import TaskState

Check = Callable[[], str]
"""Returns what is wrong, in a few words, or an empty text."""


@frozen
class Readiness:
    """Whether this node may be given work, and if not why."""

    database: Database
    folder: Path
    min_free_bytes: int
    checks: dict[str, Check]
    processes: Processes | None = None
    """Those beside this one, whose counts and faults are told too."""

    def faults(self) -> dict[str, str]:
        """Return every fault by the name of its check; empty when all is well."""
        found = {
            name: fault for name, check in self.checks.items() if (fault := check())
        }
        if fault := self.disk():
            found["disk"] = fault
        try:
            with self.database.read() as work:
                dead = len(work.tasks.listed(TaskState.DEAD))
        except GatewayError as error:
            found["database"] = str(error)
        else:
            if dead:
                found["dead letter"] = f"{dead} tasks wait for a person"
        return found

    def metrics(self) -> bytes:
        """Return the metrics, the faults among them, in the format of Prometheus."""
        beside = {} if self.processes is None else self.processes.counts()
        return render(self.database, self.faults().keys(), beside)

    def disk(self) -> str:
        """Return what is wrong with the disk the messages are kept on."""
        free = shutil.disk_usage(self.folder).free
        if free < self.min_free_bytes:
            return f"{free} bytes free, {self.min_free_bytes} wanted"
        return ""


BLOCKING = ("storage", "disk", "database")
"""Faults with which nothing can be accepted; at the others somebody should look."""


class HealthPages:
    """The three pages; they answer on the operator's own listener only."""

    app = Klein()

    def __init__(self, readiness: Readiness, worker: Threads) -> None:
        self._faults = worker.deferred(readiness.faults)
        self._metrics = worker.deferred(readiness.metrics)

    @app.route("/livez")
    def alive(self, request: IRequest) -> bytes:
        """The process turns."""
        return b"ok\n"

    @app.route("/readyz")
    def ready(self, request: IRequest) -> Deferred[bytes]:
        """503 when nothing can be accepted; the body lists every fault."""

        def answer(faults: dict[str, str]) -> bytes:
            if any(name in faults for name in BLOCKING):
                request.setResponseCode(503)
            request.setHeader(b"content-type", b"application/json")
            return json.dumps({"ready": not faults, "faults": faults}).encode() + b"\n"

        return self._faults().addCallback(answer)

    @app.route("/metrics")
    def numbers(self, request: IRequest) -> Deferred[bytes]:
        """The metrics, for Prometheus."""
        request.setHeader(b"content-type", b"text/plain; version=0.0.4")
        return self._metrics()


class _QuietSite(Site):
    """Writes no line for a request: probes come every few seconds."""

    noisy = False

    def log(self, request: Any) -> None:
        """Say nothing of a request."""


class HealthDoor(Service):
    """Serves the pages; ``listening`` fires when the port is open, or fails."""

    def __init__(
        self, readiness: Readiness, worker: Threads, reactor: Any, host: str, port: int
    ) -> None:
        self._site = _QuietSite(HealthPages(readiness, worker).app.resource())
        self._reactor = reactor
        self._host = host
        self._port = port
        self._listener: Any = None
        self.listening: Deferred[None] = Deferred()

    def startService(self) -> None:  # noqa: N802
        super().startService()
        try:
            self._listener = self._reactor.listenTCP(
                self._port, self._site, interface=self._host
            )
        except CannotListenError as error:
            self.listening.errback(error)
        else:
            self.listening.callback(None)

    def stopService(self) -> Any:  # noqa: N802
        super().stopService()
        return self._listener.stopListening() if self._listener else None

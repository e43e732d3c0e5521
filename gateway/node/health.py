"""`/livez`, `/readyz` and `/metrics`, for the operator alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from attrs import field, frozen
from klein import Klein
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.web.iweb import IRequest
from twisted.web.server import Site

from gateway.loop import Threads
from gateway.node.probing import Look, Probes, faults_of
from gateway.node.processes import Processes
from gateway.node.scraping import render

Check = Callable[[], str]
"""Returns what is wrong, in a few words, or an empty text."""


@frozen
class Readiness:
    """Whether this node may be given work, and if not why."""

    probes: Probes
    checks: dict[str, Check]
    processes: Processes | None = None
    """Those beside this one, whose counts and faults are told too."""
    _looks: list[Look] = field(init=False)

    @_looks.default
    def _made_once(self) -> list[Look]:
        return self.probes.looks()

    def faults(self) -> dict[str, str]:
        """Return every fault by the name of its check; empty when all is well."""
        found = faults_of(self._looks)
        beside = {} if self.processes is None else self.processes.faults()
        for name, check in self.checks.items():
            if fault := check():
                found[name] = fault
        return {**beside, **found}

    def said(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return every fault, and how far each work is that goes on."""
        faults = self.faults()  # which looks at the database
        return faults, dict(self.probes.works)

    def metrics(self) -> bytes:
        """Return the metrics, the faults among them, in the format of Prometheus."""
        beside = {} if self.processes is None else self.processes.counts()
        faults = self.faults()
        return render(self.probes.queue, faults.keys(), beside)


BLOCKING = ("storage", "disk", "database", "blobs", "certificate")
"""Faults with which nothing can be accepted; at the others somebody should look."""

_THREADS = 2
"""Requests answered at once: each takes a few seconds at most."""


class HealthPages:
    """The three pages; they answer on the operator's own listener only."""

    app = Klein()

    def __init__(self, readiness: Readiness, loop: asyncio.AbstractEventLoop) -> None:
        # Threads of their own: those of the doors may all be waiting for a database.
        worker = Threads(loop, ThreadPoolExecutor(_THREADS, "health"))
        self._said = worker.deferred(readiness.said)
        self._metrics = worker.deferred(readiness.metrics)

    @app.route("/livez")
    def alive(self, request: IRequest) -> bytes:
        """The process turns."""
        return b"ok\n"

    @app.route("/readyz")
    def ready(self, request: IRequest) -> Deferred[bytes]:
        """
        503 when nothing can be accepted; the body lists every fault.

        And how far work is that goes on beside, which is no fault.
        """

        def answer(said: tuple[dict[str, str], dict[str, str]]) -> bytes:
            faults, works = said
            if any(name in faults for name in BLOCKING):
                request.setResponseCode(503)
            request.setHeader(b"content-type", b"application/json")
            body = {"ready": not faults, "faults": faults}
            if works:
                body["underWay"] = works
            return json.dumps(body).encode() + b"\n"

        return self._said().addCallback(answer)

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
        self,
        readiness: Readiness,
        loop: asyncio.AbstractEventLoop,
        reactor: Any,
        host: str,
        port: int,
    ) -> None:
        self._site = _QuietSite(HealthPages(readiness, loop).app.resource())
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

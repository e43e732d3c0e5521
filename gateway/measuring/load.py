"""Several client processes started together, and what they report together."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from attrs import asdict, evolve, frozen

from gateway.errors import UnavailableError
from gateway.measuring.client import ClientReport, Plan, Sent, read_report


@frozen
class LoadOutcome:
    """What the clients together did; times are seconds of the epoch."""

    sent: tuple[Sent, ...]
    client_cpu: float
    bytes: int

    @property
    def began(self) -> float:
        """When the first message was begun."""
        return min(one.began for one in self.sent)

    @property
    def first_kept(self) -> float:
        """When the first 250 came."""
        return min(one.ended for one in self.sent)

    @property
    def ended(self) -> float:
        """When the last 250 came."""
        return max(one.ended for one in self.sent)

    @property
    def seconds(self) -> float:
        """From the first byte to the last 250."""
        return self.ended - self.began

    @property
    def rate(self) -> float:
        """Messages accepted a second."""
        return len(self.sent) / self.seconds


class Load:
    """
    Client processes that have written their letters and wait for the start.

    Writing them takes longer than sending them, so it is done before.
    """

    def __init__(self, plan: Plan, processes: int = 2) -> None:
        each, rest = divmod(plan.count, processes)
        plans = [
            evolve(
                plan,
                count=each + (number < rest),
                connections=max(1, plan.connections // processes),
                rate=plan.rate / processes,
                seed=plan.seed * 1000 + number,
            )
            for number in range(processes)
        ]
        self._clients = [_start(one) for one in plans if one.count]

    def __enter__(self) -> Self:
        """Return once every client is ready."""
        for client in self._clients:
            _line(client)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave no client behind."""
        for client in self._clients:
            if client.poll() is None:
                client.terminate()
            client.communicate()

    def start(self) -> None:
        """Let them go."""
        for client in self._clients:
            assert client.stdin is not None
            client.stdin.write("go\n")
            client.stdin.flush()

    def result(self) -> LoadOutcome:
        """
        Wait until all is sent.

        Raises:
            UnavailableError: a client failed; its own words are on standard error.
        """
        return _together([read_report(_line(client)) for client in self._clients])

    def run(self) -> LoadOutcome:
        """Let them go, and wait."""
        self.start()
        return self.result()


def _start(plan: Plan) -> subprocess.Popen[str]:
    client = subprocess.Popen(
        [sys.executable, "-m", "gateway.measuring.client"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdin is not None
    client.stdin.write(json.dumps(asdict(plan)) + "\n")
    client.stdin.flush()
    return client


def _line(client: subprocess.Popen[str]) -> str:
    assert client.stdout is not None
    line = client.stdout.readline()
    if not line:
        raise UnavailableError("a client of the measurement failed")
    return line


def _together(reports: Sequence[ClientReport]) -> LoadOutcome:
    return LoadOutcome(
        tuple(one for report in reports for one in report.sent),
        sum(report.cpu_seconds for report in reports),
        sum(report.bytes for report in reports),
    )

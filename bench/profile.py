"""What a message costs and where: the service and a worker under the sampler."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from attrs import define

from bench.sampler import Costs, most, read
from gateway.measuring.load import Load
from gateway.measuring.node import Node
from gateway.measuring.processes import cpu_seconds
from gateway.measuring.session import Session

_TOP = 12


@define
class SampledNode(Node):
    """A node whose processes run under the sampler."""

    def command(self, noun: str, *words: str) -> list[str]:
        """Return the command line, by way of the sampler."""
        _, _, _, *rest = super().command(noun, *words)
        return [sys.executable, "-m", "bench.profiled", str(self.costs(noun)), *rest]

    def costs(self, noun: str) -> Path:
        """Return the file where the costs of a command end up."""
        return self.folder / f"{noun}.costs"


Table = tuple[str, str, list[tuple[str, ...]]]


def profile(session: Session) -> list[Table]:
    """Accept letters with no worker beside, then let one worker file them."""
    count = session.scale.letters
    node = SampledNode.make(session.folder / "profile", workers=0, patients=500)
    session.say("profile: accepting")
    with node:
        plan = node.plan(
            count, connections=16, document_bytes=session.scale.document_bytes
        )
        with Load(plan) as load:
            before = cpu_seconds(node.pids)
            load.run()
            accepted = cpu_seconds(node.pids) - before
    session.say("profile: filing")
    worker = subprocess.Popen(node.command("work"))
    try:
        time.sleep(2.0)
        before = cpu_seconds([worker.pid])
        node.wait_until_done(600)
        filed = cpu_seconds([worker.pid]) - before
    finally:
        worker.terminate()
        worker.wait()
    return [
        _table("Accepting a letter", read(node.costs("serve")), count, accepted),
        _table("Filing and delivering it", read(node.costs("work")), count, filed),
    ]


def _table(title: str, costs: Costs, count: int, seconds: float) -> Table:
    """
    Return the functions of ours that cost most, with the libraries they call.

    Without what is spent while modules are imported.
    """
    threads = ", ".join(
        f"{name} {1000 * spent / count:.2f} ms"
        for name, spent in most(costs.threads)[:5]
    )
    sentence = (
        f"{1000 * seconds / count:.1f} ms of processor each "
        f"(by thread, starting up included: {threads})"
    )
    rows = [
        (place, f"{1000 * spent / count:.2f}")
        for place, spent in most(costs.ours)
        if place in costs.gateway and not place.endswith(">")
    ]
    return title, sentence, [(place, value) for place, value in rows[:_TOP]]

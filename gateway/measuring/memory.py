"""How much memory the service takes, idle and with a large message."""

from __future__ import annotations

import time

from attrs import frozen

from gateway.measuring.load import Load
from gateway.measuring.node import Node
from gateway.measuring.processes import Watch, memory

LARGE = 24_500_000
"""Bytes of the file in the large message: just under the limit once decoded."""

_SETTLE_SECONDS = 3.0


@frozen
class MemoryUse:
    """Bytes of all processes together; PSS counts what they share once."""

    processes: int
    idle_pss: int
    idle_rss: int
    growth: int


def measure_memory(node: Node, large: int = LARGE) -> MemoryUse:
    """
    Measure a node that has just started; its listeners are all open.

    A small letter goes first, so that what is only loaded when it is needed is not
    counted as the large message's.
    """
    time.sleep(_SETTLE_SECONDS)
    pids = node.pids
    pss, rss = memory(pids)
    _send(node, 0, seed=1)
    warm, _ = memory(pids)
    with Watch(pids) as watch:
        _send(node, large, seed=2)
    return MemoryUse(len(pids), pss, rss, max(0, watch.most - warm))


def _send(node: Node, filler: int, seed: int) -> None:
    plan = node.plan(1, connections=1, document_bytes=0, filler_bytes=filler, seed=seed)
    with Load(plan, processes=1) as load:
        load.run()
    node.wait_until_done()

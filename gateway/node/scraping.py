"""The metrics as one page: what was counted, and what is looked up when asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from attrs import frozen
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from gateway.metrics import REGISTRY
from gateway.node.probing import TaskCounts
from gateway.node.reports import LASTING, Counts


@frozen(eq=False)
class NodeCollector:
    """Adds what the processes beside this one counted to what this one did."""

    registry: CollectorRegistry
    beside: Counts

    def collect(self) -> Iterator[Any]:
        """Yield each family with the sum of all processes."""
        for family in self.registry.collect():
            left = {
                key: value
                for key, value in self.beside.items()
                if key[0] in {family.name + end for end in ("", *LASTING)}
            }
            summed = Metric(family.name, family.documentation, family.type)
            for sample in family.samples:
                if sample.name.endswith("_created"):
                    continue
                key = (sample.name, tuple(sorted(sample.labels.items())))
                value = sample.value + left.pop(key, 0)
                summed.add_sample(sample.name, sample.labels, value)
            for (name, labels), value in left.items():
                summed.add_sample(name, dict(labels), value)
            yield summed


@frozen(eq=False)
class FaultCollector:
    """Shows what is wrong, by the names `/readyz` has for it."""

    faults: Iterable[str]

    def collect(self) -> Iterator[Any]:
        """Yield 1 for each fault there is."""
        gauge = GaugeMetricFamily(
            "gateway_fault", "What /readyz says is wrong.", labels=["fault"]
        )
        for name in self.faults:
            gauge.add_metric([name], 1)
        yield gauge


@frozen(eq=False)
class TaskCollector:
    """Shows how many tasks wait, for how long, and were given up."""

    queue: TaskCounts

    def collect(self) -> Iterator[Any]:
        """Yield how many tasks there are by kind and state, and how long they wait."""
        gauge = GaugeMetricFamily(
            "gateway_tasks", "Tasks by kind and state.", labels=["kind", "state"]
        )
        for (kind, state), count in self.queue.counts.items():
            gauge.add_metric([kind, state], count)
        yield gauge
        ages = GaugeMetricFamily(
            "gateway_task_wait_seconds",
            "How long the longest waiting task of a kind has been due.",
            labels=["kind"],
        )
        for kind, since in self.queue.due.items():
            ages.add_metric([kind], (self.queue.now - since).total_seconds())
        yield ages


def render(
    queue: TaskCounts, faults: Collection[str], beside: Counts | None = None
) -> bytes:
    """
    Return all metrics in the text format of Prometheus.

    ``beside`` is what the other processes of this node counted. With the fault
    ``database`` the queue is left out, as nobody knows it: the fault tells why.
    """
    own = CollectorRegistry()
    own.register(FaultCollector(faults))
    if "database" not in faults:
        own.register(TaskCollector(queue))
    node = CollectorRegistry()
    node.register(NodeCollector(REGISTRY, beside or {}))
    return generate_latest(node) + generate_latest(own)

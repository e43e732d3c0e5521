"""What is counted, for Prometheus; labels are closed lists, never a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily

from gateway.store.work import Database

REGISTRY = CollectorRegistry()

ACCEPTED = Counter(
    "gateway_messages_accepted_total", "Messages answered 250.", registry=REGISTRY
)
REFUSED = Counter(
    "gateway_refusals_total",
    "Refusals at the mail doors, by code.",
    ["code"],
    registry=REGISTRY,
)


class TaskCollector:
    """Reads how many tasks wait and how many were given up, at each scrape."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Any]:
        """Yield the gauge of tasks by kind and state."""
        gauge = GaugeMetricFamily(
            "gateway_tasks", "Tasks by kind and state.", labels=["kind", "state"]
        )
        with self._database.read() as work:
            for (kind, state), count in work.tasks.counts().items():
                gauge.add_metric([kind, state], count)
        yield gauge


def render(database: Database) -> bytes:
    """Return all metrics in the text format of Prometheus."""
    own = CollectorRegistry()
    own.register(TaskCollector(database))
    return generate_latest(REGISTRY) + generate_latest(own)

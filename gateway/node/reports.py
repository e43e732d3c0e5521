"""
What a process beside `gateway serve` tells it, once a second, on its standard output.

A line says that the process lives, what it has counted and what is wrong with it: one
object of JSON. A pipe takes a short one whole or not; of a long one it may take a
piece, and the rest leaves before the next report.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final, Self

from attrs import field, frozen
from prometheus_client import CollectorRegistry

from gateway.metrics import REGISTRY

EVERY_SECONDS: Final = 1.0
"""Between two reports."""

Labels = tuple[tuple[str, str], ...]
Counts = Mapping[tuple[str, Labels], float]
"""What was counted, by the name of a sample and its labels."""

LASTING: Final = ("_total", "_count", "_sum", "_bucket")
"""How the names of samples end that stay true when their process is gone."""


def counts_of(
    registry: CollectorRegistry = REGISTRY,
) -> dict[tuple[str, Labels], float]:
    """Return every sample of a registry; when a counter was made is none."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in registry.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def lasting(counts: Counts) -> dict[tuple[str, Labels], float]:
    """Return what stays counted when the process that counted it is gone."""
    return {key: value for key, value in counts.items() if key[0].endswith(LASTING)}


@frozen
class ProcessReport:
    """One line of a process: its counts, and its faults by the names of `/readyz`."""

    counts: Counts = field(factory=dict)
    faults: Mapping[str, str] = field(factory=dict)

    def to_line(self) -> bytes:
        """Return the line, its end included."""
        counts = [
            [name, list(map(list, labels)), value]
            for (name, labels), value in self.counts.items()
            if value
        ]
        said = {"counts": counts, "faults": dict(self.faults)}
        return json.dumps(said, separators=(",", ":")).encode("ascii") + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self | None:
        """Return what a line says; None for one that is no report."""
        try:
            said: Any = json.loads(line)
            counts = {
                (str(name), tuple((str(key), str(one)) for key, one in labels)): value
                for name, labels, value in said["counts"]
            }
            faults = {str(name): str(why) for name, why in said["faults"].items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return cls(counts, faults)


class Teller:
    """Writes the reports of this process; one that would have to wait is left out."""

    def __init__(self, descriptor: int = 1) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._rest = b""

    def tell(self, faults: Mapping[str, str]) -> None:
        """Write a report; a reader that is gone or full is no fault of ours."""
        self._write(self._rest)
        if not self._rest:
            self._write(ProcessReport(counts_of(), faults).to_line())

    def _write(self, line: bytes) -> None:
        """Write what the pipe takes; keep the rest of what it took a piece of."""
        if not line:
            return
        try:
            taken = os.write(self._descriptor, line)
        except BlockingIOError:
            return
        except OSError:
            taken = len(line)
        self._rest = line[taken:]

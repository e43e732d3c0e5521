"""How long an import took, beside what it did."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen
class TimedImport(Generic[T]):
    """What an import did, and its seconds of the clock and of the processor."""

    did: T
    wall: float
    cpu: float

    @classmethod
    def of(cls, take: Callable[[], T]) -> TimedImport[T]:
        """Run an import, and return what it took."""
        start, cpu = time.perf_counter(), time.process_time()
        did = take()
        return cls(did, time.perf_counter() - start, time.process_time() - cpu)

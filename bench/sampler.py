"""A profiler by processor time, over all threads, cheap enough to leave load real."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

from attrs import asdict, define, field

_EVERY = 0.003
_PACKAGE = "/gateway/"


Spent = defaultdict[str, float]


def _spent() -> Spent:
    return defaultdict(float)


def most(spent: Spent) -> list[tuple[str, float]]:
    """Return what cost most first."""
    return sorted(spent.items(), key=lambda item: -item[1])


@define
class Costs:
    """
    Seconds of processor by place.

    ``within`` counts what ran in a function (in C on its behalf too) and in all that
    it called, ``ours`` what ran in the innermost function of the gateway itself;
    ``gateway`` names the gateway's own functions.
    """

    within: Spent = field(factory=_spent)
    ours: Spent = field(factory=_spent)
    gateway: set[str] = field(factory=set)
    threads: Spent = field(factory=_spent)
    total: float = 0.0


class Sampler:
    """
    Looks at every thread at short intervals, and at the processor time each took.

    A thread that waits takes none, so waiting for a disk or a peer does not show.
    """

    def __init__(self) -> None:
        self.costs = Costs()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._before: dict[int, float] = {}

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> Costs:
        """Stop; return what was seen."""
        self._stopped.set()
        self._thread.join()
        return self.costs

    def _run(self) -> None:
        own = threading.get_ident()
        while not self._stopped.wait(_EVERY):
            names = {one.ident: one.name for one in threading.enumerate()}
            for ident, frame in sys._current_frames().items():
                if ident != own and ident in names:
                    self._look(ident, names[ident], frame)

    def _look(self, ident: int, name: str, frame: FrameType) -> None:
        try:
            clock = time.pthread_getcpuclockid(ident)
            now = time.clock_gettime(clock)
        except OSError:  # the thread ended between two looks
            return
        spent = now - self._before.setdefault(ident, now)
        self._before[ident] = now
        if spent <= 0:
            return
        costs, seen, ours = self.costs, set[str](), ""
        costs.total += spent
        costs.threads[name.rstrip("0123456789_-")] += spent
        at: FrameType | None = frame
        while at is not None:
            place = _place(at)
            seen.add(place)
            if _PACKAGE in at.f_code.co_filename:
                costs.gateway.add(place)
                ours = ours or place
            at = at.f_back
        for place in seen:
            costs.within[place] += spent
        costs.ours[ours or "(none)"] += spent


def _place(frame: FrameType) -> str:
    code = frame.f_code
    path = Path(code.co_filename)
    return f"{'/'.join(path.parts[-2:])}:{code.co_qualname}"


def write(costs: Costs, file: Path) -> None:
    """Write the costs as JSON."""
    values = {**asdict(costs), "gateway": sorted(costs.gateway)}
    file.write_text(json.dumps(values), "utf-8")


def read(file: Path) -> Costs:
    """Read what `write` wrote."""
    values = json.loads(file.read_text("utf-8"))
    spent = {
        name: defaultdict(float, values[name]) for name in ("within", "ours", "threads")
    }
    return Costs(total=values["total"], gateway=set(values["gateway"]), **spent)

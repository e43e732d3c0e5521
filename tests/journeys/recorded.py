"""A gateway that ran under load and ended, all that it wrote, and where to cut it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from random import Random

from attrs import define, frozen

from gateway.errors import DamagedError
from gateway.store.arrivals.arrivals import Arrivals
from tests.journeys.audit import make_senders, under_load
from tests.journeys.clients import Sender
from tests.journeys.running import Gateway, eventually
from tests.power_cuts import Disk
from tests.recorded_writes import (
    Said,
    Step,
    Synced,
    is_complete,
    read_steps,
    recording,
)

_LETTERS = 30
"""From all senders together, and one from each at least."""

_LOG = "serve.log"

SHARED_MEMORY = "gateway.db-shm"
"""Written to through memory, which nobody records; SQLite makes it anew."""

Lies = Callable[[Step], bool]
"""Tells the syncs that a disk acknowledges and does not carry out."""


@frozen
class Cut:
    """A moment, and what had been answered 250 until then."""

    moment: int
    answered: frozenset[str]


@define
class Recorded:
    """A gateway, its folder before it ran and when it had ended, and what it did."""

    gateway: Gateway
    senders: list[Sender]
    before: Path
    after: dict[Path, bytes | None]
    steps: list[Step]

    @classmethod
    def make(cls, folder: Path) -> Recorded:
        """Run a gateway in a new folder, from its start to its end."""
        traces, before = folder / "traces", folder / "before"
        traces.mkdir(parents=True)
        traced = recording(traces)
        gateway = Gateway.make(folder / "gateway")
        gateway.configure(tasks={"workers": 1})
        shutil.copytree(gateway.folder, before)
        senders = make_senders(gateway)
        gateway.start(*traced)
        try:
            with under_load(senders):
                eventually(lambda: all(one.answers for one in senders), seconds=60)
                eventually(lambda: _answers_of(senders) >= _LETTERS, seconds=60)
            gateway.settle()
        finally:
            gateway.stop()
        eventually(lambda: is_complete(traces), seconds=60)
        (gateway.folder / _LOG).unlink()
        steps = read_steps(traces, gateway.folder)
        shutil.rmtree(traces)
        return cls(
            gateway,
            senders,
            before,
            contents(gateway.folder),
            [step for step in steps if name_of(step) != _LOG],
        )

    @cached_property
    def end(self) -> int:
        """The moment when all was over."""
        return max(step.ended for step in self.steps) + 1

    def disk(self, moment: int, lies: Lies = lambda _: False) -> Disk:
        """Return the disk at a moment."""
        top = self.gateway.folder
        return Disk.at(moment, self.before, self.steps, top, lies=lies)

    @cached_property
    def answers(self) -> list[tuple[int, str]]:
        """When the gateway said 250 to which message, in order."""
        ours = self.gateway.settings.listen.submission
        said = [
            (step.began, step.deed.to)
            for step in self.steps
            if isinstance(step.deed, Said) and step.deed.port == ours
        ]
        return sorted(
            (
                max(at for at, to in said if to == one.port and at < one.at),
                one.message_id,
            )
            for sender in self.senders
            for one in sender.answers
            if one.at <= self.end
        )

    def cut(self, moment: int) -> Cut:
        """Return a cut just after what was said at a moment."""
        answered = (message for at, message in self.answers if at <= moment)
        return Cut(moment, frozenset(answered))

    def cuts(self, count: int, chance: Random) -> list[Cut]:
        """Return cuts all over: after a 250, just before one, anywhere, by turns."""
        answers = [at for at, _ in self.answers]
        deeds = [step for step in self.steps if not isinstance(step.deed, Said)]
        cuts = []
        for number in range(count):
            where = (number + chance.random()) / count
            moment = answers[int(where * len(answers))]
            if number % 3 == 1:
                moment = self.last_sync(moment).began + 1
            elif number % 3 == 2:
                step = deeds[int(where * len(deeds))]
                moment = chance.randint(step.began, step.ended)
            cuts.append(self.cut(moment))
        return cuts

    def last_sync(self, moment: int, name: str = "") -> Step:
        """Return the last sync that was over at a moment; of a file of that name."""
        syncs = [
            step
            for step in self.steps
            if isinstance(step.deed, Synced)
            and step.ended <= moment
            and name in {"", name_of(step)}
        ]
        return max(syncs, key=lambda step: step.ended)

    def finish_after(self, cut: Cut) -> None:
        """Run the gateway on the folder as it is now, until all is sent and done."""
        for sender in self.senders:
            sender.acknowledged = set(cut.answered & sender.sent.keys())
        self.gateway.start()
        try:
            for sender in self.senders:
                sender.send_rest()
            self.gateway.settle()
            self.gateway.run("doctor")
        finally:
            self.gateway.stop()

    def missing(self, cut: Cut) -> set[str]:
        """Return the messages answered 250 of which the bytes are not in the folder."""
        found = set()
        with self.gateway.database() as database, database.read() as work:
            arrivals = Arrivals(work)
            for sender in self.senders:
                for message_id in cut.answered & sender.sent.keys():
                    for kept in map(arrivals.get, arrivals.find(message_id)):
                        assert kept is not None
                        with suppress(DamagedError):
                            arrivals.content(kept)  # raises unless it is what was put
                            found.add(message_id)
        return set(cut.answered - found)


def name_of(step: Step) -> str:
    """Return the name of the file or folder that a step is about, if it is."""
    return "" if isinstance(step.deed, Said) else step.deed.path.name


def contents(folder: Path) -> dict[Path, bytes | None]:
    """Return the bytes of each file, None for a folder."""
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.name != SHARED_MEMORY
    }


def _answers_of(senders: list[Sender]) -> int:
    return sum(len(one.answers) for one in senders)

"""
Carrying over what earlier versions wrote, in small batches, while the service runs.

A migration adds columns and is done in a moment. What has to be read and written again,
row by row, under the keys, is a step here: it is asked for one batch after the other by
housekeeping, each in a transaction of its own, until it finds nothing left. A step that
is done is never asked again, on no node, and what it was to carry over is from then on
refused in its old form (`gateway.store.sealed.carried`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from attrs import field, frozen

from gateway.store.base.work import Database, UnitOfWork
from gateway.store.sealed.carried import (
    is_carried,
    set_carried,
    where_carried,
    write_carried,
)

BATCH = 200
"""Rows in one transaction: a letter that waits for it does not notice."""

MOST_REST = 2.0
"""Seconds that are left to others at most after a batch."""

Batch = Callable[[UnitOfWork, int], int]
"""Carries over so many rows at most and returns how many; 0: there are none left."""


@frozen
class CarryStep:
    """One thing to carry over; its name is kept for ever, so never changed."""

    name: str
    batch: Batch


@frozen
class CarryingOver:
    """The steps of this version, on one database."""

    database: Database
    steps: Sequence[CarryStep]
    most: int = field(default=BATCH)
    rest: Callable[[float], object] = field(default=time.sleep, repr=False)
    """Waits as many seconds; half of the time is for others."""
    _carried: dict[str, int] = field(init=False, factory=dict, repr=False)
    """Rows that each step carried over in this process, batch by batch."""

    def run(self) -> dict[str, int]:
        """Do what is left of every step; return how many rows each carried over."""
        return {f"carried over: {one.name}": self._run(one) for one in self.steps}

    def left(self) -> list[str]:
        """Return the steps that are not done yet."""
        database = self.database
        with database.read() as work:
            return [
                one.name
                for one in self.steps
                if not is_carried(
                    work.connection, database.keys, database.folder, one.name
                )
            ]

    def progress(self) -> str:
        """Return how far it is, in a few words; empty once all of it is done."""
        left = self.left()
        if not left:
            return ""
        done, all_of_them = len(self.steps) - len(left), len(self.steps)
        rows = sum(self._carried.values())
        return (
            f"{done} of {all_of_them} steps done, now {left[0]}; "
            f"{rows} rows since the start"
        )

    def nothing_to_do(self) -> None:
        """Say of a database just made that nothing in it is of an earlier version."""
        for one in self.steps:
            self._done(one)

    def _run(self, step: CarryStep) -> int:
        database, total = self.database, 0
        with database.read() as work:
            said = where_carried(
                work.connection, database.keys, database.folder, step.name
            )
        done = any(said)
        while not done:
            began = time.monotonic()
            with database.write() as work:
                count = step.batch(work, self.most)
            # Else letters, which write in turn with it, wait until all of it is done.
            self.rest(min(time.monotonic() - began, MOST_REST))
            total += count
            self._carried[step.name] = self._carried.get(step.name, 0) + count
            done = count == 0
        if not all(said):
            self._done(step)
        return total

    def _done(self, step: CarryStep) -> None:
        """The database first: without it the file would refuse what is still old."""
        database = self.database
        with database.write() as work:
            set_carried(work.connection, database.keys, step.name, work.now)
        with database.read() as work:
            write_carried(work.connection, database.keys, database.folder, step.name)

"""Who may write next: processes on one SQLite file take turns without dozing."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import UnavailableError

_LONGEST = 20.0
_SHORTEST_NAP, _LONGEST_NAP = 0.0005, 0.004


class Turns:
    """
    A lock beside the database, taken for the length of a transaction that writes.

    SQLite's own lock keeps writers apart in any case. But a writer that finds it taken
    sleeps longer each time, up to a tenth of a second, and others pass by meanwhile.
    This lock is on a file of its own, is looked at every few milliseconds, and is given
    back by the kernel when its holder dies.
    """

    def __init__(self, database: Path, longest: float = _LONGEST) -> None:
        self._longest = longest
        self._path = database.with_name(f"{database.name}-turn")
        self._threads = threading.Lock()
        self._descriptor: int | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """
        Wait for our turn, and hold it.

        Raises:
            UnavailableError: it did not come within the time SQLite would wait.
        """
        until = time.monotonic() + self._longest
        if not self._threads.acquire(timeout=self._longest):
            raise _too_late()
        try:
            descriptor = self._open()
            _lock(descriptor, until)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        """Close the file; whoever waits for it goes on."""
        with self._threads:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            try:
                self._descriptor = os.open(
                    self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
                )
            except OSError as error:
                # From nothing: it is the database that is away, and no storage failed.
                raise UnavailableError(
                    "try again later", detail=f"turn: {error.strerror}"
                ) from None
        return self._descriptor


def _lock(descriptor: int, until: float) -> None:
    nap = _SHORTEST_NAP
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise _too_late() from None
            time.sleep(nap)
            nap = min(nap * 2, _LONGEST_NAP)
        else:
            return


def _too_late() -> UnavailableError:
    return UnavailableError("try again later", detail="database: others write")

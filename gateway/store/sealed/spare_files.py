"""
Empty files whose names are durable already, for what comes next.

To make a file and to fsync its folder costs several times what it costs to write some
hundred kilobytes and fsync them. Made a few at a time, they share both.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from uuid import uuid4

from attrs import frozen

from gateway.durable import sync_folder

_MOST = 16
_SECONDS = 30.0
"""
How long a file stays a spare: far less than housekeeping leaves a file without a row.
"""


@frozen
class SpareFile:
    """An empty file, open to write; whoever takes it closes ``descriptor``."""

    path: Path
    descriptor: int
    made_at: float

    @property
    def is_usable(self) -> bool:
        """True while it is young, and still there: somebody may tidy up."""
        young = time.monotonic() - self.made_at < _SECONDS
        return young and os.fstat(self.descriptor).st_nlink > 0

    def remove(self) -> None:
        """Close and delete it."""
        os.close(self.descriptor)
        self.path.unlink(missing_ok=True)


class SpareFiles:
    """
    The spare files of one process, in one of the 256 folders at a time.

    One is made when one is asked for; only when they are asked for often are more made
    together. Any thread may ask.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._spares: list[SpareFile] = []
        self._made, self._made_at = 0, float("-inf")

    def take(self) -> SpareFile:
        """
        Return a file named by 32 hex digits, in the folder of the first two.

        Raises:
            OSError: none can be made; nothing is left behind.
        """
        with self._lock:
            while self._spares:
                spare = self._spares.pop()
                if spare.is_usable:
                    return spare
                spare.remove()
            self._make()
            return self._spares.pop()

    def clear(self) -> None:
        """Remove those that nobody took."""
        with self._lock:
            while self._spares:
                self._spares.pop().remove()

    def _make(self) -> None:
        now = time.monotonic()
        busy = now - self._made_at < 1.0
        self._made, self._made_at = min(_MOST, 2 * self._made) if busy else 1, now
        first = uuid4().hex[:2]
        folder = self._folder / first
        try:
            self._make_folder(folder)
            for _ in range(self._made):
                self._spares.append(_new_file(folder / f"{first}{uuid4().hex[2:]}"))
            sync_folder(folder)
        except OSError:
            while self._spares:
                self._spares.pop().remove()
            raise

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._folder)
            sync_folder(self._folder.parent)


def _new_file(path: Path) -> SpareFile:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return SpareFile(path, os.open(path, flags, 0o600), time.monotonic())

"""
The file of a SQLite database: is it still the one this process has open?

What is moved away or replaced under open connections goes on being written to, and is
gone with them; beside it lies the log of one file and the pages of another
(https://www.sqlite.org/howtocorrupt.html, section 4.2). An fsync tells nothing of it.
"""

from __future__ import annotations

from pathlib import Path


class OpenFile:
    """A file that several connections have open, by its place in the file system."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first = self._now()

    @property
    def is_there(self) -> bool:
        """
        True while the file that was there first is.

        What is no file, a database in memory, always is. One that was not there yet
        counts from the first time that it is.
        """
        if self._first is None:
            self._first = self._now()
            return True
        return self._now() == self._first

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

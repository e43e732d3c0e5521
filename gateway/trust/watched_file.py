"""A file read again when it changes; a bad change leaves the last good one in use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from twisted.logger import Logger

from gateway.errors import InvalidError

log = Logger()

T = TypeVar("T")

_Mark = tuple[int, int, int]


class WatchedFile(Generic[T]):
    """
    The value of a file, kept current.

    The file must be replaced as a whole: written beside, then renamed. Asking costs one
    `stat`, so it may be done for each connection.

    Args:
        path: The file.
        read: Makes the value from the bytes and the value in use (None at first);
            raises `InvalidError` for a file that is not to be used.
        max_bytes: A larger file is not read at all.
        fallback: The value while there never was a good file; without one, the first
            reading raises `InvalidError`.
        look_seconds: How long a look at the file is good for; 0 looks each time.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[bytes, T | None], T],
        *,
        max_bytes: int,
        fallback: T | None = None,
        look_seconds: float = 0.0,
    ) -> None:
        self._path = path
        self._read = read
        self._max_bytes = max_bytes
        self._look_seconds = look_seconds
        self._looked_at = float("-inf")
        self._lock = threading.Lock()
        self._mark: _Mark | None = None
        self._value: T | None = None
        self.failed = False
        """True while the file on disk is not the one in use."""
        self._first(fallback)

    def current(self) -> T:
        """Return the value of the newest good file."""
        # One reader at a time; the others go on with what is in use meanwhile.
        if not self._seen_just_now and self._lock.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._lock.release()
        assert self._value is not None, "the first reading gave one"
        return self._value

    def look_again(self) -> None:
        """Have the next `current` read the file, changed or not."""
        with self._lock:
            self._mark = None
            self._looked_at = float("-inf")

    @property
    def changed(self) -> bool:
        """True when `current` would have to read the file again."""
        if self._seen_just_now:
            return False
        try:
            if self._stat() != self._mark:
                return True
        except InvalidError:
            return True
        self._looked_at = monotonic()
        return False

    @property
    def _seen_just_now(self) -> bool:
        return monotonic() - self._looked_at < self._look_seconds

    def _first(self, fallback: T | None) -> None:
        try:
            self._mark = self._stat()
            self._value = self._load()
        except InvalidError as error:
            if fallback is None:
                raise
            self._fail(error)
            self._value = fallback

    def _refresh(self) -> None:
        try:
            mark = self._stat()
            self._looked_at = monotonic()
            if mark == self._mark:
                return
            self._mark = mark
            self._value = self._load()
            self.failed = False
        except InvalidError as error:
            if not self.failed or self._mark is not None:
                self._fail(error)

    def _fail(self, error: InvalidError) -> None:
        self.failed = True
        log.error(
            "{name} not taken into use: {cause}",
            name=self._path.name,
            cause=str(error),
        )

    def _stat(self) -> _Mark:
        try:
            found = self._path.stat()
        except OSError as error:
            self._mark = None
            raise InvalidError("file that cannot be found") from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _load(self) -> T:
        try:
            with self._path.open("rb") as file:
                content = file.read(self._max_bytes + 1)
        except OSError as error:
            raise InvalidError("file that cannot be read") from error
        if len(content) > self._max_bytes:
            raise InvalidError("file too large")
        return self._read(content, self._value)

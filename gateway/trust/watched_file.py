"""A file read again when it changes; a bad change leaves the last good one in use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from attrs import frozen
from twisted.logger import Logger

from gateway.durable import replace_file, sync_folder
from gateway.errors import InvalidError

log = Logger()

T = TypeVar("T")

_Mark = tuple[tuple[int, int, int] | None, ...]


@frozen
class KeptFile(Generic[T]):
    """
    Where the newest good value is kept, so that a restart does not forget it.

    ``dump`` returns what is written: bytes that `WatchedFile.read` can read, of the
    content of the file and of the value made from it. ``writes`` is False for those who
    only look.
    """

    path: Path
    dump: Callable[[bytes, T], bytes]
    writes: bool = True


class WatchedFile(Generic[T]):
    """
    The value of a file, kept current.

    The file must be replaced as a whole: written beside, then renamed. Asking costs one
    `stat`, so it may be done for each connection. Whoever asks while another reads a
    changed file waits for it: a value is never older than a look may be.

    Args:
        path: The file.
        read: Makes the value from the bytes and the value in use (None at first);
            raises `InvalidError` for a file that is not to be used.
        max_bytes: A larger file is not read at all.
        fallback: The value while there never was a good file; without one, the first
            reading raises `InvalidError`.
        look_seconds: How long a look at the file is good for; 0 looks each time.
        kept: Where the newest value is kept; None forgets it with the process.
        word: A file whose change has the other read again, as its reader asks it.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[bytes, T | None], T],
        *,
        max_bytes: int,
        fallback: T | None = None,
        look_seconds: float = 0.0,
        kept: KeptFile[T] | None = None,
        word: Path | None = None,
    ) -> None:
        self._path = path
        self._read = read
        self._max_bytes = max_bytes
        self._look_seconds = look_seconds
        self._kept = kept
        self._word = word
        self._looked_at = float("-inf")
        self._lock = threading.Lock()
        self._mark: _Mark | None = None
        self._value: T | None = None
        self.fault: InvalidError | None = None
        """Why the file on disk is not the one in use; None while it is."""
        self._first(fallback)

    @property
    def failed(self) -> bool:
        """True while the file on disk is not the one in use."""
        return self.fault is not None

    def current(self) -> T:
        """Return the value of the newest good file; blocks while it is read."""
        if not self._seen_just_now:
            with self._lock:
                if not self._seen_just_now:  # by the one that was waited for
                    self._refresh()
        assert self._value is not None, "the first reading gave one"
        return self._value

    def look_again(self) -> None:
        """Have the next `current` read the file, changed or not."""
        with self._lock:
            self._mark = None
            self._looked_at = float("-inf")

    @property
    def changed(self) -> bool:
        """True when `current` would have to read the file again, or wait for that."""
        if self._seen_just_now:
            return False
        looked_at = monotonic()
        try:
            if self._stat() != self._mark:
                return True
        except InvalidError:
            return True
        self._looked_at = looked_at
        return False

    @property
    def _seen_just_now(self) -> bool:
        return monotonic() - self._looked_at < self._look_seconds

    def _first(self, fallback: T | None) -> None:
        before = self._remembered()
        try:
            mark = self._stat()
            content = self._content(self._path)
            if content != before:  # else it was read already
                self._take(content)
            self._mark = mark
        except InvalidError as error:
            if self._value is None:
                if fallback is None:
                    raise
                self._value = fallback
            self._fail(error)

    def _remembered(self) -> bytes | None:
        """Begin with the value that is kept; return its bytes, or None without one."""
        if self._kept is None or not self._kept.path.exists():
            return None
        try:
            content = self._content(self._kept.path)
            self._value = self._read(content, None)
        except InvalidError as error:
            log.error(
                "{name}, kept from before, cannot be used: {cause}",
                name=self._kept.path.name,
                cause=str(error),
            )
            return None
        return content

    def _refresh(self) -> None:
        looked_at = monotonic()
        try:
            mark = self._stat()
        except InvalidError as error:
            if not self.failed or self._mark is not None:
                self._fail(error)
            self._mark = None
        else:
            if mark != self._mark:
                try:
                    self._take(self._content(self._path))
                except InvalidError as error:
                    self._fail(error)
                # Only now: until it is read, whoever compares must see a change.
                self._mark = mark
        self._looked_at = looked_at

    def _take(self, content: bytes) -> None:
        value = self._read(content, self._value)
        self._value = value
        self.fault = None
        if self._kept is not None and self._kept.writes:
            try:
                _put(self._kept.path, self._kept.dump(content, value))
            except OSError as error:
                log.error(
                    "{path} cannot be kept for the next start: {cause}",
                    path=str(self._kept.path),
                    cause=error.strerror,
                )

    def _fail(self, error: InvalidError) -> None:
        self.fault = error
        log.error(
            "{name} not taken into use: {cause}",
            name=self._path.name,
            cause=str(error),
        )

    def _stat(self) -> _Mark:
        try:
            found = self._path.stat()
        except OSError as error:
            raise InvalidError("file that cannot be found") from error
        mark = (found.st_mtime_ns, found.st_size, found.st_ino)
        return (mark, _mark_of(self._word)) if self._word else (mark,)

    def _content(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                content = file.read(self._max_bytes + 1)
        except OSError as error:
            raise InvalidError("file that cannot be read") from error
        if len(content) > self._max_bytes:
            raise InvalidError("file too large")
        return content


def _mark_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _put(path: Path, content: bytes) -> None:
    """
    Write a file whole and durably, unless it is there: several processes keep it.
    """
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, content)
    sync_folder(path.parent.parent)

"""The outbox: a folder of notices, where no smart host takes them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from attrs import frozen

from gateway.durable import sync_folder
from gateway.errors import UnavailableError
from gateway.mssante.sending.email import Email, Sync

_OURS = re.compile(r"[0-9a-f]{32}\.(?:eml|part)")


@frozen
class Outbox:
    """A folder of ``.eml`` files, one per notice, readable by their owner alone."""

    folder: Path

    def __call__(self, notice_id: str, message: Email) -> Sync:
        """Write the file whole and durably."""
        with _failures_told():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self.folder / f"{notice_id}.eml", message.content)
        return self.sync

    def sync(self) -> None:
        """
        Make the names of the files durable, and that of the folder.

        Each time: who made it may have ended before that was so.
        """
        with _failures_told():
            sync_folder(self.folder)
            sync_folder(self.folder.parent)

    def tidy(self, now: datetime, kept: timedelta) -> int:
        """
        Remove what was written longer ago than ``kept``; return how many files.

        Of the folder's files, those that bear the name of a notice: others are not
        ours. One that cannot be removed stays for the next round.
        """
        before, count = (now - kept).timestamp(), 0
        try:
            found = list(os.scandir(self.folder))
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise UnavailableError(
                "not tidied", detail=f"outbox: {error.strerror}"
            ) from error
        for file in found:
            if not _OURS.fullmatch(file.name):
                continue
            try:
                if file.stat(follow_symlinks=False).st_mtime < before:
                    Path(file).unlink()
                    count += 1
            except OSError:
                continue
        return count

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_suffix(".part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        temporary.rename(path)


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            "not sent yet", detail=f"outbox: {error.strerror}"
        ) from error

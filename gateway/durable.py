"""Files that survive a power cut: their content, and the names they are found by."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

_MODE = 0o600


class FsyncError(OSError):
    """An fsync failed: the kernel may have dropped what it could not write."""


def fsync(descriptor: int) -> None:
    """
    Make what was written to a file durable.

    Raises:
        FsyncError: it is not.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise FsyncError(error.errno, error.strerror) from error


def sync_folder(folder: Path) -> None:
    """Make new names durable: an fsync of a file says nothing of its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new_file(path: Path, content: bytes) -> None:
    """
    Write a file that is not there yet, for its owner alone; never over another.

    Raises:
        FileExistsError: there is one.
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        fsync(out.fileno())
    sync_folder(path.parent)


def replace_file(path: Path, content: bytes) -> None:
    """
    Put a file in place whole, for its owner alone, or leave what is there.

    Several processes may do so at once: the last one's stays.

    Raises:
        OSError: it cannot be written; the one before is still there.
    """
    fresh = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        write_new_file(fresh, content)
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(path.parent)

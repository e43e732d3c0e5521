"""Which files and folders of an installation nobody else may read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.settings.file import Settings

READ_BY_OTHERS: Final = 0o077
"""Bits of a mode by which the group or everybody reads or writes."""

_SQLITE = "sqlite:///"


def private_paths(settings: Settings) -> Iterator[tuple[str, Path]]:
    """
    Yield what has to be its owner's alone, each with its name; some may not be there.

    The settings too: the address of a database may hold its password.
    """
    outgoing, web = settings.outgoing, settings.web
    yield "data folder", settings.folder
    for file in sorted(settings.folder.glob("*.toml")):
        yield "settings", file
    yield "blob folder", settings.blobs.folder
    yield "outbox", outgoing.outbox
    if settings.database_url.startswith(_SQLITE):
        database = Path(settings.database_url.removeprefix(_SQLITE))
        for end in ("", "-wal", "-shm", "-journal"):
            yield "database", database.with_name(database.name + end)
    if web.private_key:
        yield "private key of the pages", Path(web.private_key)
    if outgoing.smart_host_password_file:
        yield "password of the smart host", Path(outgoing.smart_host_password_file)


def make_private(settings: Settings) -> None:
    """Keep the group and everybody from all of these, whatever the umask was."""
    keys = (settings.keys.master, settings.trust.private_key)
    for path in (*keys, *(path for _, path in private_paths(settings))):
        if path.exists():
            path.chmod(path.stat().st_mode & ~READ_BY_OTHERS & 0o7777)

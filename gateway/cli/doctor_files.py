"""The doctor's look at files that only the service's own account may read."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from gateway.cli.findings import Finding
from gateway.errors import MisuseError
from gateway.node.private_paths import READ_BY_OTHERS, private_paths
from gateway.settings.file import Settings
from gateway.store.sealed.key_sources import key_source


def permissions(settings: Settings) -> Iterator[Finding]:
    """Yield the state of each key, and of what else others can read."""
    yield from _master_keys(settings)
    yield _private("private key", settings.trust.private_key)
    for name, path in private_paths(settings):
        yield from _closed(name, path)


def _master_keys(settings: Settings) -> Iterator[Finding]:
    """Yield each version that lies in a file, or what stands in place of files."""
    keys, first = settings.keys, settings.keys.master
    if "file" in (keys.source, keys.previous):
        versions = [first, *sorted(first.parent.glob(f"{first.name}.[0-9]*"))]
        there = [one for one in versions if one.exists()]
        for path in there or [first]:
            yield _private("master key", path)
    if keys.source != "file":
        try:
            yield Finding("master key", key_source(keys).name)
        except MisuseError as error:
            yield Finding("master key", str(error), "check [keys] source")


def _private(name: str, path: Path) -> Finding:
    try:
        mode = path.stat().st_mode & 0o777
    except OSError as error:
        return Finding(name, f"{path}: {error.strerror}", f"put the file at {path}")
    if mode & 0o077:
        return Finding(name, f"{path} has mode {mode:o}", f"chmod 600 {path}")
    return Finding(name, f"{path}, mode {mode:o}")


def _closed(name: str, path: Path) -> Iterator[Finding]:
    """Say it where others can read what may be there; nothing where they cannot."""
    try:
        found = path.stat()
    except OSError:
        return  # what has to be there is looked for elsewhere
    mode = stat.S_IMODE(found.st_mode)
    if mode & READ_BY_OTHERS:
        right = 700 if stat.S_ISDIR(found.st_mode) else 600
        mend = f"chmod {right} {path}"
        yield Finding(name, f"{path} has mode {mode:o}: others can read it", mend)

"""
Blob files that no row names: left by a crash before its commit, or signs of a mistake.

A file without a row may also be the only copy of a letter, when an older database was
put back. So nothing goes at the first look. A file is moved aside once it was seen
without a row at two looks that lie days apart, and it is removed only long after that.
When more files are without a row than crashes leave, none is moved: a person decides.
An empty file is the copy of nothing. A kill leaves some, made ahead and not yet used,
so they follow the same days and are not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from attrs import asdict, evolve, field, frozen
from sqlalchemy import delete, insert, select

from gateway.settings.file import BlobSettings
from gateway.store.base.work import Database
from gateway.store.tables import blobs, strays

T = TypeVar("T")

_YOUNG = timedelta(hours=1)
"""A blob file is written before its row is committed: younger ones are left alone."""

_BATCH = 500


@frozen(kw_only=True)
class StrayCounts:
    """
    What a round found and did.

    ``waiting`` are seen without a row, not yet for long enough; ``held`` have content
    and are too many to be moved without a person; ``returned`` were aside and have a
    row again.
    """

    files: int = 0
    waiting: int = 0
    held: int = 0
    moved: int = 0
    returned: int = 0
    removed: int = 0

    def as_json(self) -> dict[str, int]:
        """Return every count by its name."""
        return asdict(self)

    @property
    def changes(self) -> dict[str, int]:
        """What a log line says: the files that went somewhere, and those held."""
        return {
            "files held": self.held,
            "files set aside": self.moved,
            "files brought back": self.returned,
            "files removed": self.removed,
        }


@frozen
class StrayFiles:
    """Looks for them, in all processes and nodes that share a folder."""

    database: Database
    settings: BlobSettings
    _last: list[StrayCounts] = field(init=False, repr=False, eq=False, factory=list)

    def run(self, *, all_of_them: bool = False) -> StrayCounts:
        """
        Make one round; return what was found and done.

        ``all_of_them``: a person has looked, and no share holds the files back.
        """
        now = self.database.clock()
        folder = self.database.folder
        files = 0
        found: list[str] = []
        for paths in _batches(folder.written_before(now - _YOUNG)):
            files += len(paths)
            found.extend(self._without_row([path.name for path in paths]))
        ripe = self._remember(found, now)
        held = {name for name in ripe if not folder.is_empty(name)}
        if all_of_them or len(held) <= self._most(files):
            held = set()
        moved = [name for name in ripe if name not in held]
        for blob_id in moved:
            folder.set_aside(blob_id, now)
        counts = StrayCounts(
            files=files,
            waiting=len(found) - len(ripe),
            held=len(held),
            moved=len(moved),
        )
        returned = self._bring_back()
        counts = evolve(counts, returned=returned, removed=self._remove_old(now))
        self._last[:] = [counts]
        return counts

    def fault(self) -> str:
        """Return what a person should look into, as of the last round."""
        if not self._last or not self._last[0].held:
            return ""
        return (
            f"{self._last[0].held} blob files belong to no row of the database: was an "
            "older database put back? see gateway database strays"
        )

    def _most(self, files: int) -> int:
        share = files * self.settings.strays_most_percent / 100
        return max(self.settings.strays_most_files, int(share))

    def _without_row(self, names: list[str]) -> list[str]:
        with self.database.read() as work:
            known = set(
                work.connection.execute(
                    select(blobs.c.id).where(blobs.c.id.in_(names))
                ).scalars()
            )
        return [name for name in names if name not in known]

    def _remember(self, found: list[str], now: datetime) -> list[str]:
        """Note when each was first seen; return those seen long enough ago."""
        long_ago = now - timedelta(days=self.settings.strays_after_days)
        with self.database.write() as work:
            rows = work.connection.execute(select(strays.c.blob_id, strays.c.seen_at))
            seen = {row.blob_id: row.seen_at for row in rows}
            gone = sorted(seen.keys() - set(found))
            for names in _batches(gone):
                work.connection.execute(
                    delete(strays).where(strays.c.blob_id.in_(names))
                )
            new = [name for name in found if name not in seen]
            for names in _batches(new):
                work.connection.execute(
                    insert(strays), [{"blob_id": one, "seen_at": now} for one in names]
                )
        return [name for name in found if name in seen and seen[name] <= long_ago]

    def _bring_back(self) -> int:
        """Put files back that have a row after all."""
        folder, count = self.database.folder, 0
        for paths in _batches(folder.aside()):
            names = [path.name for path in paths]
            strange = set(self._without_row(names))
            for name in names:
                if name not in strange and folder.bring_back(name):
                    count += 1
        return count

    def _remove_old(self, now: datetime) -> int:
        """Remove what lay aside for the time of the settings."""
        before = now - timedelta(days=self.settings.strays_kept_days)
        old = [
            path for path in self.database.folder.aside() if _moved_at(path) < before
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _batches(items: Iterable[T], size: int = _BATCH) -> Iterator[list[T]]:
    """Yield the items in lists: a folder of a million files is never one of them."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _moved_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)

"""Blobs that were found damaged: noted once, for the operator to be told."""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen
from sqlalchemy import func, insert, select

from gateway.errors import DamagedError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import blob_grants, damaged_blobs

_MOST_READ = 100


@frozen
class Damage:
    """Damaged blobs within one transaction."""

    work: UnitOfWork

    def note(self, blob_ids: Collection[str]) -> list[str]:
        """Note that blobs could not be read; return those that were not noted yet."""
        columns, connection = damaged_blobs.c, self.work.connection
        fresh: list[str] = []
        for blob_id in sorted(set(blob_ids)):
            query = select(columns.blob_id).where(columns.blob_id == blob_id)
            if connection.execute(query).first() is None:
                fresh.append(blob_id)
                connection.execute(
                    insert(damaged_blobs).values(blob_id=blob_id, seen_at=self.work.now)
                )
        return fresh

    def lasting(self) -> list[str]:
        """
        Return the noted blobs that still are somebody's and still cannot be read.

        The first hundred are read again, since a backup may have been put back; what
        was noted beyond them is believed.
        """
        columns = damaged_blobs.c
        rows = self.work.connection.execute(
            select(columns.blob_id, func.min(blob_grants.c.key_id).label("key_id"))
            .join(blob_grants, blob_grants.c.blob_id == columns.blob_id)
            .group_by(columns.blob_id)
            .order_by(columns.blob_id)
        ).all()
        return [
            row.blob_id
            for at, row in enumerate(rows)
            if at >= _MOST_READ or self._is_damaged(row.blob_id, row.key_id)
        ]

    def _is_damaged(self, blob_id: str, key_id: str) -> bool:
        try:
            self.work.blobs.get(blob_id, key_id)
        except DamagedError:
            return True
        except NotFoundError:
            return False
        return False

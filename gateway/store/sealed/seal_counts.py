"""How often each key has sealed: counted in memory, written down now and then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select, update

from gateway.store.tables import data_keys

MOST_SEALS: Final = 2**31
"""
Values sealed under one key before another takes over: with random nonces of 96 bits,
2^32 are the most (NIST SP 800-38D §8.3), and what a process counted and did not write
down before it was killed is not counted.
"""

_EACH: Final = 2**16
"""Seals that a process counts before it writes them down."""

_MOST_KEYS: Final = 20_000
_FEW: Final = 2**8
"""Counts below are forgotten first, when there are too many."""


class SealCounts:
    """The counts of one process."""

    def __init__(self, most_seals: int) -> None:
        self._most = most_seals
        self._each = max(1, min(_EACH, most_seals // 16))
        self._counts: dict[str, int] = {}
        self._to_write: set[str] = set()

    def add(self, key_id: str) -> None:
        """Count one more."""
        count = self._counts[key_id] = self._counts.get(key_id, 0) + 1
        if count >= self._each:
            self._to_write.add(key_id)

    def write(self, connection: Connection) -> Iterator[str]:
        """Write down what is worth it; yield the ids of keys that sealed too often."""
        while self._to_write:
            key_id = self._to_write.pop()
            mine, seals = data_keys.c.id == key_id, data_keys.c.seals
            count = self._counts.pop(key_id, 0)
            connection.execute(
                update(data_keys).where(mine).values(seals=seals + count)
            )
            if connection.execute(select(seals).where(mine)).scalar_one() >= self._most:
                yield key_id
        if len(self._counts) > _MOST_KEYS:
            self._counts = {key: n for key, n in self._counts.items() if n >= _FEW}

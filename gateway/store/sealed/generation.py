"""The generation of the keys: what a process has in memory, and when it drops it."""

from __future__ import annotations

import time

from attrs import define, field
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, insert, select, update

from gateway.store.base.prepared import Prepared
from gateway.store.sealed.wrapping import KeyEncryptionKey
from gateway.store.tables import key_generation

_GENERATION = Prepared(select(key_generation.c.number).where(key_generation.c.id == 1))


@define(eq=False)
class HeldKeys:
    """Keys unwrapped while the keys are of one generation, for some minutes at most."""

    generation: int
    until: float
    """By the monotonic clock."""
    ciphers: dict[str, AESGCM] = field(factory=dict, repr=False)
    by_scope: dict[str, str] = field(factory=dict, repr=False)
    wrapping: KeyEncryptionKey | None = field(default=None, repr=False)


class KeyMemory:
    """What of the keys a process has in memory."""

    def __init__(self, kept_seconds: float) -> None:
        self._kept_seconds = kept_seconds
        self._held = HeldKeys(-1, 0.0)

    def held(self, connection: Connection) -> HeldKeys:
        """
        Return what is in memory and still true for this transaction.

        Reads the generation once in each transaction.
        """
        transaction, info = connection.get_transaction(), connection.info
        seen = info.get(self)
        if seen is not None and seen[0] is transaction and transaction is not None:
            found: HeldKeys = seen[1]
            return found
        row = _GENERATION.first(connection)
        number = row.number if row else 0
        held = self._held
        if number > held.generation or time.monotonic() > held.until:
            held = HeldKeys(number, time.monotonic() + self._kept_seconds)
            self._held = held
        elif number < held.generation:  # a snapshot of before: nothing of it is kept
            held = HeldKeys(number, held.until)
        info[self] = (transaction, held)
        return held

    def look_again(self, connection: Connection) -> None:
        """Have the transaction read the generation once more when a key is needed."""
        connection.info.pop(self, None)

    def drop(self) -> None:
        """Keep nothing of what there is for the next transaction."""
        self._held = HeldKeys(self._held.generation, 0.0)


def next_generation(connection: Connection) -> None:
    """Have every process drop the keys it has in memory, once this is committed."""
    number = key_generation.c.number
    done = connection.execute(update(key_generation).values(number=number + 1))
    if not done.rowcount:
        connection.execute(insert(key_generation).values(id=1, number=1))

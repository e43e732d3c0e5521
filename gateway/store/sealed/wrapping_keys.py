"""The keys that wrap others: which are in use, and what the source gives of them."""

from __future__ import annotations

from attrs import field, frozen
from sqlalchemy import Connection, bindparam, func, select

from gateway.errors import MisuseError, UnavailableError
from gateway.store.base.prepared import Prepared
from gateway.store.sealed.sources import KeySource
from gateway.store.sealed.wrapping import KeyEncryptionKey
from gateway.store.tables import data_keys, key_encryption_keys

_COLUMNS = key_encryption_keys.c
_NOW = Prepared(
    select(_COLUMNS.id)
    .where(_COLUMNS.retired_at.is_(None))
    .order_by(_COLUMNS.version.desc())
    .limit(1)
)
_VERSION = Prepared(select(_COLUMNS.version).where(_COLUMNS.id == bindparam("kek")))


@frozen
class WrappingKeys:
    """Those that a process met so far."""

    source: KeySource
    _known: dict[str, KeyEncryptionKey] = field(factory=dict, init=False, repr=False)

    def now(self, connection: Connection) -> KeyEncryptionKey:
        """
        Return the key that wraps what is made now: the first, where none is written.

        Raises:
            UnavailableError: it is not at hand.
        """
        row = _NOW.first(connection)
        if row is not None:
            return self.named(connection, row.id)
        kek = self._opened(1)
        return self._known.setdefault(kek.id, kek)

    def named(self, connection: Connection, kek_id: str) -> KeyEncryptionKey:
        """
        Return a key by its id; one that was not met yet is asked of the source.

        Raises:
            UnavailableError: it is not at hand.
        """
        if known := self._known.get(kek_id):
            return known
        row = _VERSION.first(connection, kek=kek_id)
        kek = self._opened(row.version if row else 1)
        if kek.id != kek_id:
            raise UnavailableError(
                "try again later", detail=f"another key than {kek_id} is at its place"
            )
        self._known[kek_id] = kek
        return kek

    def are_at_hand(self, connection: Connection, kek_id: str) -> bool:
        """Tell whether a key is there, by its id."""
        try:
            self.named(connection, kek_id)
        except UnavailableError:
            return False
        return True

    def forget(self, kek_id: str) -> None:
        """Drop a key from memory."""
        self._known.pop(kek_id, None)

    def _opened(self, version: int) -> KeyEncryptionKey:
        try:
            return self.source.open(version)
        except MisuseError as error:
            raise UnavailableError("try again later", detail=str(error)) from error


def keks_in_use(connection: Connection) -> list[str]:
    """Return the ids of the keys that wrap any, by the index: one look for each."""
    kek_id = data_keys.c.kek_id
    found: list[str] = []
    while True:
        least = select(func.min(kek_id)).where(kek_id > (found[-1] if found else ""))
        one = connection.execute(least).scalar_one()
        if one is None:
            return found
        found.append(str(one))

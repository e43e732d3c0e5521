"""
Where a sealed value belongs: it opens in its own cell of its own row, and nowhere else.

A place is written ``table.column:key``, the parts of a key (and the owner, where the
key of the row does not say it) with colons between. What is authenticated with the
ciphertext (NIST SP 800-38D §5.2.1.1) has each part with its length before it, so that
no two places are the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import field, frozen
from sqlalchemy import Connection

from gateway.errors import DamagedError
from gateway.store.sealed.carried import is_carried
from gateway.store.sealed.keys import KeyRing

if TYPE_CHECKING:
    from gateway.store.sealed.blobs import BlobFolder

STEP = "places"
"""The step of carrying over that seals anew what was bound to less."""

_SHORTER = {
    "recipients.address": "recipients.address:{0}",
    "recipients.orcpt": "recipients.orcpt:{0}",
    "deliveries.reverse_path": "deliveries:{0}",
    "deliveries.recipient": "deliveries:{0}",
    "inbox_messages.summary": "inbox_messages.summary:{0}",
    "notices.content": "notices.content:{0}",
    "mail_outlines.headers": "mail_outlines.headers:{0}",
    "mail_outlines.structure": "mail_outlines.structure:{0}",
    "blob_grants.wrapped": "blob:{0}",
}
"""What values of these columns were bound to before, by the first part of their key."""


@frozen
class CellSealing:
    """Seals and opens values for their places, within one transaction."""

    keys: KeyRing
    folder: BlobFolder
    connection: Connection = field(repr=False)

    def seal(self, key_id: str, text: bytes, place: str) -> bytes:
        """Encrypt a small value for its place."""
        return self.keys.seal(self.connection, key_id, text, _whole(place))

    def unseal(self, key_id: str, sealed: bytes, place: str) -> bytes:
        """
        Decrypt what `seal` made for the same place.

        Raises:
            DamagedError: it was altered, or it is another place's.
            UnavailableError: its key was destroyed, or is not at hand.
        """
        try:
            return self.keys.unseal(self.connection, key_id, sealed, _whole(place))
        except DamagedError:
            if is_carried(self.connection, self.keys, self.folder, STEP):
                raise
        return self.keys.unseal(self.connection, key_id, sealed, shorter(place))

    def renewed(self, key_id: str, sealed: bytes, place: str) -> bytes:
        """Return a value sealed anew that was bound to less; any other as it is."""
        try:
            self.keys.unseal(self.connection, key_id, sealed, _whole(place))
        except DamagedError:
            before = self.keys.unseal(self.connection, key_id, sealed, shorter(place))
            return self.seal(key_id, before, place)
        return sealed


def shorter(place: str) -> str:
    """Return what a value of an earlier version is bound to."""
    cell, _, key = place.partition(":")
    return _SHORTER.get(cell, place).format(key.partition(":")[0])


def _whole(place: str) -> str:
    cell, _, key = place.partition(":")
    return _of_cell(cell) + _measured(key.split(":"))


@lru_cache(maxsize=256)
def _of_cell(cell: str) -> str:
    """Return what stands for a column in each of its rows' places."""
    return _measured(cell.split("."))


def _measured(parts: Sequence[str]) -> str:
    return "".join([f"{len(part)}:{part}" for part in parts])

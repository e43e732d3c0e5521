"""The keys of digests: what each is for, and those that a process has in memory."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final


class Label(StrEnum):
    """What a keyed digest is for: each has a key of its own."""

    INS = "lookup"
    """The INS and the addresses by which a row is found; the first there was."""
    LOGIN = "login"
    CODE = "code"
    SESSION = "session"
    FORM = "form"
    UPLOAD = "upload"
    ROW = "row"
    COLUMN = "column"
    """What a column says, where it is searched: see `column_digest`."""
    VAULT = "vault"
    """Of a document, in the sum that a checkpoint vouches for."""

    @property
    def scope(self) -> str:
        """The scope of its key, among those of data keys."""
        return f"label:{self.value}"


LOOKUP: Final = (
    Label.INS,
    Label.LOGIN,
    Label.CODE,
    Label.SESSION,
    Label.FORM,
    Label.UPLOAD,
)
"""
Of what somebody shows or is found by: their keys turn over together. The others bind
what is kept to its place, and are compared with nothing that comes from outside.
"""

DigestKey = hmac.HMAC
"""A key that was begun with: copied for each digest, a quarter of beginning anew."""


def digest_key(secret: bytes) -> DigestKey:
    """Return the key of a secret."""
    return hmac.new(secret, digestmod="sha256")


def keyed(key: DigestKey, content: bytes) -> bytes:
    """Return the HMAC-SHA-256 of some bytes."""
    own = key.copy()
    own.update(content)
    return own.digest()


class DigestKeys:
    """
    What of them is in memory, and of which generation of the keys it is.

    Of a label there are two while they turn over: the newer one, which is written by,
    and the one before it.
    """

    def __init__(self) -> None:
        self._generation = -1
        self._by_label: dict[Label, tuple[DigestKey, ...]] = {}
        self._by_id: dict[str, DigestKey] = {}

    def of(self, label: Label) -> tuple[DigestKey, ...]:
        """Return the keys of a label, the newest first; none: nothing was loaded."""
        return self._by_label.get(label, ())

    def known(self, key_id: str) -> DigestKey | None:
        """Return a key that was loaded before."""
        return self._by_id.get(key_id)

    def are_before(self, generation: int) -> bool:
        """Tell whether they were loaded while the keys were of an earlier generation"""
        return bool(self._by_label) and generation > self._generation

    def keep(
        self,
        found: Mapping[Label, Sequence[tuple[str, DigestKey]]],
        generation: int,
    ) -> None:
        """Have these in place of all there were: id and key; an empty id is no row's"""
        self._by_label = {
            label: tuple(key for _, key in keys) for label, keys in found.items()
        }
        rows = [one for keys in found.values() for one in keys]
        self._by_id = {key_id: key for key_id, key in rows if key_id}
        self._generation = generation

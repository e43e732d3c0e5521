"""A line of the journal as a leaf of the tree: salted, so its hash says nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen

from gateway.canonical import canonical
from gateway.checkpoints.offline import hash_leaf

VERSION: Final = 1
"""Of the form of a leaf; what it holds may change only with this number."""

FIRST: Final = b""
"""What a chain's first leaf has as the one before."""

COMMITTED: Final = ("by", "reason")
"""Of a line's detail: who acted and why, in a leaf as commitments alone."""

"""In ASCII, as the lines' own hashes are."""


@frozen(kw_only=True)
class Leaf:
    """
    A line with the salt it was sealed with and the leaf of its chain before it.

    The hash of a line alone could be tried: who did what when has few answers. The
    salt, 32 random bytes of the line's own, is kept beside the tree and given to
    whoever may read the line; nobody else learns anything from the hash. Who acted and
    why are committed to under keys made from the salt, so that a line can be shown
    and proved without them.
    """

    chain: str
    seq: int
    at: datetime
    action: str
    outcome: str
    subject: str
    detail: Mapping[str, Any]
    before: bytes
    salt: bytes

    def content(self) -> bytes:
        """Return the bytes that are hashed; a form that never changes."""
        return canonical(
            [
                f"gateway journal line {VERSION}",
                _key(self.salt, "line").hex(),
                self.chain,
                self.seq,
                self.before.hex(),
                self.at.isoformat(),
                self.action,
                self.outcome,
                self.subject,
                self._shown(),
                [self._commitment(key) for key in COMMITTED],
            ]
        )

    def hash(self) -> bytes:
        """Return its hash in the tree."""
        return hash_leaf(self.content())

    def opened(self, *, names: bool = True) -> dict[str, Any]:
        """
        Return it as plain values, for whoever may read the line.

        Without ``names`` who acted and why stay commitments: the hash is the same.
        """
        committed: dict[str, Any] = {}
        for use in COMMITTED:
            if use in self.detail:
                committed[use] = {"commitment": self._commitment(use)}
                if names:
                    key = _key(self.salt, use).hex()
                    committed[use] |= {"value": self.detail[use], "key": key}
        return {
            "version": VERSION,
            "chain": self.chain,
            "seq": self.seq,
            "before": self.before.hex(),
            "time": self.at.isoformat(),
            "action": self.action,
            "outcome": self.outcome,
            "subject": self.subject,
            "detail": self._shown(),
            "key": _key(self.salt, "line").hex(),
            "committed": committed,
        }

    def _shown(self) -> dict[str, Any]:
        return {
            key: value for key, value in self.detail.items() if key not in COMMITTED
        }

    def _commitment(self, use: str) -> str:
        if use not in self.detail:
            return ""
        value = canonical(self.detail[use])
        return hmac.digest(_key(self.salt, use), value, "sha256").hex()


def _key(salt: bytes, use: str) -> bytes:
    return hashlib.sha256(salt + use.encode()).digest()

"""
A Merkle tree that only grows (RFC 9162 §2.1): roots, and proofs of two kinds.

Nobody holds the whole tree: it is read through `Hashes`, which has the leaves and, of
the levels above, the roots of whole subtrees of 256, 65,536 and so on. How a proof is
walked stands in `offline`, which checks it at home with nothing of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from attrs import frozen

from gateway.checkpoints.offline import WrongError, hash_pair, root_from, roots_from
from gateway.errors import InvalidError

STEP: Final = 8
"""Levels of the tree between two that are kept: 2**8 hashes below one."""

FAN: Final = 1 << STEP

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
MOST_HASHES: Final = 64
"""In a proof: a tree of more than 2**63 leaves is none."""


class Hashes(Protocol):
    """The hashes that are kept of a tree."""

    def between(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """
        Return those of a level, from ``start`` up to before ``stop``.

        Level 0 are the leaves; one of level n is the root of 256**n leaves.
        """


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over some hashes of one level, in order."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        above = [hash_pair(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


@frozen
class Tree:
    """The tree of some size, as far as a question needs it."""

    hashes: Hashes
    size: int

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves, or of all."""
        stop = self._checked(self.size if size is None else size)
        return self._over(0, stop) if stop else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """
        Return the hashes that lead from a leaf to the root (RFC 9162 §2.1.3.1).

        Raises:
            InvalidError: there is no such leaf.
        """
        stop = self._checked(self.size if size is None else size)
        if not 0 <= index < stop:
            raise InvalidError(f"there is no leaf {index} among {stop}")
        path, start = [], 0
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self._over(middle, stop))
                stop = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """
        Return what proves that the first ``old`` leaves are still the first ones.

        RFC 9162 §2.1.4.1; empty for none, and for all.

        Raises:
            InvalidError: the tree is smaller.
        """
        stop = self._checked(self.size if size is None else size)
        if not 0 <= old <= stop:
            raise InvalidError(f"a tree of {stop} leaves was never one of {old}")
        if old in {0, stop}:
            return []
        path: list[bytes] = []
        start, whole = 0, True
        while old != stop - start:
            middle = _split(stop - start)
            if old <= middle:
                path.append(self._over(start + middle, stop))
                stop = start + middle
            else:
                path.append(self._over(start, start + middle))
                start, old, whole = start + middle, old - middle, False
        return ([] if whole else [self._over(start, stop)]) + path[::-1]

    def _checked(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise InvalidError(f"the tree has {self.size} leaves, not {size}")
        return size

    def _over(self, start: int, stop: int) -> bytes:
        """Return the root of a subtree, taking its whole parts from the levels kept."""
        count = stop - start
        level = 0
        # Aligned, as the cuts of RFC 9162 are: a whole one of a level may be read.
        while count >= FAN ** (level + 1) and start % FAN ** (level + 1) == 0:
            level += 1
        width = FAN**level
        whole = count // width
        hashes = list(
            self.hashes.between(level, start // width, start // width + whole)
        )
        if len(hashes) != whole:
            raise InvalidError("the tree lacks a hash")
        if rest := count % width:
            hashes.append(self._over(stop - rest, stop))
        return root_of(hashes)


def _split(count: int) -> int:
    """Return the largest power of two that is less than the count."""
    return int(1 << ((count - 1).bit_length() - 1))


def is_included(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether a path leads from a leaf to a root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or len(path) > MOST_HASHES:
        return False
    try:
        return root_from(leaf, index, size, path) == root
    except WrongError:
        return False


def is_consistent(
    old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> bool:
    """
    Tell whether a tree is an earlier one with leaves added (RFC 9162 §2.1.4.2).

    Every tree follows the empty one.
    """
    if not 0 <= old <= size or len(path) > MOST_HASHES:
        return False
    if old in {0, size}:
        start = EMPTY_ROOT if old == 0 else root
        return not path and old_root == start
    try:
        return roots_from(old, old_root, size, path) == root
    except WrongError:
        return False

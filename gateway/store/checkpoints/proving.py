"""Reading the tree: its size, its hashes, a line in it, the checkpoints of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, select

from gateway.checkpoints.checkpoint import Checkpoint, VaultCount
from gateway.checkpoints.leaf import FIRST, Leaf
from gateway.checkpoints.notes import Note
from gateway.checkpoints.tree import Tree
from gateway.errors import NotFoundError
from gateway.store.tables import (
    checkpoints,
    journal,
    journal_leaves,
    journal_nodes,
    sealed_tree,
)

TREE_ID: Final = 1


@frozen
class StoredHashes:
    """The hashes of the tree as rows."""

    connection: Connection

    def between(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Return those of a level, in order."""
        if level == 0:
            rows = select(journal_leaves.c.hash).where(
                journal_leaves.c.number >= start, journal_leaves.c.number < stop
            )
            query = rows.order_by(journal_leaves.c.number)
        else:
            nodes = journal_nodes.c
            query = (
                select(nodes.hash)
                .where(nodes.level == level, nodes.number >= start, nodes.number < stop)
                .order_by(nodes.number)
            )
        return [bytes(one) for one in self.connection.execute(query).scalars()]


@frozen
class SealedState:
    """How far the tree goes."""

    size: int = 0
    vault: VaultCount = VaultCount()


@frozen
class StoredCheckpoint:
    """A checkpoint as it is kept: its text was signed at ``made_at``."""

    number: int
    made_at: datetime
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """What it says."""
        return Checkpoint.parse(self.note.text)


@frozen
class LeafPlace:
    """Where a line is in the tree, and what it is there."""

    index: int
    hash: bytes
    leaf: Leaf


@frozen
class SealedJournal:
    """The tree, read within one transaction."""

    connection: Connection

    def state(self) -> SealedState:
        """Return how far the tree goes."""
        query = select(sealed_tree).where(sealed_tree.c.id == TREE_ID)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return SealedState()
        return SealedState(row.size, VaultCount(row.documents, bytes(row.sum)))

    def tree(self) -> Tree:
        """Return the tree as it is now."""
        return Tree(StoredHashes(self.connection), self.state().size)

    def last(self) -> StoredCheckpoint | None:
        """Return the newest checkpoint."""
        found = list(self._checkpoints(newest=True))
        return found[0] if found else None

    def all(self) -> Iterator[StoredCheckpoint]:
        """Yield every checkpoint, oldest first."""
        return self._checkpoints(newest=False)

    def _checkpoints(self, *, newest: bool) -> Iterator[StoredCheckpoint]:
        number = checkpoints.c.id
        query = select(checkpoints).order_by(number.desc() if newest else number)
        if newest:
            query = query.limit(1)
        for row in self.connection.execute(query.execution_options(yield_per=500)):
            yield StoredCheckpoint(row.id, row.made_at, Note.parse(row.note))

    def place(self, chain: str, seq: int) -> LeafPlace:
        """
        Return where a line is in the tree.

        Raises:
            NotFoundError: there is no such line, or it is not sealed yet.
        """
        found = list(self.places(chain, seq, seq))
        if not found:
            raise NotFoundError(f"{chain} has no sealed line {seq}")
        return found[0]

    def places(
        self, chain: str, first: int = 1, last: int | None = None
    ) -> Iterator[LeafPlace]:
        """Yield the sealed lines of a chain in order."""
        leaves, lines = journal_leaves.c, journal.c
        before = FIRST
        if first > 1:
            previous = select(leaves.hash).where(
                leaves.chain == chain, leaves.seq == first - 1
            )
            before = self.connection.execute(previous).scalar() or FIRST
        query = (
            select(journal, leaves.number, leaves.salt, leaves.hash.label("leaf"))
            .join_from(
                journal,
                journal_leaves,
                (leaves.chain == lines.chain) & (leaves.seq == lines.seq),
            )
            .where(lines.chain == chain, lines.seq >= first)
            .order_by(lines.seq)
        )
        if last is not None:
            query = query.where(lines.seq <= last)
        for row in self.connection.execute(query.execution_options(yield_per=1000)):
            leaf = leaf_of(row, bytes(before), bytes(row.salt))
            before = row.leaf
            yield LeafPlace(row.number, bytes(row.leaf), leaf)


def leaf_of(line: Any, before: bytes, salt: bytes) -> Leaf:
    """Return a line as a leaf; ``line`` is a row of the journal."""
    return Leaf(
        chain=line.chain,
        seq=line.seq,
        at=line.at,
        action=line.action,
        outcome=line.outcome,
        subject=line.subject,
        detail=line.detail,
        before=before,
        salt=salt,
    )

"""
Appends the journal's new lines to the tree, beside those who write them.

A round reads which chains' heads moved, and takes their lines in batches: what is
heavy is done on a snapshot, and one short transaction adds the rows. Writers wait for
that alone. Whoever comes second with a batch finds the tree grown, and leaves it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import Connection, delete, func, insert, or_, select, text

from gateway.checkpoints.checkpoint import VaultCount
from gateway.checkpoints.leaf import FIRST
from gateway.checkpoints.tree import FAN, root_of
from gateway.errors import ConflictError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.checkpoints.documents import (
    FILING,
    added,
    commitment,
    documents_of,
)
from gateway.store.checkpoints.proving import (
    TREE_ID,
    SealedJournal,
    SealedState,
    StoredHashes,
    leaf_of,
)
from gateway.store.journal import START, Event, link
from gateway.store.tables import (
    chain_heads,
    journal,
    journal_leaves,
    journal_nodes,
    sealed_chains,
    sealed_tree,
)

_BATCH: Final = 500
_SALT: Final = 32
_LOCK: Final = 0x6761746577617901
"""Ours among PostgreSQL's advisory locks; SQLite has one writer."""

_TURN: Final = text("SELECT pg_advisory_xact_lock(:number)")
_CHAINS: Final = 500
"""Chains whose lines are asked for in one question."""


class SealingError(ConflictError):
    """The journal is not what it was: a line is missing, or is another."""


_NEW_LEAF = Prepared(insert(journal_leaves), [one.name for one in journal_leaves.c])


@frozen
class _Moved:
    """A chain whose head is not where the tree ends."""

    chain: str
    sealed: int
    head: int
    leaf: bytes


@frozen
class SealedBatch:
    """What a batch adds."""

    before: SealedState
    after: SealedState
    leaves: list[dict[str, Any]] = field(factory=list, repr=False)
    nodes: list[dict[str, Any]] = field(factory=list, repr=False)
    chains: list[dict[str, Any]] = field(factory=list, repr=False)


@frozen
class Sealer:
    """Appends to the tree; one round at a time is enough, more do no harm."""

    database: Database
    batch: int = _BATCH

    def run(self) -> int:
        """
        Append every line there is; return how many.

        Raises:
            SealingError: a line is missing, or is not the one that was written.
            UnavailableError: the database does not answer.
        """
        with self.database.read() as work:
            _find_lost(work.connection)
        total, cursor = 0, ""
        while True:
            with self.database.read() as work:
                made = self.prepared(work, cursor)
            if not made.leaves:
                return total
            with self.database.write() as work:
                if not self.write(work, made):
                    return total
            total += len(made.leaves)
            cursor = made.chains[-1]["chain"]

    def waiting(self) -> int:
        """Return about how many lines there are beyond the tree: for a look."""
        with self.database.read() as work:
            newest = work.connection.execute(select(func.max(journal.c.id))).scalar()
            return int(newest or 0) - SealedJournal(work.connection).state().size

    def write(self, work: UnitOfWork, made: SealedBatch) -> bool:
        """Add a batch; False when another came first."""
        # Whoever grows the tree at the same moment is waited for, and then seen.
        if work.connection.dialect.name == "postgresql":
            work.connection.execute(_TURN, {"number": _LOCK})
        if SealedJournal(work.connection).state() != made.before:
            return False
        _write(work.connection, made)
        return True

    def prepared(self, work: UnitOfWork, cursor: str = "") -> SealedBatch:
        """
        Return the next batch, of chains from ``cursor`` on in their order.

        Raises:
            SealingError: a line is missing, or is not the one that was written.
        """
        before = SealedJournal(work.connection).state()
        moved = _moved(work.connection, cursor, self.batch)
        rows: list[dict[str, Any]] = []
        ends: list[dict[str, Any]] = []
        filed: list[str] = []
        left = self.batch
        for some in _lots(moved, _CHAINS):
            if not left:
                break
            lines = _lines(work.connection, some, left)
            for chain in some:
                found = lines.get(chain.chain, [])
                if not found and left:
                    raise SealingError(
                        f"{chain.chain}: line {chain.sealed + 1} is missing"
                    )
                leaf = _append(chain, found, rows, before.size, filed)
                if found:
                    ends.append(
                        {"chain": chain.chain, "seq": found[-1].seq, "leaf": leaf}
                    )
                left -= len(found)
                if left <= 0:
                    break
        vault = _with_filed(work, before.vault, filed)
        after = SealedState(before.size + len(rows), vault)
        nodes = _nodes(work.connection, before.size, [one["hash"] for one in rows])
        return SealedBatch(before, after, rows, nodes, ends)


def _find_lost(connection: Connection) -> None:
    """
    Look for chains that end before their last sealed line, or lost their head.

    Raises:
        SealingError: there is one.
    """
    heads, sealed = chain_heads.c, sealed_chains.c
    lost = (
        select(sealed.chain, sealed.seq)
        .join_from(
            sealed_chains, chain_heads, heads.chain == sealed.chain, isouter=True
        )
        .where(or_(heads.chain.is_(None), heads.seq < sealed.seq))
        .limit(1)
    )
    if gone := connection.execute(lost).first():
        raise SealingError(f"{gone.chain}: line {gone.seq} is sealed, and is missing")


def _moved(connection: Connection, cursor: str, most: int) -> list[_Moved]:
    """Return chains with lines beyond the tree, from one on and in order."""
    heads, sealed = chain_heads.c, sealed_chains.c
    query = (
        select(heads.chain, heads.seq, sealed.seq.label("sealed"), sealed.leaf)
        .join_from(
            chain_heads, sealed_chains, heads.chain == sealed.chain, isouter=True
        )
        .where(heads.chain >= cursor, heads.seq > func.coalesce(sealed.seq, 0))
        .order_by(heads.chain)
        .limit(most)
    )
    return [
        _Moved(row.chain, row.sealed or 0, row.seq, bytes(row.leaf or FIRST))
        for row in connection.execute(query)
    ]


def _lots(chains: list[_Moved], size: int) -> Iterable[list[_Moved]]:
    return (chains[start : start + size] for start in range(0, len(chains), size))


def _lines(
    connection: Connection, chains: list[_Moved], most: int
) -> dict[str, list[Any]]:
    """Return the lines beyond the tree of some chains, up to so many in all."""
    lines, sealed = journal.c, sealed_chains.c
    query = (
        select(journal)
        .join_from(journal, chain_heads, chain_heads.c.chain == lines.chain)
        .join(sealed_chains, sealed.chain == lines.chain, isouter=True)
        .where(
            lines.chain.in_([one.chain for one in chains]),
            lines.seq > func.coalesce(sealed.seq, 0),
            lines.seq <= chain_heads.c.seq,
        )
        .order_by(lines.chain, lines.seq)
        .limit(most)
    )
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.chain, []).append(row)
    return found


def _append(
    chain: _Moved,
    lines: list[Any],
    rows: list[dict[str, Any]],
    start: int,
    filed: list[str],
) -> bytes:
    """Add the leaves of a chain's lines to the rows; return the last."""
    leaf, seq = chain.leaf, chain.sealed
    previous = "" if seq else START
    for line in lines:
        seq += 1
        if line.seq != seq:
            raise SealingError(f"{chain.chain}: line {seq} is missing")
        if previous and line.previous != previous:
            raise SealingError(f"{chain.chain}: line {seq} follows another line")
        event = Event(
            line.chain, line.at, line.action, line.outcome, line.subject, line.detail
        )
        if link(line.previous, seq, event) != line.hash:
            raise SealingError(f"{chain.chain}: line {seq} was altered")
        previous = line.hash
        salt = secrets.token_bytes(_SALT)
        leaf = leaf_of(line, leaf, salt).hash()
        rows.append(
            {
                "number": start + len(rows),
                "chain": line.chain,
                "seq": seq,
                "salt": salt,
                "hash": leaf,
            }
        )
        if line.action in FILING:
            filed.append(line.subject)
    return leaf


def _with_filed(work: UnitOfWork, count: VaultCount, filed: list[str]) -> VaultCount:
    """Return number and sum with the documents that some lines filed."""
    if not filed:
        return count
    found = work.connection.execute(documents_of(filed))
    return added(count, [commitment(work.keys, *row) for row in found])


def _nodes(
    connection: Connection, size: int, hashes: list[bytes]
) -> list[dict[str, Any]]:
    """Return the subtrees that the new leaves make whole."""
    kept, made = StoredHashes(connection), []
    level = 0
    while hashes:
        start = size - size % FAN
        row = [*kept.between(level, start, size), *hashes]
        level += 1
        above = [
            root_of(row[at : at + FAN])
            for at in range(0, len(row) - len(row) % FAN, FAN)
        ]
        size = start // FAN
        made += [
            {"level": level, "number": size + number, "hash": one}
            for number, one in enumerate(above)
        ]
        hashes = above
    return made


def _write(connection: Connection, made: SealedBatch) -> None:
    _NEW_LEAF.run(connection, made.leaves)
    if made.nodes:
        connection.execute(insert(journal_nodes), made.nodes)
    chains = [one["chain"] for one in made.chains]
    for start in range(0, len(chains), _CHAINS):
        some = chains[start : start + _CHAINS]
        connection.execute(delete(sealed_chains).where(sealed_chains.c.chain.in_(some)))
    connection.execute(insert(sealed_chains), made.chains)
    connection.execute(delete(sealed_tree))
    connection.execute(
        insert(sealed_tree),
        {
            "id": TREE_ID,
            "size": made.after.size,
            "documents": made.after.vault.documents,
            "sum": made.after.vault.sum,
        },
    )

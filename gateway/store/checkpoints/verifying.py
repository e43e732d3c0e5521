"""
What `gateway journal verify` finds: the lines, the tree, what was signed, the vaults.

Each finding is a sentence. Nothing of the tree is believed: its leaves are made again
from the lines and its roots from the leaves, in one pass and without the tree in
memory. What only a signature can tell is left to who has the signer's key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import select

from gateway.checkpoints.checkpoint import Checkpoint, VaultCount
from gateway.checkpoints.leaf import FIRST
from gateway.checkpoints.notes import Note, VerificationKey
from gateway.checkpoints.offline import hash_pair
from gateway.checkpoints.tree import EMPTY_ROOT, FAN, root_of
from gateway.errors import InvalidError
from gateway.store.base.work import UnitOfWork
from gateway.store.checkpoints.documents import (
    COLUMNS,
    added,
    commitment,
    is_filing,
)
from gateway.store.checkpoints.proving import (
    SealedJournal,
    StoredHashes,
    leaf_of,
)
from gateway.store.tables import documents, journal, journal_leaves, sealed_chains

_AT_ONCE: Final = 2000


@define
class Frontier:
    """The roots of the whole subtrees so far, largest first: what a root is made of."""

    size: int = 0
    _parts: list[tuple[int, bytes]] = field(factory=list)

    def add(self, leaf: bytes) -> None:
        """Append a leaf."""
        height, here = 0, leaf
        while self._parts and self._parts[-1][0] == height:
            here = hash_pair(self._parts.pop()[1], here)
            height += 1
        self._parts.append((height, here))
        self.size += 1

    def root(self) -> bytes:
        """Return the root of what was added."""
        if not self._parts:
            return EMPTY_ROOT
        *parts, (_, root) = self._parts
        for _, left in reversed(parts):
            root = hash_pair(left, root)
        return root


@frozen
class VouchedRoots:
    """The roots of the checkpoints by the size they are of, with their times."""

    _by_size: dict[int, list[tuple[bytes, datetime]]] = field(factory=dict)

    def add(self, said: Checkpoint) -> None:
        """Note what a checkpoint says."""
        self._by_size.setdefault(said.size, []).append((said.root, said.time))

    def compared(self, frontier: Frontier) -> Iterator[str]:
        """Compare what is said of a size with what is so."""
        if frontier.size not in self._by_size:
            return
        root = frontier.root()
        for said, time in self._by_size[frontier.size]:
            if said != root:
                yield (
                    f"the first {frontier.size} lines are not those of the checkpoint "
                    f"of {time:%Y-%m-%d %H:%M:%S}"
                )

    def beyond(self, size: int) -> Iterator[str]:
        """Yield those that are of more lines than there are."""
        for one in sorted(self._by_size):
            if one > size:
                _, time = self._by_size[one][0]
                yield (
                    f"the checkpoint of {time:%Y-%m-%d %H:%M:%S} is over {one} lines, "
                    f"and the tree has {size}: was an older database put back?"
                )


@frozen
class JournalCheck:
    """One check of everything; ``keys`` are those of the signer and of witnesses."""

    work: UnitOfWork
    keys: Sequence[VerificationKey] = ()
    origin: str = ""

    def faults(self, outside: Sequence[Note] = ()) -> list[str]:
        """
        Return what is wrong; empty when sound.

        ``outside`` are checkpoints that were kept elsewhere: they say what was so.
        """
        vouched = VouchedRoots()
        found = self.work.journal.verify()
        found += self._lines()
        found += self._signatures(outside, vouched)
        found += self._tree(vouched)
        found += self._documents()
        return found

    def _lines(self) -> Iterator[str]:
        """Compare each line with its leaf."""
        leaves, lines = journal_leaves.c, journal.c
        query = (
            select(journal, leaves.salt, leaves.hash.label("leaf"))
            .join_from(
                journal_leaves,
                journal,
                (leaves.chain == lines.chain) & (leaves.seq == lines.seq),
                isouter=True,
            )
            .add_columns(leaves.chain.label("named"), leaves.seq.label("place"))
            .order_by(leaves.chain, leaves.seq)
        )
        chain, seq, before = "", 0, FIRST
        for row in self.work.connection.execute(_by_parts(query)):
            if row.named != chain:
                yield from self._end(chain, seq, before)
                chain, seq, before = row.named, 0, FIRST
            if row.place != seq + 1:
                yield f"{chain}: line {seq + 1} is not in the tree"
            if row.seq is None:
                yield f"{chain}: line {row.place} was sealed, and is missing"
            elif leaf_of(row, before, bytes(row.salt)).hash() != bytes(row.leaf):
                yield f"{chain}: line {row.place} is not the one that was sealed"
            seq, before = row.place, bytes(row.leaf)
        yield from self._end(chain, seq, before)

    def _end(self, chain: str, seq: int, leaf: bytes) -> Iterator[str]:
        """Compare the end of a chain in the tree with what the sealer goes on from."""
        if not chain:
            return
        query = select(sealed_chains).where(sealed_chains.c.chain == chain)
        row = self.work.connection.execute(query).one_or_none()
        if row is None or (row.seq, bytes(row.leaf)) != (seq, leaf):
            yield f"{chain}: the tree does not end where it is said to"

    def _tree(self, vouched: VouchedRoots) -> Iterator[str]:
        """Make the roots again, and compare them with what was signed."""
        state = SealedJournal(self.work.connection).state()
        frontier = Frontier()
        yield from vouched.compared(frontier)
        query = select(journal_leaves.c.number, journal_leaves.c.hash).order_by(
            journal_leaves.c.number
        )
        part: list[bytes] = []
        is_cut = False
        for row in self.work.connection.execute(_by_parts(query)):
            if row.number != frontier.size and not is_cut:
                yield f"leaf {frontier.size} of the tree is missing"
                is_cut = True
            if is_cut:
                continue
            frontier.add(bytes(row.hash))
            part.append(bytes(row.hash))
            if len(part) == FAN:
                yield from self._node(1, row.number // FAN, root_of(part))
                part.clear()
            yield from vouched.compared(frontier)
        if frontier.size != state.size:
            yield f"the tree has {frontier.size} leaves, and should have {state.size}"
        elif SealedJournal(self.work.connection).tree().root() != frontier.root():
            yield "the kept hashes of the tree are not those of its leaves"
        yield from vouched.beyond(frontier.size)

    def _node(self, level: int, number: int, root: bytes) -> Iterator[str]:
        kept = StoredHashes(self.work.connection).between(level, number, number + 1)
        if list(kept) != [root]:
            yield f"hash {number} of level {level} of the tree is not its leaves'"

    def _signatures(
        self, outside: Sequence[Note], vouched: VouchedRoots
    ) -> Iterator[str]:
        """Look who signed, and that each checkpoint follows the one before."""
        previous = ""
        for one in SealedJournal(self.work.connection).all():
            said = one.checkpoint
            moment = f"the checkpoint of {said.time:%Y-%m-%d %H:%M:%S}"
            if said.previous != previous:
                yield f"{moment} does not follow the one before"
            previous = one.note.hash
            vouched.add(said)
            yield from self._signed(moment, one.note, said)
        for note in outside:
            said = Checkpoint.parse(note.text)
            vouched.add(said)
            moment = f"the checkpoint of {said.time:%Y-%m-%d %H:%M:%S}, from elsewhere,"
            yield from self._signed(moment, note, said)

    def _signed(self, moment: str, note: Note, said: Checkpoint) -> Iterator[str]:
        if self.origin and said.origin != self.origin:
            yield f"{moment} is of {said.origin}"
        if not self.keys:
            return
        try:
            signers = note.verified_by(self.keys)
        except InvalidError as error:
            yield f"{moment}: {error}"
            return
        if not any(key.name == said.origin for key in signers):
            yield f"{moment} is not signed by {said.origin}"

    def _documents(self) -> Iterator[str]:
        """Compare the rows of the documents with the lines that filed them."""
        sealed = SealedJournal(self.work.connection)
        state, stored = sealed.state(), sealed.last()
        last = stored.checkpoint if stored else None
        found = upto = VaultCount()
        for row, number in _filed(self.work):
            if number is None:
                continue  # not sealed yet
            one = commitment(self.work.keys, *row)
            found = added(found, [one])
            if last is not None and number < last.size:
                upto = added(upto, [one])
        yield from _strange(self.work)
        yield from _other("the tree", found, state.vault)
        if last is not None:
            yield from _other("the last checkpoint", upto, last.vault)


def _other(what: str, found: VaultCount, said: VaultCount) -> Iterator[str]:
    if found.documents != said.documents:
        yield (
            f"the vaults have {found.documents} documents of the {said.documents} that "
            f"{what} vouches for"
        )
    elif found != said:
        yield f"the documents in the vaults are not those that {what} vouches for"


def _filed(work: UnitOfWork) -> Iterator[tuple[Any, int | None]]:
    """Yield each document that a line filed, with the place of the line."""
    leaves, lines = journal_leaves.c, journal.c
    query = (
        select(*COLUMNS, leaves.number)
        .join_from(documents, journal, lines.subject == documents.c.id)
        .join(
            journal_leaves,
            (leaves.chain == lines.chain) & (leaves.seq == lines.seq),
            isouter=True,
        )
        .where(is_filing())
    )
    for *row, number in work.connection.execute(_by_parts(query)):
        yield row, number


def _strange(work: UnitOfWork) -> Iterator[str]:
    """Yield the documents that no line filed."""
    filing = select(journal.c.id).where(
        journal.c.subject == documents.c.id, is_filing()
    )
    query = select(documents.c.id).where(~filing.exists()).limit(100)
    for name in work.connection.execute(query).scalars():
        yield f"document {name}: no line of the journal filed it"


def _by_parts(query: Any) -> Any:
    return query.execution_options(yield_per=_AT_ONCE)

"""What a checkpoint is made of, from one snapshot; keeping those that were signed."""

from __future__ import annotations

import hashlib
from typing import Any

from attrs import frozen
from sqlalchemy import func, insert, select, update

from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.notes import Note
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.sealing import SealingError
from gateway.store.tables import checkpoints, data_keys, key_generation


@frozen(kw_only=True)
class Vouched:
    """What is vouched for beside the journal."""

    program: str
    rules: str
    settings: str
    trust: tuple[str, ...]


@frozen
class CheckpointDraft:
    """A checkpoint to be signed, and what proves that it goes on from the last."""

    checkpoint: Checkpoint
    proof: list[bytes]


@frozen
class Checkpoints:
    """Makes checkpoints of the tree, and keeps them."""

    database: Database
    origin: str

    def draft(self, size: int, hash_: str, vouched: Vouched) -> CheckpointDraft:
        """
        Return the next one, after that of a size and hash.

        Raises:
            SealingError: more lines were signed than there are.
        """
        with self.database.read() as work:
            sealed = SealedJournal(work.connection)
            state, tree = sealed.state(), sealed.tree()
            if size > state.size:
                raise SealingError(
                    f"{size} lines were signed, and the journal has {state.size}: was "
                    "an older database put back?"
                )
            return CheckpointDraft(
                Checkpoint(
                    origin=self.origin,
                    size=state.size,
                    root=tree.root(),
                    time=work.now,
                    program=vouched.program,
                    rules=vouched.rules,
                    settings=vouched.settings,
                    trust=vouched.trust,
                    keys=_keys(work),
                    vault=state.vault,
                    previous=hash_,
                ),
                tree.consistency(size),
            )

    def keep(self, note: Note) -> None:
        """Keep a signed checkpoint; signatures that one has more are added to it."""
        said = Checkpoint.parse(note.text)
        with self.database.write() as work:
            query = select(checkpoints.c.note).where(checkpoints.c.hash == note.hash)
            before = work.connection.execute(query).scalar_one_or_none()
            if before is not None:
                whole = Note.parse(before).with_signatures(note.signatures)
                work.connection.execute(
                    update(checkpoints)
                    .where(checkpoints.c.hash == note.hash)
                    .values(note=str(whole))
                )
                return
            work.connection.execute(
                insert(checkpoints),
                {
                    "size": said.size,
                    "made_at": said.time,
                    "hash": note.hash,
                    "note": str(note),
                },
            )


def _keys(work: UnitOfWork) -> str:
    """
    Return the generation of the keys, and the hash of how many each key wraps.

    It changes with each key that is turned over or destroyed.
    """
    named = data_keys.c.kek_id
    query: Any = select(named, func.count()).group_by(named).order_by(named)
    rows = [
        f"{name or 'destroyed'} {count}\n"
        for name, count in work.connection.execute(query)
    ]
    hash_ = hashlib.sha256("".join(rows).encode()).hexdigest()
    generation = work.connection.execute(select(key_generation.c.number)).scalar()
    return f"{generation or 0}:{hash_}"

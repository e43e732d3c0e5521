"""What sealing takes: lines by the million, and what proves one of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from gateway.checkpoints.checkpoint import VaultCount
from gateway.checkpoints.tree import is_included
from gateway.measuring.figures import Figure
from gateway.measuring.processes import most_memory
from gateway.node.folder import make_folder
from gateway.store.base.work import Database
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.sealing import Sealer
from gateway.store.checkpoints.verifying import JournalCheck
from gateway.store.journal import Action, Event, append, chain_of

_TOGETHER = 500
_PROOFS = 200
_LETTER = 5
"""Lines of the journal that a letter to one patient with one document leaves."""


@frozen
class SealingTimes:
    """Seconds of processor and of the clock, bytes, for so many lines."""

    lines: int
    chains: int
    written: float
    sealed: float
    sealed_cpu: float
    longest: float
    verified: float
    idle: float
    proof: float
    bytes_each: float
    memory: float


def measure_sealing(folder: Path, lines: int, chains: int) -> SealingTimes:
    """Write lines into chains, seal them, verify all, and prove some."""
    settings = make_folder(folder, free=True)
    database = Database.open(settings)
    try:
        start = time.perf_counter()
        _write(database, lines, chains)
        written = time.perf_counter() - start
        before = _size(database)
        memory = most_memory()
        sealer = Sealer(database)
        start, cpu = time.perf_counter(), time.process_time()
        sealer.run()
        sealed = time.perf_counter() - start
        cpu = time.process_time() - cpu
        grown = (_size(database) - before) / lines
        memory = most_memory() - memory
        longest = _longest_write(database)
        start = time.perf_counter()
        sealer.run()
        idle = time.perf_counter() - start
        start = time.perf_counter()
        with database.read() as work:
            assert JournalCheck(work).faults() == []
        verified = time.perf_counter() - start
        return SealingTimes(
            lines=lines,
            chains=chains,
            written=written,
            sealed=sealed,
            sealed_cpu=cpu,
            longest=longest,
            verified=verified,
            idle=idle,
            proof=_proof(database),
            bytes_each=grown,
            memory=memory,
        )
    finally:
        database.close()


def _write(database: Database, lines: int, chains: int) -> None:
    """Write half of the lines for the operator, the others by turns for patients."""
    for start in range(0, lines, _TOGETHER):
        with database.write() as work:
            numbers = range(start, min(lines, start + _TOGETHER))
            append(
                work.connection,
                [
                    Event(
                        chain_of(f"{number % chains:032x}")
                        if number % 2
                        else "operator",
                        work.now,
                        Action.DOCUMENT_OPENED,
                        "FILED",
                        f"{number:032x}",
                        {"arrival": f"{number:032x}", "document": f"1.2.250.{number}"},
                    )
                    for number in numbers
                ],
            )


def _longest_write(database: Database) -> float:
    """Return how long writers wait for the write of a full batch."""
    _write(database, _TOGETHER, 500)
    sealer = Sealer(database)
    with database.read() as work:
        made = sealer.prepared(work)
    start = time.perf_counter()
    with database.write() as work:
        sealer.write(work, made)
    return time.perf_counter() - start


def _proof(database: Database) -> float:
    """Return the median time of a proof of inclusion, read and verified."""
    times = []
    with database.read() as work:
        sealed = SealedJournal(work.connection)
        tree = sealed.tree()
        root = tree.root()
        for number in range(_PROOFS):
            index = number * tree.size // _PROOFS
            leaf = tree.hashes.between(0, index, index + 1)[0]
            start = time.perf_counter()
            path = tree.inclusion(index)
            times.append(time.perf_counter() - start)
            assert is_included(leaf, index, tree.size, path, root)
        assert sealed.state().vault == VaultCount()
    return statistics.median(times)


def _size(database: Database) -> int:
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    return int(pages * size)


def sealing_figures(done: SealingTimes) -> Iterator[Figure]:
    """Return the figures."""
    each = 1e6 * done.sealed / done.lines
    yield Figure(
        what=f"{done.lines:,} lines of the journal sealed, {done.chains:,} chains",
        value=done.sealed,
        unit="s",
        reference=f"{each:.0f} µs each, {1e6 * done.sealed_cpu / done.lines:.0f} of "
        f"processor: {_LETTER * each / 1000:.2f} ms for a letter, beside its filing; "
        f"written in {done.written:.0f} s",
    )
    yield Figure(
        what="writers wait for a batch of 500 lines",
        value=1000 * done.longest,
        unit="ms",
        target="< 50 ms",
        reference="SQLite, where one writes at a time; its commit included",
        met=done.longest < 0.05,
    )
    yield Figure(
        what="a round with nothing to seal",
        value=1000 * done.idle,
        unit="ms",
        reference="it looks at the head of every chain",
    )
    yield Figure(
        what="a line proved, median",
        value=1000 * done.proof,
        unit="ms",
        reference=f"from rows; memory grew by {done.memory:.0f} MiB while sealing",
    )
    yield Figure(
        what="what the tree adds to a line, on the disk",
        value=done.bytes_each,
        unit="bytes",
    )
    yield Figure(
        what="all of it verified", value=done.verified, unit="s", reference="one pass"
    )

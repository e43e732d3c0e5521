"""Sealing beside writers, and beside another that seals."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, text

from gateway.store.base.work import Database
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.sealing import Sealer
from gateway.store.journal import Action, chain_of
from tests.fakes import SetClock
from tests.store.checkpoints.journals import SealedDatabase


@pytest.fixture
def sealed(database: Database, clock: SetClock, tmp_path: Path) -> SealedDatabase:
    return SealedDatabase.make(database, clock, tmp_path)


def size(sealed: SealedDatabase) -> int:
    with sealed.database.read() as work:
        return SealedJournal(work.connection).state().size


def test_two_sealers_beside_writers_make_one_tree(sealed: SealedDatabase) -> None:
    stopping = threading.Event()

    def write(number: int) -> None:
        for _ in range(12):
            with sealed.database.write() as work:
                work.note(Action.MESSAGE_ACCEPTED, "kept", f"s{number}")
                chain = chain_of(f"p{number}")
                work.note(Action.DOCUMENT_OPENED, "ok", f"s{number}", chain=chain)

    def seal() -> int:
        count = 0
        while not stopping.is_set():
            count += Sealer(sealed.database, batch=5).run()
        return count

    with ThreadPoolExecutor(6) as threads:
        sealers = [threads.submit(seal) for _ in range(2)]
        for done in [threads.submit(write, number) for number in range(4)]:
            done.result(60)
        stopping.set()
        sealed_by = [one.result(60) for one in sealers]
    rest = Sealer(sealed.database, batch=5).run()

    assert sum(sealed_by) + rest == size(sealed) == 96
    assert sealed.faults() == []
    sealed.sign()
    assert sealed.faults() == []


def test_a_line_is_sealed_once_in_whatever_batches(sealed: SealedDatabase) -> None:
    for patients, each in ((1, 1), (3, 20), (2, 300), (0, 0)):
        sealed.write(patients, each)
        assert sealed.seal() == 2 * patients * each
        assert sealed.faults() == []
    assert size(sealed) == 2 + 120 + 1200


def test_filing_asks_the_database_nothing_more(sealed: SealedDatabase) -> None:
    """The tables of the tree are for the sealer alone."""
    asked: list[str] = []

    def heard(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    event.listen(sealed.database.engine, "before_cursor_execute", heard)
    sealed.write()
    sealed.file("d1")
    event.remove(sealed.database.engine, "before_cursor_execute", heard)

    own = ("journal_leaves", "journal_nodes", "sealed_", "checkpoints")
    assert [one for one in asked if any(name in one for name in own)] == []


def test_what_waits_is_about_what_a_round_seals(sealed: SealedDatabase) -> None:
    sealed.write(2, 3)
    sealer = Sealer(sealed.database)
    assert sealer.waiting() == 12
    sealer.run()
    assert sealer.waiting() == 0


def test_salts_are_of_each_line_alone(sealed: SealedDatabase) -> None:
    sealed.write(2, 30)
    sealed.seal()
    with sealed.database.engine.connect() as connection:
        salts = connection.execute(text("SELECT salt FROM journal_leaves")).scalars()
        found = [bytes(one) for one in salts]
    assert len(set(found)) == 120
    assert {len(one) for one in found} == {32}

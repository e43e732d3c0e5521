"""What somebody does to the journal with the database and no key, and what is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, text

from gateway.checkpoints.notes import Note
from gateway.store.base.work import Database
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.sealing import Sealer, SealingError
from gateway.store.journal import START, Event, link
from gateway.store.tables import journal
from tests.fakes import SetClock
from tests.store.checkpoints.journals import SealedDatabase


@pytest.fixture
def sealed(database: Database, clock: SetClock, tmp_path: Path) -> SealedDatabase:
    """A journal of thirty lines and three documents, sealed and signed twice."""
    made = SealedDatabase.make(database, clock, tmp_path)
    made.write()
    made.file("d1")
    made.seal()
    made.sign()
    made.file("d2")
    made.file("d3", "p1")
    made.write(each=1)
    made.seal()
    made.sign()
    return made


def chained_anew(sealed: SealedDatabase) -> None:
    """Make the chains' own hashes right again, as whoever rewrites lines does."""
    heads: dict[str, tuple[int, str]] = {}
    with sealed.database.engine.begin() as connection:
        rows = connection.execute(
            select(journal).order_by(journal.c.chain, journal.c.seq)
        ).all()
        for row in rows:
            seq, previous = heads.get(row.chain, (0, START))
            line = Event(
                row.chain, row.at, row.action, row.outcome, row.subject, row.detail
            )
            made = link(previous, seq + 1, line)
            connection.execute(
                journal.update()
                .where(journal.c.id == row.id)
                .values(seq=seq + 1, previous=previous, hash=made)
            )
            heads[row.chain] = (seq + 1, made)
        connection.execute(text("DELETE FROM chain_heads"))
        for chain, (seq, last) in heads.items():
            connection.execute(
                text("INSERT INTO chain_heads VALUES (:chain, :seq, :hash)"),
                {"chain": chain, "seq": seq, "hash": last},
            )


def test_a_sound_journal_has_no_fault(sealed: SealedDatabase) -> None:
    assert sealed.faults() == []
    with sealed.database.read() as work:
        last = SealedJournal(work.connection).last()
    assert last is not None
    assert last.checkpoint.vault.documents == 3
    assert last.checkpoint.size == 33


def test_a_line_removed_is_found_however_the_chain_is_mended(
    sealed: SealedDatabase,
) -> None:
    sealed.sql("DELETE FROM journal WHERE chain = 'patient:p0' AND seq = 3")
    chained_anew(sealed)
    with sealed.database.read() as work:
        assert work.journal.verify() == []  # the chains alone find nothing

    found = sealed.faults()

    assert "patient:p0: line 3 is not the one that was sealed" in found
    assert any(one.endswith("was sealed, and is missing") for one in found)
    with pytest.raises(SealingError, match="patient:p0: line 7 is sealed"):
        Sealer(sealed.database).run()


def test_an_outcome_rewritten_is_found_however_the_chain_is_mended(
    sealed: SealedDatabase,
) -> None:
    sealed.sql("UPDATE journal SET outcome = 'no' WHERE chain='patient:p1' AND seq=2")
    chained_anew(sealed)

    assert "patient:p1: line 2 is not the one that was sealed" in sealed.faults()


def test_who_acted_rewritten_is_found(sealed: SealedDatabase) -> None:
    sealed.sql(
        'UPDATE journal SET detail = \'{"by": "me"}\' WHERE chain=:c AND seq = 1',
        c="operator",
    )
    chained_anew(sealed)

    assert "operator: line 1 is not the one that was sealed" in sealed.faults()


def test_a_chain_deleted_with_its_head_is_found(sealed: SealedDatabase) -> None:
    sealed.sql("DELETE FROM journal WHERE chain = 'patient:p2'")
    sealed.sql("DELETE FROM chain_heads WHERE chain = 'patient:p2'")

    assert "patient:p2: line 1 was sealed, and is missing" in sealed.faults()
    with pytest.raises(SealingError, match="patient:p2: line 5 is sealed"):
        Sealer(sealed.database).run()


def test_a_chain_deleted_with_all_that_was_sealed_of_it_is_found(
    sealed: SealedDatabase,
) -> None:
    for table in ("journal", "chain_heads", "journal_leaves", "sealed_chains"):
        sealed.sql(f"DELETE FROM {table} WHERE chain = 'patient:p2'")  # noqa: S608

    assert any("of the tree is missing" in one for one in sealed.faults())


def rewritten(sealed: SealedDatabase) -> None:
    """Rewrite a line, and the tree with all that was signed of it, as if it were so."""
    sealed.sql("UPDATE journal SET outcome = 'no' WHERE chain='patient:p1' AND seq=2")
    chained_anew(sealed)
    for table in (
        "journal_leaves",
        "journal_nodes",
        "sealed_chains",
        "sealed_tree",
        "checkpoints",
    ):
        sealed.sql(f"DELETE FROM {table}")  # noqa: S608
    sealed.seal()


def test_a_database_rewritten_whole_is_found_by_what_the_signer_remembers(
    sealed: SealedDatabase,
) -> None:
    kept = sealed.signer.memory.read()[1]
    rewritten(sealed)
    assert sealed.faults() == []

    assert any("are not those of the checkpoint" in one
               for one in sealed.faults(Note.parse(kept)))  # fmt: skip
    with pytest.raises(AssertionError, match="with lines added"):
        sealed.sign()


def test_a_checkpoint_that_nobody_signed_is_found(sealed: SealedDatabase) -> None:
    sealed.sql("UPDATE checkpoints SET note = replace(note, 'vault 3:', 'vault 2:')")

    found = sealed.faults()

    assert any(one.endswith("the signature of gateway.example/journal/1 is wrong")
               for one in found)  # fmt: skip


def test_signatures_taken_away_are_found(sealed: SealedDatabase) -> None:
    with sealed.database.read() as work:
        notes = list(SealedJournal(work.connection).all())
    for one in notes:
        stranger = str(one.note).replace("— gateway.example", "— other.example")
        sealed.sql(
            "UPDATE checkpoints SET note=:n WHERE id=:i", n=stranger, i=one.number
        )

    assert any("is not signed by" in one for one in sealed.faults())


def test_a_checkpoint_taken_out_is_found(sealed: SealedDatabase) -> None:
    sealed.sql("DELETE FROM checkpoints WHERE id = (SELECT min(id) FROM checkpoints)")

    assert any("does not follow the one before" in one for one in sealed.faults())


def test_an_older_database_put_back_is_found(sealed: SealedDatabase) -> None:
    """All of it is put back as it was, tree and checkpoints too."""
    before = sealed.database.engine
    copied: dict[str, list[dict[str, object]]] = {}
    tables = ("journal", "chain_heads", "journal_leaves", "journal_nodes",
              "sealed_chains", "sealed_tree", "checkpoints")  # fmt: skip
    with before.begin() as connection:
        for table in tables:
            rows = connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
            copied[table] = [dict(row) for row in rows.mappings()]
    sealed.write(each=2)
    sealed.seal()
    newest = sealed.sign()
    with before.begin() as connection:
        for table in tables:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        for table in tables:
            for row in copied[table]:
                if isinstance(row.get("detail"), dict):
                    row["detail"] = "{}" if not row["detail"] else '{"by":"root"}'
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                insert = f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608
                connection.execute(text(insert), row)
    assert sealed.faults() == []

    assert any("was an older database put back?" in one
               for one in sealed.faults(newest))  # fmt: skip
    with pytest.raises(SealingError, match="was an older database put back"):
        sealed.sign()


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("DELETE FROM documents WHERE id = 'd2'", "have 2 documents of the 3"),
        ("UPDATE documents SET profile_id = 'p1' WHERE id = 'd1'", "are not those"),
        ("UPDATE documents SET blob_id = 'd2' WHERE id = 'd1'", "are not those"),
        ("UPDATE documents SET filed_at = 6 WHERE id = 'd1'", "are not those"),
        ("UPDATE documents SET id = 'd9' WHERE id = 'd1'", "no line of the journal"),
    ],
)
def test_documents_that_are_not_those_that_were_filed_are_found(
    sealed: SealedDatabase, attack: str, said: str
) -> None:
    """An older table of documents under a journal of today, and the like."""
    assert sealed.sql(attack) == 1

    found = sealed.faults()

    assert any(said in one for one in found)
    assert any("the last checkpoint vouches for" in one for one in found)


def test_a_line_that_says_it_was_sealed_is_not_believed(sealed: SealedDatabase) -> None:
    sealed.sql("UPDATE sealed_chains SET seq = seq - 1 WHERE chain = 'operator'")

    assert "operator: the tree does not end where it is said to" in sealed.faults()


def test_a_kept_hash_that_is_another_is_found(sealed: SealedDatabase) -> None:
    sealed.write(patients=1, each=150)
    sealed.seal()
    assert sealed.faults() == []
    sealed.sql("UPDATE journal_nodes SET hash = :h", h=b"x" * 32)

    found = sealed.faults()

    assert "hash 0 of level 1 of the tree is not its leaves'" in found
    assert "the kept hashes of the tree are not those of its leaves" in found


def test_a_line_missing_before_it_is_sealed_stops_the_sealer(
    sealed: SealedDatabase,
) -> None:
    sealed.write(each=3)
    sealed.sql("DELETE FROM journal WHERE chain = 'patient:p1' AND seq = 9")

    with pytest.raises(SealingError, match="patient:p1: line 9 is missing"):
        sealed.seal()


def test_a_line_altered_before_it_is_sealed_stops_the_sealer(
    sealed: SealedDatabase,
) -> None:
    sealed.write(each=3)
    sealed.sql(
        "UPDATE journal SET outcome = 'x' WHERE chain = 'patient:p1' AND seq = 9"
    )

    with pytest.raises(SealingError, match="patient:p1: line 9 was altered"):
        sealed.seal()

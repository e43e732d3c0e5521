"""A database with people, documents and a journal, sealed and signed as they come."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from attrs import frozen
from sqlalchemy import text

from gateway.checkpoints.notes import Note
from gateway.node.signing import Signer
from gateway.store.base.work import Database
from gateway.store.checkpoints.sealing import Sealer
from gateway.store.checkpoints.signed import Checkpoints, Vouched
from gateway.store.checkpoints.verifying import JournalCheck
from gateway.store.journal import Action, chain_of
from tests.checkpoints.signer import ORIGIN, ask, make_signer
from tests.fakes import SetClock

VOUCHED = Vouched(program="a" * 64, rules="b" * 64, settings="c" * 64, trust=("t:1",))


@frozen
class SealedDatabase:
    """The database, the clock it goes by, and what signs its checkpoints."""

    database: Database
    clock: SetClock
    signer: Signer

    @classmethod
    def make(cls, database: Database, clock: SetClock, folder: Path) -> SealedDatabase:
        """Return one with a signer of its own."""
        return cls(database, clock, make_signer(folder / "signer", clock))

    def write(self, patients: int = 3, each: int = 4) -> None:
        """Write lines of some patients and of the operator, a document for each."""
        for patient in range(patients):
            with self.database.write() as work:
                for number in range(each):
                    name = f"p{patient}.{number}.{work.now:%S%f}"
                    work.note(Action.MESSAGE_ACCEPTED, "kept", name, by="root")
                    work.note(
                        Action.DOCUMENT_OPENED,
                        "ok",
                        name,
                        chain=chain_of(f"p{patient}"),
                    )
            self.clock.now += timedelta(seconds=1)

    def file(self, name: str, patient: str = "p0") -> None:
        """Put a row of a document into a vault, with the line that says so."""
        with self.database.write() as work:
            add_document(work.connection, name, patient)
            work.note(Action.DOCUMENT_FILED, "FILED", name, chain=chain_of(patient))

    def seal(self) -> int:
        """Append what there is."""
        return Sealer(self.database, batch=7).run()

    def sign(self) -> Note:
        """Have a checkpoint signed, and keep it."""
        self.clock.now += timedelta(seconds=1)
        checkpoints = Checkpoints(self.database, ORIGIN)
        said = self.signer.answer(json.dumps({"ask": "last"}).encode())
        draft = checkpoints.draft(said["size"], said["hash"], VOUCHED)
        note = ask(self.signer, draft.checkpoint.text(), draft.proof)
        checkpoints.keep(note)
        return note

    def faults(self, *outside: Note) -> list[str]:
        """Return what `journal verify` finds."""
        with self.database.read() as work:
            keys = self.signer.keys.verification_keys
            return JournalCheck(work, keys, ORIGIN).faults(outside)

    def sql(self, statement: str, **values: object) -> int:
        """Run plain SQL, as somebody with the database and no key."""
        with self.database.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA foreign_keys=OFF"))
            return connection.execute(text(statement), values).rowcount


def add_document(connection: object, name: str, patient: str) -> None:
    """Insert the row of a document; its key and its patient come with the first."""
    from sqlalchemy import Connection

    assert isinstance(connection, Connection)
    connection.execute(
        text(
            "INSERT INTO data_keys (id, scope, created_at)"
            " VALUES (:patient, :patient, 0) ON CONFLICT DO NOTHING"
        ),
        {"patient": patient},
    )
    connection.execute(
        text(
            "INSERT INTO profiles (id, ins_digest, key_id, state, identity,"
            " mask_by_default, emergency, language, settings_version, created_at,"
            " changed_at) VALUES (:patient, :patient, :patient, 'ACTIVATED', :blob,"
            " :no, '{}', 'fr', 1, 0, 0) ON CONFLICT DO NOTHING"
        ),
        {"patient": patient, "blob": b"", "no": False},
    )
    connection.execute(
        text(
            "INSERT INTO documents (id, profile_id, unique_id, set_id, body_level,"
            " status, type_code, class_code, creation_time, mime_type, size, sha1,"
            " sha256, flags, flags_then, hidden_now, hidden_then, masked_by, author_id,"
            " structure_id, owners, entry, submission_id, replaced_levels, blob_id,"
            " key_id, filed_at) VALUES (:name, :patient, :name, '', 'N1', 'Approved',"
            " 't', 'c', 0, 'm', 1, '', '', '[]', '[]', :no, :no, '', '', '', '[]',"
            " :blob, 's', '[]', :name, :patient, 5)"
        ),
        {"name": name, "patient": patient, "blob": b"", "no": False},
    )

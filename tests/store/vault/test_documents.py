"""Rows of documents and submissions on both databases: sealed, and under their key."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from attrs import evolve

from gateway.core.document import BodyLevel
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.core.vault import MaskedBy
from gateway.errors import AlteredError, UnavailableError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import documents, submissions
from gateway.store.vault.documents import Documents
from gateway.store.vault.values import NewDocument

ENTRY = {"title": "Lettre de liaison", "author": [{"authorPerson": "^MARTIN^CLAIRE"}]}
FACTS = {"title": "Sortie", "author": {"authorPerson": "^MARTIN^CLAIRE"}}


def add_patient(work: UnitOfWork) -> tuple[str, str]:
    """Return the id and the key of a new patient."""
    profiles = Profiles(work)
    ins = Ins.of("279035121518989", "1.2.250.1.213.1.4.10")
    profile_id = profiles.add(ins, IdentityTraits(family="PAT"), state="ACTIVATED")
    profile = profiles.get(profile_id)
    assert profile is not None
    return profile_id, profile.key_id


def new(profile_id: str, key_id: str, *, owners: tuple[str, ...] = ()) -> NewDocument:
    document_id = uuid4().hex
    return NewDocument(
        id=document_id,
        profile_id=profile_id,
        key_id=key_id,
        unique_id=f"1.2.{int(document_id[:8], 16)}",
        body_level=BodyLevel.N1,
        type_code="11490-0",
        class_code="11",
        creation_time=datetime(2026, 11, 20, tzinfo=UTC),
        mime_type="text/xml",
        sha1="0" * 40,
        sha256=hashlib.sha256(b"<letter/>").hexdigest(),
        masked_by=MaskedBy.PATIENT,
        author_id=owners[0] if owners else "",
        owners=owners,
        entry=ENTRY,
        submission_id=uuid4().hex,
    )


def test_an_entry_is_unreadable_in_its_row(database: Database) -> None:
    parcel = database.prepare(b"<letter/>")
    with database.write() as work:
        document = new(*add_patient(work))
        Documents(work).add(document, parcel)

    with database.read() as work:
        stored = Documents(work).get(document.id)
        assert stored is not None
        assert Documents(work).entry(stored) == ENTRY
        assert Documents(work).content(stored) == b"<letter/>"
        row = work.connection.execute(documents.select()).one()
    assert b"MARTIN" not in row.entry
    assert b"Lettre" not in row.entry


def test_an_entry_opens_in_its_own_row_alone(database: Database) -> None:
    with database.write() as work:
        patient = add_patient(work)
        mine, other = new(*patient), new(*patient)
        Documents(work).add(mine, database.prepare(b"1"))
        Documents(work).add(other, database.prepare(b"2"))
        first, second = (Documents(work).get(one.id) for one in (mine, other))
        assert first is not None
        assert second is not None
        with pytest.raises(UnavailableError):
            Documents(work).entry(evolve(first, sealed=second.sealed))
        work.connection.execute(
            documents.update()
            .where(documents.c.id == mine.id)
            .values(entry=second.sealed)
        )

    with database.read() as work, pytest.raises(AlteredError):
        Documents(work).get(mine.id)


def test_only_the_bytes_a_document_was_filed_with_are_given(database: Database) -> None:
    with database.write() as work:
        document = new(*add_patient(work))
        Documents(work).add(document, database.prepare(b"another letter"))

    with database.read() as work:
        stored = Documents(work).get(document.id)
        assert stored is not None
        with pytest.raises(AlteredError):
            Documents(work).content(stored)


def test_the_submission_set_is_kept_sealed(database: Database) -> None:
    with database.write() as work:
        profile_id, key_id = add_patient(work)
        Documents(work).add_submission("b" * 32, profile_id, key_id, "1.2.3", FACTS)

    with database.read() as work:
        assert Documents(work).submission("b" * 32, key_id) == FACTS
        assert Documents(work).submission("c" * 32, key_id) is None
        row = work.connection.execute(submissions.select()).one()
    assert b"MARTIN" not in row.facts


def test_an_owner_longer_than_its_column_is_cut_there_alone(
    database: Database,
) -> None:
    owner = "1" * 100
    with database.write() as work:
        document = new(*add_patient(work), owners=(owner,))
        Documents(work).add(document, database.prepare(b"1"))

    with database.read() as work:
        stored = Documents(work).get(document.id)
        row = work.connection.execute(documents.select()).one()
    assert stored is not None
    assert stored.facts.owners == {owner}
    assert row.author_id == owner[:64]


def test_who_masked_a_document_is_kept(database: Database) -> None:
    with database.write() as work:
        document = new(*add_patient(work))
        Documents(work).add(document, database.prepare(b"1"))
        (stored,) = Documents(work).listed(document.profile_id)

    assert stored.facts.masked_by is MaskedBy.PATIENT

"""Rows of documents and submissions on both databases: sealed, and under their key."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from attrs import evolve

from gateway.core.document import BodyLevel, Visibility
from gateway.core.ins import Ins
from gateway.core.person import IdentityTraits
from gateway.core.vault import MaskedBy
from gateway.errors import AlteredError, DamagedError, UnavailableError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import documents, submissions
from gateway.store.vault.documents import Documents
from gateway.store.vault.rows import names_digest, set_id_digest
from gateway.store.vault.submissions import Submissions
from gateway.store.vault.values import NewDocument, StoredDocument

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
        creation_time=datetime(2026, 11, 20, tzinfo=UTC),
        mime_type="text/xml",
        sha1="0" * 40,
        sha256=hashlib.sha256(b"<letter/>").hexdigest(),
        masked_by=MaskedBy.PATIENT,
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
        Submissions(work).add("b" * 32, profile_id, key_id, "1.2.3", FACTS)

    with database.read() as work:
        assert Submissions(work).get("b" * 32, key_id) == FACTS
        assert Submissions(work).get("c" * 32, key_id) is None
        row = work.connection.execute(submissions.select()).one()
    assert b"MARTIN" not in row.facts


AUTHOR = "899700218896"
TELLING = evolve(
    new("", "", owners=(AUTHOR, "1" * 100)),
    set_id="1.2.250.1.9.7",
    names="1.2.250.1.9.6",
    version=3,
    body_level=BodyLevel.N3,
    sha1="5" * 40,
    sha256="6" * 64,
    flags=frozenset({Visibility.HIDDEN_FROM_PATIENT}),
    flags_then=frozenset({Visibility.HIDDEN_FROM_REPRESENTATIVES}),
    visible_at=datetime(2026, 12, 20, tzinfo=UTC),
)
"""A document of which each value is another's than the one by default."""

TOLD = (
    TELLING.unique_id,
    TELLING.set_id,
    TELLING.names,
    TELLING.type_code,
    TELLING.mime_type,
    TELLING.sha1,
    TELLING.sha256,
    *TELLING.owners,
    *TELLING.flags,
    *TELLING.flags_then,
)


def told(database: Database) -> str:
    """Return the one row of a document as whoever has the tables reads it."""
    with database.read() as work:
        return str(tuple(work.connection.execute(documents.select()).one()))


def file(database: Database, document: NewDocument = TELLING) -> StoredDocument:
    with database.write() as work:
        profile_id, key_id = add_patient(work)
        filed = evolve(document, profile_id=profile_id, key_id=key_id)
        Documents(work).add(filed, database.prepare(b"1"))
        stored = Documents(work).find(filed.unique_id)
        assert stored is not None
        return stored


def test_a_row_tells_neither_type_nor_author_nor_content(database: Database) -> None:
    stored = file(database)

    facts = stored.facts
    assert [word for word in TOLD if str(word) in told(database)] == []
    assert facts.owners == set(TELLING.owners)
    assert (facts.version, facts.body_level) == (3, BodyLevel.N3)
    assert (facts.unique_id, facts.set_id) == TOLD[:2]
    assert (facts.type_code, facts.mime_type) == TOLD[3:5]
    assert (facts.sha1, facts.sha256) == TOLD[5:7]
    assert (facts.flags, facts.flags_then) == (TELLING.flags, TELLING.flags_then)


def test_a_document_is_found_by_what_its_row_does_not_tell(database: Database) -> None:
    stored = file(database)
    profile_id = stored.facts.profile_id

    with database.read() as work:
        known = Documents(work)
        assert known.find_each([TELLING.unique_id, "1.2.3"]) == [stored]
        assert known.of_set(profile_id, TELLING.set_id) == [stored]
        assert known.naming(profile_id, TELLING.names) == [stored]
        assert known.find("1.2.3") is None
        assert known.of_set(profile_id, "1.2.3") == []
        assert known.of_set("0" * 32, TELLING.set_id) == []


def test_what_stands_in_a_row_is_no_name_of_its_document(database: Database) -> None:
    """Else whoever has the tables could ask a peer's way which letters are filed."""
    profile_id = file(database).facts.profile_id
    with database.read() as work:
        row = work.connection.execute(documents.select()).one()
        known = Documents(work)

        assert known.find(row.unique_id) is None
        assert known.find_each([row.unique_id]) == []
        assert known.of_set(profile_id, row.set_id) == []


def test_two_patients_have_other_digests_of_one_set(database: Database) -> None:
    keys = database.keys

    assert set_id_digest(keys, "a" * 32, "1.2") != set_id_digest(keys, "b" * 32, "1.2")
    assert set_id_digest(keys, "a" * 32, "1.2") != names_digest(keys, "a" * 32, "1.2")
    assert set_id_digest(keys, "a" * 32, "") == ""


def test_new_flags_are_no_more_told_than_the_first(database: Database) -> None:
    entry_id = file(database).facts.id
    with database.write() as work:
        Documents(work).set_visibility(
            entry_id,
            frozenset({Visibility.MASKED}),
            visible_at=None,
            flags_then=frozenset(),
            masked_by=MaskedBy.SENDER,
        )

    with database.read() as work:
        stored = Documents(work).get(entry_id)
    assert stored is not None
    assert stored.facts.flags == {Visibility.MASKED}
    assert (stored.facts.flags_then, stored.facts.visible_at) == (frozenset(), None)
    assert stored.facts.masked_by is MaskedBy.SENDER
    assert Visibility.MASKED.value not in told(database)


def as_before(database: Database, stored: StoredDocument) -> None:
    """Write a row as the versions before wrote it: in clear."""
    facts = stored.facts
    with database.write() as work:
        work.connection.execute(
            documents.update().values(
                unique_id=facts.unique_id,
                set_id=facts.set_id,
                names=TELLING.names,
                version=facts.version,
                body_level=facts.body_level.value,
                type_code=facts.type_code,
                class_code="11",
                mime_type=facts.mime_type,
                sha1=facts.sha1,
                sha256=facts.sha256,
                author_id=AUTHOR,
                structure_id=AUTHOR,
                owners=sorted(facts.owners),
                flags=sorted(facts.flags),
                flags_then=sorted(facts.flags_then),
                masked_by=facts.masked_by.value,
                facts=None,
                visibility=None,
                row_mac=None,
            )
        )


def seal(database: Database) -> None:
    """Seal what earlier versions wrote in clear, as the service does beside its work"""
    CarryingOver(database, STEPS).run()


def found(database: Database, like: StoredDocument) -> list[StoredDocument | None]:
    """Return a document by each of the ways to find it."""
    with database.read() as work:
        known = Documents(work)
        return [
            known.get(like.facts.id),
            known.find(like.facts.unique_id),
            *known.find_each([like.facts.unique_id]),
            *known.of_set(like.facts.profile_id, like.facts.set_id),
            *known.naming(like.facts.profile_id, TELLING.names),
            *known.listed(like.facts.profile_id),
        ]


def test_a_row_of_before_is_read_as_it_is_and_sealed_in_a_batch(
    database: Database,
) -> None:
    stored = file(database)
    as_before(database, stored)
    assert found(database, stored) == [stored] * 6

    seal(database)

    assert found(database, stored) == [stored] * 6
    assert [word for word in TOLD if str(word) in told(database)] == []


def test_flags_set_while_a_row_waits_to_be_sealed_stay(database: Database) -> None:
    stored = file(database)
    as_before(database, stored)
    with database.write() as work:
        Documents(work).set_visibility(
            stored.facts.id,
            frozenset(),
            visible_at=None,
            flags_then=frozenset(),
            masked_by=MaskedBy.PATIENT,
        )
    seal(database)

    (after, *_) = found(database, stored)
    assert after is not None
    assert after.facts.flags == frozenset()
    assert after.facts.masked_by is MaskedBy.PATIENT
    assert after.facts.type_code == stored.facts.type_code


def test_what_is_sealed_of_another_row_is_not_believed(database: Database) -> None:
    entry_id = file(database).facts.id
    with database.write() as work:
        work.connection.execute(documents.update().values(facts=documents.c.visibility))

    with database.read() as work:
        with pytest.raises(DamagedError):
            Documents(work).get(entry_id)
        (walked,) = Documents(work).after("", 10)
        assert (walked.facts.id, walked.fault) == (
            entry_id,
            "ciphertext altered, moved, or under another key",
        )


def test_who_masked_a_document_is_kept(database: Database) -> None:
    with database.write() as work:
        document = new(*add_patient(work))
        Documents(work).add(document, database.prepare(b"1"))
        (stored,) = Documents(work).listed(document.profile_id)

    assert stored.facts.masked_by is MaskedBy.PATIENT

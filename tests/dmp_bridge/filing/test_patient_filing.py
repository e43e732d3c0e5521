"""Filing what patients keep, on both databases: once, in their vault, or not at all."""

from __future__ import annotations

import hashlib

import pytest
from attrs import evolve

from gateway.core.document import BodyLevel, Visibility
from gateway.core.ins import Ins
from gateway.core.keeping import Category, FileToKeep, MessageFile
from gateway.core.person import IdentityTraits
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge.filing.patient_filing import PatientFiling
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.documents.cda.body import body_of
from gateway.documents.cda.header import read_cda
from gateway.errors import ConflictError
from gateway.node.vaults import open_vaults
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import chain_of
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.vault.submissions import Submissions
from tests.builders_cda import PDF

SOURCE = "2.25.1"
OTHER_FILE = MessageFile("c" * 32, 1)
FILE = FileToKeep(
    source=MessageFile("c" * 32, 2),
    title="Bilan",
    category=Category.BIOLOGY,
    media_type="application/pdf",
    content=PDF,
)


def open_profile(database: Database, matricule: str = "279035121518989") -> Profile:
    ins = Ins.of(matricule, "1.2.250.1.213.1.4.10")
    traits = IdentityTraits(family="PAT-TROIS", first_given="DOMINIQUE")
    with database.write() as work:
        profile_id = Profiles(work).add(ins, traits, state="ACTIVATED", email="")
    with database.read() as work:
        profile = Profiles(work).get(profile_id)
    assert profile is not None
    return profile


def filing_of(database: Database) -> PatientFiling:
    return PatientFiling(open_vaults(database), SOURCE, database.clock)


def vault_in(database: Database, work: UnitOfWork) -> Vault:
    return open_vaults(database).within(work)


def test_a_file_is_filed_with_its_submission_and_a_line(database: Database) -> None:
    profile, filing = open_profile(database), filing_of(database)

    with database.write() as work:
        kept = filing.prepare(profile, FILE)(work)

    assert not kept.was_there
    with database.read() as work:
        (stored,) = vault_in(database, work).listed(profile.id)
        facts = Submissions(work).get(stored.submission_id, profile.key_id)
        vault = vault_in(database, work)
        entry, content = vault.entry(stored), vault.content(stored)
        lines = [
            (line.outcome, line.subject, line.detail)
            for line in work.journal.lines(chain_of(profile.id))
            if line.action == "document:keep"
        ]
        found = filing.find_each(work, profile.id, [FILE.source, OTHER_FILE])
        assert found == {FILE.source: stored.id}
    assert stored.id == kept.document_id
    assert facts is not None
    assert facts["contentTypeCode"]["code"] == "EXP_PATIENT"
    assert facts["sourceId"] == SOURCE
    assert facts["submissionTime"] == "20261121090000"
    assert facts["uniqueId"].startswith("2.25.")
    assert body_of(content).content == PDF
    document = read_cda(content)
    assert document.patient.ins == profile.ins
    assert document.patient.traits.family == "PAT-TROIS"
    assert document.effective_time == database.clock()
    assert (stored.set_id, stored.version) == (document.set_id, document.version)
    assert (stored.body_level, stored.masked_by) == (BodyLevel.N1, MaskedBy.NOBODY)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.visibility(database.clock()) == entry.visibility == frozenset()
    assert entry.size == len(content)
    detail = {"message": "c" * 32, "place": 2, "document": FILE.source.unique_id}
    assert lines == [("FILED", stored.id, detail)]


def test_two_clicks_in_one_transaction_are_one_document(database: Database) -> None:
    profile, filing = open_profile(database), filing_of(database)
    jobs = [filing.prepare(profile, FILE) for _ in range(2)]

    with database.write() as work:
        first, second = [job(work) for job in jobs]

    assert (first.was_there, second.was_there) == (False, True)
    assert first.document_id == second.document_id
    with database.read() as work:
        assert len(vault_in(database, work).listed(profile.id)) == 1


def files_of(database: Database) -> int:
    """Count the files that hold something; those made ahead are empty."""
    paths = database.folder.folder.glob("*/*")
    return sum(path.stat().st_size > 0 for path in paths)


def test_a_large_file_kept_twice_leaves_one_file(database: Database) -> None:
    profile, filing = open_profile(database), filing_of(database)
    large, files = evolve(FILE, content=PDF + b"%" * 200_000), 0
    for _ in range(2):
        job = filing.prepare(profile, large)
        assert files_of(database) > files  # before the transaction
        with database.write() as work:
            job(work)
        files = files_of(database)

    assert files == 1


def test_the_setting_counts_that_stands_when_it_is_filed(database: Database) -> None:
    profile, filing = open_profile(database), filing_of(database)
    job = filing.prepare(profile, FILE)
    with database.write() as work:
        Profiles(work).change(profile.id, "mask-by-default", mask_by_default=True)

    with database.write() as work:
        job(work)

    with database.read() as work:
        (stored,) = vault_in(database, work).listed(profile.id)
        assert stored.visibility(work.now) == {Visibility.MASKED}
        assert stored.masked_by is MaskedBy.PATIENT
        lines = list(work.journal.lines(chain_of(profile.id)))
        assert [one.outcome for one in lines if one.action == "document:keep"] == [
            "FILED_MASKED_BY_DEFAULT"
        ]
        assert Visibility.MASKED in vault_in(database, work).entry(stored).visibility


def test_a_profile_closed_meanwhile_takes_nothing(database: Database) -> None:
    profile, filing = open_profile(database), filing_of(database)
    job = filing.prepare(profile, FILE)
    with database.write() as work:
        Profiles(work).change(profile.id, "state", state="CLOSED")

    with (
        pytest.raises(ConflictError, match="^this profile takes no documents$"),
        database.write() as work,
    ):
        job(work)

    with database.read() as work:
        assert vault_in(database, work).listed(profile.id) == []


def keep(database: Database, profile: Profile, file: FileToKeep = FILE) -> str:
    with database.write() as work:
        return filing_of(database).prepare(profile, file)(work).document_id


def erased(database: Database, profile: Profile, *document_ids: str) -> int:
    with database.write() as work:
        count = filing_of(database).erase(work, profile.id, document_ids)
        assert profile.id in work.held  # one change at a time
        return count


def erasures(database: Database, profile: Profile) -> list[tuple[str, str]]:
    with database.read() as work:
        return [
            (line.outcome, line.subject)
            for line in work.journal.lines(chain_of(profile.id))
            if line.action == "document:erase"
        ]


def test_documents_are_deleted_for_good_each_with_a_line(database: Database) -> None:
    profile = open_profile(database)
    first = keep(database, profile)
    second = keep(database, profile, evolve(FILE, source=OTHER_FILE))

    count = erased(database, profile, second, first, second)

    assert count == 2
    assert erasures(database, profile) == [("patient", second), ("patient", first)]
    with database.read() as work:
        for stored in vault_in(database, work).listed(profile.id):
            assert stored.erased_at == work.now


def test_one_that_is_not_the_patients_own_keeps_all(database: Database) -> None:
    profile = open_profile(database)
    other = open_profile(database, "153078987658513")
    mine = keep(database, profile)
    theirs = keep(database, other, evolve(FILE, source=OTHER_FILE))

    for ids in ((mine, theirs), (mine, "f" * 32), ()):
        with pytest.raises(ConflictError, match="^nothing is deleted: no"):
            erased(database, profile, *ids)

    assert erasures(database, profile) == erasures(database, other) == []
    assert erased(database, profile, mine) == 1
    with pytest.raises(ConflictError, match="^nothing is deleted: not own$"):
        erased(database, profile, mine)


def test_a_file_kept_again_after_its_deletion_is_another_document(
    database: Database,
) -> None:
    profile, filing = open_profile(database), filing_of(database)
    ids = []
    for again in range(3):
        source = evolve(FILE.source, again=again)
        with database.read() as work:
            assert filing.next_of(work, profile.id, FILE.source) == source
            assert filing.find_each(work, profile.id, [FILE.source]) == {}
        ids.append(keep(database, profile, evolve(FILE, source=source)))
        with database.read() as work:
            found = filing.find_each(work, profile.id, [FILE.source, OTHER_FILE])
            assert filing.next_of(work, profile.id, FILE.source) == source
        assert found == {FILE.source: ids[-1]}
        assert erased(database, profile, ids[-1]) == 1

    assert len(set(ids)) == 3


def test_a_file_of_a_secret_message_is_hidden_from_representatives(
    database: Database,
) -> None:
    profile = open_profile(database)
    with database.write() as work:
        Profiles(work).change(profile.id, "mask-by-default", mask_by_default=True)

    document_id = keep(database, profile, evolve(FILE, is_secret=True))

    hidden = {Visibility.HIDDEN_FROM_REPRESENTATIVES, Visibility.MASKED}
    with database.read() as work:
        vault = vault_in(database, work)
        stored = vault.get(document_id)
        assert stored is not None
        assert vault.entry(stored).visibility == stored.flags == hidden


def test_another_patients_document_is_neither_found_nor_replaced(
    database: Database,
) -> None:
    profile, filing = open_profile(database), filing_of(database)
    other = open_profile(database, "153078987658513")
    with database.write() as work:
        filing.prepare(profile, FILE)(work)

    with database.read() as work:
        assert filing.find_each(work, other.id, [FILE.source]) == {}
    with pytest.raises(ConflictError), database.write() as work:
        filing.prepare(other, FILE)(work)
    with database.read() as work:
        assert vault_in(database, work).listed(other.id) == []

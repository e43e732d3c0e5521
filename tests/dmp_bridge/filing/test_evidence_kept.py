"""What a settlement keeps as evidence: under which key, and nothing of people in it."""

from __future__ import annotations

import json
import zlib
from typing import Any

from attrs import evolve
from sqlalchemy import select

from gateway.core.envelope import Recipient, RecipientKind
from gateway.core.ins import Ins
from gateway.evidence.arguments import EvidenceKind
from gateway.evidence.program import rules_hash
from gateway.evidence.replaying import decide_again, same
from gateway.store.arrivals.quarantine import Quarantine
from gateway.store.base.work import Database
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions
from gateway.store.evidence.settings import settings_text
from gateway.store.tables import evidence, settings_texts
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, make_mail, pack
from tests.builders_people import MATRICULE, TEST_RANGE, TRAITS, open_profile
from tests.builders_queries import statements
from tests.dmp_bridge.filing.story import HOSPITAL, Story

OTHER = "277076322082910"
PROVEN = evolve(
    HOSPITAL,
    fingerprint="f0" * 32,
    issuer="AC DES ESSAIS",
    allowlist="a0" * 32,
    entry="CN=x, OU=y, C=fr",
    crl="41",
)


def letter(**changes: Any) -> bytes:
    return make_mail(as_xdm(pack(make_cda(**changes))))


def kept_of(database: Database, arrival_id: str) -> list[KeptDecisions]:
    with database.read() as work:
        return EvidenceReader(work).about(arrival_id)


def is_the_same(kept: KeptDecisions) -> bool:
    again = decide_again(kept.parts)
    return all(
        same(part.decided, one) for part, one in zip(kept.parts, again, strict=True)
    )


def opened(database: Database) -> list[str]:
    """Return the texts of all evidence, as whoever has the keys reads them."""
    texts = []
    with database.read() as work:
        for row in work.connection.execute(select(evidence)):
            place = f"evidence.sealed:{row.id}"
            packed = work.places.unseal(row.key_id, row.sealed, place)
            texts.append(zlib.decompress(packed).decode())
    return texts


def test_a_letter_has_one_value_with_the_sender_and_the_versions(
    database: Database,
) -> None:
    story = Story.begin(database)

    told = story.send(letter(), sender=PROVEN)

    (kept,) = kept_of(database, told.kept.id)
    around = kept.circumstances
    assert (kept.profile_id, len(kept.parts)) == (story.profile_id, 1)
    assert (around.sender, around.identity) == ("organisation", "1750000011")
    assert (around.certificate, around.issuer) == ("f0" * 32, "AC DES ESSAIS")
    assert (around.allowlist, around.entry) == ("a0" * 32, "CN=x, OU=y, C=fr")
    assert (around.crl, around.program) == ("41", rules_hash())
    with database.read() as work:
        text = settings_text(work, kept.settings)
    assert text is not None
    assert json.loads(text)["blocked_may_file"] is False
    assert is_the_same(kept)


def test_nothing_of_the_patient_is_in_it(database: Database) -> None:
    story = Story.begin(database)
    others = {"title": "PLANTEDTITLE", "author_name": ("PLANTEDNAME", "Planted")}
    for changes in (
        {},
        {"ins": OTHER},
        {"family": "PLANTEDFAMILY", "used_family": "PLANTEDFAMILY"},
        {"unique_id": ("1.2.250.7", MATRICULE)},
        {"birth_date": "19790329"},
    ):
        story.send(letter(**{**others, **changes}))

    texts = opened(database)

    whole = "\n".join(texts).upper()
    traits = (TRAITS.family, TRAITS.first_given, "MARIE-LOUISE", "19790328", "63220")
    for planted in (*traits, MATRICULE[:13], OTHER[:13], "PLANTED", "LETTRE"):
        assert planted.upper() not in whole, planted
    assert len(texts) == 5


def test_documents_of_one_message_are_sealed_as_one(database: Database) -> None:
    story = Story.begin(database)
    package = pack(make_cda(), make_cda(unique_id=(f"{SET}.2", ""), set_id=f"{SET}.7"))

    told = story.send(make_mail(as_xdm(package)))

    (kept,) = kept_of(database, told.kept.id)
    assert [part.place for part in kept.parts] == [(0, 0), (0, 1)]
    assert [part.outcome for part in kept.parts] == ["FILED", "FILED"]
    decided = [line for line in story.lines() if line.action == "document:decide"]
    assert [line.detail["evidence"] for line in decided] == list(kept.digests)
    assert {line.detail["decision"] for line in decided} == {kept.id}


def test_of_two_patients_each_has_their_own_and_is_decided_with_the_other(
    database: Database,
) -> None:
    story = Story.begin(database)
    second = open_profile(database, ins=Ins.of(OTHER, TEST_RANGE))
    both = (story.to_patient(), story.to_patient(second))

    told = story.send(letter(), recipients=both)

    first, other = kept_of(database, told.kept.id)
    if first.profile_id != story.profile_id:
        first, other = other, first
    assert (first.profile_id, other.profile_id) == (story.profile_id, second)
    assert told.kept.state == "quarantined"
    assert [part.outcome for part in first.parts] == ["PATIENT_MISMATCH"]
    assert first.parts[0].arguments.others == ("PATIENT_MISMATCH",)
    assert other.parts[0].arguments.others == ()
    assert is_the_same(first)
    assert is_the_same(other)


def test_a_message_that_is_judged_anew_has_evidence_anew(database: Database) -> None:
    story = Story.begin(database)
    told = story.send(letter(ins=OTHER))
    with database.write() as work:
        Quarantine(work).release(told.kept.id, by="marie", reason="looked at")

    story.settle(Task(99, TaskKind.FILE, told.kept.id, 0, database.clock()))

    kept = kept_of(database, told.kept.id)
    assert len(kept) == 2
    assert all(map(is_the_same, kept))


def test_a_copy_of_a_masked_document_is_kept_under_the_operators_key(
    database: Database,
) -> None:
    story = Story.begin(database)
    doctor = Recipient(
        kind=RecipientKind.MAILBOX,
        address="dr.demo@hopital.mssante.test",
        target_id="d" * 32,
    )
    own = evolve(doctor, address="service@hopital.mssante.test")

    told = story.send(
        make_mail(as_xdm(pack(make_cda(), flags=["MASQUE_PS"]))),
        recipients=(story.to_patient(), doctor, own),
    )

    by_owner = {one.profile_id: one for one in kept_of(database, told.kept.id)}
    copies = by_owner[""].parts
    assert [part.kind for part in copies] == [EvidenceKind.COPY] * 2
    assert [(part.place, part.outcome) for part in copies] == [
        ((1,), "MASKED_DOCUMENT"),
        ((2,), ""),
    ]
    assert "dr.demo" not in "".join(opened(database))
    assert all(map(is_the_same, by_owner.values()))


def test_without_a_masked_document_nothing_is_kept_of_copies(
    database: Database,
) -> None:
    story = Story.begin(database)
    doctor = Recipient(
        kind=RecipientKind.MAILBOX, address="dr@h.test", target_id="d" * 32
    )

    told = story.send(letter(), recipients=(story.to_patient(), doctor))

    (kept,) = kept_of(database, told.kept.id)
    assert kept.profile_id == story.profile_id


def test_evidence_asks_nothing_of_the_database_once_the_settings_are_kept(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.send(letter())
    task = story.keep(letter(unique_id=(f"{SET}.9", ""), set_id=f"{SET}.9"))

    with statements(database.engine) as asked:
        story.settle(task)

    about = (evidence.name, settings_texts.name)
    assert [one for one in asked if any(name in one for name in about)] == []
    # Whether the patient was informed of filings is asked once, and is no evidence.
    standing = [count for one, count in asked.items() if "patient_settings" in one]
    assert sum(standing) == 1
    keys = [count for one, count in asked.items() if "FROM data_keys" in one]
    assert sum(keys) <= 1

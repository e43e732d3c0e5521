"""What decisions rested on is kept once, read back whole, and dies with its key."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import delete, select, update

from gateway.core.reasons import Reason
from gateway.errors import ConflictError
from gateway.evidence.arguments import (
    Answered,
    Circumstances,
    EvidenceKind,
    TakenDecision,
    filing_part,
)
from gateway.evidence.form import FORM
from gateway.evidence.replaying import decide_again, same
from gateway.rights.filing_rules import decide_filing
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import AddressFact, PatientFacts
from gateway.store.base.work import Database
from gateway.store.evidence.keeping import EvidenceKeeper, EvidenceReader
from gateway.store.tables import data_keys, evidence
from tests.builders_people import open_profile
from tests.rights.facts import GOOD, INS, OTHER_INS
from tests.rights.test_filing_rules import CASES

ARRIVAL, OTHER = "a" * 32, "b" * 32
AROUND = Circumstances(
    sender="organisation",
    identity="1750000011",
    certificate="f0" * 32,
    issuer="AC",
    allowlist="a0" * 32,
    entry="CN=x, OU=y, C=fr",
    crl="7",
    program="p" * 64,
    settings="s" * 64,
)


def taken(change: dict[str, Any], position: int = 0) -> TakenDecision:
    facts = evolve(GOOD, **change)
    return filing_part(facts, decide_filing(facts), place=(0, position))


def kept_of(
    database: Database, *parts: TakenDecision, profile_id: str = ""
) -> list[dict[str, str]]:
    with database.write() as work:
        keeper = EvidenceKeeper(work)
        return [
            keeper.keep(part, AROUND, subject=ARRIVAL, profile_id=profile_id)
            for part in parts
        ]


def test_every_case_of_the_table_is_read_back_and_decided_the_same(
    database: Database,
) -> None:
    profile_id = open_profile(database)
    parts = [taken(change, place) for place, (_, _, change, _) in enumerate(CASES)]
    said = kept_of(database, *parts, profile_id=profile_id)

    with database.read() as work:
        (kept,) = EvidenceReader(work).about(ARRIVAL)

    assert kept.fault == ""
    again = decide_again(
        [evolve(one, place=(place,)) for place, one in enumerate(kept.parts)]
    )
    assert all(
        same(part.decided, decided)
        for part, decided in zip(kept.parts, again, strict=True)
    )
    assert [one.outcome for one in kept.parts] == [reason for *_, reason in CASES]
    assert kept.circumstances == AROUND
    assert kept.digests == tuple(one["evidence"] for one in said)
    assert {one["decision"] for one in said} == {kept.id}
    assert {reason for one in kept.parts for reason in one.reasons} == set(Reason)


def test_what_is_decided_of_one_patient_and_message_is_sealed_once(
    database: Database,
) -> None:
    first, second = open_profile(database), open_profile(database, ins=OTHER_INS)
    with database.write() as work:
        keeper = EvidenceKeeper(work)
        for profile_id, subject in (
            (first, ARRIVAL),
            (first, ARRIVAL),
            (second, ARRIVAL),
            (first, OTHER),
            ("", ARRIVAL),
            (first, ""),
            (first, ""),
        ):
            keeper.keep(taken({}), AROUND, subject=subject, profile_id=profile_id)

    with database.read() as work:
        found = list(EvidenceReader(work).listed(most=2))
        scopes = dict(
            work.connection.execute(select(data_keys.c.id, data_keys.c.scope)).all()
        )
        keys = dict(
            work.connection.execute(select(evidence.c.id, evidence.c.key_id)).all()
        )

    counts = sorted((one.profile_id, one.subject, len(one.parts)) for one in found)
    assert counts == sorted(
        [
            (first, ARRIVAL, 2),
            (second, ARRIVAL, 1),
            (first, OTHER, 1),
            ("", ARRIVAL, 1),
            (first, "", 1),
            (first, "", 1),
        ]
    )
    for one in found:
        owner = f"patient:{one.profile_id}" if one.profile_id else "operator"
        assert scopes[keys[one.id]] == owner


def test_a_letter_takes_about_a_kilobyte(database: Database) -> None:
    kept_of(database, taken({}), profile_id=open_profile(database))

    with database.read() as work:
        sealed = work.connection.execute(select(evidence.c.sealed)).scalar_one()

    assert len(sealed) < 1400


def test_in_clear_are_the_outcome_and_the_versions_alone(database: Database) -> None:
    kept_of(database, taken({"profile": ProfileState.CLOSED}))

    with database.read() as work:
        (row,) = work.connection.execute(select(evidence)).all()

    assert row.outcomes == [
        {
            "kind": "filing",
            "place": [0, 0],
            "outcome": "PROFILE_CLOSED",
            "reasons": ["PROFILE_CLOSED"],
        }
    ]
    assert (row.program, row.settings, row.form) == ("p" * 64, "s" * 64, FORM)
    text = repr([one for one in row if not isinstance(one, bytes)])
    assert GOOD.sender.address not in text
    assert INS.matricule not in text


def change(database: Database, **values: Any) -> str:
    """Change the only row; return what is then wrong with it."""
    with database.write() as work:
        work.connection.execute(update(evidence).values(**values))
    with database.read() as work:
        (kept,) = EvidenceReader(work).listed()
    assert kept.parts == ()
    return kept.fault


def test_what_was_kept_in_the_form_before_is_read_as_it_is(database: Database) -> None:
    kept_of(database, taken({}), profile_id=open_profile(database))
    with database.read() as work:
        (now,) = EvidenceReader(work).listed()
    with database.write() as work:
        work.connection.execute(update(evidence).values(form=FORM - 1))

    with database.read() as work:
        (before,) = EvidenceReader(work).listed()
    assert before.parts
    assert before == now


def test_what_cannot_be_read_says_why_and_never_crashes(database: Database) -> None:
    profile_id = open_profile(database)
    kept_of(database, taken({}), profile_id=profile_id)
    with database.read() as work:
        (kept,) = EvidenceReader(work).listed()
        row = work.connection.execute(select(evidence)).one()

    def sealed(text: bytes) -> bytes:
        with database.read() as work:
            place = f"evidence.sealed:{kept.id}"
            return work.places.seal(row.key_id, text, place)

    assert change(database, form=FORM + 1) == (
        f"of form {FORM + 1}, unknown to this program"
    )
    assert change(database, form=0) == "of form 0, unknown to this program"
    assert change(database, form=FORM, program="q" * 64) == (
        "not of the form it is said to be"
    )
    altered = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    assert change(database, program="p" * 64, sealed=altered) == (
        "altered, or under another key"
    )
    for text in (b"no zlib", zlib.compress(b"[1]"), zlib.compress(b"{}")):
        assert change(database, sealed=sealed(text)) == (
            "not of the form it is said to be"
        )
    large = zlib.compress(json.dumps(" " * 5_000_000).encode())
    assert change(database, sealed=sealed(large)) == "not of the form it is said to be"


def test_evidence_of_another_decision_is_not_read_in_its_place(
    database: Database,
) -> None:
    kept_of(database, taken({}))
    with database.write() as work:
        row = work.connection.execute(select(evidence)).one()
        work.connection.execute(delete(evidence))
        work.add(evidence, **(row._asdict() | {"id": "c" * 32}))

    with database.read() as work:
        found = EvidenceReader(work).find("c" * 32)

    assert found is not None
    assert found.fault == "altered, or under another key"
    with database.read() as work:
        assert EvidenceReader(work).find(row.id) is None


def test_a_refusal_is_kept_without_a_message(database: Database) -> None:
    facts = PatientFacts(
        address=AddressFact.NO_INS, state=ProfileState.ABSENT, blocked=False
    )
    part = TakenDecision(
        kind=EvidenceKind.RECIPIENT,
        arguments=facts,
        decided=Answered(("INS_MALFORMED",)),
    )
    with database.write() as work:
        said = EvidenceKeeper(work).keep(part, AROUND)

    with database.read() as work:
        kept = EvidenceReader(work).find(said["decision"])

    assert kept is not None
    assert (kept.subject, kept.profile_id, kept.parts) == ("", "", (part,))


def test_of_what_is_undone_nothing_is_kept(database: Database) -> None:
    def undone() -> None:
        with database.write() as work:
            EvidenceKeeper(work).keep(taken({}), AROUND, subject=ARRIVAL)
            raise ConflictError("undone")

    with pytest.raises(ConflictError):
        undone()

    with database.read() as work:
        assert EvidenceReader(work).about(ARRIVAL) == []

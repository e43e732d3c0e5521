"""Professionals who ask for a vault: consent, emergencies, times, and what is kept."""

from __future__ import annotations

import pytest
from attrs import evolve

from gateway.core.document import Availability, Visibility
from gateway.core.person import Coded
from gateway.core.reading import ReadingRefusal, ReadingWay
from gateway.rights.reading_rules import SignedInBy
from gateway.store.base.work import Database
from gateway.store.consultations.answers import NotRead, ReadDocument, ReadingList
from gateway.store.consultations.consultations import Consultations
from gateway.store.patients.decisions import Decisions
from tests.dmp_bridge.reading.readers import (
    BY_NAMES,
    COLLEAGUE,
    DECLARED,
    DIRECTIVES,
    DOCTOR,
    EMERGENCY,
    LOCUM,
    NURSE,
    ONCE,
    ONCE_AGAIN,
    REGULATION,
    REGULATOR,
    SUMMARY,
    TEAM,
    TEAM_AGAIN,
    Ward,
)
from tests.web.mail import file

R = ReadingRefusal
MASKED = frozenset({Visibility.MASKED})


@pytest.fixture
def ward(database: Database) -> Ward:
    return Ward.open(database)


def letter(ward: Ward, type_code: str = SUMMARY, **said: object) -> str:
    ward.later()
    code = Coded(code=type_code, scheme="2.16.840.1.113883.6.1", label="Synthèse")
    return file(ward.database, ward.patient, b"<a/>", said={"type_code": code}, **said)  # type: ignore[arg-type]


def test_b7_01_the_first_reading_of_a_team_is_agreed_to_and_then_presumed(
    ward: Ward,
) -> None:
    assert ward.why(DOCTOR, TEAM_AGAIN) is R.CONSENT_MISSING
    ward.opened(DOCTOR)
    ward.later(days=40)

    assert ward.why(COLLEAGUE, TEAM_AGAIN) is None
    assert ward.why(DOCTOR, TEAM_AGAIN) is None
    assert ward.why(LOCUM, TEAM_AGAIN) is R.CONSENT_MISSING


def test_b7_02_a_locum_reads_once_with_consent_and_asks_again(ward: Ward) -> None:
    assert ward.why(LOCUM, ONCE_AGAIN) is R.CONSENT_MISSING
    one = ward.opened(LOCUM, ONCE)
    ward.end(LOCUM, one)

    assert ward.why(LOCUM, ONCE_AGAIN) is R.CONSENT_EXPIRED
    ward.later(days=1)
    assert ward.why(LOCUM, ONCE_AGAIN) is R.CONSENT_EXPIRED
    assert ward.why(LOCUM, ONCE) is None


@pytest.mark.parametrize("request_", [TEAM, ONCE, EMERGENCY, REGULATION])
def test_b7_03_a_secretary_never_reads(ward: Ward, request_: object) -> None:
    secretary = evolve(DOCTOR, signed_in_by=SignedInBy.STAFF_CARD)

    assert ward.why(secretary, request_) is R.ROLE_NEVER_READS or (  # type: ignore[arg-type]
        request_ is REGULATION
    )


def test_what_is_read_is_one_line_a_document_by_name(ward: Ward) -> None:
    seen = letter(ward)
    one = ward.opened(DOCTOR)
    found = ward.read(DOCTOR, one, seen)

    assert isinstance(found, ReadDocument)
    assert found.content == b"<a/>"
    (line,) = ward.lines("document:consult")
    assert (line.subject, line.outcome) == (seen, ReadingWay.TEAM.value)
    assert line.detail["person"] == DOCTOR.name
    assert line.detail["structure"] == DOCTOR.practice.place
    assert line.detail["consultation"] == one.id
    assert "person" not in line.kept


def test_b7_06_whom_the_patient_blocked_is_refused_and_their_reading_ends(
    ward: Ward,
) -> None:
    one = ward.opened(DOCTOR)
    ward.write(lambda work: Decisions(work).block(ward.patient, DOCTOR.national_id))

    found = ward.listed(DOCTOR, one)
    assert found == NotRead(R.BLOCKED)
    ward.write(lambda work: ward.reading.check(work, DOCTOR, one.id))
    assert ward.listed(DOCTOR, one) == NotRead(R.ENDED)
    assert ward.why(DOCTOR, TEAM) is R.BLOCKED
    assert ward.why(DOCTOR, EMERGENCY) is R.BLOCKED


def test_b7_07_unblocking_gives_no_agreement_back(ward: Ward) -> None:
    ward.opened(DOCTOR)
    ward.write(lambda work: Decisions(work).block(ward.patient, DOCTOR.structure))
    ward.write(lambda work: Decisions(work).unblock(ward.patient, DOCTOR.structure))

    assert ward.why(DOCTOR, TEAM_AGAIN) is R.CONSENT_EXPIRED
    assert ward.why(COLLEAGUE, TEAM_AGAIN) is R.CONSENT_EXPIRED
    assert ward.why(DOCTOR, TEAM) is None


def test_b7_08_a_masked_document_is_not_there_but_for_its_author(ward: Ward) -> None:
    shown = letter(ward)
    masked = letter(ward, flags=MASKED, owners=[DOCTOR.national_id])
    mine, theirs = ward.opened(DOCTOR), ward.opened(COLLEAGUE, TEAM_AGAIN)

    assert ward.seen(DOCTOR, mine) == {shown, masked}
    assert ward.seen(COLLEAGUE, theirs) == {shown}
    listed = ward.listed(COLLEAGUE, theirs)
    assert isinstance(listed, ReadingList)
    assert listed.found.counts.all == 1
    assert ward.read(COLLEAGUE, theirs, masked) is None
    assert ward.read(COLLEAGUE, theirs, "0" * 32) is None


def test_what_was_hidden_is_kept_as_proof(ward: Ward) -> None:
    letter(ward)
    masked = letter(ward, flags=MASKED)
    one = ward.opened(DOCTOR)
    listed = ward.listed(DOCTOR, one)
    assert isinstance(listed, ReadingList)
    assert not listed.is_noted
    ward.write(lambda work: ward.reading.note_listed(work, DOCTOR, listed))

    with ward.database.read() as work:
        assert Consultations(work).hidden(one.id) == [masked]
    again = ward.listed(DOCTOR, one)
    assert isinstance(again, ReadingList)
    assert again.is_noted


def test_b7_12_13_a_nurse_sees_what_the_matrix_opens(ward: Ward) -> None:
    summary, directives = letter(ward), letter(ward, "PSYCHIATRY")
    doctor, nurse = ward.opened(DOCTOR), ward.opened(NURSE, TEAM_AGAIN)

    assert ward.seen(DOCTOR, doctor) == {summary, directives}
    assert directives not in ward.seen(NURSE, nurse)
    assert DIRECTIVES


def test_b7_10_an_emergency_needs_a_reason_and_the_matrix_holds(ward: Ward) -> None:
    hidden = letter(ward, flags=MASKED)
    shown = letter(ward)
    old = letter(ward, status=Availability.DEPRECATED)
    none = evolve(EMERGENCY, declared=None)
    short = evolve(EMERGENCY, declared=evolve(DECLARED, reason="urgent"))

    assert ward.why(LOCUM, none) is R.EMERGENCY_NOT_DECLARED
    assert ward.why(LOCUM, short) is R.EMERGENCY_REASON_MISSING
    one = ward.opened(LOCUM, EMERGENCY)
    assert ward.seen(LOCUM, one) == {shown}
    assert ward.read(LOCUM, one, hidden) is None
    assert ward.read(LOCUM, one, old) is None


def test_in_an_emergency_names_find_one_patient_exactly(ward: Ward) -> None:
    by_names = evolve(EMERGENCY, patient=BY_NAMES)

    assert ward.why(LOCUM, evolve(TEAM, patient=BY_NAMES)) is R.PATIENT_NOT_FOUND
    assert ward.why(LOCUM, evolve(by_names, declared=None)) is R.EMERGENCY_NOT_DECLARED
    other = evolve(BY_NAMES, birth_date="19790329")
    assert ward.why(LOCUM, evolve(by_names, patient=other)) is R.PATIENT_NOT_FOUND
    assert ward.opened(LOCUM, by_names).profile_id == ward.patient


def test_a_regulator_is_known_to_be_one(ward: Ward) -> None:
    assert ward.why(DOCTOR, REGULATION) is R.NOT_A_REGULATOR
    assert ward.why(REGULATOR, REGULATION) is None

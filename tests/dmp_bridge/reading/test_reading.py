"""Professionals who ask for a vault: consent, emergencies, times, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from attrs import evolve
from sqlalchemy import select, update

from gateway.core.document import Availability, Visibility
from gateway.core.habilitation import MatrixColumn, example_matrix
from gateway.core.ins import Ins
from gateway.core.person import Coded, IdentityTraits
from gateway.core.reading import ConsultationEnd, ReadingRefusal, ReadingWay
from gateway.dmp_bridge.reading.gathering import party_of
from gateway.evidence.arguments import EvidenceKind, TakenDecision
from gateway.evidence.form import to_json
from gateway.evidence.replaying import decide_again, same
from gateway.evidence.resetting import OtherSettings, under
from gateway.evidence.rule_answers import answers
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.profile import ProfileState
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.reading_request import ReadingRequest, WantedPatient
from gateway.rights.reading_rules import (
    READING_ROWS,
    EmergencyDeclaration,
    Found,
    ReadingPolicy,
    SignedInBy,
)
from gateway.store.base.work import Database
from gateway.store.consultations.agreements import Agreements
from gateway.store.consultations.answers import (
    NotRead,
    Prospect,
    ReadDocument,
    ReadingList,
)
from gateway.store.consultations.consultations import Consultations
from gateway.store.evidence.keeping import EvidenceReader
from gateway.store.habilitation.matrices import Matrices
from gateway.store.journal import OPERATOR, Action
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.notice_centre import CentreReader, NoticeCentre
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.treating import (
    NamedDoctor,
    name_treating,
    treating_doctor,
)
from gateway.store.tables import notices as sent
from gateway.store.tables import patient_traits
from tests.builders_people import TEST_RANGE, matricule, open_profile
from tests.dmp_bridge.reading.readers import (
    BY_INS,
    BY_NAMES,
    COLLEAGUE,
    DECLARED,
    DIRECTIVES,
    DOCTOR,
    EMERGENCY,
    LETTER,
    LOCUM,
    NURSE,
    ONCE,
    ONCE_AGAIN,
    REASON,
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


def letter(
    ward: Ward,
    type_code: str = SUMMARY,
    *,
    flags: frozenset[Visibility] = frozenset(),
    status: Availability = Availability.APPROVED,
    owners: Sequence[str] = (),
) -> str:
    ward.later()
    code = Coded(code=type_code, scheme="2.16.840.1.113883.6.1", label="Synthèse")
    return file(
        ward.database,
        ward.patient,
        b"<a/>",
        said={"type_code": code},
        flags=flags,
        status=status,
        owners=owners,
    )


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


@pytest.mark.parametrize(
    ("signed_in_by", "said"),
    [
        (SignedInBy.STAFF_CARD, R.ROLE_NEVER_READS),
        (SignedInBy.STRUCTURE, R.AUTH_TOO_WEAK),
        (SignedInBy.CERTIFICATE_ALONE, R.AUTH_TOO_WEAK),
    ],
)
@pytest.mark.parametrize("asked", [TEAM, ONCE, EMERGENCY, REGULATION])
def test_b7_03_05_a_secretary_and_a_structure_never_read(
    ward: Ward, asked: ReadingRequest, signed_in_by: SignedInBy, said: R
) -> None:
    who = evolve(REGULATOR, signed_in_by=signed_in_by)

    assert ward.why(who, asked) is said


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


def test_a_block_of_a_place_ends_what_was_given_to_one_who_works_there(
    ward: Ward,
) -> None:
    ward.opened(DOCTOR, ONCE)
    assert ward.why(DOCTOR, evolve(ONCE, agreed=True)) is None
    ward.write(lambda work: Decisions(work).block(ward.patient, DOCTOR.structure))
    ward.write(lambda work: Decisions(work).unblock(ward.patient, DOCTOR.structure))

    with ward.database.read() as work:
        held = [one.ended_at for one in Agreements(work).of_patient(ward.patient)]
    assert held
    assert None not in held


def test_a_mailbox_that_is_blocked_keeps_off_who_holds_it_and_ends_their_roles(
    ward: Ward,
) -> None:
    own = "dr.lemaitre@hopital.mssante.test"
    doctor = NamedDoctor(identity=DOCTOR.national_id, name=DOCTOR.name)
    ward.write(
        lambda work: Mailboxes(work).add(own, kind="PER", holders=[DOCTOR.national_id])
    )
    ward.write(lambda work: name_treating(work, ward.patient, doctor))
    ward.write(
        lambda work: Administrators(work, ward.patient).name(
            DOCTOR.national_id, DOCTOR.name
        )
    )
    ward.write(lambda work: Decisions(work).block(ward.patient, own))

    assert ward.why(DOCTOR, TEAM) is R.BLOCKED
    with ward.database.read() as work:
        assert treating_doctor(work, ward.patient) is None
        assert Administrators(work, ward.patient).all == []
    ward.write(lambda work: Decisions(work).unblock(ward.patient, own))
    with ward.database.read() as work:
        assert treating_doctor(work, ward.patient) is None


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


@pytest.mark.parametrize("type_code", [SUMMARY, DIRECTIVES, "unheard-of"])
def test_b7_12_13_14_32_34_each_profession_sees_what_the_matrix_opens(
    ward: Ward, type_code: str
) -> None:
    """A type that the matrix does not name is for doctors alone."""
    document, letter_ = letter(ward, type_code), letter(ward, LETTER)
    doctor, nurse = ward.opened(DOCTOR), ward.opened(NURSE, TEAM_AGAIN)
    dentist = evolve(NURSE, national_id="899700000082", column=MatrixColumn.DENTIST)
    read = ward.opened(dentist, TEAM_AGAIN)

    assert ward.seen(DOCTOR, doctor) == {document, letter_}
    theirs = {document, letter_} if type_code == DIRECTIVES else {letter_}
    assert ward.seen(NURSE, nurse) == theirs
    assert ward.seen(dentist, read) == set()


def test_b7_13_a_pharmacist_reads_reimbursements_once_the_space_is_activated(
    ward: Ward,
) -> None:
    """No insurer feeds them here; one that is kept is read by the rule, or not."""
    (sample,) = [one for one in example_matrix().rows if one.type_code == LETTER]
    rows = [
        *example_matrix().rows,
        evolve(sample, type_code="REMB", readers=frozenset({MatrixColumn.PHARMACIST})),
    ]
    day = date(2026, 11, 21)
    ward.write(lambda work: Matrices(work).add("with-remb", day, rows, by="test"))
    letter(ward, DIRECTIVES)
    paid = letter(ward, "REMB")
    pharmacist = evolve(
        NURSE, national_id="899700000082", column=MatrixColumn.PHARMACIST
    )
    ward.opened(DOCTOR)
    one = ward.opened(pharmacist, TEAM_AGAIN)
    own = ward.seen(pharmacist, one)

    def state(said: ProfileState) -> None:
        ward.write(
            lambda work: Profiles(work).change(ward.patient, "test", state=said.value)
        )

    assert paid in own
    assert len(own) == 1
    state(ProfileState.SUSPENDED)
    state(ProfileState.OPEN_NOT_ACTIVATED)
    again = ward.opened(pharmacist, TEAM_AGAIN)
    assert ward.seen(pharmacist, again) == set()
    assert ward.read(pharmacist, again, paid) is None


def test_b7_32_another_matrix_holds_from_the_next_access_on(ward: Ward) -> None:
    document = letter(ward, LETTER)
    one = ward.opened(NURSE)
    ward.read(NURSE, one, document)
    rows = [
        evolve(row, readers=frozenset({MatrixColumn.DOCTOR}))
        for row in example_matrix().rows
    ]
    day = date(2026, 11, 21)
    ward.write(lambda work: Matrices(work).add("2026-strict", day, rows, by="test"))

    assert ward.seen(NURSE, one) == set()
    assert ward.read(NURSE, one, document) is None
    with ward.database.read() as work:
        (kept,) = EvidenceReader(work).about(document)
    (part,) = kept.parts
    assert part.arguments.version == "example"
    assert part.decided.reasons == ()


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
    (line,) = ward.lines("consultation:begin")
    assert line.detail["why"] == REASON
    assert REASON not in str(line.kept)


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


@pytest.mark.parametrize(
    ("asked", "who"), [(EMERGENCY, LOCUM), (REGULATION, REGULATOR)]
)
def test_b7_09_masked_documents_open_in_an_emergency_if_the_patient_said_so(
    ward: Ward, asked: ReadingRequest, who: ReadingProfessional
) -> None:
    every = {letter(ward, flags=MASKED), letter(ward, LETTER, flags=MASKED)}
    one = ward.opened(who, asked)

    assert ward.seen(who, one) == set()
    chosen = {"samu": "permit", "other": "permit", "masked": "permit"}
    ward.write(
        lambda work: Profiles(work).change(
            ward.patient, "emergency.masked", emergency=chosen
        )
    )
    assert ward.seen(who, one) == every


@pytest.mark.parametrize(
    ("asked", "who", "switch"),
    [(EMERGENCY, LOCUM, "other"), (REGULATION, REGULATOR, "samu")],
)
def test_b7_11_the_patients_switch_closes_what_is_open(
    ward: Ward, asked: ReadingRequest, who: ReadingProfessional, switch: str
) -> None:
    one = ward.opened(who, asked)
    chosen = {"samu": "permit", "other": "permit", "masked": "deny", switch: "deny"}
    ward.write(
        lambda work: Profiles(work).change(
            ward.patient, f"emergency.{switch}", emergency=chosen
        )
    )

    assert ward.listed(who, one) == NotRead(R.EMERGENCY_REFUSED_BY_PATIENT)
    assert ward.why(who, asked) is R.EMERGENCY_REFUSED_BY_PATIENT


def test_a_consultation_ends_by_silence_and_an_emergency_by_its_time(
    ward: Ward,
) -> None:
    usual, urgent = ward.opened(DOCTOR), ward.opened(LOCUM, EMERGENCY)
    ward.later(minutes=30)

    assert ward.listed(DOCTOR, usual) == NotRead(R.ENDED)
    ward.write(lambda work: ward.reading.check(work, DOCTOR, usual.id))
    (line,) = ward.lines("consultation:end")
    assert line.outcome == ConsultationEnd.IDLE.value
    assert isinstance(ward.listed(LOCUM, urgent), ReadingList)
    ward.later(hours=24)
    assert ward.listed(LOCUM, urgent) == NotRead(R.ENDED)


def test_housekeeping_ends_what_nobody_comes_back_to(ward: Ward) -> None:
    ward.opened(DOCTOR)
    ward.opened(LOCUM, EMERGENCY)
    idle = timedelta(minutes=30)

    def swept() -> int:
        return ward.write(lambda work: Consultations(work).end_over(idle, 9))

    assert swept() == 0
    ward.later(minutes=30)
    assert swept() == 1
    ward.later(hours=24)
    assert swept() == 1
    assert [one.outcome for one in ward.lines("consultation:end")] == ["idle", "time"]


def test_nobody_goes_on_in_the_consultation_of_another(ward: Ward) -> None:
    one = ward.opened(DOCTOR)

    assert ward.listed(COLLEAGUE, one) == NotRead(R.ENDED)
    assert ward.read(COLLEAGUE, one, "0" * 32) == NotRead(R.ENDED)
    assert not ward.write(lambda work: ward.reading.end(work, COLLEAGUE, one.id))
    elsewhere = evolve(DOCTOR, practice=LOCUM.practice)
    assert ward.listed(elsewhere, one) == NotRead(R.ENDED)


def test_a_colleague_reads_once_by_what_another_asked_the_patient(ward: Ward) -> None:
    """CSP L. 1111-17 II."""
    one = ward.opened(DOCTOR)
    other = party_of(LOCUM)

    ward.write(lambda work: ward.reading.agree_for(work, DOCTOR, one.id, other))
    read = ward.opened(LOCUM, ONCE_AGAIN)
    ward.end(LOCUM, read)
    assert ward.why(LOCUM, ONCE_AGAIN) is R.CONSENT_EXPIRED

    urgent = ward.opened(NURSE, EMERGENCY)
    found = ward.write(
        lambda work: ward.reading.agree_for(work, NURSE, urgent.id, other)
    )
    assert found == NotRead(R.CONSENT_MISSING)


def test_an_agreement_that_nobody_used_is_over_after_its_hours(ward: Ward) -> None:
    one = ward.opened(DOCTOR)
    other = party_of(LOCUM)
    ward.write(lambda work: ward.reading.agree_for(work, DOCTOR, one.id, other))
    ward.later(hours=12)

    assert ward.why(LOCUM, ONCE_AGAIN) is R.CONSENT_EXPIRED


def test_b7_01_10_the_first_time_and_emergencies_are_told_at_once_others_daily(
    ward: Ward,
) -> None:
    """Order of 26 October 2023: the first time at once, whatever was chosen."""
    ward.end(DOCTOR, ward.opened(DOCTOR))
    assert notices(ward) == ["read-first"]
    ward.end(DOCTOR, ward.opened(DOCTOR, TEAM_AGAIN))
    assert notices(ward) == ["read-first"]
    ward.opened(LOCUM, EMERGENCY)
    assert notices(ward) == ["read-first", "emergency"]
    assert told_in_the_space(ward) == ["read-first", "read", "emergency"]


def test_who_is_found_shows_a_name_to_who_could_read_alone(ward: Ward) -> None:
    def find(who: ReadingProfessional, wanted: WantedPatient) -> Prospect | NotRead:
        return ward.write(lambda work: ward.reading.find(work, who, wanted))

    found = find(DOCTOR, BY_INS)
    assert isinstance(found, Prospect)
    assert found.ways[ReadingWay.TEAM] is R.NOT_INFORMED
    assert not found.is_agreed
    nobody = evolve(DOCTOR, column=NoColumn.NO_CARE)
    assert find(nobody, BY_INS) == NotRead(R.NOT_HABILITATED)
    assert find(DOCTOR, BY_NAMES) == NotRead(R.PATIENT_NOT_FOUND)
    unknown = WantedPatient(matricule=matricule(9))
    assert find(DOCTOR, unknown) == NotRead(R.PROFILE_ABSENT)
    assert find(DOCTOR, WantedPatient(matricule="12")) == NotRead(R.PATIENT_NOT_FOUND)


@pytest.mark.parametrize("found", [Found.QUALIFIED, Found.UNQUALIFIED])
def test_a_program_has_qualified_the_number(ward: Ward, found: Found) -> None:
    asked = evolve(TEAM, patient=evolve(BY_INS, found=found))

    refused = R.INS_NOT_QUALIFIED if found is Found.UNQUALIFIED else None
    assert ward.why(DOCTOR, asked) is refused


def test_two_of_the_same_names_are_both_not_found(ward: Ward) -> None:
    open_profile(ward.database, ins=Ins.of(matricule(3), TEST_RANGE))

    by_names = evolve(EMERGENCY, patient=BY_NAMES)
    assert ward.why(LOCUM, by_names) is R.PATIENT_NOT_FOUND


def test_a_row_of_names_that_somebody_else_wrote_finds_nobody(ward: Ward) -> None:
    other = open_profile(
        ward.database,
        ins=Ins.of(matricule(4), TEST_RANGE),
        traits=IdentityTraits(
            family="AUTRE", first_given="PAUL", birth_date="19500101"
        ),
    )
    wanted = evolve(BY_NAMES, family="Autre", given="Paul", birth_date="19500101")
    with ward.database.write() as work:
        work.connection.execute(
            update(patient_traits)
            .where(patient_traits.c.profile_id == other)
            .values(profile_id=ward.patient)
        )

    asked = evolve(EMERGENCY, patient=wanted)
    assert ward.why(LOCUM, asked) is R.PATIENT_NOT_FOUND


def test_so_many_attempts_in_an_hour_and_no_more(database: Database) -> None:
    ward = Ward.open(database, attempts_per_hour=3)
    for _ in range(3):
        assert ward.why(DOCTOR, TEAM_AGAIN) is R.CONSENT_MISSING

    assert ward.why(DOCTOR, TEAM) is R.TOO_MANY
    assert ward.why(COLLEAGUE, TEAM) is None
    ward.later(hours=1)
    assert ward.why(DOCTOR, TEAM_AGAIN) is None


def test_so_many_names_in_an_hour_and_no_more(database: Database) -> None:
    ward = Ward.open(database, searches_per_hour=2)
    other = evolve(EMERGENCY, patient=evolve(BY_NAMES, birth_date="19790327"))
    for _ in range(2):
        assert ward.why(LOCUM, other) is R.PATIENT_NOT_FOUND

    assert ward.why(LOCUM, evolve(EMERGENCY, patient=BY_NAMES)) is R.TOO_MANY
    assert ward.why(LOCUM, EMERGENCY) is None


@pytest.mark.parametrize(
    ("limits", "asked", "what"),
    [
        ({"alarm_refused": 2}, TEAM_AGAIN, "many-refused"),
        ({"alarm_emergencies": 2}, EMERGENCY, "many-emergencies"),
        ({"alarm_patients": 1}, TEAM, "many-patients"),
    ],
)
def test_what_is_unusual_is_told_the_operator_once_an_hour(
    database: Database, limits: dict[str, int], asked: ReadingRequest, what: str
) -> None:
    ward = Ward.open(database, **limits)

    def told() -> list[str]:
        with database.read() as work:
            lines = list(work.journal.lines(OPERATOR))
        found = [one for one in lines if one.action == Action.READING_UNUSUAL]
        assert all(one.detail["identity"] == DOCTOR.national_id for one in found)
        assert all("identity" not in one.kept for one in found)
        return [one.outcome for one in found]

    for _ in range(4):
        ward.ask(DOCTOR, asked)
        for one in ward.write(lambda work: ward.reading.current(work, DOCTOR)):
            ward.end(DOCTOR, one)
    assert told() == [what]
    ward.later(hours=1)
    for _ in range(4):
        ward.ask(DOCTOR, asked)
        for one in ward.write(lambda work: ward.reading.current(work, DOCTOR)):
            ward.end(DOCTOR, one)
    assert told() == [what, what]


def test_what_somebody_opened_is_their_own_to_see(ward: Ward) -> None:
    """CSP R. 1111-43: each professional, for their own actions."""
    one = ward.opened(DOCTOR)
    ward.opened(LOCUM, ONCE)

    with ward.database.read() as work:
        assert [each.id for each in ward.reading.own(work, DOCTOR)] == [one.id]


def test_what_somebody_did_in_a_reading_is_their_own_to_see(ward: Ward) -> None:
    """So many of a patient, the last; never what was done in the reading of another."""
    first, second = letter(ward), letter(ward)
    mine, theirs = ward.opened(DOCTOR), ward.opened(LOCUM, ONCE)
    for one in (first, second, first):
        ward.read(DOCTOR, mine, one)
    ward.read(LOCUM, theirs, first)

    with ward.database.read() as work:
        both = [mine, theirs]
        done = ward.reading.deeds(work, DOCTOR, both, most=9)
        last = ward.reading.deeds(work, DOCTOR, both, most=2)

    assert done.keys() == {mine.id}
    assert [one.action for one in done[mine.id]] == ["document:consult"] * 3
    assert all(one.type_code for one in done[mine.id])
    assert last == {mine.id: done[mine.id][1:]}


def test_the_decision_of_a_reading_is_kept_and_can_be_asked_again(ward: Ward) -> None:
    ward.why(DOCTOR, TEAM_AGAIN)
    ward.why(LOCUM, EMERGENCY)

    with ward.database.read() as work:
        kept = [one for one in EvidenceReader(work).listed() if not one.fault]
        parts = [
            part
            for one in kept
            for part in one.parts
            if part.kind is EvidenceKind.READING
        ]
    assert {part.outcome for part in parts} == {R.CONSENT_MISSING.value, ""}
    assert all(same(part.decided, decide_again([part])[0]) for part in parts)
    assert all(len(answers(part)) == len(READING_ROWS) for part in parts)
    assert REASON not in str([to_json(part.arguments) for part in parts])
    before_2025 = ReadingPolicy(initial_team_consent=False)
    refused = next(part for part in parts if part.outcome)
    again = decide_again([under(refused, OtherSettings(reading=before_2025))])
    assert again[0].reasons == ()


def test_secrets_of_a_minor_are_no_notice_of_their_representatives(
    ward: Ward,
) -> None:
    """CSP R. 1111-50: who reads may be the secret."""
    ward.write(
        lambda work: Decisions(work).set_secret(
            ward.patient, DOCTOR.national_id, secret=True
        )
    )
    ward.opened(DOCTOR)
    ward.opened(LOCUM, ONCE)

    with ward.database.read() as work:
        reader = CentreReader(profile_id=ward.patient, account_id="a" * 32)
        found = NoticeCentre(work).listed(reader, 9)
    assert {one.by: one.is_secret for one in found} == {
        DOCTOR.name: True,
        LOCUM.name: False,
    }


def notices(ward: Ward) -> list[str]:
    """Return the kinds of the e-mails that wait or left, oldest first."""
    with ward.database.read() as work:
        return list(
            work.connection.execute(
                select(sent.c.kind).order_by(sent.c.created_at, sent.c.id)
            ).scalars()
        )


def told_in_the_space(ward: Ward) -> list[str]:
    with ward.database.read() as work:
        reader = CentreReader(profile_id=ward.patient, account_id="a" * 32)
        found = NoticeCentre(work).listed(reader, 60)
    return [one.kind.value for one in found][::-1]


@pytest.mark.parametrize(
    ("who", "wanted", "why"),
    [
        (DOCTOR, WantedPatient(matricule="277076322082910"), R.PROFILE_ABSENT),
        (DOCTOR, BY_NAMES, R.PATIENT_NOT_FOUND),
        (
            evolve(DOCTOR, signed_in_by=SignedInBy.STAFF_CARD),
            BY_INS,
            R.ROLE_NEVER_READS,
        ),
    ],
)
def test_a_search_that_is_refused_is_kept_with_what_it_rests_on(
    ward: Ward, who: ReadingProfessional, wanted: WantedPatient, why: R
) -> None:
    found = ward.write(lambda work: ward.reading.find(work, who, wanted))

    assert found == NotRead(why)
    is_found = wanted == BY_INS
    (part,) = searched(ward, ward.patient if is_found else "")
    assert (part.outcome, part.arguments.by_names) == (why.value, wanted.by_names)
    assert bool(part.patient_settings) is is_found


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (evolve(TEAM, patient=BY_NAMES), R.PATIENT_NOT_FOUND),
        (
            evolve(EMERGENCY, patient=BY_NAMES, declared=None),
            R.EMERGENCY_NOT_DECLARED,
        ),
        (
            evolve(
                EMERGENCY,
                patient=BY_NAMES,
                declared=EmergencyDeclaration(is_ticked=True, reason="court"),
            ),
            R.EMERGENCY_REASON_MISSING,
        ),
    ],
)
def test_names_without_a_declared_emergency_are_kept_as_a_refused_search(
    ward: Ward, request_: ReadingRequest, why: R
) -> None:
    assert ward.why(DOCTOR, request_) is why

    (part,) = searched(ward, "")
    assert (part.outcome, part.arguments.by_names) == (why.value, True)
    assert "court" not in part.text().decode()
    if why is R.EMERGENCY_REASON_MISSING:
        shorter = OtherSettings(reading=ReadingPolicy(least_reason=5))
        assert decide_again([under(part, shorter)])[0].reasons == ()


def searched(ward: Ward, patient: str) -> list[TakenDecision]:
    """Return the refused searches that were kept, each with the line that vouches."""
    with ward.database.read() as work:
        lines = {
            one.detail["decision"]: one.detail["evidence"]
            for one in work.journal.lines()
            if one.action == Action.CONSULTATION_REFUSED
        }
        kept = list(EvidenceReader(work).listed())
    assert {one.id: one.digests[0] for one in kept} == lines
    assert {one.profile_id for one in kept} == {patient}
    parts = [part for one in kept for part in one.parts]
    assert {part.kind for part in parts} == {EvidenceKind.SEARCH}
    for part in parts:
        assert decide_again([part]) == (part.decided,)
        (answer,) = answers(part)
        assert (answer.rule, answer.reason) == ("search", part.outcome)
    return parts

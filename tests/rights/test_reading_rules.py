"""The five conditions for reading a vault, in their order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from attrs import evolve

from gateway.core.habilitation import MatrixColumn
from gateway.core.reading import IN_EMERGENCY, ReadingRefusal, ReadingWay
from gateway.core.texts.reading import READING_TEXTS
from gateway.rights.habilitation_rules import NoColumn, Situation, column_of
from gateway.rights.profile import ProfileState, accepts_filing
from gateway.rights.reading_rules import (
    READING_ROWS,
    Agreement,
    EmergencyDeclaration,
    Found,
    ReadingFacts,
    ReadingPolicy,
    Relation,
    SignedInBy,
    refuse_for_good,
    refuse_reading,
    refuse_search,
)

R, W = ReadingRefusal, ReadingWay
NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = ReadingPolicy()
AGREED = Agreement(given_at=NOW - DAY)
DOCTOR = ReadingFacts(
    way=W.TEAM,
    now=NOW,
    profile=ProfileState.ACTIVATED,
    found=Found.TYPED,
    relation=Relation.TEAM,
    informed=True,
    team_agreement=AGREED,
    signed_in_by=SignedInBy.CARD,
    column=MatrixColumn.DOCTOR,
)
"""A doctor of the care team, to whom the patient agreed."""

LOCUM = evolve(DOCTOR, way=W.CONSENT, relation=Relation.NONE, team_agreement=None)
DECLARED = EmergencyDeclaration(is_ticked=True, reason="Inconscient, chute d'un toit")
EMERGENCY = evolve(LOCUM, way=W.EMERGENCY, informed=False, declared=DECLARED)
REGULATOR = evolve(
    EMERGENCY,
    way=W.REGULATION,
    declared=EmergencyDeclaration(is_ticked=True, is_regulator=True),
)


def why(facts: ReadingFacts, /, **changes: Any) -> ReadingRefusal | None:
    return refuse_reading(evolve(facts, **changes), POLICY)


def policy(**changes: Any) -> ReadingPolicy:
    return evolve(POLICY, **changes)


@pytest.mark.parametrize("facts", [DOCTOR, EMERGENCY, REGULATOR])
def test_who_fulfils_every_condition_reads(facts: ReadingFacts) -> None:
    assert why(facts) is None


FAILING: list[tuple[str, dict[str, Any], ReadingRefusal]] = [
    ("available", {"profile": ProfileState.OPPOSED}, R.PROFILE_OPPOSED),
    ("identified", {"found": Found.NOBODY}, R.PATIENT_NOT_FOUND),
    ("consented", {"blocked": True}, R.BLOCKED),
    ("authenticated", {"signed_in_by": SignedInBy.STRUCTURE}, R.AUTH_TOO_WEAK),
    ("habilitated", {"column": NoColumn.NO_CARE}, R.NOT_HABILITATED),
]


def test_the_conditions_stand_in_the_order_of_their_initials() -> None:
    assert [name for name, _ in READING_ROWS] == [name for name, _, _ in FAILING]


@pytest.mark.parametrize("facts", [DOCTOR, EMERGENCY, REGULATOR])
@pytest.mark.parametrize("first", range(len(FAILING)))
def test_the_first_that_fails_is_the_answer(facts: ReadingFacts, first: int) -> None:
    changes = {key: one for _, some, _ in FAILING[first:] for key, one in some.items()}

    assert why(facts, **changes) is FAILING[first][2]


@pytest.mark.parametrize("refusal", ReadingRefusal)
def test_each_refusal_says_what_to_do_in_both_languages(
    refusal: ReadingRefusal,
) -> None:
    french, english = READING_TEXTS[refusal]

    assert french.endswith(".")
    assert english.endswith(".")
    assert french != english
    assert set(READING_TEXTS) == set(ReadingRefusal)


@pytest.mark.parametrize("state", ProfileState)
def test_a_vault_that_takes_documents_is_read_activated_or_not(
    state: ProfileState,
) -> None:
    assert (why(DOCTOR, profile=state) is None) is accepts_filing(state)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ProfileState.ABSENT, R.PROFILE_ABSENT),
        (ProfileState.ANNOUNCED, R.PROFILE_ABSENT),
        (ProfileState.OPPOSED, R.PROFILE_OPPOSED),
        (ProfileState.CLOSED, R.PROFILE_CLOSED),
        (ProfileState.DELETION_REQUESTED, R.PROFILE_CLOSED),
        (ProfileState.DELETED, R.PROFILE_CLOSED),
        (ProfileState.SUSPENDED, R.PROFILE_SUSPENDED),
    ],
)
def test_a_vault_that_is_not_open_says_which_it_is(
    state: ProfileState, said: ReadingRefusal
) -> None:
    assert why(DOCTOR, profile=state) is said


@pytest.mark.parametrize(
    ("found", "usually", "in_emergency"),
    [
        (Found.QUALIFIED, None, None),
        (Found.TYPED, None, None),
        (Found.UNQUALIFIED, R.INS_NOT_QUALIFIED, R.INS_NOT_QUALIFIED),
        (Found.TRAITS, R.PATIENT_NOT_FOUND, None),
        (Found.NOBODY, R.PATIENT_NOT_FOUND, R.PATIENT_NOT_FOUND),
    ],
)
def test_a_name_finds_somebody_in_an_emergency_alone(
    found: Found, usually: ReadingRefusal | None, in_emergency: ReadingRefusal | None
) -> None:
    assert why(DOCTOR, found=found) is usually
    assert why(EMERGENCY, found=found) is in_emergency
    assert why(REGULATOR, found=found) is in_emergency


@pytest.mark.parametrize("facts", [DOCTOR, EMERGENCY, REGULATOR])
def test_of_nobody_it_is_said_that_nobody_was_found_and_no_more(
    facts: ReadingFacts,
) -> None:
    nobody = evolve(facts, found=Found.NOBODY, profile=ProfileState.ABSENT)

    assert why(nobody) is R.PATIENT_NOT_FOUND
    assert why(nobody, found=Found.TRAITS) is R.PROFILE_ABSENT
    assert why(nobody, profile=ProfileState.CLOSED) is R.PROFILE_CLOSED


def test_b7_01_the_team_reads_once_the_patient_agreed_and_then_by_presumption() -> None:
    assert why(DOCTOR, team_agreement=None) is R.CONSENT_MISSING
    assert why(DOCTOR) is None
    assert why(DOCTOR, now=NOW + 300 * DAY) is None
    before_2025 = policy(initial_team_consent=False)
    assert refuse_reading(evolve(DOCTOR, team_agreement=None), before_2025) is None


def test_b7_02_who_is_not_of_the_team_reads_once_with_consent_and_asks_again() -> None:
    given = Agreement(given_at=NOW, until=NOW + HOUR)

    assert why(LOCUM) is R.CONSENT_MISSING
    assert why(LOCUM, own_agreement=given) is None
    assert why(LOCUM, own_agreement=given, now=NOW + DAY) is R.CONSENT_EXPIRED
    spent = evolve(given, is_spent=True)
    assert why(LOCUM, own_agreement=spent) is R.CONSENT_EXPIRED


def test_to_be_of_no_team_is_no_way_in() -> None:
    assert why(DOCTOR, relation=Relation.NONE) is R.CONSENT_MISSING
    assert why(LOCUM, team_agreement=AGREED) is R.CONSENT_MISSING


@pytest.mark.parametrize(
    ("agreement", "said"),
    [
        (None, R.CONSENT_MISSING),
        (Agreement(given_at=NOW), None),
        (Agreement(given_at=NOW + HOUR), R.CONSENT_MISSING),
        (Agreement(given_at=NOW - DAY, until=NOW), R.CONSENT_EXPIRED),
        (Agreement(given_at=NOW - DAY, until=NOW + HOUR), None),
        (Agreement(given_at=NOW - DAY, is_spent=True), R.CONSENT_EXPIRED),
    ],
)
def test_an_agreement_has_a_beginning_and_may_have_an_end(
    agreement: Agreement | None, said: ReadingRefusal | None
) -> None:
    assert why(LOCUM, own_agreement=agreement) is said
    assert why(DOCTOR, team_agreement=agreement) is said
    assert agreement is None or agreement.holds(NOW) is (said is None)


@pytest.mark.parametrize("relation", [Relation.TREATING, Relation.ADMINISTRATOR])
def test_whom_the_patient_named_needs_no_agreement_of_the_team(
    relation: Relation,
) -> None:
    assert why(DOCTOR, relation=relation, team_agreement=None) is None
    assert why(DOCTOR, relation=relation, blocked=True) is R.BLOCKED
    assert why(DOCTOR, relation=relation, informed=False) is R.NOT_INFORMED


@pytest.mark.parametrize("relation", Relation)
@pytest.mark.parametrize("way", [W.TEAM, W.CONSENT])
def test_what_the_patient_closed_comes_before_every_agreement(
    relation: Relation, way: ReadingWay
) -> None:
    facts = evolve(DOCTOR, relation=relation, way=way, own_agreement=AGREED)

    assert why(facts, opposed=True) is R.OPPOSED
    assert why(facts, opposed_to_this=True) is R.OPPOSED
    assert why(facts, opposed=True, blocked=True) is R.BLOCKED
    assert why(facts, informed=False) is R.NOT_INFORMED
    assert why(facts, informed=False, opposed=True) is R.OPPOSED


@pytest.mark.parametrize("way", ReadingWay)
def test_b7_03_a_secretary_never_reads(way: ReadingWay) -> None:
    facts = {W.EMERGENCY: EMERGENCY, W.REGULATION: REGULATOR}.get(way, DOCTOR)

    assert why(facts, signed_in_by=SignedInBy.STAFF_CARD) is R.ROLE_NEVER_READS


@pytest.mark.parametrize("facts", [DOCTOR, EMERGENCY, REGULATOR])
@pytest.mark.parametrize("weak", [SignedInBy.STRUCTURE, SignedInBy.CERTIFICATE_ALONE])
def test_b7_05_a_structure_never_reads_nor_one_factor(
    facts: ReadingFacts, weak: SignedInBy
) -> None:
    assert why(facts, signed_in_by=weak) is R.AUTH_TOO_WEAK


NAMED_BY_A_STRUCTURE = [
    ({}, None),
    ({"column": NoColumn.ACTIVITY_UNKNOWN}, R.NOT_HABILITATED),
    ({"blocked": True}, R.BLOCKED),
    ({"opposed": True}, R.OPPOSED),
    ({"informed": False}, R.NOT_INFORMED),
    ({"team_agreement": None}, R.CONSENT_MISSING),
    ({"signed_in_by": SignedInBy.STRUCTURE}, R.AUTH_TOO_WEAK),
    ({"signed_in_by": SignedInBy.STAFF_CARD}, R.ROLE_NEVER_READS),
    ({"signed_in_by": SignedInBy.CERTIFICATE_ALONE}, R.AUTH_TOO_WEAK),
]


@pytest.mark.parametrize(("changes", "refused"), NAMED_BY_A_STRUCTURE)
def test_b7_05_a_professional_whom_a_structure_names_reads_as_by_a_card(
    changes: dict[str, Any], refused: ReadingRefusal | None
) -> None:
    """The name and the two factors count: every other condition is asked as ever."""
    by_card = evolve(DOCTOR, **changes)
    named = evolve(DOCTOR, **{"signed_in_by": SignedInBy.INDIRECT, **changes})

    assert why(named) is refused
    assert why(by_card) is refused


@pytest.mark.parametrize("facts", [DOCTOR, EMERGENCY, REGULATOR])
def test_b7_05_an_emergency_asks_a_structure_for_a_name_too(
    facts: ReadingFacts,
) -> None:
    assert why(facts, signed_in_by=SignedInBy.INDIRECT) is None
    assert why(facts, signed_in_by=SignedInBy.STRUCTURE) is R.AUTH_TOO_WEAK


def test_b7_06_whom_the_patient_blocked_does_not_read_in_an_emergency_either() -> None:
    for facts in (DOCTOR, EMERGENCY, REGULATOR):
        assert why(facts, blocked=True) is R.BLOCKED
    opened = policy(blocked_in_emergency=True)
    for facts in (EMERGENCY, REGULATOR):
        assert refuse_reading(evolve(facts, blocked=True), opened) is None
    assert refuse_reading(evolve(DOCTOR, blocked=True), opened) is R.BLOCKED


def test_b7_07_unblocking_gives_no_agreement_back() -> None:
    """A block ends the agreement of before: what is left is to ask again."""
    ended = evolve(AGREED, until=NOW - HOUR)

    assert why(DOCTOR, blocked=True, team_agreement=ended) is R.BLOCKED
    assert why(DOCTOR, blocked=False, team_agreement=ended) is R.CONSENT_EXPIRED


@pytest.mark.parametrize("facts", [EMERGENCY, REGULATOR])
def test_an_emergency_asks_for_no_consent_and_passes_over_a_general_objection(
    facts: ReadingFacts,
) -> None:
    assert facts.way in IN_EMERGENCY
    assert why(facts, opposed=True, opposed_to_this=True, informed=False) is None


def test_b7_10_an_emergency_is_declared_with_a_reason() -> None:
    def declares(ticked: bool, reason: str) -> ReadingRefusal | None:
        said = EmergencyDeclaration(is_ticked=ticked, reason=reason)
        return why(EMERGENCY, declared=said)

    assert why(EMERGENCY, declared=None) is R.EMERGENCY_NOT_DECLARED
    assert declares(False, DECLARED.reason) is R.EMERGENCY_NOT_DECLARED
    assert declares(True, "") is R.EMERGENCY_REASON_MISSING
    assert declares(True, "x" * 9 + " " * 50) is R.EMERGENCY_REASON_MISSING
    assert declares(True, "x" * 10) is None


def test_b7_11_each_switch_of_the_patient_closes_its_own_emergency() -> None:
    said = R.EMERGENCY_REFUSED_BY_PATIENT

    assert why(EMERGENCY, others_permitted=False) is said
    assert why(EMERGENCY, others_permitted=False, declared=None) is said
    assert why(EMERGENCY, regulator_permitted=False) is None
    assert why(REGULATOR, regulator_permitted=False) is said
    assert why(REGULATOR, others_permitted=False) is None


def test_a_regulator_is_a_doctor_of_whom_it_is_known() -> None:
    unknown = EmergencyDeclaration(is_ticked=True, reason=DECLARED.reason)

    assert why(REGULATOR, declared=unknown) is R.NOT_A_REGULATOR
    assert why(REGULATOR, column=MatrixColumn.NURSE) is R.NOT_A_REGULATOR
    assert why(EMERGENCY, column=MatrixColumn.NURSE) is None


@pytest.mark.parametrize("none", NoColumn)
def test_who_has_no_column_does_not_read(none: NoColumn) -> None:
    assert why(DOCTOR, column=none) is R.NOT_HABILITATED


def test_b7_31_who_has_no_profession_of_care_has_no_column() -> None:
    insurer = column_of(Situation(profession="", activity="GENR04"))

    assert isinstance(insurer, NoColumn)
    assert why(DOCTOR, column=insurer) is R.NOT_HABILITATED


def test_nothing_but_these_facts_opens_a_vault() -> None:
    """
    Of all combinations that the conditions know, those that read, told another way.
    """
    agreements = (None, AGREED, evolve(AGREED, is_spent=True))
    for way, relation, blocked, opposed, own, team, signed, told in product(
        ReadingWay, Relation, (False, True), (False, True),
        agreements, agreements, SignedInBy, (False, True),
    ):  # fmt: skip
        facts = evolve(
            {W.EMERGENCY: EMERGENCY, W.REGULATION: REGULATOR}.get(way, DOCTOR),
            way=way,
            relation=relation,
            blocked=blocked,
            opposed=opposed,
            own_agreement=own,
            team_agreement=team,
            signed_in_by=signed,
            informed=told,
        )
        named = relation in {Relation.TREATING, Relation.ADMINISTRATOR}
        agreed = {
            W.TEAM: named or (relation is Relation.TEAM and team is AGREED),
            W.CONSENT: own is AGREED,
        }
        opened = way in IN_EMERGENCY or (told and not opposed and agreed[way])
        by_two = signed in {SignedInBy.CARD, SignedInBy.INDIRECT}
        reads = opened and not blocked and by_two

        assert (refuse_reading(facts, POLICY) is None) is reads, facts


@pytest.mark.parametrize(
    ("facts", "changes", "by_names", "why"),
    [
        (DOCTOR, {"informed": False, "team_agreement": None}, False, None),
        (DOCTOR, {"blocked": True}, False, R.BLOCKED),
        (DOCTOR, {}, True, R.PATIENT_NOT_FOUND),
        (EMERGENCY, {}, True, None),
        (EMERGENCY, {"declared": None}, True, R.EMERGENCY_NOT_DECLARED),
        (REGULATOR, {}, True, None),
    ],
)
def test_by_names_nobody_is_looked_for_but_in_a_declared_emergency(
    facts: ReadingFacts,
    changes: dict[str, Any],
    by_names: bool,  # noqa: FBT001
    why: ReadingRefusal | None,
) -> None:
    assert refuse_search(evolve(facts, **changes), POLICY, by_names=by_names) is why


@pytest.mark.parametrize("facts", [DOCTOR, LOCUM, EMERGENCY, REGULATOR])
def test_what_can_still_be_asked_ticked_or_declared_refuses_nobody_for_good(
    facts: ReadingFacts,
) -> None:
    nothing: dict[str, Any] = {
        "informed": False,
        "team_agreement": None,
        "own_agreement": None,
    }

    assert refuse_for_good(facts, POLICY) is None
    assert refuse_for_good(evolve(facts, **nothing), POLICY) is None
    assert refuse_for_good(evolve(facts, **nothing), policy(least_reason=30)) is None


def test_a_reason_is_still_written_and_a_function_is_not() -> None:
    silent = EmergencyDeclaration(is_ticked=False)
    regulates = evolve(silent, is_regulator=True)

    assert refuse_for_good(evolve(EMERGENCY, declared=silent), POLICY) is None
    assert refuse_for_good(evolve(EMERGENCY, declared=None), POLICY) is None
    assert refuse_for_good(evolve(REGULATOR, declared=regulates), POLICY) is None
    for nobody in (silent, None):
        regulator = evolve(REGULATOR, declared=nobody)
        assert refuse_for_good(regulator, POLICY) is R.NOT_A_REGULATOR


@pytest.mark.parametrize("facts", [DOCTOR, LOCUM, EMERGENCY, REGULATOR])
@pytest.mark.parametrize(("_name", "changes", "said"), FAILING)
def test_what_nobody_can_ask_for_refuses_for_good(
    facts: ReadingFacts, _name: str, changes: dict[str, Any], said: ReadingRefusal
) -> None:
    assert refuse_for_good(evolve(facts, **changes), POLICY) is said

"""Rows 3 to 8 of the filing table: in order at a door, and the same in the filing."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.ins import Ins
from gateway.core.reasons import Reason
from gateway.rights.filing_facts import (
    DocumentFacts,
    FilingFacts,
    FilingPolicy,
    NoDocument,
    NoIns,
    NoWithdrawal,
)
from gateway.rights.filing_rules import MESSAGE_ROWS, decide_filing
from gateway.rights.message_rules import patient_facts
from gateway.rights.profile import ProfileState, accepts_filing
from gateway.rights.recipient_rules import (
    PATIENT_ROWS,
    AddressFact,
    Brings,
    PatientFacts,
    refuse_patient,
)
from tests.rights.facts import (
    AUTHOR,
    DOCTOR,
    DOCUMENT,
    GOOD,
    HOSPITAL,
    INS,
    OPERATOR,
    SENDER,
    WRONG_KEY,
)

OPEN = PatientFacts(
    address=AddressFact.INS, state=ProfileState.ACTIVATED, blocked=False
)
WRONG = {"address": AddressFact.WRONG_KEY}

CASES: list[tuple[dict[str, Any], Reason | None]] = [
    ({}, None),
    ({"state": ProfileState.OPEN_NOT_ACTIVATED}, None),
    ({"address": AddressFact.NO_INS}, Reason.INS_MALFORMED),
    ({**WRONG, "state": ProfileState.ABSENT}, Reason.INS_MALFORMED),
    ({**WRONG, "refuse_wrong_key": True}, Reason.INS_MALFORMED),
    (WRONG, None),
    ({"refuse_wrong_key": True}, None),
    ({**WRONG, "state": ProfileState.ANNOUNCED}, Reason.PROFILE_ABSENT),
    ({"state": ProfileState.ABSENT}, Reason.PROFILE_ABSENT),
    ({"state": ProfileState.ANNOUNCED}, Reason.PROFILE_ABSENT),
    ({"state": ProfileState.DELETED}, Reason.PROFILE_ABSENT),
    ({"state": ProfileState.OPPOSED}, Reason.PROFILE_OPPOSED),
    ({"state": ProfileState.CLOSED}, Reason.PROFILE_CLOSED),
    ({"state": ProfileState.DELETION_REQUESTED}, Reason.PROFILE_CLOSED),
    ({"state": ProfileState.SUSPENDED}, Reason.PROFILE_SUSPENDED),
    ({"state": ProfileState.SUSPENDED, "blocked": True}, Reason.PROFILE_SUSPENDED),
    ({"blocked": True}, Reason.SENDER_BLOCKED),
    ({"blocked": True, "blocked_may_file": True}, None),
    ({"blocked": True, "blocked_may_write": True}, None),
    ({"blocked": True, "brings": Brings.DOCUMENT}, Reason.SENDER_BLOCKED),
    ({"blocked": True, "brings": Brings.NOTHING_TO_FILE}, Reason.SENDER_BLOCKED),
    ({"blocked": True, "brings": Brings.DOCUMENT, "blocked_may_file": True}, None),
    (
        {"blocked": True, "brings": Brings.DOCUMENT, "blocked_may_write": True},
        Reason.SENDER_BLOCKED,
    ),
    (
        {"blocked": True, "brings": Brings.NOTHING_TO_FILE, "blocked_may_file": True},
        Reason.SENDER_BLOCKED,
    ),
    (
        {"blocked": True, "brings": Brings.NOTHING_TO_FILE, "blocked_may_write": True},
        None,
    ),
]


@pytest.mark.parametrize(("change", "reason"), CASES)
def test_the_first_row_that_objects_refuses(
    change: dict[str, Any], reason: Reason | None
) -> None:
    assert refuse_patient(evolve(OPEN, **change)) is reason


def test_every_state_has_its_case() -> None:
    shown = {change.get("state", ProfileState.ACTIVATED) for change, _ in CASES}

    assert shown == set(ProfileState)


@pytest.mark.parametrize("state", ProfileState)
def test_who_may_be_written_to_may_be_filed_for(state: ProfileState) -> None:
    refused = refuse_patient(evolve(OPEN, state=state))

    assert (refused is None) is accepts_filing(state)


def test_the_rows_are_those_of_the_filing_table() -> None:
    numbers = [number for number, _ in PATIENT_ROWS]

    assert numbers == [3, 4, 5, 6, 8]
    assert [number for number, _ in MESSAGE_ROWS] == [1, 2, *numbers, 9, 10, 11, 12]


ALONE = evolve(AUTHOR, structure=None)
OWN_NAME = evolve(OPERATOR, identity="1990000001")


@pytest.mark.parametrize(
    ("changes", "blocked"),
    [
        ({}, False),
        ({"blocked": {"1330000001"}}, False),
        ({"blocked": {SENDER.address}}, True),
        ({"blocked": {HOSPITAL}}, True),
        ({"blocked": {DOCTOR}}, True),
        ({"sender": OPERATOR, "blocked": {DOCTOR}}, True),
        ({"sender": OPERATOR, "blocked": {HOSPITAL}}, True),
        ({"sender": OPERATOR, "blocked": {OPERATOR.address}}, True),
        ({"sender": OWN_NAME, "blocked": {"1990000001"}}, True),
        ({"sender": OPERATOR, "blocked": {"1990000001"}}, False),
        ({"sender": OPERATOR, "blocked": {HOSPITAL}, "authors": (ALONE,)}, False),
        ({"sender": OPERATOR, "blocked": {DOCTOR}, "authors": (ALONE,)}, True),
        ({"sender": OPERATOR, "blocked": {DOCTOR, ""}, "authors": ()}, False),
    ],
)
def test_a_sender_is_blocked_by_any_name_it_or_an_author_goes_by(
    changes: dict[str, Any], *, blocked: bool
) -> None:
    document = evolve(DOCUMENT, authors=changes.get("authors", DOCUMENT.authors))
    facts = evolve(
        GOOD,
        document=document,
        sender=changes.get("sender", SENDER),
        blocked=frozenset(changes.get("blocked", ())),
    )

    assert patient_facts(facts).blocked is blocked


@pytest.mark.parametrize(
    ("address", "profile", "fact", "state"),
    [
        (INS, ProfileState.CLOSED, AddressFact.INS, ProfileState.CLOSED),
        (WRONG_KEY, ProfileState.CLOSED, AddressFact.WRONG_KEY, ProfileState.CLOSED),
        (NoIns.MALFORMED, ProfileState.ABSENT, AddressFact.NO_INS, ProfileState.ABSENT),
        (NoIns.UNRESOLVED, ProfileState.CLOSED, AddressFact.INS, ProfileState.ABSENT),
    ],
)
def test_the_filing_asks_the_rows_what_a_door_asks_them(
    address: Ins | NoIns,
    profile: ProfileState,
    fact: AddressFact,
    state: ProfileState,
) -> None:
    policy = FilingPolicy(blocked_may_write=True, refuse_wrong_test_key=True)
    facts = evolve(GOOD, address_ins=address, profile=profile, policy=policy)

    assert patient_facts(facts) == PatientFacts(
        address=fact,
        state=state,
        blocked=False,
        brings=Brings.DOCUMENT,
        refuse_wrong_key=True,
        blocked_may_write=True,
    )
    bare = evolve(facts, document=NoDocument.NONE_ATTACHED, policy=FilingPolicy())
    assert patient_facts(bare) == PatientFacts(
        address=fact, state=state, blocked=False, brings=Brings.NOTHING_TO_FILE
    )
    unread = evolve(bare, document=NoDocument.UNREADABLE)
    assert patient_facts(unread).brings is Brings.DOCUMENT


policies = st.builds(
    FilingPolicy,
    refuse_wrong_test_key=st.booleans(),
    blocked_may_file=st.booleans(),
    blocked_may_write=st.booleans(),
)
every_filing = st.builds(
    lambda **changes: evolve(GOOD, **changes),
    address_ins=st.sampled_from([INS, WRONG_KEY, NoIns.UNRESOLVED, NoIns.MALFORMED]),
    profile=st.sampled_from(ProfileState),
    blocked=st.frozensets(
        st.sampled_from([HOSPITAL, DOCTOR, SENDER.address, "1990000001"])
    ),
    sender=st.sampled_from([SENDER, OPERATOR, evolve(OPERATOR, identity="1990000001")]),
    policy=policies,
    document=st.sampled_from(
        [DOCUMENT, evolve(DOCUMENT, authors=()), *NoDocument],
    ),
)
ROWS_3_TO_8 = frozenset(
    {
        Reason.INS_MALFORMED,
        Reason.PROFILE_ABSENT,
        Reason.PROFILE_OPPOSED,
        Reason.PROFILE_CLOSED,
        Reason.PROFILE_SUSPENDED,
        Reason.SENDER_BLOCKED,
    }
)


def at_a_door(facts: FilingFacts) -> PatientFacts:
    """Return what a door knows of the same patient and sender, before the message."""
    without = evolve(facts, document=NoDocument.NONE_ATTACHED)
    return evolve(patient_facts(without), brings=Brings.UNKNOWN)


@settings(max_examples=1000, deadline=None)
@given(every_filing)
def test_what_a_door_refuses_the_filing_refuses_for_the_same_reason(
    facts: FilingFacts,
) -> None:
    refused = refuse_patient(at_a_door(facts))

    if refused is not None:
        decision = decide_filing(facts)
        assert decision.code is refused
        assert not decision.file


@settings(max_examples=1000, deadline=None)
@given(every_filing)
def test_what_a_door_lets_in_the_filing_refuses_only_for_what_it_brings(
    facts: FilingFacts,
) -> None:
    if refuse_patient(at_a_door(facts)) is not None:
        return

    against = ROWS_3_TO_8.intersection(decide_filing(facts).reasons)

    # An author who is blocked, or a setting for one of letter and message only.
    assert against <= {Reason.SENDER_BLOCKED}


@settings(max_examples=1000, deadline=None)
@given(every_filing, st.sampled_from(list(NoWithdrawal)))
def test_what_is_filed_or_delivered_came_through_a_door(
    facts: FilingFacts, withdrawal: NoWithdrawal
) -> None:
    if isinstance(facts.document, DocumentFacts):
        document = evolve(facts.document, withdrawal=withdrawal)
        facts = evolve(facts, document=document)
    decision = decide_filing(facts)

    if decision.file or decision.deliver:
        assert refuse_patient(at_a_door(facts)) is None

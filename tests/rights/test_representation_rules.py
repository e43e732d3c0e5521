"""Who represents whom by law: on what, how many, and until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.rights.delegation_rules import Capacity
from gateway.rights.profile import ProfileState
from gateway.rights.representation_rules import (
    MOST_REPRESENTATIVES,
    REMINDED_BEFORE,
    AttachmentFacts,
    ClosingFacts,
    ClosingStep,
    MajorityStep,
    ProofFacts,
    RepresentationFault,
    SecondFacts,
    judge_attachment,
    judge_closing,
    judge_proof,
    judge_second,
    majority_step,
    may_be_opened,
    next_majority_day,
    standing_request,
)

TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)
JEANNE, ANNE, LEO = "250016300000005", "278046300000012", "115066300000087"
F = RepresentationFault

CHILD = AttachmentFacts(
    own=ANNE,
    own_born="19780412",
    attached_to=ANNE,
    child=ProfileState.ANNOUNCED,
    child_born="20150612",
    represented_by=(),
    today=TODAY,
)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"child": ProfileState.ACTIVATED, "represented_by": (JEANNE,)}, None),
        ({"attached_to": ""}, F.UNPROVEN),
        ({"attached_to": JEANNE}, F.UNPROVEN),
        # Whatever else there is: of a child who is not attached nothing is told.
        ({"attached_to": "", "child_born": "19790328"}, F.UNPROVEN),
        ({"attached_to": JEANNE, "represented_by": (ANNE,)}, F.UNPROVEN),
        ({"attached_to": "", "own_born": "20150101"}, F.UNPROVEN),
        ({"own_born": "20081130"}, F.MINOR),
        ({"own_born": ""}, F.MINOR),
        ({"child_born": "20081129"}, F.ADULT),
        ({"child_born": ""}, F.ADULT),
        ({"represented_by": (ANNE,)}, F.THERE),
        ({"represented_by": (JEANNE, LEO)}, F.ENOUGH),
        ({"child": ProfileState.CLOSED}, F.CLOSED),
        ({"child": ProfileState.DELETED}, F.CLOSED),
        ({"child": ProfileState.SUSPENDED}, F.CLOSED),
    ],
)
def test_a_child_is_represented_by_whom_the_insurer_names(
    changes: dict[str, Any], fault: RepresentationFault | None
) -> None:
    assert MOST_REPRESENTATIVES == 2
    assert judge_attachment(evolve(CHILD, **changes)) is fault


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"asked": ANNE}, F.ONESELF),
        ({"represented_by": (ANNE, JEANNE)}, F.THERE),
        ({"represented_by": (ANNE, LEO)}, F.ENOUGH),
        ({"child_born": "20081129"}, F.ADULT),
        ({"child": ProfileState.CLOSED}, F.CLOSED),
    ],
)
def test_another_is_asked_who_is_not_there_already(
    changes: dict[str, Any], fault: RepresentationFault | None
) -> None:
    facts = SecondFacts(
        own=ANNE,
        asked=JEANNE,
        child=ProfileState.ACTIVATED,
        child_born="20150612",
        represented_by=(ANNE,),
        today=TODAY,
    )
    assert judge_second(evolve(facts, **changes)) is fault


ADULT = {"capacity": Capacity.PROTECTOR, "whom_born": "19400101"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"who": LEO}, F.ONESELF),
        ({"who_born": "20081130"}, F.MINOR),
        ({"whom_born": "20081129"}, F.ADULT),
        ({"represented_by": (ANNE,)}, F.THERE),
        ({"represented_by": (JEANNE, "1")}, F.ENOUGH),
        ({"state": ProfileState.CLOSED}, F.CLOSED),
        (ADULT, None),
        ({**ADULT, "whom_born": "20081130"}, F.MINOR),
        ({**ADULT, "whom_born": ""}, F.MINOR),
        ({**ADULT, "represented_by": (ANNE,)}, F.THERE),
        ({**ADULT, "state": ProfileState.DELETED}, F.CLOSED),
    ],
)
def test_a_proof_makes_nobody_represent_who_may_not(
    changes: dict[str, Any], fault: RepresentationFault | None
) -> None:
    facts = ProofFacts(
        capacity=Capacity.REPRESENTATIVE,
        who=ANNE,
        who_born="19780412",
        whom=LEO,
        whom_born="20150612",
        state=ProfileState.OPEN_NOT_ACTIVATED,
        represented_by=(),
        today=TODAY,
    )
    assert judge_proof(evolve(facts, **changes)) is fault


@pytest.mark.parametrize("state", ProfileState)
def test_a_space_is_opened_that_waits_or_is_open(state: ProfileState) -> None:
    opens = {
        ProfileState.ANNOUNCED,
        ProfileState.OPEN_NOT_ACTIVATED,
        ProfileState.OPPOSED,
        ProfileState.ACTIVATED,
    }
    assert may_be_opened(state) is (state in opens)


MAJORITY = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("day", "reminded", "step", "after"),
    [
        (MAJORITY - REMINDED_BEFORE - DAY, False, "nothing", "remind"),
        (MAJORITY - REMINDED_BEFORE, False, "remind", "end"),
        (MAJORITY - REMINDED_BEFORE, True, "nothing", "end"),
        (MAJORITY - DAY, False, "remind", "end"),
        (MAJORITY - DAY, True, "nothing", "end"),
        (MAJORITY, False, "end", "end"),
        (MAJORITY, True, "end", "end"),
        (MAJORITY + 400 * DAY, False, "end", "end"),
    ],
)
def test_both_are_told_two_months_before_and_it_ends_on_the_day(
    day: date, reminded: bool, step: str, after: str
) -> None:
    assert timedelta(days=60) == REMINDED_BEFORE
    assert majority_step(MAJORITY, day, reminded=reminded) is MajorityStep(step)
    due = next_majority_day(MAJORITY, day, reminded=reminded)
    assert due == (MAJORITY if after == "end" else MAJORITY - REMINDED_BEFORE)


def test_of_a_birth_date_that_nobody_knows_it_ends_at_once() -> None:
    assert majority_step(None, TODAY, reminded=False) is MajorityStep.END


CLOSING = ClosingFacts(
    state=ProfileState.ACTIVATED,
    has_account=False,
    own="mine",
    others=frozenset({"theirs"}),
    today=date(2026, 11, 29),
)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, ClosingStep.ASK),
        ({"others": frozenset()}, ClosingStep.CLOSE),
        ({"has_account": True}, ClosingStep.REFUSE),
        ({"has_account": True, "others": frozenset()}, ClosingStep.REFUSE),
        ({"state": ProfileState.CLOSED}, ClosingStep.REFUSE),
        ({"asked": "theirs", "asked_at": date(2026, 10, 30)}, ClosingStep.CLOSE),
        ({"asked": "theirs", "asked_at": date(2026, 10, 29)}, ClosingStep.ASK),
        ({"asked": "theirs"}, ClosingStep.ASK),
        ({"asked": "mine", "asked_at": date(2026, 11, 29)}, ClosingStep.WAIT),
        ({"asked": "ended", "asked_at": date(2026, 11, 29)}, ClosingStep.ASK),
    ],
)
def test_a_childs_space_is_closed_by_all_who_represent_the_child(
    changes: dict[str, Any], step: ClosingStep
) -> None:
    assert judge_closing(evolve(CLOSING, **changes)) is step


@pytest.mark.parametrize(
    ("asked", "on", "by"),
    [
        ("mine", date(2026, 11, 29), "mine"),
        ("theirs", date(2026, 10, 30), "theirs"),
        ("theirs", date(2026, 10, 29), ""),
        ("theirs", None, ""),
        ("ended", date(2026, 11, 29), ""),
    ],
)
def test_a_request_stands_for_thirty_days_and_while_who_asked_represents(
    asked: str, on: date | None, by: str
) -> None:
    assert standing_request(evolve(CLOSING, asked=asked, asked_at=on)) == by

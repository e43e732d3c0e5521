"""Who acts for whom, from when to when, and what they may do there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.person import IdentityTraits
from gateway.rights.delegation_rules import (
    MOST_CARERS,
    MOST_HELPED,
    REPRESENTING,
    AcceptanceFacts,
    Act,
    AnswerFault,
    Capacity,
    DelegationState,
    InvitationFacts,
    InvitationFault,
    OpeningFacts,
    Term,
    TermFault,
    Worth,
    capacity_on,
    ends_help,
    is_same_person,
    judge_acceptance,
    judge_invitation,
    judge_term,
    may,
    standing,
)
from gateway.rights.majority_rules import is_minor
from gateway.rights.profile import ProfileState

TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)
TERM = Term(first=TODAY, last=TODAY + 30 * DAY)
JEANNE, ANNE, PAUL = "250016300000005", "278046300000012", "149066300000087"


@pytest.mark.parametrize(
    ("act", "capacity", "allowed"),
    [
        (Act.READ, Capacity.HOLDER, True),
        (Act.WRITE, Capacity.HOLDER, True),
        (Act.DOCUMENTS, Capacity.HOLDER, True),
        (Act.GOVERN, Capacity.HOLDER, True),
        (Act.ACCOUNT, Capacity.HOLDER, True),
        (Act.READ, Capacity.CARER, True),
        (Act.WRITE, Capacity.CARER, True),
        (Act.DOCUMENTS, Capacity.CARER, True),
        (Act.GOVERN, Capacity.CARER, False),
        (Act.ACCOUNT, Capacity.CARER, False),
        *(
            (act, capacity, act is not Act.ACCOUNT)
            for capacity in sorted(REPRESENTING)
            for act in Act
        ),
    ],
)
def test_a_carer_governs_nothing_and_a_representative_all_but_the_account(
    act: Act, capacity: Capacity, allowed: bool
) -> None:
    assert may(act, capacity) is allowed


S = DelegationState


@pytest.mark.parametrize(
    ("state", "day", "worth"),
    [
        (S.PENDING, TERM.first - DAY, Worth.WAITING),
        (S.PENDING, TERM.last, Worth.WAITING),
        (S.PENDING, TERM.last + DAY, Worth.OVER),
        (S.ACCEPTED, TERM.first - DAY, Worth.TO_COME),
        (S.ACCEPTED, TERM.first, Worth.IN_FORCE),
        (S.ACCEPTED, TERM.last, Worth.IN_FORCE),
        (S.ACCEPTED, TERM.last + DAY, Worth.OVER),
        (S.REFUSED, TERM.first, Worth.REFUSED),
        (S.REFUSED, TERM.last + DAY, Worth.REFUSED),
        (S.ENDED, TERM.first, Worth.OVER),
        (S.TAKEN_BACK, TERM.first, Worth.OVER),
    ],
)
def test_it_holds_from_its_first_day_to_its_last(
    state: DelegationState, day: date, worth: Worth
) -> None:
    assert standing(state, TERM, day) is worth


@pytest.mark.parametrize(
    ("first", "days", "fault"),
    [
        (TODAY, 0, None),
        (TODAY, 364, None),
        (TODAY, 365, TermFault.LONG),
        (TODAY, -1, TermFault.BACKWARDS),
        (TODAY - DAY, 3, TermFault.PAST),
        (TODAY + 90 * DAY, 364, None),
        (TODAY + 90 * DAY, 365, TermFault.LONG),
    ],
)
def test_its_days_begin_today_or_later_and_end(
    first: date, days: int, fault: TermFault | None
) -> None:
    assert judge_term(Term(first=first, last=first + days * DAY), TODAY, 365) is fault


ASKED = InvitationFacts(
    own=JEANNE, asked=ANNE, helpers=(), born="19500117", today=TODAY
)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"asked": JEANNE}, InvitationFault.ONESELF),
        ({"helpers": (PAUL, ANNE)}, InvitationFault.THERE),
        ({"helpers": ("1", "2", ANNE)}, InvitationFault.THERE),
        ({"helpers": ("1", "2")}, None),
        ({"helpers": ("1", "2", "3")}, InvitationFault.ENOUGH),
        ({"born": "20081129"}, None),
        ({"born": "20081130"}, InvitationFault.MINOR),
        ({"born": ""}, InvitationFault.MINOR),
    ],
)
def test_an_adult_asks_three_others_at_most(
    changes: dict[str, Any], fault: InvitationFault | None
) -> None:
    assert MOST_CARERS == 3
    assert judge_invitation(evolve(ASKED, **changes)) is fault


WAITING = AcceptanceFacts(
    capacity=Capacity.CARER,
    standing=Worth.WAITING,
    holder=ProfileState.ACTIVATED,
    holder_born="19500101",
    own_born="20100101",
    today=TODAY,
    helped=0,
)
CHILDS: dict[str, Any] = {
    "capacity": Capacity.REPRESENTATIVE,
    "holder_born": "20150101",
    "own_born": "19800101",
}


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        (WAITING, None),
        (evolve(WAITING, helped=MOST_HELPED - 1), None),
        (evolve(WAITING, helped=MOST_HELPED), AnswerFault.ENOUGH),
        (evolve(WAITING, holder=ProfileState.CLOSED), AnswerFault.CLOSED),
        *(
            (evolve(WAITING, standing=one, **more), AnswerFault.NOT_WAITING)
            for one in Worth
            for more in ({}, CHILDS)
            if one is not Worth.WAITING
        ),
        (evolve(WAITING, **CHILDS), None),
        (evolve(WAITING, **CHILDS, helped=MOST_HELPED), None),
        (evolve(WAITING, **{**CHILDS, "own_born": "20081130"}), AnswerFault.AGE),
        (evolve(WAITING, **{**CHILDS, "holder_born": "20081129"}), AnswerFault.AGE),
        (evolve(WAITING, **{**CHILDS, "holder_born": ""}), AnswerFault.AGE),
    ],
)
def test_who_is_asked_accepts_once_and_helps_five_at_most(
    facts: AcceptanceFacts, fault: AnswerFault | None
) -> None:
    assert MOST_HELPED == 5
    assert judge_acceptance(facts) is fault


def opening(**changes: Any) -> OpeningFacts:
    facts = OpeningFacts(
        capacity=Capacity.CARER,
        state=DelegationState.ACCEPTED,
        term=TERM,
        holder=ProfileState.ACTIVATED,
        born="20150101",
        day=TODAY,
    )
    return evolve(facts, **changes)


@pytest.mark.parametrize("holder", ProfileState)
@pytest.mark.parametrize("state", DelegationState)
@pytest.mark.parametrize("capacity", sorted(set(Capacity) - {Capacity.HOLDER}))
@pytest.mark.parametrize(
    "day", [TERM.first - DAY, TERM.first, TERM.last, TERM.last + DAY]
)
def test_a_space_is_open_while_it_was_agreed_and_to_its_holder_too(
    state: DelegationState, holder: ProfileState, capacity: Capacity, day: date
) -> None:
    accepted = state is DelegationState.ACCEPTED and TERM.holds(day)
    expected = accepted and holder is ProfileState.ACTIVATED

    facts = opening(state=state, holder=holder, capacity=capacity, day=day)

    assert capacity_on(facts) is (capacity if expected else None)


@pytest.mark.parametrize(
    ("born", "opens"),
    [
        ("20081130", True),
        ("20081129", False),  # eighteen today, whatever is written down
        ("19790328", False),
        ("200812", True),
        ("200811", False),
        ("2008", False),
        ("2009", True),
        ("", False),
        ("unknown", False),
    ],
)
def test_a_parent_has_no_access_from_the_day_the_child_may_be_of_age(
    born: str, opens: bool
) -> None:
    found = capacity_on(opening(capacity=Capacity.REPRESENTATIVE, born=born))

    assert found is (Capacity.REPRESENTATIVE if opens else None)
    assert is_minor(born, TODAY) is opens


@pytest.mark.parametrize("born", ["20081129", "19790328", "2008", ""])
def test_who_is_in_charge_of_an_adult_has_access_at_any_age(born: str) -> None:
    found = capacity_on(opening(capacity=Capacity.PROTECTOR, born=born))

    assert found is Capacity.PROTECTOR


PERSON = IdentityTraits(
    family="MOREL", given_names="ANNE LUCIE", first_given="ANNE", birth_date="19780412"
)
NAMED = IdentityTraits(family="Morel", first_given="Anne", birth_date="19780412")


@pytest.mark.parametrize(
    ("known", "named", "same"),
    [
        ({}, {}, True),
        ({"first_given": ""}, {"first_given": "Anne Lucie"}, True),
        ({}, {"family": "Martin"}, False),
        ({}, {"family": ""}, False),
        ({}, {"first_given": "Lucie"}, False),
        ({}, {"first_given": ""}, False),
        ({}, {"birth_date": "19780413"}, False),
        ({}, {"birth_date": ""}, False),
        ({"family": ""}, {}, False),
        ({"first_given": "", "given_names": ""}, {}, False),
        ({"birth_date": ""}, {}, False),
    ],
)
def test_a_person_is_found_by_all_that_is_asked_for(
    known: dict[str, str], named: dict[str, str], same: bool
) -> None:
    assert is_same_person(evolve(PERSON, **known), evolve(NAMED, **named)) is same


@pytest.mark.parametrize("state", ProfileState)
def test_help_ends_with_a_space_that_is_closed_and_with_no_other(
    state: ProfileState,
) -> None:
    closed = {"CLOSED", "DELETION_REQUESTED", "DELETED"}

    assert ends_help(state) is (state.value in closed)

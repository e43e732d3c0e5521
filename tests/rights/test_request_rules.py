"""What two persons do, and which of them does what: nobody confirms their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rights.operator_rules import COMMANDS
from gateway.rights.request_rules import (
    RequestFacts,
    RequestState,
    is_open,
    needs_a_second,
    standing_of,
    why_not_confirmed,
    why_not_withdrawn,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
ANNE, BOB = 1001, 1002


def facts(
    state: RequestState = RequestState.WAITING,
    command: str = "keys destroy",
    expires_at: datetime = NOW + MOMENT,
) -> RequestFacts:
    return RequestFacts(
        command=command, state=state, asked_by=ANNE, expires_at=expires_at
    )


def test_these_commands_are_of_two_persons_and_no_other() -> None:
    assert {one for one in COMMANDS if needs_a_second(one)} == {
        "keys destroy",
        "keys rotate",
        "mailbox add",
        "mailbox holder",
        "mailbox open",
        "roles grant",
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_what_takes_a_right_away_waits_for_nobody(command: str) -> None:
    assert not needs_a_second(command, takes_away=True)


def test_another_one_confirms_and_who_asked_does_not() -> None:
    assert why_not_confirmed(facts(), BOB, NOW) == ""
    assert (
        why_not_confirmed(facts(), ANNE, NOW)
        == "who asked does not confirm: a second person has to"
    )


def test_at_its_end_and_after_it_nobody_confirms_it() -> None:
    last = facts(expires_at=NOW + MOMENT)
    assert is_open(last, NOW)
    for late in (NOW + MOMENT, NOW + 2 * MOMENT):
        assert why_not_confirmed(last, BOB, late) == "it has expired: ask again"
        assert not is_open(last, late)
        assert standing_of(last, late) == "expired"
    assert standing_of(last, NOW) == "waiting"


@pytest.mark.parametrize("state", sorted(set(RequestState) - {RequestState.WAITING}))
def test_what_was_confirmed_or_ended_is_not_confirmed_again(
    state: RequestState,
) -> None:
    assert why_not_confirmed(facts(state), BOB, NOW) == f"it is {state.value}"
    assert not is_open(facts(state), NOW)
    assert standing_of(facts(state), NOW) == state.value


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [
        (RequestState.CONFIRMED, True),
        (RequestState.FAILED, True),
        (RequestState.DONE, False),
        (RequestState.WITHDRAWN, False),
    ],
)
def test_a_turn_that_was_ended_half_way_goes_on_by_a_second_person(
    state: RequestState, *, goes_on: bool
) -> None:
    turn = facts(state, "keys rotate")

    assert (why_not_confirmed(turn, BOB, NOW) == "") is goes_on
    assert why_not_confirmed(turn, ANNE, NOW)
    assert why_not_confirmed(turn, BOB, NOW + MOMENT)


@pytest.mark.parametrize("state", RequestState)
def test_who_asked_takes_it_back_while_it_waits_and_nobody_else(
    state: RequestState,
) -> None:
    waits = state is RequestState.WAITING

    assert (why_not_withdrawn(facts(state), ANNE) == "") is waits
    assert why_not_withdrawn(facts(state), BOB) == "only who asked takes it back"

"""The life of a profile."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.errors import ConflictError
from gateway.rights.profile import (
    TRANSITIONS,
    ProfileEvent,
    ProfileState,
    accepts_filing,
    event_between,
    may_sign_in,
)

STORIES = [
    (
        ProfileState.ABSENT,
        [ProfileEvent.ANNOUNCE, ProfileEvent.OPEN, ProfileEvent.ACTIVATE],
        ProfileState.ACTIVATED,
    ),
    (
        ProfileState.ABSENT,
        [ProfileEvent.ANNOUNCE, ProfileEvent.OBJECT],
        ProfileState.OPPOSED,
    ),
    (ProfileState.OPPOSED, [ProfileEvent.ACTIVATE], ProfileState.ACTIVATED),
    (
        ProfileState.ACTIVATED,
        [ProfileEvent.CLOSE, ProfileEvent.REOPEN],
        ProfileState.ACTIVATED,
    ),
    (
        ProfileState.CLOSED,
        [ProfileEvent.REQUEST_DELETION, ProfileEvent.DELETE, ProfileEvent.ACTIVATE],
        ProfileState.ACTIVATED,
    ),
    (
        ProfileState.ACTIVATED,
        [ProfileEvent.REQUEST_DELETION, ProfileEvent.REOPEN],
        ProfileState.ACTIVATED,
    ),
    (
        ProfileState.ACTIVATED,
        [ProfileEvent.SUSPEND, ProfileEvent.LIFT_SUSPENSION],
        ProfileState.OPEN_NOT_ACTIVATED,
    ),
    (
        ProfileState.ACTIVATED,
        [ProfileEvent.SUSPEND, ProfileEvent.CLOSE],
        ProfileState.CLOSED,
    ),
]


@pytest.mark.parametrize(("state", "events", "end"), STORIES)
def test_a_profile_goes_its_way(
    state: ProfileState, events: list[ProfileEvent], end: ProfileState
) -> None:
    for event in events:
        state = TRANSITIONS[state, event]

    assert state is end


@pytest.mark.parametrize("pair", TRANSITIONS, ids=" ".join)
def test_the_event_is_known_by_the_states_before_and_after(
    pair: tuple[ProfileState, ProfileEvent],
) -> None:
    before, event = pair

    assert event_between(before, TRANSITIONS[pair]) is event


_POSSIBLE = {(before, after) for (before, _), after in TRANSITIONS.items()}


@pytest.mark.parametrize(
    ("before", "after"),
    [pair for pair in product(ProfileState, ProfileState) if pair not in _POSSIBLE],
)
def test_whatever_else_is_a_conflict_that_names_what_is_possible(
    before: ProfileState, after: ProfileState
) -> None:
    with pytest.raises(ConflictError) as refused:
        event_between(before, after)

    named = str(refused.value).partition("it can become ")[2].split(" or ")
    assert set(named) == {end for start, end in _POSSIBLE if start is before}


def test_a_deleted_profile_cannot_be_closed() -> None:
    with pytest.raises(ConflictError, match="a profile that is DELETED cannot become"):
        event_between(ProfileState.DELETED, ProfileState.CLOSED)


def test_every_state_can_be_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(ProfileState)
    assert set(TRANSITIONS.values()) == set(ProfileState) - {ProfileState.ABSENT}
    assert {event for _, event in TRANSITIONS} == set(ProfileEvent)


@pytest.mark.parametrize("state", list(ProfileState))
def test_only_an_open_profile_takes_documents_and_messages(state: ProfileState) -> None:
    is_open = state in {ProfileState.OPEN_NOT_ACTIVATED, ProfileState.ACTIVATED}

    assert accepts_filing(state) == is_open
    assert may_sign_in(state) == (state is ProfileState.ACTIVATED)

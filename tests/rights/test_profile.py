"""The life of a profile."""

from __future__ import annotations

import pytest

from gateway.errors import ConflictError
from gateway.rights.profile import (
    TRANSITIONS,
    ProfileEvent,
    ProfileState,
    accepts_filing,
    advance,
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
        state = advance(state, event)

    assert state is end


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (ProfileState.ABSENT, ProfileEvent.CLOSE),
        (ProfileState.OPPOSED, ProfileEvent.OPEN),
        (ProfileState.DELETED, ProfileEvent.REOPEN),
        (ProfileState.ACTIVATED, ProfileEvent.OBJECT),
        (ProfileState.CLOSED, ProfileEvent.SUSPEND),
    ],
)
def test_what_cannot_happen_is_a_conflict(
    state: ProfileState, event: ProfileEvent
) -> None:
    with pytest.raises(ConflictError):
        advance(state, event)


def test_every_state_can_be_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(ProfileState)
    assert set(TRANSITIONS.values()) == set(ProfileState) - {ProfileState.ABSENT}
    assert {event for _, event in TRANSITIONS} == set(ProfileEvent)


@pytest.mark.parametrize("state", list(ProfileState))
def test_only_an_open_profile_takes_documents_and_messages(state: ProfileState) -> None:
    is_open = state in {ProfileState.OPEN_NOT_ACTIVATED, ProfileState.ACTIVATED}

    assert accepts_filing(state) == is_open
    assert may_sign_in(state) == (state is ProfileState.ACTIVATED)

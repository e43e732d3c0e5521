"""What time does to a space: the day itself, in each state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rights.life_rules import (
    REACHED,
    Deadline,
    due_next,
    may_return,
    years_after,
)
from gateway.rights.profile import TRANSITIONS, ProfileEvent, ProfileState

SINCE = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
DUE = {
    ProfileState.ANNOUNCED: Deadline(
        ProfileEvent.OPEN, datetime(2027, 1, 10, 9, 30, tzinfo=UTC)
    ),
    ProfileState.SUSPENDED: Deadline(
        ProfileEvent.CLOSE, datetime(2027, 1, 10, 9, 30, tzinfo=UTC)
    ),
    ProfileState.CLOSED: Deadline(
        ProfileEvent.DELETE, datetime(2036, 11, 29, 9, 30, tzinfo=UTC)
    ),
    ProfileState.DELETION_REQUESTED: Deadline(
        ProfileEvent.DELETE, datetime(2026, 12, 29, 9, 30, tzinfo=UTC)
    ),
}


@pytest.mark.parametrize("state", ProfileState)
def test_each_state_has_its_day_or_none(state: ProfileState) -> None:
    assert due_next(state, SINCE) == DUE.get(state)


@pytest.mark.parametrize("state", DUE)
def test_what_time_does_is_a_step_of_the_life(state: ProfileState) -> None:
    due = due_next(state, SINCE)
    assert due is not None

    assert TRANSITIONS[state, due.event] is REACHED[due.event]


def test_a_deletion_is_done_within_three_months() -> None:
    due = due_next(ProfileState.DELETION_REQUESTED, SINCE)
    assert due is not None
    assert timedelta(0) < due.at - SINCE <= timedelta(days=90)


def test_ten_years_after_a_leap_day_are_over_the_day_after() -> None:
    leap = datetime(2028, 2, 29, tzinfo=UTC)

    assert years_after(leap, 10) == datetime(2038, 3, 1, tzinfo=UTC)
    assert years_after(leap, 4) == datetime(2032, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize("state", ProfileState)
def test_who_closed_a_space_may_open_it_again(state: ProfileState) -> None:
    may = state in {ProfileState.CLOSED, ProfileState.DELETION_REQUESTED}

    assert may_return(state) is may
    assert ((state, ProfileEvent.REOPEN) in TRANSITIONS) is may

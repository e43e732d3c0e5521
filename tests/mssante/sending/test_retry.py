"""When a copy is tried again, and which events end it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConflictError
from gateway.mssante.sending.retry import (
    TRANSITIONS,
    DeliveryEvent,
    DeliveryState,
    Schedule,
    advance,
)

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SCHEDULE = Schedule(waits=(1, 5, 15), expire_hours=48, warn_hours=4)


@pytest.mark.parametrize(("pair", "after"), TRANSITIONS.items())
def test_each_event_leads_where_the_table_says(
    pair: tuple[DeliveryState, DeliveryEvent], after: DeliveryState
) -> None:
    assert advance(*pair) is after


@pytest.mark.parametrize(
    "pair",
    [pair for pair in product(DeliveryState, DeliveryEvent) if pair not in TRANSITIONS],
)
def test_a_copy_that_ended_does_not_change_any_more(
    pair: tuple[DeliveryState, DeliveryEvent],
) -> None:
    with pytest.raises(ConflictError):
        advance(*pair)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 15), (100, 15)]
)
def test_waits_follow_the_list_and_its_last_repeats(
    attempts: int, minutes: int
) -> None:
    assert SCHEDULE.wait_after(attempts) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("age", "warned", "expired"),
    [
        (timedelta(0), False, False),
        (timedelta(hours=4) - timedelta(seconds=1), False, False),
        (timedelta(hours=4), True, False),
        (timedelta(hours=48) - timedelta(seconds=1), True, False),
        (timedelta(hours=48), True, True),
    ],
)
def test_the_sender_is_warned_then_the_message_is_returned(
    age: timedelta, warned: bool, expired: bool
) -> None:
    now = START + age

    assert SCHEDULE.should_warn(START, now) is warned
    assert SCHEDULE.has_expired(START, now) is expired


@given(st.lists(st.integers(1, 1440), min_size=1, max_size=10).map(sorted))
def test_waits_never_shrink_and_every_message_expires(waits: list[int]) -> None:
    schedule = Schedule(waits=waits, expire_hours=48, warn_hours=4)
    now, tries = START, 0
    while not schedule.has_expired(START, now):
        tries += 1
        assert schedule.wait_after(tries) <= schedule.wait_after(tries + 1)
        now += schedule.wait_after(tries)
        assert tries < 48 * 60 + 2

"""What passes by itself is tried for days; what does not is said soon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConflictError, InvalidError, UnavailableError
from gateway.store.tasks.patience import Patience

PATIENCE = Patience(
    first=timedelta(seconds=2),
    longest=timedelta(minutes=15),
    give_up=timedelta(days=5),
    max_attempts=8,
)
NOW, NIGHT, LONG = timedelta(0), timedelta(hours=12), timedelta(days=5)


@pytest.mark.parametrize(
    ("error", "failures", "age", "ended"),
    [
        # Permanent: at once.
        (InvalidError("never"), 1, NOW, True),
        # Temporary: however often, for days; then a person.
        (UnavailableError("no room"), 1, NOW, False),
        (UnavailableError("no room"), 5000, NIGHT, False),
        (UnavailableError("no room"), 1, LONG - timedelta(seconds=1), False),
        (UnavailableError("no room"), 1, LONG, True),
        # Not known to pass: a few times.
        (ConflictError("raced"), 7, LONG, False),
        (ConflictError("raced"), 8, NOW, True),
        (ZeroDivisionError(), 7, NOW, False),
        (ZeroDivisionError(), 8, NOW, True),
    ],
)
def test_how_long_each_kind_of_failure_is_tried_again(
    error: Exception, failures: int, age: timedelta, *, ended: bool
) -> None:
    assert PATIENCE.has_ended(error, failures, age) is ended


@given(st.integers(min_value=0, max_value=10**9))
def test_no_wait_is_longer_than_the_longest_nor_shorter_than_the_first(
    failures: int,
) -> None:
    wait = PATIENCE.wait_after(failures)

    assert PATIENCE.first <= wait <= PATIENCE.longest
    assert wait <= PATIENCE.wait_after(failures + 1)

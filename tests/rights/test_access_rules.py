"""Break-glass: who may ask, grant, open and review, and until when exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from gateway.core.accesses import AccessRefusal, AccessState, AskRefusal
from gateway.rights.access_rules import (
    AccessFacts,
    is_overdue,
    refuse_asking,
    refuse_granting,
    refuse_reading,
    refuse_reviewing,
    state_of,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)
ASKED = AccessFacts(
    asked_by="anne",
    asked_until=NOW + DAY,
    begun_at=None,
    ends_at=None,
    refused_at=None,
    review_by=None,
)
GRANTED = evolve(ASKED, begun_at=NOW, ends_at=NOW + HALF_HOUR)
TAKEN = evolve(GRANTED, asked_until=None, review_by=NOW + DAY)
REFUSED = evolve(ASKED, refused_at=NOW)
REVIEWED = evolve(TAKEN, review_by=None)


@pytest.mark.parametrize(
    ("facts", "after", "state"),
    [
        (ASKED, DAY - TICK, AccessState.ASKED),
        (ASKED, DAY, AccessState.LAPSED),
        (REFUSED, TICK, AccessState.REFUSED),
        (GRANTED, timedelta(0), AccessState.OPEN),
        (GRANTED, HALF_HOUR - TICK, AccessState.OPEN),
        (GRANTED, HALF_HOUR, AccessState.ENDED),
        (GRANTED, -TICK, AccessState.ENDED),  # the clock was set back
        (TAKEN, HALF_HOUR, AccessState.ENDED),
        (evolve(ASKED, asked_until=None), timedelta(0), AccessState.LAPSED),
        # What was granted only half gives nothing.
        (evolve(GRANTED, ends_at=None), timedelta(0), AccessState.ASKED),
        (evolve(TAKEN, begun_at=None), timedelta(0), AccessState.LAPSED),
    ],
)
def test_an_access_is_open_until_its_end_and_not_a_moment_longer(
    facts: AccessFacts, after: timedelta, state: AccessState
) -> None:
    assert state_of(facts, NOW + after) is state


@pytest.mark.parametrize(
    ("facts", "account", "after", "why"),
    [
        (ASKED, "ben", timedelta(0), None),
        (ASKED, "ben", DAY - TICK, None),
        (ASKED, "ben", DAY, AccessRefusal.NOT_ASKED),
        (ASKED, "anne", timedelta(0), AccessRefusal.OWN),
        (GRANTED, "ben", timedelta(0), AccessRefusal.NOT_ASKED),
        (TAKEN, "ben", timedelta(0), AccessRefusal.NOT_ASKED),
        (REFUSED, "ben", timedelta(0), AccessRefusal.NOT_ASKED),
    ],
)
def test_a_second_person_grants_what_waits(
    facts: AccessFacts, account: str, after: timedelta, why: AccessRefusal | None
) -> None:
    assert refuse_granting(facts, account, NOW + after) is why


@pytest.mark.parametrize(
    ("facts", "account", "after", "why"),
    [
        (GRANTED, "anne", timedelta(0), None),
        (TAKEN, "anne", HALF_HOUR - TICK, None),
        (TAKEN, "anne", HALF_HOUR, AccessRefusal.NOT_OPEN),
        (TAKEN, "ben", timedelta(0), AccessRefusal.ANOTHERS),
        (ASKED, "anne", timedelta(0), AccessRefusal.NOT_OPEN),
        (REFUSED, "anne", timedelta(0), AccessRefusal.NOT_OPEN),
    ],
)
def test_only_who_asked_opens_something_while_it_is_open(
    facts: AccessFacts, account: str, after: timedelta, why: AccessRefusal | None
) -> None:
    assert refuse_reading(facts, account, NOW + after) is why


@pytest.mark.parametrize(
    ("facts", "account", "after", "why"),
    [
        (TAKEN, "ben", HALF_HOUR, None),
        (TAKEN, "ben", 9 * DAY, None),  # late, and still due
        (TAKEN, "ben", HALF_HOUR - TICK, AccessRefusal.NOT_OVER),
        (TAKEN, "anne", HALF_HOUR, AccessRefusal.OWN),
        (GRANTED, "ben", HALF_HOUR, AccessRefusal.NO_REVIEW),
        (REVIEWED, "ben", HALF_HOUR, AccessRefusal.NO_REVIEW),
        (ASKED, "ben", HALF_HOUR, AccessRefusal.NO_REVIEW),
    ],
)
def test_another_account_reviews_what_is_over(
    facts: AccessFacts, account: str, after: timedelta, why: AccessRefusal | None
) -> None:
    assert refuse_reviewing(facts, account, NOW + after) is why


def test_a_review_is_overdue_from_its_time_on() -> None:
    assert not is_overdue(TAKEN, NOW + DAY - TICK)
    assert is_overdue(TAKEN, NOW + DAY)
    assert not is_overdue(REVIEWED, NOW + 9 * DAY)
    assert not is_overdue(GRANTED, NOW + 9 * DAY)


@pytest.mark.parametrize(
    ("count", "tell_after", "why"),
    [
        (0, None, AskRefusal.NOTHING),
        (1, None, None),
        (20, None, None),
        (21, None, AskRefusal.TOO_MANY),
        (1, timedelta(0), AskRefusal.NOT_LATER),
        (1, TICK, None),
        (1, 30 * DAY, None),
        (1, 30 * DAY + TICK, AskRefusal.TOO_LATE),
    ],
)
def test_what_may_be_asked_for_has_its_limits(
    count: int, tell_after: timedelta | None, why: AskRefusal | None
) -> None:
    tell_at = None if tell_after is None else NOW + tell_after
    found = refuse_asking(count, 20, tell_at=tell_at, now=NOW, latest=30 * DAY)
    assert found is why

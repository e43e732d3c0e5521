"""How often a professional may try, and what somebody looks at."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.rights.attempt_rules import (
    UNUSUAL_ROWS,
    AttemptCounts,
    AttemptLimits,
    Unusual,
    is_too_often,
    unusual,
)

LIMITS = AttemptLimits(attempts=5, searches=2, refused=3, patients=4, emergencies=2)
NONE = AttemptCounts()


@pytest.mark.parametrize(
    ("counts", "by_number", "by_names"),
    [
        (NONE, False, False),
        (evolve(NONE, attempts=4, searches=1), False, False),
        (evolve(NONE, attempts=4, searches=2), False, True),
        (evolve(NONE, attempts=5), True, True),
        (evolve(NONE, refused=99, patients=99, emergencies=99), False, False),
    ],
)
def test_from_the_limit_on_nothing_more_is_looked_up(
    counts: AttemptCounts, by_number: bool, by_names: bool
) -> None:
    assert is_too_often(counts, LIMITS, by_names=False) is by_number
    assert is_too_often(counts, LIMITS, by_names=True) is by_names


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"attempts": 5}, Unusual.MANY_ATTEMPTS),
        ({"refused": 3}, Unusual.MANY_REFUSED),
        ({"patients": 4}, Unusual.MANY_PATIENTS),
        ({"emergencies": 2}, Unusual.MANY_EMERGENCIES),
    ],
)
def test_what_is_unusual_is_so_from_its_threshold_on(
    changes: dict[str, Any], what: Unusual
) -> None:
    just_below = {name: number - 1 for name, number in changes.items()}

    assert unusual(evolve(NONE, **changes), LIMITS) == {what}
    assert unusual(evolve(NONE, **just_below), LIMITS) == frozenset()


def test_each_word_has_its_row() -> None:
    assert {word for word, _ in UNUSUAL_ROWS} == set(Unusual)

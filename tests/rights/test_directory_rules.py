"""Which extraction is taken without an operator's word, and which is too old."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from gateway.rights.directory_rules import FEW, ExtractRefusal, is_old, refusal_of

DAY = date(2026, 11, 28)
TAKEN: dict[str, Any] = {
    "people": 80,
    "known": 100,
    "gone": 20,
    "most_percent": 20,
    "day": DAY,
    "last": DAY,
}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"gone": 21}, ExtractRefusal.MANY_GONE),
        ({"gone": FEW, "known": FEW}, None),
        ({"gone": FEW + 1, "known": FEW + 1}, ExtractRefusal.MANY_GONE),
        ({"most_percent": 0}, ExtractRefusal.MANY_GONE),
        ({"gone": 100, "most_percent": 100}, None),
        ({"people": 0}, ExtractRefusal.EMPTY),
        ({"day": DAY - timedelta(days=1)}, ExtractRefusal.OLDER),
        ({"day": DAY + timedelta(days=1)}, None),
        ({"last": None}, None),
    ],
)
def test_an_extraction_is_taken_where_it_destroys_nothing(
    changes: dict[str, Any], why: ExtractRefusal | None
) -> None:
    assert refusal_of(**{**TAKEN, **changes}) is why


@pytest.mark.parametrize(("days", "old"), [(0, False), (30, False), (31, True)])
def test_a_directory_is_old_after_so_many_days(days: int, *, old: bool) -> None:
    assert is_old(DAY, DAY + timedelta(days=days), 30) is old

"""What patients are told: an hour that every day has, and no forgetting too early."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import MisuseError
from gateway.settings.notices import NoticeSettings


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"digest_hour": -1}, "between 0 and 23"),
        ({"digest_hour": 24}, "between 0 and 23"),
        ({"kept_days": 29}, "between 30 and 3660"),
        ({"kept_days": 3661}, "between 30 and 3660"),
        ({"unread_days": -1}, "between 0 and 90"),
        ({"unread_days": 91}, "between 0 and 90"),
        ({"inquiry_days": 0}, "between 1 and 90"),
        ({"inquiry_days": 91}, "between 1 and 90"),
    ],
)
def test_what_no_day_has_is_refused(values: dict[str, Any], why: str) -> None:
    with pytest.raises(MisuseError, match=why):
        NoticeSettings(**values)


@pytest.mark.parametrize(("hour", "days", "unread"), [(0, 30, 0), (23, 3660, 90)])
def test_the_limits_themselves_are_taken(hour: int, days: int, unread: int) -> None:
    taken = NoticeSettings(digest_hour=hour, kept_days=days, unread_days=unread)

    assert (taken.digest_hour, taken.kept_days) == (hour, days)
    assert taken.unread_days == unread

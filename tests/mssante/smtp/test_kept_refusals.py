"""A flood of refusals fills no disk, and what was not kept is counted and said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.metrics import REFUSALS_NOT_KEPT
from gateway.mssante.smtp.kept_refusals import HOUR, KeptRefusals
from tests.logged import lines_logged

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_as_many_are_kept_in_an_hour_as_the_limit_says_and_no_more() -> None:
    counted = KeptRefusals(2)
    before = REFUSALS_NOT_KEPT._value.get()

    with lines_logged() as lines:
        taken = [counted.take(NOW + timedelta(minutes=one)) for one in range(5)]

    assert taken == [True, True, False, False, False]
    assert REFUSALS_NOT_KEPT._value.get() == before + 3
    assert lines == [
        "warn more than 2 refusals in an hour: what others rest on is not kept"
    ]


def test_the_next_hour_keeps_again_and_says_once_how_many_were_not_kept() -> None:
    counted = KeptRefusals(1)
    assert [counted.take(NOW) for _ in range(3)] == [True, False, False]

    assert not counted.take(NOW + HOUR - timedelta(microseconds=1))
    assert counted.take(NOW + HOUR)
    assert (counted.not_said(), counted.not_said()) == (3, 0)


def test_with_a_limit_of_nothing_nothing_is_kept() -> None:
    counted = KeptRefusals(0)
    assert not counted.take(NOW)
    assert counted.not_said() == 1

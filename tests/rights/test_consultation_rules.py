"""A consultation ends with its time, and most of them with silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.core.reading import IN_EMERGENCY, ConsultationEnd, ReadingWay
from gateway.rights.consultation_rules import ConsultationTimes, over_by_time

NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
IDLE, TICK = timedelta(minutes=30), timedelta(microseconds=1)


def over(way: ReadingWay, silent: timedelta, left: timedelta) -> ConsultationEnd | None:
    times = ConsultationTimes(way=way, seen_at=NOW - silent, expires_at=NOW + left)
    return over_by_time(times, NOW, IDLE)


@pytest.mark.parametrize("way", ReadingWay)
def test_its_time_ends_every_consultation(way: ReadingWay) -> None:
    assert over(way, timedelta(), TICK) is None
    assert over(way, timedelta(), timedelta()) is ConsultationEnd.TIME


@pytest.mark.parametrize("way", ReadingWay)
def test_silence_ends_all_but_an_emergency(way: ReadingWay) -> None:
    ended = None if way in IN_EMERGENCY else ConsultationEnd.IDLE

    assert over(way, IDLE - TICK, IDLE) is None
    assert over(way, IDLE, IDLE) is ended

"""A flood of refusals fills no disk, and what was not kept is counted and said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.metrics import OPENINGS_NOT_KEPT, REFUSALS_NOT_KEPT, REFUSALS_NOT_NOTED
from gateway.store.evidence import quota
from gateway.store.evidence.quota import HOUR, OPENINGS, HourlyQuota, RoomLeft
from tests.logged import lines_logged

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
WHOLE, LINE, NOTHING = RoomLeft.WHOLE, RoomLeft.LINE, RoomLeft.NOTHING


def test_as_many_are_kept_in_an_hour_as_the_limit_says_and_no_more() -> None:
    counted = HourlyQuota(2, 0)
    before = REFUSALS_NOT_KEPT._value.get()

    with lines_logged() as lines:
        taken = [counted.take(NOW + timedelta(minutes=one)) for one in range(5)]

    assert taken == [WHOLE, WHOLE, LINE, LINE, LINE]
    assert REFUSALS_NOT_KEPT._value.get() == before + 3
    assert lines == [
        "warn more than 2 refusals in an hour: what others rest on is not kept"
    ]


def test_the_next_hour_keeps_again_and_says_once_how_many_were_not_kept() -> None:
    counted = HourlyQuota(1, 0)
    assert [counted.take(NOW) for _ in range(3)] == [WHOLE, LINE, LINE]

    assert counted.take(NOW + HOUR - timedelta(microseconds=1)) is LINE
    assert counted.take(NOW + HOUR) is WHOLE
    assert (counted.not_said(), counted.not_said()) == ({"not_kept_before": 3}, {})


def test_with_a_limit_of_nothing_nothing_is_kept() -> None:
    counted = HourlyQuota(0, 0)
    assert counted.take(NOW) is LINE
    assert counted.not_said() == {"not_kept_before": 1}


def test_of_one_peer_there_are_as_many_lines_in_an_hour_as_the_limit_says() -> None:
    counted = HourlyQuota(9, 2)
    before = REFUSALS_NOT_NOTED._value.get()

    with lines_logged() as lines:
        taken = [counted.take(NOW, "198.51.100.7") for _ in range(4)]

    assert taken == [WHOLE, WHOLE, NOTHING, NOTHING]
    assert REFUSALS_NOT_NOTED._value.get() == before + 2
    assert lines == [
        "warn more than 2 refusals of one in an hour: the journal only counts"
    ]
    assert counted.take(NOW, "198.51.100.8") is WHOLE  # who floods hides nobody else
    assert counted.take(NOW) is WHOLE
    assert counted.not_said() == {"not_noted_before": 2}
    assert counted.take(NOW + HOUR, "198.51.100.7") is WHOLE


def test_what_has_no_line_takes_no_room_from_what_is_kept() -> None:
    counted = HourlyQuota(2, 1)

    taken = [counted.take(NOW, "198.51.100.7") for _ in range(5)]

    assert taken == [WHOLE, *[NOTHING] * 4]
    assert counted.take(NOW, "198.51.100.8") is WHOLE


def test_more_peers_than_are_told_apart_share_the_lines_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quota, "_MOST_PEERS", 2)
    counted = HourlyQuota(99, 1)

    taken = [counted.take(NOW, str(one)) for one in range(5)]

    assert taken == [WHOLE, WHOLE, WHOLE, NOTHING, NOTHING]


def test_openings_have_a_count_and_a_sentence_of_their_own() -> None:
    counted = HourlyQuota(1, 0, OPENINGS)
    refused, opened = REFUSALS_NOT_KEPT._value.get(), OPENINGS_NOT_KEPT._value.get()

    with lines_logged() as lines:
        taken = [counted.take(NOW) for _ in range(3)]

    assert taken == [WHOLE, LINE, LINE]
    assert OPENINGS_NOT_KEPT._value.get() == opened + 2
    assert REFUSALS_NOT_KEPT._value.get() == refused
    assert lines == [
        "warn more than 1 openings in an hour: what others rest on is not kept"
    ]
    assert counted.take(NOW + HOUR) is WHOLE
    assert counted.not_said() == {"openings_not_kept_before": 2}

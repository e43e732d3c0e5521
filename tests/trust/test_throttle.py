"""How often one address may ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.trust import throttle as throttling
from gateway.trust.throttle import Throttle
from tests.fakes import SetClock

SPAN = timedelta(minutes=5)


def lets(throttle: Throttle, peer: str, now: datetime) -> bool:
    return not throttle.wait(peer, now)


def test_one_more_than_the_most_waits_until_the_first_is_over(clock: SetClock) -> None:
    throttle = Throttle(3, SPAN)

    assert [lets(throttle, "a", clock()) for _ in range(4)] == [True] * 3 + [False]
    clock.advance(seconds=299)
    assert not lets(throttle, "a", clock())
    clock.advance(seconds=1)
    assert lets(throttle, "a", clock())


def test_who_waits_is_told_how_long(clock: SetClock) -> None:
    throttle = Throttle(2, SPAN)
    assert throttle.wait("a", clock()) == timedelta(0)
    clock.advance(seconds=100)
    assert throttle.wait("a", clock()) == timedelta(0)

    assert throttle.wait("a", clock()) == timedelta(seconds=200)
    clock.advance(seconds=199)
    assert throttle.wait("a", clock()) == timedelta(seconds=1)


def test_a_clock_that_is_set_back_lets_nobody_wait_for_it(clock: SetClock) -> None:
    throttle = Throttle(1, SPAN)
    lets(throttle, "a", clock())
    clock.advance(days=-1)

    assert lets(throttle, "a", clock())
    assert throttle.wait("a", clock()) == SPAN


def test_who_is_slowed_down_slows_nobody_else(clock: SetClock) -> None:
    throttle = Throttle(1, SPAN)

    assert [lets(throttle, peer, clock()) for peer in "aab"] == [True, False, True]


def test_asking_in_vain_does_not_lengthen_the_wait(clock: SetClock) -> None:
    throttle = Throttle(1, SPAN)
    lets(throttle, "a", clock())
    for _ in range(10):
        clock.advance(seconds=20)
        lets(throttle, "a", clock())

    clock.advance(seconds=100)
    assert lets(throttle, "a", clock())


def test_many_addresses_take_no_more_memory_than_some(clock: SetClock) -> None:
    throttle = Throttle(1, SPAN)

    for number in range(throttling._MOST_PEERS + 100):
        lets(throttle, str(number), clock())

    assert len(throttle._seen) == throttling._MOST_PEERS
